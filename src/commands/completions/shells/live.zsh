#compdef s3seal
# Live completion of s3seal for zsh: source <(s3seal completions zsh --live), after compinit, or as _s3seal in $fpath
_s3seal_live() {
    setopt localoptions noksharrays noshwordsplit
    local -a lines fields values shown options
    local line suffix explained
    local -i width=0 failed=1
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    lines=("${(@f)$(
        printf '%s\0' "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" |
            command @PROGRAM@ completions zsh --candidates 2>/dev/null
    )}")
    for line in "${(@)lines}"; do
        fields=("${(@ps:\t:)line}")
        (( ${(m)#fields[3]} <= width )) || width=${(m)#fields[3]}
    done
    # What goes on has no space after it; what is explained has a line of its own.
    for explained in '' yes; do
        for suffix in '' ' '; do
            values=() shown=()
            for line in "${(@)lines}"; do
                fields=("${(@ps:\t:)line}")
                [[ -n $fields[2] && $fields[1] == "$suffix" && ${fields[4]:+yes} == "$explained" ]] || continue
                values+=("$fields[2]")
                if [[ -n $explained ]]; then
                    shown+=("${(mr:width:)fields[3]}  -- $fields[4]")
                else
                    shown+=("$fields[3]")
                fi
            done
            (( $#values )) || continue
            # By itself, zsh closes quotes, and then adds a space.
            options=()
            [[ -n $suffix ]] || options+=(-S '')
            [[ -z $explained ]] || options+=(-l)
            compadd "${(@)options}" -V "s3seal$suffix$explained" -d shown -a values && failed=0
        done
    done
    return failed
}
if [[ $funcstack[1] == _s3seal ]]; then
    _s3seal_live "$@"
else
    compdef _s3seal_live s3seal
fi
