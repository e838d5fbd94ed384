#!/usr/bin/env bash
# Makes the packages from this source tree into a folder, named as the tools name them:
#
#   packaging/build.sh OUT [KIND…]     KINDs: binary licences tar wheel pytest npm deb rpm image recipes; all by default
#
# S3SEAL_BINARY=FILE packs this program instead of building one: packages of one release hold the same bytes.
# S3SEAL_TARGET is a Rust target (x86_64-unknown-linux-gnu by default), S3SEAL_GLIBC the oldest glibc to run with.
# S3SEAL_REPOSITORY is the address of the project, for the recipes: https://HOST/OWNER/s3seal.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 1 ] || die "usage: packaging/build.sh OUT [binary|licences|tar|wheel|pytest|npm|deb|rpm|image|recipes]…"
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a kind needs and another kind makes.
binary=$out/s3seal-$target
licences=$out/THIRD-PARTY.txt
[ -z "${S3SEAL_BINARY:-}" ] || binary=$(realpath -e "$S3SEAL_BINARY")
have_binary() { [ -e "$binary" ] || build_binary; }
have_licences() { [ -e "$licences" ] || build_licences; }

build_binary() {
  if [ -n "${S3SEAL_BINARY:-}" ]; then
    say "binary: $binary, from S3SEAL_BINARY"
    [ "$binary" = "$out/s3seal-$target" ] || install -m 755 "$binary" "$out/s3seal-$target"
    return
  fi
  need cargo 'cargo, or rustup'
  python_tools
  local cargo_home=${CARGO_HOME:-$HOME/.cargo} command=zigbuild build_target=$target
  case $target in
    *-apple-darwin) command=build ;;
    *-linux-gnu) build_target=$target.${S3SEAL_GLIBC:-2.17} ;;
  esac
  # Which crates are inside, for scanners: `cargo audit bin`. Rust code and C code must not name folders of the machine
  # that they were built on, or the bytes would depend on them.
  local auditable=() maps="-ffile-prefix-map=$root=/s3seal -ffile-prefix-map=$cargo_home=/cargo"
  if PATH=$results/tools/bin:$PATH command -v cargo-auditable >/dev/null; then auditable=(auditable); fi
  PATH=$tools/bin:$results/tools/bin:$PATH \
    RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$root=/s3seal --remap-path-prefix=$cargo_home=/cargo" \
    CFLAGS="${CFLAGS:-} $maps" CARGO_INCREMENTAL=0 \
    cargo "${auditable[@]}" "$command" --manifest-path "$root/Cargo.toml" --target-dir "$results/packaging/cargo" \
    --package s3seal --bin s3seal --release --locked --target "$build_target"
  install -m 755 "$results/packaging/cargo/$target/release/s3seal" "$binary"
  say "binary: $binary"
}

# The newest symbol version of glibc that the program needs: 2.17.
glibc_of() { readelf -W --version-info "$1" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1 | sed 's/GLIBC_//'; }

build_licences() {
  need cargo 'cargo, or rustup'
  python3 "$packaging/dependencies.py" --manifest "$root/Cargo.toml" --target "$target" \
    --licences "$licences" --sbom "$out/s3seal-$version-$target.cdx.json"
}

# place FILE MODE PATH: a file of a package, with the time of the commit.
place() { install -D -m "$2" "$1" "$3"; touch -d "@$SOURCE_DATE_EPOCH" "$3"; }

