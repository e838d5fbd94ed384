# Live completion of s3seal for bash 3.2 or newer: eval "$(s3seal completions bash --live)"
_s3seal_live() {
    local candidate
    COMPREPLY=()
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    while IFS= read -r candidate; do
        [ -z "$candidate" ] || COMPREPLY+=("$candidate")
    done <<<"$(
        printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" "${COMP_TYPE-}" |
            command @PROGRAM@ completions bash --candidates 2>/dev/null
    )"
}
if [ "${BASH_VERSINFO[0]}" -gt 4 ] || { [ "${BASH_VERSINFO[0]}" = 4 ] && [ "${BASH_VERSINFO[1]}" -ge 4 ]; }; then
    complete -o nospace -o nosort -F _s3seal_live s3seal
else
    complete -o nospace -F _s3seal_live s3seal
fi
