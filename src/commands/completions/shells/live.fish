# Live completion of s3seal for fish: s3seal completions fish --live | source
function __s3seal_live
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    printf '%s\0' $words "$token" | command @PROGRAM@ completions fish --candidates 2>/dev/null
end
complete --command s3seal --erase
complete --command s3seal --no-files --keep-order --arguments '(__s3seal_live)'