# The folders of Unix: PREFIX/bin, PREFIX/share/man, and where each shell looks for completions.
place_program() {
  local prefix=$1 page zsh=${2:-site-functions}
  place "$binary" 755 "$prefix/bin/s3seal"
  for page in "$root"/man/*.[1-8]; do place "$page" 644 "$prefix/share/man/man${page##*.}/$(basename "$page")"; done
  place "$root/completions/s3seal.bash" 644 "$prefix/share/bash-completion/completions/s3seal"
  place "$root/completions/_s3seal" 644 "$prefix/share/zsh/$zsh/_s3seal"
  place "$root/completions/s3seal.fish" 644 "$prefix/share/fish/vendor_completions.d/s3seal.fish"
  place "$root/completions/s3seal.elv" 644 "$prefix/share/elvish/lib/s3seal.elv"
}

place_documents() {
  local name
  for name in README.md CHANGELOG.md SECURITY.md; do place "$root/$name" 644 "$1/$name"; done
}

place_licences() {
  place "$root/LICENSE-APACHE" 644 "$1/LICENSE-APACHE"
  place "$root/LICENSE-MIT" 644 "$1/LICENSE-MIT"
  place "$licences" 644 "$1/THIRD-PARTY.txt"
}

build_tar() {
  have_binary
  have_licences
  local name=s3seal-$version-$target
  place "$binary" 755 "$work/$name/s3seal"
  place_documents "$work/$name"
  place_licences "$work/$name"
  local file
  for file in "$root"/man/*.[1-8]; do place "$file" 644 "$work/$name/man/$(basename "$file")"; done
  for file in "$root"/completions/*; do place "$file" 644 "$work/$name/completions/$(basename "$file")"; done
  tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -C "$work" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
  say "tar: $out/$name.tar.gz"
}

wheel_tag() {
  local glibc
  case $target in
    *-linux-gnu)
      glibc=$(glibc_of "$binary")
      # pip before 20.3 knows the older name only.
      if [ "$(printf '%s\n' "$glibc" 2.17 | sort -V | tail -n 1)" = 2.17 ]; then
        echo "manylinux_2_17_$machine.manylinux2014_$machine"
      else
        echo "manylinux_${glibc/./_}_$machine"
      fi ;;
    *-linux-musl) echo "musllinux_1_2_$machine" ;;
    x86_64-apple-darwin) echo macosx_10_12_x86_64 ;;
    aarch64-apple-darwin) echo macosx_11_0_arm64 ;;
  esac
}

build_wheel() {
  have_binary
  have_licences
  python_tools
  local tag info data built=$work/wheel
  tag=$(wheel_tag)
  info=$work/wheel-tree/s3seal-$python_version.dist-info data=$work/wheel-tree/s3seal-$python_version.data
  # The wheel has the program once, as a script: pip puts it into bin.
  place_program "$work/wheel-data"
  mkdir -p "$info" "$data/scripts"
  mv "$work/wheel-data/bin/s3seal" "$data/scripts/s3seal"
  rmdir "$work/wheel-data/bin"
  mv "$work/wheel-data" "$data/data"
  { sed "s/@VERSION@/$python_version/" "$packaging/wheel/METADATA"; echo; cat "$packaging/wheel/README.md"; } >"$info/METADATA"
  printf 'Wheel-Version: 1.0\nGenerator: s3seal packaging\nRoot-Is-Purelib: false\n' >"$info/WHEEL"
  local one
  for one in ${tag//./ }; do echo "Tag: py3-none-$one" >>"$info/WHEEL"; done
  place_licences "$info/licenses"
  mkdir "$built"
  "$tools/bin/wheel" pack --dest-dir "$built" "$work/wheel-tree" >&2
  local wheel=("$built"/*.whl)
  "$tools/bin/twine" check --strict "${wheel[0]}" >&2
  case $target in
    *-linux-gnu) check_wheel "${wheel[0]}" "${tag%%.*}" ;;
  esac
  mv "${wheel[0]}" "$out/"
  say "wheel: $out/$(basename "${wheel[0]}")"
}

# The tag promises what the program needs of a system: auditwheel reads that in the program.
check_wheel() {
  local said
  said=$("$tools/bin/auditwheel" show "$1" 2>&1) || die "auditwheel: $said"
  grep -qF "\"$2\"" <<<"$(tr '\n' ' ' <<<"$said")" || die "auditwheel does not find $2 in $(basename "$1"): $said"
}

build_pytest() {
  python_tools
  cp -r "$packaging/pytest-s3seal" "$work/pytest"
  rm -rf "$work/pytest/dist"
  cp "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$work/pytest/"
  sed -i "s/^version = .*/version = \"$python_version\"/; s/\"s3seal==[^\"]*\"/\"s3seal==$python_version\"/" "$work/pytest/pyproject.toml"
  "$tools/bin/python" -m build --no-isolation --outdir "$work/pytest-out" "$work/pytest" >"$work/pytest.log" 2>&1 ||
    die "pytest-s3seal is not built: $(tail -n 20 "$work/pytest.log")"
  "$tools/bin/twine" check --strict "$work"/pytest-out/* >&2
  mv "$work"/pytest-out/* "$out/"
  say "pytest: $out/pytest_s3seal-$python_version-py3-none-any.whl"
}

# The package `s3seal` chooses the package with the program for its system: npm installs only that one, and no script runs.
build_npm() {
  have_binary
  have_licences
  need npm 'nodejs npm'
  local main=$work/npm-main platform=$work/npm-platform
  cp -r "$packaging/npm/s3seal" "$main"
  place_licences "$main"
  rm "$main/THIRD-PARTY.txt"
  cp -r "$packaging/npm/platform" "$platform"
  place "$binary" 755 "$platform/bin/s3seal"
  place_licences "$platform"
  python3 - "$version" "$node_os" "$node_cpu" "$node_platform" "$main/package.json" "$platform/package.json" <<'PYTHON'
import json, sys

version, system, cpu, name, main, platform = sys.argv[1:]

def change(path, changes):
    with open(path) as file:
        content = json.load(file)
    changes(content)
    with open(path, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")

def in_main(content):
    content["version"] = version
    content["optionalDependencies"] = dict.fromkeys(content["optionalDependencies"], version)

def in_platform(content):
    content.update(name=f"s3seal-{name}", version=version, os=[system], cpu=[cpu])
    content["description"] = f"The program s3seal for {name}; install the package s3seal"
    if system == "linux":
        content["libc"] = ["musl" if name.endswith("-musl") else "glibc"]

change(main, in_main)
change(platform, in_platform)
PYTHON
  sed -i "s/@PLATFORM@/$node_platform/" "$platform/README.md"
  local folder
  for folder in "$main" "$platform"; do
    (cd "$folder" && npm pack --silent --ignore-scripts --pack-destination "$out") >/dev/null
  done
  say "npm: $out/s3seal-$version.tgz, s3seal-$node_platform-$version.tgz"
}

build_deb() {
  have_binary
  have_licences
  need dpkg-deb dpkg
  local tree=$work/deb glibc page
  local documents=$tree/usr/share/doc/s3seal
  glibc=$(glibc_of "$binary")
  place_program "$tree/usr" vendor-completions
  # Debian has its own place for licences, and no elvish folder.
  rm -r "$tree/usr/share/elvish"
  for page in "$tree"/usr/share/man/man?/*; do gzip -9n "$page"; done
  place "$root/README.md" 644 "$documents/README.md"
  place "$root/CHANGELOG.md" 644 "$documents/changelog"
  { sed "s/@VERSION@/$debian_version/; s/@DATE@/$(date -R -d "@$SOURCE_DATE_EPOCH")/" "$packaging/deb/changelog"; } >"$documents/changelog.Debian"
  gzip -9n "$documents/changelog" "$documents/changelog.Debian"
  place "$licences" 644 "$documents/THIRD-PARTY.txt"
  gzip -9n "$documents/THIRD-PARTY.txt"
  { cat "$packaging/deb/copyright"; sed 's/^$/./; s/^/ /' <(tail -n +5 "$root/LICENSE-MIT"); } >"$documents/copyright"
  place "$packaging/deb/lintian-overrides" 644 "$tree/usr/share/lintian/overrides/s3seal"
  # The tree's folders are the package's: their rights must not depend on this user's umask.
  find "$tree" -type d -exec chmod 755 {} +
  chmod 644 "$documents"/*
  mkdir "$tree/DEBIAN"
  sed "s/@VERSION@/$debian_version/; s/@ARCH@/$debian_arch/; s/@GLIBC@/$glibc/; s/@SIZE@/$(du -sk --apparent-size "$tree/usr" | cut -f1)/" \
    "$packaging/deb/control" >"$tree/DEBIAN/control"
  (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/s3seal_${debian_version}_$debian_arch.deb" >/dev/null
  say "deb: $out/s3seal_${debian_version}_$debian_arch.deb"
}

build_rpm() {
  have_binary
  have_licences
  need rpmbuild rpm
  local tree=$work/rpm/tree page
  place_program "$tree/usr"
  rm -r "$tree/usr/share/elvish"
  for page in "$tree"/usr/share/man/man?/*; do gzip -9n "$page"; done
  place_documents "$tree/usr/share/doc/s3seal"
  place_licences "$tree/usr/share/licenses/s3seal"
  find "$tree" -type d -exec chmod 755 {} +
  sed "s/@VERSION@/$rpm_version/; s/@GLIBC@/$(glibc_of "$binary")/; s/@DATE@/$(LC_ALL=C date -d "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y')/" \
    "$packaging/rpm/s3seal.spec" >"$work/rpm/s3seal.spec"
  # Built as on a machine that is not this one: names and times must not end up in the package.
  HOME=$work rpmbuild -bb --quiet --target "$machine-linux" --define "_topdir $work/rpm/top" --define "_rpmdir $work/rpm/out" \
    --define "_dbpath $work/rpm/db" --define "tree $tree" --define '_buildhost localhost' \
    --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    --define '_binary_payload w6.xzdio' "$work/rpm/s3seal.spec" >"$work/rpm.log" 2>&1 ||
    die "the rpm is not built: $(tail -n 20 "$work/rpm.log")"
  mv "$work/rpm/out/$machine"/*.rpm "$out/"
  say "rpm: $out/s3seal-$rpm_version-1.$machine.rpm"
}

build_image() {
  have_binary
  have_licences
  bash "$packaging/image/build.sh" "$binary" "$licences" "$out/s3seal-$version-image-$image_arch.tar.gz"
}

# What belongs to registries that take a recipe, not a package. The sums are those of the archives in OUT.
build_recipes() {
  local repository=${S3SEAL_REPOSITORY:-}
  [ -n "$repository" ] || die "recipes: set S3SEAL_REPOSITORY to the address of the project, https://HOST/OWNER/s3seal"
  python3 "$packaging/recipes/fill.py" --version "$version" --repository "$repository" --archives "$out" --out "$out"
}

kinds=("$@")
if [ ${#kinds[@]} = 0 ]; then
  kinds=(binary licences tar wheel pytest npm deb rpm image)
  [ -z "${S3SEAL_REPOSITORY:-}" ] || kinds+=(recipes)
fi
for kind in "${kinds[@]}"; do
  case $kind in
    binary|licences|tar|wheel|pytest|npm|deb|rpm|image|recipes) "build_$kind" ;;
    *) die "$kind: no such kind; there are binary, licences, tar, wheel, pytest, npm, deb, rpm, image and recipes" ;;
  esac
done

(cd "$out" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >SHA256SUMS)
say "checksums: $out/SHA256SUMS"
