#!/usr/bin/env bash
# s3seal beside the S3 clients that are installed (aws, rclone, s5cmd), against the embedded server over TLS:
#   cargo build --release && bash benches/compare.sh [ROUNDS]
# Prints the median of each client's wall time, CPU time and peak memory; SIZE is that of the large file, in MiB.
# s5cmd has no SSE-C and is measured unsealed. Trust CPU and memory; wall time only beside another of the same run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${1:-3}
size=${SIZE:-256}
s3seal=$(realpath "${S3SEAL:-${CARGO_TARGET_DIR:-target}/release/s3seal}")
lab=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$lab"' EXIT

"$s3seal" keygen --format raw -o "$lab/key" 2>/dev/null
head -c "${size}M" /dev/urandom >"$lab/large"
mkdir "$lab/small" "$lab/out"
for n in $(seq 1000); do head -c 4096 /dev/urandom >"$lab/small/$n"; done

"$s3seal" mock --tls --bucket bench --env-file "$lab/env" >/dev/null 2>&1 &
server=$!
until [ -s "$lab/env" ]; do kill -0 "$server"; sleep 0.1; done
. "$lab/env"
export XDG_STATE_HOME=$lab/state
export RCLONE_CONFIG=/dev/null RCLONE_CONFIG_S_TYPE=s3 RCLONE_CONFIG_S_PROVIDER=Other RCLONE_CONFIG_S_ENV_AUTH=true
export RCLONE_CONFIG_S_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CA_CERT=$AWS_CA_BUNDLE RCLONE_S3_NO_CHECK_BUCKET=true
export RCLONE_CONFIG_S_SSE_CUSTOMER_ALGORITHM=AES256
RCLONE_CONFIG_S_SSE_CUSTOMER_KEY_BASE64=$(base64 <"$lab/key")
export RCLONE_CONFIG_S_SSE_CUSTOMER_KEY_BASE64

# What each client calls each piece of work; nothing where it cannot do it.
command_of() {
  local u=s3://bench/$1 aws_key="--sse-c AES256 --sse-c-key fileb://$lab/key --only-show-errors"
  case $1:$2 in
    s3seal:up) echo "$s3seal put -q -k $lab/key $lab/large $u/large" ;;
    s3seal:down) echo "$s3seal get -q -k $lab/key $u/large $lab/out/large" ;;
    s3seal:stdout) echo "$s3seal get -q -k $lab/key $u/large - | cat >/dev/null" ;;
    s3seal:stdin) echo "cat $lab/large | $s3seal put -q -k $lab/key - $u/stdin" ;;
    s3seal:many-up) echo "$s3seal put -q -r -k $lab/key $lab/small $u/small/" ;;
    s3seal:many-down) echo "$s3seal get -q -r -k $lab/key $u/small/ $lab/out/" ;;
    s3seal:many-rm) echo "$s3seal rm -q -r $u/small/" ;;
    aws:up) echo "aws s3 cp $aws_key $lab/large $u/large" ;;
    aws:down) echo "aws s3 cp $aws_key $u/large $lab/out/large" ;;
    aws:stdout) echo "aws s3 cp $aws_key $u/large - | cat >/dev/null" ;;
    aws:stdin) echo "cat $lab/large | aws s3 cp $aws_key - $u/stdin" ;;
    aws:many-up) echo "aws s3 cp --recursive $aws_key $lab/small $u/small/" ;;
    aws:many-down) echo "aws s3 cp --recursive $aws_key $u/small/ $lab/out/" ;;
    aws:many-rm) echo "aws s3 rm --recursive --only-show-errors $u/small/" ;;
    rclone:up) echo "rclone copyto $lab/large s:bench/rclone/large" ;;
    rclone:down) echo "rclone copyto s:bench/rclone/large $lab/out/large" ;;
    rclone:stdout) echo "rclone cat s:bench/rclone/large | cat >/dev/null" ;;
    rclone:stdin) echo "cat $lab/large | rclone rcat s:bench/rclone/stdin" ;;
    rclone:many-up) echo "rclone copy $lab/small s:bench/rclone/small" ;;
    rclone:many-down) echo "rclone copy s:bench/rclone/small $lab/out" ;;
    rclone:many-rm) echo "rclone delete s:bench/rclone/small" ;;
    s5cmd:up) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error cp $lab/large $u/large" ;;
    s5cmd:down) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error cp $u/large $lab/out/large" ;;
    s5cmd:stdout) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error cat $u/large | cat >/dev/null" ;;
    s5cmd:stdin) echo "cat $lab/large | s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error pipe $u/stdin" ;;
    s5cmd:many-up) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error cp $lab/small/ $u/small/" ;;
    s5cmd:many-down) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error cp $u/small/* $lab/out/" ;;
    s5cmd:many-rm) echo "s5cmd --endpoint-url $AWS_ENDPOINT_URL --no-verify-ssl --log error rm $u/small/*" ;;
  esac
}

clients=(s3seal)
for client in aws rclone s5cmd; do command -v "$client" >/dev/null && clients+=("$client"); done

# In turn, so that whatever else the machine does meets all alike.
for _ in $(seq "$rounds"); do
  for work in up down stdout stdin many-up many-down many-rm; do
    for client in "${clients[@]}"; do
      rm -rf "$lab/out" && mkdir "$lab/out"
      line=$(command_of "$client" "$work")
      # The client alone: not the cat at the other end of its pipe.
      timed=${line/#"cat $lab/large | "/"cat $lab/large | /usr/bin/time -o $lab/time -f '%e %U %S %M' "}
      [ "$timed" != "$line" ] || timed="/usr/bin/time -o $lab/time -f '%e %U %S %M' $line"
      if bash -o pipefail -c "$timed" 2>"$lab/err"; then
        awk -v w="$work" -v c="$client" '{ print w, c, $1, $2 + $3, $4 / 1024 }' <(tail -n 1 "$lab/time") >>"$lab/rows"
      else
        echo "$client could not do $work: $(tail -n 1 "$lab/err")" >&2
      fi
    done
  done
done

median() { awk -v w="$1" -v c="$2" '$1 == w && $2 == c { print $'"$3"' }' "$lab/rows" | sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "-" }'; }

printf '%-10s %-8s %8s %8s %8s\n' work client 'wall s' 'CPU s' 'MiB'
for work in up down stdout stdin many-up many-down many-rm; do
  for client in "${clients[@]}"; do
    printf '%-10s %-8s %8s %8s %8.0f\n' "$work" "$client" "$(median "$work" "$client" 3)" "$(median "$work" "$client" 4)" "$(median "$work" "$client" 5 | sed 's/^-$/0/')"
  done
done
