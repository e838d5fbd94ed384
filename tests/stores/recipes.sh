#!/usr/bin/env bash
# The recipes of docs/src/how-to/testing/ for Python, Node, Go and Rust, as they stand there, with the real clients, over
# http and https. Go has the AWS SDK of Debian, for modules would come from Go's own proxy; Rust builds its clients with cargo.
# examples/testcontainers is only compiled: its test takes Docker.
#
#   S3SEAL=target/release/s3seal tests/stores/recipes.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v npm >/dev/null || { echo "npm is missing (Debian: nodejs, npm)"; exit 1; }
gocode=/usr/share/gocode
[ -d "$gocode/src/github.com/aws/aws-sdk-go-v2" ] && command -v go >/dev/null ||
  { echo "Go and its AWS SDK are missing (Debian: golang-go, golang-github-aws-aws-sdk-go-v2-dev)"; exit 1; }
command -v cargo >/dev/null || { echo "cargo is missing"; exit 1; }
# Before the environment is isolated: rustup and cargo have their files below the caller's home.
rust_home=$(rustc --print sysroot)
cargo_home=${CARGO_HOME:-$HOME/.cargo}
# An environment of its own: aiobotocore needs an older botocore than the other checks have.
recipes=$(dirname "$venv")/recipes
if ! cmp -s "$stores/recipes.txt" "$recipes/installed.txt"; then
  echo "installing the clients of the recipes into $recipes"
  python3 -m venv "$recipes"
  "$recipes/bin/pip" install --quiet --disable-pip-version-check -r "$stores/recipes.txt"
  cp "$stores/recipes.txt" "$recipes/installed.txt"
fi
# From the registry, or from npm's cache.
npm install --silent --no-audit --no-fund --prefix "$recipes" "$(cat "$stores/recipes-npm.txt")"
recipes=$(cd "$recipes" && pwd)
repository=$(realpath -e "$stores/../..")
pages=$repository/docs/src/how-to/testing
isolate
cd "$scratch"

# block PAGE FILE: the block of this page that is this file.
block() {
  awk -v file="file=$2" '
    !inside && /^```/ && substr($0, length($0) - length(file)) == "," file { inside = 1; next }
    inside && /^```/ { exit }
    inside
  ' "$pages/$1.md"
}

mkdir python fixtures data async opendal node server go
block python test_sealed.py >python/test_sealed.py
block python test_fixtures.py >fixtures/test_fixtures.py
block python test_retries.py >fixtures/test_retries.py
block python sealed_async.py >async/sealed_async.py
block python test_data.py >data/test_data.py
block python sealed_opendal.py >opendal/sealed_opendal.py
block go sealed_test.go >go/sealed_test.go
client=$recipes/rust
mkdir -p "$client/src"
cp "$stores/recipes-rust.toml" "$client/Cargo.toml"
block rust src/main.rs >"$client/src/main.rs"
block rust tests/recipe.rs >recipe.rs
block node sealed.test.mjs >node/sealed.test.mjs
block node server.test.mjs >server/server.test.mjs
ln -s "$recipes/node_modules" node/node_modules
# The packages of this repository as they stand, not installed: their program is the one under test.
mkdir server/node_modules
ln -s "$recipes/node_modules/@aws-sdk" server/node_modules/@aws-sdk
cp -r "$repository/packaging/npm/s3seal" server/node_modules/s3seal
printf '[pytest]\naddopts = -p pytest_s3seal.plugin\n' >fixtures/pytest.ini

# run FOLDER COMMAND…: the command as the recipe says it, on a server over http and on one over https.
run() (
  cd "$1"
  shift
  [ -s "$(ls | head -n 1)" ] || exit
  for tls in '' --tls; do
    timeout 120 "$S3SEAL" mock $tls -- "$@" || exit
  done
)
check "the page has mock/tests/recipe.rs" cmp recipe.rs "$repository/mock/tests/recipe.rs"
with_fixtures() (
  cd fixtures
  for tls in '' --s3seal-tls; do
    PATH=$(dirname "$S3SEAL"):$PATH PYTHONPATH=$repository/packaging/pytest-s3seal/src PYTHONDONTWRITEBYTECODE=1 \
      timeout 120 "$recipes/bin/python" -m pytest -q -p no:cacheprovider $tls || exit
  done
)
check "pytest-s3seal" with_fixtures
check "pytest and boto3" run python "$recipes/bin/python" -m pytest -q -p no:cacheprovider
check "aiobotocore" run async "$recipes/bin/python" sealed_async.py
check "polars, pyarrow and DuckDB" run data "$recipes/bin/python" -m pytest -q -p no:cacheprovider
check "OpenDAL" run opendal "$recipes/bin/python" sealed_opendal.py
check "Node and @aws-sdk/client-s3" run node node --test
with_start_server() (cd server && S3SEAL_BINARY=$S3SEAL timeout 120 node --test)
check "Node and startServer" with_start_server
check "Go and aws-sdk-go-v2" run go env GO111MODULE=off GOPATH="$gocode" GOCACHE="$recipes/gocache" go test ./...
# rust COMMAND FOLDER OPTION…: cargo, with one folder of results for all.
rust() {
  local command=$1 manifest=$2/Cargo.toml
  shift 2
  CARGO_HOME=$cargo_home RUSTC=$rust_home/bin/rustc "$rust_home/bin/cargo" "$command" --quiet --manifest-path "$manifest" \
    --target-dir "$recipes/rust-target" "$@"
}
check "object_store and opendal are built" rust build "$client"
check "object_store and opendal" run "$client" "$recipes/rust-target/debug/recipe"
check "the module for testcontainers and its test are built" rust test "$repository/examples/testcontainers" --locked --no-run

summary
