#!/usr/bin/env bash
# When the disk is waited for, as strace shows it: never without --fsync, then for each file before it gets its name; by
# `mv` before it deletes the object.
#
#   S3SEAL=target/release/s3seal tests/stores/disk.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v strace >/dev/null || { echo "strace is missing (Debian: strace)"; exit 1; }
isolate
cd "$scratch"
start_mock
s3seal keygen -q -o key
mkdir tree
for number in 1 2 3; do echo "$number" >"tree/$number"; done
head -c 20M /dev/urandom >tree/large
s3seal put -q -r -k ./key tree s3://demo/tree/

# traced ARGUMENTS…: one line for each sync, each new name, and each request with what the program sends in the clear.
traced() {
  strace -f -qq -s 64 -e trace=fsync,fdatasync,sync,syncfs,linkat,renameat,renameat2,rename,sendto,write,writev -o trace "$S3SEAL" "$@" || return
  grep -oE '(fsync|fdatasync|syncfs|sync)\(|(linkat|rename(at2?)?)\(|"(GET|HEAD|PUT|POST|DELETE) ' trace |
    sed -E 's/^(linkat|rename(at2?)?)\($/name/; s/^(fsync|fdatasync)\($/fsync/; s/\($//; s/^"//; s/ $//' >steps
  cat steps
}
names() { grep -c '^name$' steps; }
syncs() { grep -c '^fsync$' steps; }

without() {
  traced get -q -r -k ./key s3://demo/tree/ without || return
  [ "$(names)" = 4 ] && ! grep -q sync steps && diff -r tree without
}
check "get does not wait for the disk" without

with() {
  traced get -q -r --fsync -k ./key s3://demo/tree/ with || return
  # Each file, and the folder; no file system as a whole.
  [ "$(names)" = 4 ] && [ "$(syncs)" -ge 5 ] && ! grep -q '^sync' steps && diff -r tree with &&
    awk '$0 == "fsync" { synced++ } $0 == "name" && ++named > synced { exit 1 }' steps
}
check "with --fsync each file is on the disk before it has its name" with

syncs_down() {
  traced sync -q --fsync -k ./key s3://demo/tree/ synced && [ "$(syncs)" -ge 5 ] && diff -r tree synced
}
check "sync --fsync does the same" syncs_down

copies() { traced cp -q --fsync -k ./key s3://demo/tree/large copied && [ "$(syncs)" -ge 2 ] && cmp tree/large copied; }
check "and cp --fsync" copies

moves() {
  traced mv -q -k ./key s3://demo/tree/1 moved || return
  cmp tree/1 moved && [ "$(grep -vE 'GET|HEAD' steps | paste -sd' ')" = "fsync name fsync DELETE" ]
}
check "mv syncs the file and its folder before it deletes the object" moves

refused() {
  fails s3seal cp -k ./key --fsync tree/2 s3://demo/x && fails s3seal sync -k ./key --fsync tree s3://demo/y
}
check "--fsync is refused where the destination is a store" refused

summary
