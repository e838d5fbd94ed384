#compdef s3seal
# Live completion of s3seal for zsh: source <(s3seal completions zsh --live), after compinit, or as _s3seal in $fpath
_s3seal_live() {
    local -a lines fields final final_shown open open_shown
    local line shown
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    lines=("${(@f)$(
        printf '%s\0' "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" |
            command @PROGRAM@ completions zsh --candidates 2>/dev/null
    )}")
    for line in $lines; do
        fields=("${(@ps:\t:)line}")
        shown=${${fields[3]//\\/\\\\}//:/\\:}
        [[ -z $fields[4] ]] || shown+=":${fields[4]//\\/\\\\}"
        if [[ $fields[1] == ' ' ]]; then
            final+=("$fields[2]")
            final_shown+=("$shown")
        else
            open+=("$fields[2]")
            open_shown+=("$shown")
        fi
    done
    local none=1
    (( $#open )) && _describe -V 's3seal' open_shown open -S '' && none=0
    (( $#final )) && _describe -V 's3seal' final_shown final && none=0
    return none
}
if [[ $funcstack[1] == _s3seal ]]; then
    _s3seal_live "$@"
else
    compdef _s3seal_live s3seal
fi
