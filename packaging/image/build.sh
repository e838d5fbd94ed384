#!/usr/bin/env bash
# The container image: packaging/image/build.sh BINARY LICENCES FILE. Called by packaging/build.sh.
#
# FILE is an archive that `docker load`, `podman load` and `skopeo` read.

# shellcheck source=../lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

binary=$1 licences=$2 file=$3
need buildah buildah
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree"/{etc/ssl/certs,usr/bin,usr/share/doc/s3seal,home/s3seal,data,tmp,proc}
install -m 755 "$binary" "$tree/usr/bin/s3seal"
install -m 644 "$licences" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$tree/usr/share/doc/s3seal/"

# A glibc program needs its loader, its libraries, and what glibc opens by name to look up hosts: Debian's, with Debian's
# licence file. They are this machine's, or of Debian's package if the program is for another machine.
place_libraries() {
  local loader library found from=/
  loader=$(readelf -p .interp "$binary" 2>/dev/null | grep -o '/[^ ]*ld-linux[^ ]*') || return 0
  if [ "$machine" != "$(uname -m)" ]; then
    from=$work/debian
    fetch_libraries "$from"
  fi
  # libnss_files and libnss_dns are part of libc.so.6 since glibc 2.34.
  for library in $(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p') libresolv.so.2 "$(basename "$loader")"; do
    found=$(find "$from"/{,usr/}lib/"$machine-linux-gnu" -name "$library" 2>/dev/null | head -n 1)
    [ -n "$found" ] || die "image: $library is not in $from (Debian: libc6)"
    install -D -m 755 "$(realpath "$found")" "$tree/usr/lib/$library"
  done
  [ ! -e "$from/usr/share/doc/libgcc-s1/copyright" ] || documents=(libc6 libgcc-s1)
  for library in "${documents[@]}"; do
    install -D -m 644 "$from/usr/share/doc/$library/copyright" "$tree/usr/share/doc/$library/copyright" 2>/dev/null ||
      install -D -m 644 "$(realpath -m "$from/usr/share/doc/$library")/copyright" "$tree/usr/share/doc/$library/copyright"
  done
  ln -sfn usr/lib "$tree/lib"
  # Where the loader is, in the program: /lib64/ld-linux-x86-64.so.2, /lib/ld-linux-aarch64.so.1.
  [ -e "$tree$loader" ] || { mkdir -p "$tree$(dirname "$loader")" && ln -s "/usr/lib/$(basename "$loader")" "$tree$loader"; }
}
documents=(libc6)

# fetch_libraries FOLDER: glibc of another machine, by apt with lists of its own: this machine's stay as they are.
fetch_libraries() {
  need apt-get apt
  local state=$work/apt options
  mkdir -p "$state"/{lists/partial,archives/partial} "$1"
  options=(-o "APT::Architecture=$debian_arch" -o "APT::Architectures=$debian_arch" -o "Dir::State::lists=$state/lists"
    -o Dir::State::status=/dev/null -o "Dir::Cache::archives=$state/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root)
  apt-get "${options[@]}" -qq update
  (cd "$state" && apt-get "${options[@]}" -qq download libc6 libgcc-s1)
  local package
  for package in "$state"/*.deb; do dpkg-deb -x "$package" "$1"; done
}
mkdir -p "$tree/usr/lib"
place_libraries
[ -s /etc/ssl/certs/ca-certificates.crt ] || die "image: the CA certificates are missing (Debian: ca-certificates)"
install -m 644 /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0::/:/\ns3seal:x:65532:65532::/home/s3seal:/\n' >"$tree/etc/passwd"
printf 'root:x:0:\ns3seal:x:65532:\n' >"$tree/etc/group"
printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
find "$tree" -type d -exec chmod 755 {} +
chmod 1777 "$tree/tmp"
# A folder that comes from outside has its own owner; one of Docker's takes this one.
chown -R 0:0 "$tree"
chown 65532:65532 "$tree/home/s3seal" "$tree/data"
tar --sort=name --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$tree" -cf "$work/tree.tar" .

label() { printf -- '--label\norg.opencontainers.image.%s=%s\n' "$1" "$2"; }
mapfile -t labels < <(
  label title s3seal
  label description 'An S3 client for SSE-C, and an S3 server for tests'
  label version "$version"
  label licenses 'MIT OR Apache-2.0'
  label created "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)"
  label revision "$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)"
  [ -z "${S3SEAL_REPOSITORY:-}" ] || label source "$S3SEAL_REPOSITORY"
)
# Neither a daemon nor the machine's own store of images: everything is below the folder of this run.
storage=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
buildah "${storage[@]}" build --isolation chroot --format docker --timestamp "$SOURCE_DATE_EPOCH" --layers=false \
  --platform "linux/$image_arch" "${labels[@]}" --quiet --tag "localhost/s3seal:$version" --file "$packaging/image/Containerfile" "$work" >/dev/null
buildah "${storage[@]}" push --quiet "localhost/s3seal:$version" "docker-archive:$work/image.tar:localhost/s3seal:$version"
gzip -9n <"$work/image.tar" >"$file"
say "image: $file"
