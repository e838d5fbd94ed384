#!/bin/sh
# Installs a released s3seal: install.sh VERSION FOLDER. VERSION is 1.2.3, v1.2.3 or latest; the program goes to FOLDER/bin.
#
# S3SEAL_REPOSITORY   the address of the project: https://HOST/OWNER/s3seal
# S3SEAL_DOWNLOADS    where the files of the release are, if not below that address (a mirror)
# S3SEAL_ATTESTATION  OWNER/s3seal: the archive must have been built by this project's workflow; needs `gh`
#
# An archive whose checksum is not the release's is not unpacked. In a step of GitHub Actions, the program is in PATH of
# the following steps.
set -eu

fail() { echo "setup-s3seal: $*" >&2; exit 1; }

[ $# = 2 ] || fail "usage: install.sh VERSION FOLDER"
version=${1#v}
folder=$2
repository=${S3SEAL_REPOSITORY:-}
[ -n "$repository${S3SEAL_DOWNLOADS:-}" ] || fail "set S3SEAL_REPOSITORY to the address of the project"
command -v curl >/dev/null || fail "curl is missing"

if [ "$version" = latest ]; then
  # A release's address ends with its tag.
  version=$(curl -fsSLI --retry 3 -o /dev/null -w '%{url_effective}' "$repository/releases/latest") ||
    fail "$repository/releases/latest cannot be read"
  version=${version##*/v}
fi
case $version in
  ''|*[!0-9A-Za-z.-]*|[!0-9]*) fail "'$1' is no version: give 1.2.3, v1.2.3 or latest" ;;
esac

case $(uname -m) in
  x86_64|amd64) machine=x86_64 ;;
  aarch64|arm64) machine=aarch64 ;;
  *) fail "there is no package for $(uname -m): build it with cargo" ;;
esac
case $(uname -s) in
  Linux)
    system=unknown-linux-gnu
    # musl's loader; a glibc system may have it, too.
    if ! ldd --version 2>/dev/null | head -n 1 | grep -qi 'glibc\|gnu' && ls /lib/ld-musl-* >/dev/null 2>&1; then
      system=unknown-linux-musl
    fi ;;
  Darwin) system=apple-darwin ;;
  *) fail "there is no package for $(uname -s): build it with cargo" ;;
esac

archive=s3seal-$version-$machine-$system.tar.gz
from=${S3SEAL_DOWNLOADS:-$repository/releases/download/v$version}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in SHA256SUMS "$archive"; do
  curl -fsSL --retry 3 -o "$work/$file" "$from/$file" || fail "$from/$file cannot be fetched"
done
if command -v sha256sum >/dev/null; then sum='sha256sum -c'; else sum='shasum -a 256 -c'; fi
# The line of this archive, and no other file's: sha256sum would check what it is told to.
awk -v name="$archive" '$2 == name || $2 == "*" name' "$work/SHA256SUMS" >"$work/sum"
[ "$(wc -l <"$work/sum")" -eq 1 ] || fail "SHA256SUMS of the release does not name $archive"
(cd "$work" && $sum sum >/dev/null 2>&1) || fail "the checksum of $archive is not that of the release"
if [ -n "${S3SEAL_ATTESTATION:-}" ]; then
  command -v gh >/dev/null || fail "gh is missing, and the attestation cannot be verified without it"
  gh attestation verify "$work/$archive" --repo "$S3SEAL_ATTESTATION" >/dev/null ||
    fail "$archive was not attested by the workflow of $S3SEAL_ATTESTATION"
fi

tar -C "$work" -xzf "$work/$archive"
mkdir -p "$folder/bin" "$folder/share/man/man1" "$folder/share/man/man7"
unpacked=$work/${archive%.tar.gz}
# Moved within the folder, for a running program's file cannot be written to.
cp "$unpacked/s3seal" "$folder/bin/.s3seal.new"
chmod 755 "$folder/bin/.s3seal.new"
mv "$folder/bin/.s3seal.new" "$folder/bin/s3seal"
for page in "$unpacked"/man/*; do
  [ ! -f "$page" ] || cp "$page" "$folder/share/man/man${page##*.}/"
done
said=$("$folder/bin/s3seal" --version) || fail "the program does not start"
[ "$said" = "s3seal $version" ] || fail "the archive of $version holds $said"
[ -z "${GITHUB_PATH:-}" ] || echo "$folder/bin" >>"$GITHUB_PATH"
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'version=%s\npath=%s\n' "$version" "$folder/bin/s3seal" >>"$GITHUB_OUTPUT"
echo "$said in $folder/bin"
