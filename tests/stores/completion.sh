#!/usr/bin/env bash
# Live completion in real shells on a terminal: bash with and without bash-completion, zsh, fish and elvish, against
# `s3seal mock`. What they insert must be the object's name, and nothing in it may run.
#
#   S3SEAL=target/release/s3seal tests/stores/completion.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
isolate
cd "$scratch"

mkdir bin dir
ln -s "$S3SEAL" bin/s3seal
PATH=$scratch/bin:$PATH
shells="bash zsh fish"

start_mock --bucket demo,other
s3seal keygen -q -o key
s3seal keygen -q -o dir/named.key
hostile='it'\''s $(touch pwned) `touch pwned` "x"; touch pwned & !1 \ *.txt'
for object in "a/$hostile" a/plain.txt 'b/one file.txt' b/two:colons=here.txt 'c/ünï.txt' d/e/f.txt; do
  s3seal put -q -k ./key - "s3://demo/$object" <<<content
done
mkdir -p home/.config/s3seal
cat >home/.config/s3seal/config.toml <<TOML
[keys.backup-2026]
source = "cmd:touch pwned"

[[rules]]
endpoint = "$AWS_ENDPOINT_URL"
prefix = "s3://of-a-rule/db"
key = "backup-2026"
TOML
cat >aws-config <<'INI'
[profile production]
region = eu-central-1
INI
export AWS_CONFIG_FILE=$scratch/aws-config

command s3seal completions bash --live >init.bash
{ echo '. /usr/share/bash-completion/bash_completion'; cat init.bash; } >init.bash-completion
{ echo 'set -o posix'; cat init.bash; } >init.bash-posix
command s3seal completions zsh --live >init.zsh
command s3seal completions fish --live >init.fish

# typed INIT LINE [TABS]: the line after TAB.
typed() { python3 "$stores/completion.py" "${1%%-*}" "init.$1" "$2" "${3:-1}" 2>screen; }

# completes INIT LINE EXPECTED
completes() {
  local found
  found=$(typed "$1" "$2" && echo .) || return
  found=${found%.}
  found=${found%$'\n'}
  if [ "$found" != "$3" ]; then
    printf 'expected <%s>\nfound    <%s>\n' "$3" "$found"
    cat screen
    return 1
  fi
}

# is_argument INIT LINE VALUE: what comes of the line is run by that shell, and the third argument is this value.
is_argument() {
  local line found
  line=$(typed "$1" "$2") || return
  echo "the line is <$line>"
  case $1 in
    bash*) found=$(bash -c "s3seal() { printf '%s.' \"\$2\"; }; $line") ;;
    # The expansion of history, which takes a backslash off, is for terminals.
    zsh) found=$(zsh -fc "s3seal() { printf '%s.' \"\$2\"; }; ${line//\\!/!}") ;;
    fish) found=$(fish --no-config -c "function s3seal; printf '%s.' \$argv[2]; end; $line") ;;
  esac || return
  [ "$found" = "$3." ] || { echo "the argument is <$found>"; return 1; }
  [ ! -e pwned ] || { echo "a part of the name was run"; return 1; }
}

# lists INIT LINE WORD…: two TABs show these words, and none that begins with NOT.
lists() {
  local init=$1 line=$2 word
  shift 2
  typed "$init" "$line" 2 || return
  for word; do
    case $word in
      NOT*) ! grep -qF -- "${word#NOT}" screen || { echo "there is ${word#NOT}"; cat screen; return 1; } ;;
      *) grep -qF -- "$word" screen || { echo "there is no $word"; cat screen; return 1; } ;;
    esac
  done
}

