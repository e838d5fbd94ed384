#!/usr/bin/env bash
# What `s3seal proxy` costs beside a direct `s3seal put` and `get`, and beside `rclone serve s3` over a remote with SSE-C:
# CPU seconds (user + system) of the process, and its peak memory in MiB. The store is `s3seal mock --tls`, whose CPU does not count.
#
#   S3SEAL=target/release/s3seal RCLONE=path/of/rclone benches/proxy.sh

set -euo pipefail
S3SEAL=$(realpath -e "${S3SEAL:?}")
RCLONE=${RCLONE:-}
scratch=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$scratch"' EXIT
cd "$scratch"
export XDG_STATE_HOME=$scratch/state AWS_EC2_METADATA_DISABLED=true

"$S3SEAL" keygen -q -o key
head -c 1G /dev/urandom >large
head -c 256M large >medium
mkdir small && for i in $(seq 1000); do head -c 4096 /dev/urandom >"small/$i"; done

start() { # FILE COMMAND…: waits for the file.
  local file=$1
  shift
  "$@" >"$file.log" 2>&1 &
  pids+=($!)
  until [ -e "$file" ]; do sleep 0.1; done
}
# CPU seconds so far, and the peak of memory.
cpu() { awk -v hz="$(getconf CLK_TCK)" '{printf "%.2f", ($14 + $15) / hz}' "/proc/$1/stat"; }
peak() { awk '/VmHWM/ {printf "%d", $2 / 1024}' "/proc/$1/status"; }
row() { printf '%-34s %8s %8s\n' "$@"; }
# direct WHAT COMMAND…
direct() {
  local what=$1
  shift
  /usr/bin/time -o time -f '%U %S %M' "$@" >/dev/null 2>&1
  row "$what" "$(awk '{printf "%.2f", $1 + $2}' time)" "$(awk '{printf "%d", $3 / 1024}' time)"
}
# through PID WHAT COMMAND…: what the process PID needs for it.
through() {
  local pid=$1 what=$2 before
  shift 2
  before=$(cpu "$pid")
  "$@" >/dev/null 2>&1 || echo "failed: $*"
  row "$what" "$(echo "$(cpu "$pid") - $before" | bc)" "$(peak "$pid")"
}

start mock.env "$S3SEAL" mock --tls --env-file mock.env
. ./mock.env
row "" "CPU s" "MiB"
direct "put 1 GiB" "$S3SEAL" put -q -k ./key large s3://demo/large
direct "get 1 GiB" "$S3SEAL" get -q -k ./key s3://demo/large -
direct "put 1,000 x 4 KiB" "$S3SEAL" put -q -r -k ./key small s3://demo/small/
direct "get 1,000 x 4 KiB" "$S3SEAL" get -q -r -k ./key s3://demo/small/ back

start proxy.env "$S3SEAL" proxy -k ./key --env-file proxy.env --log requests.log
proxy=${pids[-1]}
curls() { # METHOD OPTION… KEY
  curl --silent --fail --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
(
  . ./proxy.env
  unset AWS_CA_BUNDLE
  through "$proxy" "proxy: 1 GiB up" curls --upload-file large "$AWS_ENDPOINT_URL/demo/by-proxy"
  through "$proxy" "proxy: 1 GiB down" curls -o /dev/null "$AWS_ENDPOINT_URL/demo/by-proxy"
  through "$proxy" "proxy: 1,000 x 4 KiB up" "$S3SEAL" put -q -r --no-key small s3://demo/through/
  through "$proxy" "proxy: 1,000 x 4 KiB down" "$S3SEAL" get -q -r s3://demo/through/ back2
  sixteen() {
    local parts=()
    for i in $(seq 16); do
      curls --upload-file medium "$AWS_ENDPOINT_URL/demo/parallel-$i" &
      parts+=($!)
    done
    wait "${parts[@]}"
  }
  through "$proxy" "proxy: 16 x 256 MiB up at once" sixteen
)

if [ -n "$RCLONE" ]; then
  key_text=$(grep -v '^#' key)
  export RCLONE_CONFIG=/dev/null RCLONE_S3_SSE_CUSTOMER_ALGORITHM=AES256 RCLONE_S3_SSE_CUSTOMER_KEY_BASE64=$key_text
  mapfile -t port < <(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$RCLONE" serve s3 --ca-cert "$AWS_CA_BUNDLE" --s3-provider Other --s3-env-auth --s3-endpoint "$AWS_ENDPOINT_URL" \
    --s3-region us-east-1 --auth-key rclone,rclone-secret --addr "127.0.0.1:${port[0]}" :s3: >rclone.log 2>&1 &
  rclone=$!
  pids+=("$rclone")
  until (exec 3<>"/dev/tcp/127.0.0.1/${port[0]}") 2>/dev/null; do sleep 0.1; done
  (
    export AWS_ACCESS_KEY_ID=rclone AWS_SECRET_ACCESS_KEY=rclone-secret AWS_ENDPOINT_URL=http://127.0.0.1:${port[0]}
    unset AWS_CA_BUNDLE
    through "$rclone" "rclone serve s3: 1 GiB up" curls --upload-file large "$AWS_ENDPOINT_URL/demo/by-rclone"
    through "$rclone" "rclone serve s3: 1 GiB down" curls -o /dev/null "$AWS_ENDPOINT_URL/demo/by-rclone"
    through "$rclone" "rclone serve s3: 1,000 x 4 KiB up" "$S3SEAL" put -q -r --no-key small s3://demo/rclone/
  )
fi
