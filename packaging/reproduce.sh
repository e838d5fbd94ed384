#!/usr/bin/env bash
# Builds the program twice, from two folders with two folders of crates, and compares: packaging/reproduce.sh FOLDER
# If the bytes differ, it says in which sections of the program.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# = 1 ] || die "usage: packaging/reproduce.sh FOLDER"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
for one in first second/further; do
  [ -d "$folder/$one/tree" ] || git clone --quiet --shared "$root" "$folder/$one/tree"
  git -C "$folder/$one/tree" checkout --quiet "$(git -C "$root" rev-parse HEAD)"
  # The toolchain stays; the crates' sources are in another folder, which must not matter.
  env -u CARGO_TARGET_DIR CARGO_HOME="$folder/$one/cargo" bash "$folder/$one/tree/packaging/build.sh" "$folder/$one/out" binary
done
first=$folder/first/out/s3seal-$target second=$folder/second/further/out/s3seal-$target
if cmp "$first" "$second"; then
  say "the same $(stat -c %s "$first") bytes from both folders"
  exit
fi
for section in $(readelf -SW "$first" | grep -oE '\] \.[a-z_.]+' | cut -c3-); do
  if ! cmp -s <(objcopy -O binary --only-section="$section" "$first" /dev/stdout) \
    <(objcopy -O binary --only-section="$section" "$second" /dev/stdout); then say "section $section differs"; fi
done
exit 1
