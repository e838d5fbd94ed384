#!/usr/bin/env bash
# Peak memory while bytes stream through, and while the number of objects grows, against the embedded server:
#   cargo build --release && bash benches/memory.sh
# STREAM is the length of the stream in GiB; FEW and MANY are numbers of objects.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stream=${STREAM:-20} few=${FEW:-10000} many=${MANY:-200000}
s3seal=$(realpath "${S3SEAL:-${CARGO_TARGET_DIR:-target}/release/s3seal}")
lab=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$lab"' EXIT

"$s3seal" keygen -o "$lab/key" 2>/dev/null
"$s3seal" keygen -o "$lab/new" 2>/dev/null
# On disk: the server's own memory is not what is measured.
"$s3seal" mock --tls --bucket bench --dir "$lab/store" --env-file "$lab/env" >/dev/null 2>&1 &
server=$!
until [ -s "$lab/env" ]; do kill -0 "$server"; sleep 0.1; done
. "$lab/env"
export S3SEAL_KEY=file:$lab/key XDG_STATE_HOME=$lab/state

exec 3>&1
peak() {
  local what=$1
  shift
  /usr/bin/time -o "$lab/time" -f '%M %U %S' "$@"
  awk -v w="$what" '{ printf "%-40s %7.1f MiB %8.1f CPU s\n", w, $1 / 1024, $2 + $3 }' <(tail -n 1 "$lab/time") >&3
}

for gib in 1 "$stream"; do
  head -c "${gib}G" /dev/zero | peak "$gib GiB from stdin" "$s3seal" put -q --expected-size "${gib}GiB" - s3://bench/stream
  peak "$gib GiB to stdout" "$s3seal" get -q s3://bench/stream - | cat >/dev/null
  "$s3seal" rm -q s3://bench/stream
done

mkdir "$lab/files"
made=0
for count in "$few" "$many"; do
  while [ "$made" -lt "$count" ]; do
    made=$((made + 1))
    echo "$made" >"$lab/files/$made"
  done
  peak "$count objects, put -r" "$s3seal" put -q -r "$lab/files" s3://bench/many/
  mkdir -p "$lab/back"
  peak "$count objects, get -r" "$s3seal" get -q -r s3://bench/many/ "$lab/back"
  peak "$count objects, sync, nothing to do" "$s3seal" sync -q "$lab/files" s3://bench/many/
  peak "$count objects, audit" "$s3seal" audit -q s3://bench/many/ >/dev/null
  peak "$count objects, rotate" "$s3seal" rotate -q --from "$lab/key" --to "$lab/new" s3://bench/many/
  peak "$count objects, rotate, nothing to do" "$s3seal" rotate -q --from "$lab/key" --to "$lab/new" s3://bench/many/
  peak "$count objects, rm -r" "$s3seal" rm -q -r s3://bench/many/
done
