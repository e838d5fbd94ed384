#!/usr/bin/env bash
# The `sh` blocks of docs/src/how-to/keys.md, those marked `tools` and `account` among them, each in a folder and a home of its
# own, with the real age, pass, ssss and aws-cli, against `s3seal mock`; moto is the cloud's secret manager.
#
#   S3SEAL=target/release/s3seal tests/stores/cookbook.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for tool in age age-keygen pass gpg ssss-split ssss-combine openssl; do
  command -v "$tool" >/dev/null || { echo "$tool is missing (Debian: age, pass, gnupg, ssss, openssl)"; exit 1; }
done
install_tools
isolate
export PATH=$venv/bin:$PATH
page=$(realpath -e "$stores/../../docs/src/how-to/keys.md")
derive=$(realpath -e "$stores/../../examples/derive.py")
cd "$scratch"

# What their reader has already: a GnuPG key without a passphrase, and a password store.
export GNUPGHOME=$scratch/gnupg PASSWORD_STORE_DIR=$scratch/passwords
trap 'gpgconf --kill all 2>/dev/null || true; clean_up' EXIT
have_pass() {
  mkdir -m 700 "$GNUPGHOME"
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Keeper <keeper@example.com>' default default never &&
    pass init keeper@example.com
}
check "a GnuPG key and a password store" have_pass

port=$(admin ports 1)
serve moto.log "$venv/bin/moto_server" -H 127.0.0.1 -p "$port"
answers "$port" moto.log
export AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:$port

# A file for each block: its number, and the heading that it is below.
mkdir blocks
awk '
  /^```sh(,(tools|account))?$/ { inside = 1; file = sprintf("blocks/%02d %s", ++count, heading); next }
  /^```/ { inside = !inside; file = ""; next }
  file { print >file; next }
  !inside && /^#/ { heading = $0; sub(/^#+ /, "", heading); gsub(/[^A-Za-z0-9 ]/, "", heading) }
' "$page"
# The program that the page shows, which its blocks use.
sed -n '/^```python,file=derive.py$/,/^```$/p' "$page" | sed '/^```/d' >derive.py
check "the page shows examples/derive.py" cmp derive.py "$derive"

# A shell of its own: it changes its folder.
run_block() (
  folder=$scratch/$1.d
  mkdir -p "$folder/home"
  cd "$folder"
  echo 'create table t ();' >dump.sql
  cp "$scratch/derive.py" .
  HOME=$folder/home timeout 120 "$S3SEAL" mock -- bash -euo pipefail "$scratch/$1" || exit
  # What came back is what was sent, whatever the block calls it.
  for back in restored.sql new.sql old.sql; do
    [ ! -e "$back" ] || cmp dump.sql "$back" || exit
  done
)

for block in blocks/*; do
  check "${block#blocks/}" run_block "$block"
done
[ "$(find blocks -type f | wc -l)" -ge 9 ] || { echo "there should be more blocks"; exit 1; }

shows_no_key() { fails grep -E '[A-Za-z0-9+/]{43}=' all-said; }
check "no block shows a key" shows_no_key

summary
