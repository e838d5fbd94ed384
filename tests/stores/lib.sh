# What the store checks share: one scratch folder, servers that end with the script, and a line for
# each check. Sourced by the scripts beside it, not run.
#
#   S3SEAL        the program under test (required)
#   STORES_VENV   where the servers and aws-cli are installed (default: target/stores/venv)

set -euo pipefail

stores=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${S3SEAL:?set S3SEAL to the program to be checked, such as target/release/s3seal}"
S3SEAL=$(realpath -e "$S3SEAL")
venv=${STORES_VENV:-$stores/../../target/stores/venv}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/s3seal-stores.XXXXXX")
servers=()
passed=0
failed=0

clean_up() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${servers[@]}"; do
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap clean_up EXIT
# Without these a signal would skip the clean-up, and leave servers behind.
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install_tools() {
  local wanted=$stores/requirements.txt
  if ! cmp -s "$wanted" "$venv/installed.txt"; then
    echo "installing the stores and aws-cli into $venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/installed.txt"
  fi
  venv=$(cd "$venv" && pwd)
}

# Nothing of the caller's account, proxies, keys or remembered buckets may reach the checks.
isolate() {
  local name
  for name in $(compgen -e); do
    case $name in
      AWS_* | S3SEAL_* | XDG_* | *_proxy | *_PROXY | SSL_CERT_*) unset "$name" ;;
    esac
  done
  mkdir -p "$scratch/home" "$scratch/state"
  export HOME=$scratch/home XDG_STATE_HOME=$scratch/state
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
  export AWS_EC2_METADATA_DISABLED=true AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=storechecks AWS_SECRET_ACCESS_KEY=storechecks-secret AWS_PAGER=
}

# serve LOG COMMAND…: runs a server until the script ends.
serve() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  servers+=($!)
}

# answers PORT LOG: waits until the server started last listens.
answers() {
  local port=$1 log=$2 deadline=$((SECONDS + 90))
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    if ! kill -0 "${servers[-1]}" 2>/dev/null || ((SECONDS > deadline)); then
      echo "the server does not listen on port $port; the end of its log:"
      tail -n 20 "$log"
      return 1
    fi
    sleep 0.1
  done
}

# start_mock OPTION…: a server for the checks that follow, and the environment that names it.
start_mock() {
  rm -f mock.env
  serve mock.log "$S3SEAL" mock --env-file mock.env --log requests.json "$@"
  local deadline=$((SECONDS + 60))
  until [ -e mock.env ]; do
    if ! kill -0 "${servers[-1]}" 2>/dev/null || ((SECONDS > deadline)); then
      echo "the server does not start:"
      cat mock.log
      return 1
    fi
    sleep 0.1
  done
  . ./mock.env
}

stop_mock() {
  kill "${servers[-1]}"
  wait "${servers[-1]}" || true
  unset 'servers[-1]'
}

# A program that hangs must fail its check, and not the whole run.
s3seal() { timeout 180 "$S3SEAL" "$@"; }
aws() { timeout 180 "$venv/bin/aws" "$@"; }
admin() { "$venv/bin/python" "$stores/admin.py" "$@"; }

# check WHAT COMMAND…: one line, and what the command said if it failed.
check() {
  local what=$1
  shift
  if "$@" >"$scratch/said" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $what"
  else
    failed=$((failed + 1))
    echo "FAIL $what"
    sed 's/^/     | /' "$scratch/said"
  fi
  cat "$scratch/said" >>"$scratch/all-said"
}

# refused CODE ABOUT COMMAND…: the command ends with this code, writes nothing to stdout, says what it
# is about and what to do.
refused() {
  local code=$1 about=$2 status=0
  shift 2
  "$@" >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
  cat "$scratch/stderr"
  if [ "$status" != "$code" ]; then
    echo "exit $status instead of $code: $*"
    return 1
  fi
  if [ -s "$scratch/stdout" ]; then
    echo "there is something on stdout: $*"
    return 1
  fi
  if ! grep -qF -- "$about" "$scratch/stderr"; then
    echo "the error does not name $about"
    return 1
  fi
  if ! grep -q '^hint: .' "$scratch/stderr"; then
    echo "the error does not say what to do"
    return 1
  fi
}

# no_download CODE URL OPTION…: as refused, and no file appears, not even part of one.
no_download() {
  local code=$1 url=$2 status=0
  shift 2
  rm -rf "$scratch/target"
  mkdir "$scratch/target"
  refused "$code" "$url" s3seal get "$@" "$url" "$scratch/target/file" || status=1
  if [ -n "$(ls -A "$scratch/target")" ]; then
    echo "a file was left behind: $(ls -A "$scratch/target")"
    status=1
  fi
  return $status
}

# diagnosed CODE URL CHECK=STATUS…: the doctor ends with this code and says this of these checks; all others pass.
diagnosed() {
  local code=$1 url=$2 status=0 expected others
  shift 2
  s3seal doctor --json "$url" >"$scratch/doctor" || status=$?
  cat "$scratch/doctor"
  if [ "$status" != "$code" ]; then
    echo "exit $status instead of $code"
    return 1
  fi
  others=$(sed -E 's/.*"check":"([^"]*)","status":"([^"]*)".*/\1=\2/' "$scratch/doctor")
  # There is no config.toml to judge.
  for expected in rules keys rule-endpoints; do
    others=$(grep -vx -- "$expected=skip" <<<"$others" || true)
  done
  for expected in "$@"; do
    if ! grep -qx -- "$expected" <<<"$others"; then
      echo "not so: $expected"
      return 1
    fi
    others=$(grep -vx -- "$expected" <<<"$others" || true)
  done
  if grep -v '=pass$' <<<"$others"; then
    echo "nobody expected that"
    return 1
  fi
}

# fails COMMAND…: for programs whose exit codes are not ours.
fails() {
  if "$@"; then
    echo "succeeded: $*"
    return 1
  fi
}

# tells_no_key FILE KEYFILE…: the file holds none of the (raw) keys in any spelling.
tells_no_key() {
  local file=$1
  shift
  "$venv/bin/python" - "$file" "$@" <<'PY'
import base64, hashlib, sys, urllib.parse

text = open(sys.argv[1], "rb").read()
assert text, f"{sys.argv[1]} is empty: nothing to search"
for name in sys.argv[2:]:
    key = open(name, "rb").read()
    assert len(key) == 32, f"{name} is no raw key"
    standard = base64.b64encode(key).decode()
    spellings = {
        "raw": key,
        "base64": standard.rstrip("=").encode(),
        "url-safe base64": base64.urlsafe_b64encode(key).rstrip(b"="),
        "percent-encoded base64": urllib.parse.quote(standard, safe="").encode(),
        "hex": key.hex().encode(),
        "upper-case hex": key.hex().upper().encode(),
    }
    for spelling, secret in spellings.items():
        assert secret not in text, f"{sys.argv[1]} holds a key as {spelling}"
PY
}

summary() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
