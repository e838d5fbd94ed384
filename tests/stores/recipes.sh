#!/usr/bin/env bash
# The recipes of mock/README.md for Python and Node, as they stand there, with the real clients, over http and https.
#
#   S3SEAL=target/release/s3seal tests/stores/recipes.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v npm >/dev/null || { echo "npm is missing (Debian: nodejs, npm)"; exit 1; }
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

mkdir python node
block python 'pytest and boto3' >python/test_sealed.py
block python 'aiobotocore' >python/sealed.py
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
check "Node and @aws-sdk/client-s3" run node node --test

summary
