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

check "pictures of a terminal are fresh" env S3SEAL="$S3SEAL" "$venv/bin/python" "$root/docs/screenshots/make.py" --check

# How the pages look. axe-core judges them for readers with a keyboard, a screen reader or weak eyes.
axe=$(dirname "$venv")/axe
HOME=$home npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$axe" axe-core@4.14.1
driver_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
serve driver.log chromedriver --port="$driver_port"
answers "$driver_port" driver.log
looks() {
  timeout 1800 python3 "$stores/book_browser.py" "http://127.0.0.1:$driver_port" "${1:-$root/target/book}" "$axe/node_modules/axe-core/axe.min.js"
}
# What must be found: something too wide, an image that is not there, text that is hardly seen; and there is no search.
mkdir flawed
cat >flawed/index.html <<'HTML'
<!doctype html><html lang="en"><title>flawed</title><main><h1>Flawed</h1><div style="width: 2000px">wide</div>
<img src="absent.png" alt="absent"><p style="color: #ccc; background: #fff">pale</p></main></html>
HTML
flaws_are_found() {
  local said flaw
  said=$(looks flawed) && return 1
  for flaw in "wider than the window" "broken image: absent.png" "not there: 404 /absent.png" "color-contrast (serious): p" "search"; do
    grep -qF "$flaw" <<<"$said" || { echo "not found: $flaw"; echo "$said"; return 1; }
  done
}
check "the check of pages finds what is wrong" flaws_are_found
check "each page, wide and narrow, light and dark" looks

summary
