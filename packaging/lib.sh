# Sourced by build.sh and test.sh: where things are, and what the project is called in each registry.
# shellcheck shell=bash disable=SC2034 # those that source this use what is set here

set -euo pipefail
shopt -s inherit_errexit

packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$packaging")
# Absolute, for some tools run in other folders.
results=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")
tools=$results/packaging/venv

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
# The same version as each tool orders it: a pre-release comes before its release.
python_version=$(sed -E 's/-(alpha|a)\.?/a/; s/-(beta|b)\.?/b/; s/-rc\.?/rc/' <<<"$version")
debian_version=${version/-/\~}-1
rpm_version=${version/-/\~}

target=${S3SEAL_TARGET:-x86_64-unknown-linux-gnu}
case $target in
  x86_64-*) machine=x86_64 debian_arch=amd64 node_cpu=x64 image_arch=amd64 ;;
  aarch64-*) machine=aarch64 debian_arch=arm64 node_cpu=arm64 image_arch=arm64 ;;
  *) echo "$target: no package is made for this machine; set S3SEAL_TARGET to an x86_64 or aarch64 target" >&2; exit 2 ;;
esac
case $target in
  *-linux-gnu) node_os=linux ;;
  *-linux-musl) node_os=linux ;;
  *-apple-darwin) node_os=darwin ;;
  *) echo "$target: packages are made for Linux and macOS" >&2; exit 2 ;;
esac
node_platform=$node_os-$node_cpu
case $target in *-musl) node_platform+=-musl ;; esac

# Times in packages are those of the commit, so that two builds of it give the same bytes.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=$(stat -c %Y "$root/Cargo.lock")
fi
export SOURCE_DATE_EPOCH
export LC_ALL=C.UTF-8 TZ=UTC

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
# need COMMAND PACKAGE: the fix beside the cause.
need() { command -v "$1" >/dev/null || die "$1 is missing (Debian: $2)"; }

# The tools from PyPI, once a list.
python_tools() {
  local list=$packaging/requirements.txt
  if ! cmp -s "$list" "$tools/installed.txt"; then
    say "installing the tools of packaging/requirements.txt into $tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$tools/installed.txt"
  fi
}