for shell in bash bash-completion zsh fish; do
  check "$shell: the scheme" completes "$shell" 's3seal get s3' 's3seal get s3://'
  check "$shell: no files where a URL belongs" completes "$shell" 's3seal head ' 's3seal head s3://'
  check "$shell: a bucket" completes "$shell" 's3seal get s3://de' 's3seal get s3://demo/'
  check "$shell: a bucket of a rule" completes "$shell" 's3seal ls s3://of' 's3seal ls s3://of-a-rule/'
  check "$shell: a bucket by itself" completes "$shell" 's3seal bucket status s3://de' 's3seal bucket status s3://demo '
  check "$shell: folders" completes "$shell" 's3seal get s3://demo/d/' 's3seal get s3://demo/d/e/'
  check "$shell: an object" completes "$shell" 's3seal get s3://demo/a/pl' 's3seal get s3://demo/a/plain.txt '
  check "$shell: an object after an option" completes "$shell" 's3seal get -k ./key s3://demo/a/pl' \
    's3seal get -k ./key s3://demo/a/plain.txt '
  check "$shell: a name with spaces" is_argument "$shell" 's3seal get s3://demo/b/o' 's3://demo/b/one file.txt'
  check "$shell: a name with colons" is_argument "$shell" 's3seal get s3://demo/b/tw' 's3://demo/b/two:colons=here.txt'
  check "$shell: after a colon in a name" is_argument "$shell" 's3seal get s3://demo/b/two:c' 's3://demo/b/two:colons=here.txt'
  check "$shell: letters beyond ASCII" is_argument "$shell" 's3seal get s3://demo/c/' 's3://demo/c/ünï.txt'
  check "$shell: a hostile name" is_argument "$shell" 's3seal get s3://demo/a/i' "s3://demo/a/$hostile"
  check "$shell: in double quotes" is_argument "$shell" 's3seal get "s3://demo/b/one f' 's3://demo/b/one file.txt'
  check "$shell: in single quotes" is_argument "$shell" "s3seal get 's3://demo/b/one f" 's3://demo/b/one file.txt'
  check "$shell: a hostile name in double quotes" is_argument "$shell" 's3seal get "s3://demo/a/i' "s3://demo/a/$hostile"
  check "$shell: a hostile name in single quotes" is_argument "$shell" "s3seal get 's3://demo/a/i" "s3://demo/a/$hostile"
  check "$shell: after a backslash" is_argument "$shell" 's3seal get s3://demo/b/one\ f' 's3://demo/b/one file.txt'
  check "$shell: a key's name, whose command is not run" completes "$shell" 's3seal get -k bac' 's3seal get -k backup-2026 '
  check "$shell: a key file" completes "$shell" 's3seal get -k ./k' 's3seal get -k ./key '
  check "$shell: a key file after file:" completes "$shell" 's3seal get -k file:dir/n' 's3seal get -k file:dir/named.key '
  check "$shell: a key's name is no file" completes "$shell" 's3seal get -k ke' 's3seal get -k ke'
  check "$shell: a profile" completes "$shell" 's3seal ls --profile pro' 's3seal ls --profile production '
  check "$shell: a region" completes "$shell" 's3seal ls --region=ca-w' 's3seal ls --region=ca-west-1 '
  check "$shell: a storage class" completes "$shell" 's3seal put --storage-class DEEP' \
    's3seal put --storage-class DEEP_ARCHIVE '
  check "$shell: a behavior" completes "$shell" 's3seal mock --behave sea' 's3seal mock --behave seaweedfs '
  check "$shell: a fault" completes "$shell" 's3seal mock --fault slow' 's3seal mock --fault slow-down='
  check "$shell: a command" completes "$shell" 's3seal pres' 's3seal presign '
  check "$shell: a topic of help" completes "$shell" 's3seal help patt' 's3seal help patterns '
  check "$shell: a local source" completes "$shell" 's3seal put di' 's3seal put dir/'
  check "$shell: a list" lists "$shell" 's3seal get s3://demo/a/' plain.txt "it's \$(touch pwned)"
  check "$shell: no options where objects are meant" lists "$shell" 's3seal ls s3://demo/' a/ b/ c/ d/ NOT--json
done
check "bash: POSIX mode" completes bash-posix 's3seal get s3://demo/a/pl' 's3seal get s3://demo/a/plain.txt '
bash_redirects() { completes bash 's3seal get s3://demo/a/plain.txt - > di' 's3seal get s3://demo/a/plain.txt - > dir/'; }
check "bash: the file of a redirection" bash_redirects

elvish_lists() {
  { command s3seal completions elvish --live && printf '$edit:completion:arg-completer[s3seal] %s | each {|it| echo $it[stem]$it[code-suffix].}\n' "$1"; } >init.elvish
  typed elvish '' | sed '/^$/d' >found || return
  diff - found
}
check "elvish: a list" elvish_lists 's3seal get s3://demo/' <<'LIST'
s3://demo/a/.
s3://demo/b/.
s3://demo/c/.
s3://demo/d/.
LIST
check "elvish: an object" elvish_lists "s3seal get 's3://demo/b/o'" <<<'s3://demo/b/one file.txt .'
check "elvish: a key's name" elvish_lists 's3seal get -k bac' <<<'backup-2026 .'

# By its path, in a folder whose name needs quotes.
mkdir "it's here"
ln -s "$S3SEAL" "it's here/s3seal"
by_path() {
  "it's here/s3seal" completions "$1" --live >"init.$1-path"
  PATH=${PATH#*:} completes "$1-path" 's3seal get s3://demo/a/pl' 's3seal get s3://demo/a/plain.txt '
}
for shell in $shells; do check "$shell: the program by its path" by_path "$shell"; done

# In the files that shells look for.
autoloaded() {
  mkdir -p functions && command s3seal completions zsh --live >functions/_s3seal
  printf 'fpath=(%q $fpath); compinit -D\n' "$scratch/functions" >init.zsh-file
  completes zsh-file 's3seal get s3://demo/a/pl' 's3seal get s3://demo/a/plain.txt ' &&
    completes zsh-file 's3seal pres' 's3seal presign '
}
check "zsh: a file in fpath" autoloaded

# The program of the script is one that notes its arguments: other users can see them.
mkdir noting
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%q\nexec %q "$@"\n' "$scratch/arguments" "$S3SEAL" >noting/s3seal
chmod +x noting/s3seal
typed_key_stays_private() {
  local key line
  key=$(tail -n 1 key)
  line="s3seal get --sse-c-key $key s3://demo/a/pl"
  rm -f arguments
  PATH=$scratch/noting:$PATH completes "$1" "$line" "${line}ain.txt " || return
  grep -q candidates arguments && ! grep -F -- "$key" arguments
}
for shell in $shells; do check "$shell: a key in the line is no argument" typed_key_stays_private "$shell"; done

no_key_went_out() {
  grep 'list-type=2[^"]*max-keys=200' requests.json >lists && ! grep -i 'customer-' lists && [ ! -e pwned ]
}
check "no request had a key, and no command was run" no_key_went_out

summary
