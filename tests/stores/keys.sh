#!/usr/bin/env bash
# Keys in other programs' hands, against `s3seal mock`: keys that were derived, redone by Python and OpenSSL.
#
#   S3SEAL=target/release/s3seal tests/stores/keys.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

# --- Derived keys: the vectors of examples/keys.md, and names that no table takes ----------------

examples=$(realpath -e "$stores/../../examples")
printf '%s\n' AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >master
chmod 600 master

by_s3seal() { s3seal key derive -q -k ./master "s3://$1/$2"; }
by_python() { "$venv/bin/python" "$examples/derive.py" "$1" "$2" <master; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
by_openssl() {
  openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexsalt:"$(printf s3seal | hex)" \
    -kdfopt hexkey:"$(base64 -d master | hex)" \
    -kdfopt hexinfo:"$({ printf 's3seal object key v1\0%s\0' "$1"; printf %s "$2"; } | hex)" -binary HKDF | base64
}

# derives BUCKET KEY [EXPECTED]: all three programs agree.
derives() {
  local expected=${3:-$(by_python "$1" "$2")} by found
  for by in by_s3seal by_python by_openssl; do
    found=$("$by" "$1" "$2") || return
    [ "$found" = "$expected" ] || { echo "$by: $found instead of $expected"; return 1; }
  done
}

count=0
while IFS='`' read -r _ bucket _ name _ expected _; do
  count=$((count + 1))
  check "vector: $bucket, $name" derives "$bucket" "$(printf %b "$name")" "$expected"
done < <(sed -n '/^### Test vectors/,$ { /^| `/p }' "$examples/keys.md")
[ "$count" -ge 10 ] || { echo "there should be more vectors"; exit 1; }

check "derived: a name of 1,024 bytes" derives backups "$(printf 'x%.0s' {1..1024})"
check "derived: a name of one byte" derives backups x
check "derived: only slashes" derives backups ///
check "derived: dots" derives backups ../a/./b/..
check "derived: what looks like an option" derives backups --version
check "derived: a line break at its end" derives backups $'a\n'
check "derived: the longest name of a bucket" derives "$(printf 'b%.0s' {1..63})" dump.sql

summary
