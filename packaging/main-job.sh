#!/bin/sh
# The main job with the s3seal in PATH, on its embedded server: a key, an object sealed, fetched, compared, and refused
# without the key. POSIX shell: it runs in trees without bash. Called by packaging/test.sh.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
s3seal --version
s3seal mock -- sh -euc '
  printf "secret\n" >note
  s3seal keygen -q -o key
  s3seal put -q -k ./key note s3://demo/note
  s3seal get -q -k ./key s3://demo/note back
  cmp note back
  if s3seal get -q s3://demo/note open 2>said; then echo "it was read without its key"; exit 1; fi
  grep -q "key" said
'
echo "the main job: keygen, put, get, compare, and refused without the key"
