# Live completion of s3seal for elvish: eval (s3seal completions elvish --live | slurp)
use str
set edit:completion:arg-completer[s3seal] = {|@words|
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    try {
        print (str:join "\x00" $words)"\x00" | (external @PROGRAM@) completions elvish --candidates 2>/dev/null | from-lines | each {|line|
            var suffix value shown help = (str:split "\t" $line)
            if (not-eq $help '') {
                set shown = $shown' ('$help')'
            }
            edit:complex-candidate $value &display=$shown &code-suffix=$suffix
        }
    } catch e { nop $e }
}
