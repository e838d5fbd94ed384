#!/usr/bin/env bash
# The recipes of mock/README.md for Python, Node, Go and Rust, as they stand there, with the real clients, over http and
# https. Go has the AWS SDK of Debian, for modules would come from Go's own proxy; Rust builds its clients with cargo.
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
readme=$(realpath -e "$stores/../../mock/README.md")
testcontainers=$(realpath -e "$stores/../../examples/testcontainers")
isolate
cd "$scratch"

# block LANGUAGE HEADING: the first block in this language below this heading.
block() {
  awk -v language="$1" -v heading="### $2" '
    $0 == heading { below = 1; next }
    below && $0 == "```" language { inside = 1; next }
    inside && /^```/ { exit }
    inside
  ' "$readme"
}

mkdir python data opendal node go
block python 'pytest and boto3' >python/test_sealed.py
block python 'aiobotocore' >python/sealed.py
block python 'polars, pyarrow and DuckDB' >data/test_data.py
block python 'OpenDAL' >opendal/sealed.py
block go 'Go' >go/sealed_test.go
client=$recipes/rust
mkdir -p "$client/src"
cp "$stores/recipes-rust.toml" "$client/Cargo.toml"
block rust,ignore 'Rust' >"$client/src/main.rs"
block javascript 'Node' >node/sealed.test.mjs
ln -s "$recipes/node_modules" node/node_modules

# run FOLDER COMMAND…: the command as the recipe says it, on a server over http and on one over https.
run() (
  cd "$1"
  shift
  [ -s "$(ls | head -n 1)" ] || exit
  for tls in '' --tls; do
    timeout 120 "$S3SEAL" mock $tls -- "$@" || exit
  done
)
check "pytest and boto3" run python "$recipes/bin/python" -m pytest -q -p no:cacheprovider
check "aiobotocore" run python "$recipes/bin/python" sealed.py
check "polars, pyarrow and DuckDB" run data "$recipes/bin/python" -m pytest -q -p no:cacheprovider
check "OpenDAL" run opendal "$recipes/bin/python" sealed.py
check "Node and @aws-sdk/client-s3" run node node --test
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
check "the module for testcontainers and its test are built" rust test "$testcontainers" --locked --no-run

summary
