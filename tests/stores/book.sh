#!/usr/bin/env bash
# The pages of the book whose blocks need other programs or a real store, and how the whole book looks in a browser: each page at two
# widths in both themes. Before: `mdbook build docs`. Debian: age, ssss, chromium, chromium-driver, npm.
#
#   S3SEAL=target/release/s3seal tests/stores/book.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for tool in age ssss-split openssl npm chromium chromedriver cargo; do
  command -v "$tool" >/dev/null || { echo "$tool is missing (Debian: age, ssss, openssl, npm, chromium, chromium-driver)"; exit 1; }
done
root=$(realpath -e "$stores/../..")
[ -e "$root/target/book/index.html" ] || { echo "the book is not built: mdbook build docs"; exit 1; }
install_tools
# pytest and what else the recipes for Python need.
recipes=$(dirname "$venv")/recipes
if ! cmp -s "$stores/recipes.txt" "$recipes/installed.txt"; then
  python3 -m venv "$recipes"
  "$recipes/bin/pip" install --quiet --disable-pip-version-check -r "$stores/recipes.txt"
  cp "$stores/recipes.txt" "$recipes/installed.txt"
fi
# Before the environment is isolated: rustup and cargo have their files below the caller's home.
home=$HOME
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
cd "$root"
HOME=$home cargo test --quiet -p s3seal --locked --test s3seal --no-run
isolate
export PATH=$venv/bin:$recipes/bin:$PATH
cd "$scratch"

. "$stores/weed.sh"
start_seaweedfs
admin make demo
blocks() (cd "$root" && HOME=$home timeout 900 cargo test --quiet -p s3seal --locked --test s3seal -- --ignored book::)
check "blocks that need other programs" blocks
