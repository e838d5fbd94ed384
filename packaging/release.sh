#!/usr/bin/env bash
# The steps of .github/workflows/release.yml that are more than a line; packaging/setup-s3seal/test.sh runs them, too.
#
#   release.sh check TAG                   the tag is that of this version, the changelog has a section for it, and the crates
#                                          name the repository
#   release.sh notes                       that section, for the release's page
#   release.sh packages BINARIES OUT       all packages of the programs in BINARIES: s3seal-TARGET
#   release.sh image OUT NAME VERSION      pushes the image for each machine, and one name for all; prints its digest

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The changelog's section for this version, without its heading.
notes() {
  awk -v heading="## [$version]" '
    index($0, heading) == 1 { inside = 1; next }
    inside && /^## / { exit }
    inside
  ' "$root/CHANGELOG.md"
}

check() {
  [ "$1" = "v$version" ] || die "the tag is $1, and Cargo.toml has version $version: tag v$version, or change the version"
  [ -n "$(notes | tr -d '[:space:]')" ] || die "CHANGELOG.md has no section [$version]: give [Unreleased] this heading"
  # What an installed program says of itself, and what other programs install beside it.
  grep -q "^s3seal-mock = { version = \"$version\"" "$root/Cargo.toml" || die "Cargo.toml wants another version of s3seal-mock than $version"
  check_repository
}

# crates.io resolves the relative links of a README with `repository`, at github.com, gitlab.com and bitbucket.org; without
# it, it drops them. `cargo publish` takes the manifests as they were committed.
check_repository() {
  local known manifest
  known=$(sed -n '/^\[workspace.package\]/,/^\[/s/^repository = "\(.*\)"/\1/p' "$root/Cargo.toml")
  [ -n "$known" ] || die "Cargo.toml has no address: add \`repository = \"${S3SEAL_REPOSITORY:-https://HOST/OWNER/s3seal}\"\` to [workspace.package]"
  [ "$known" = "${S3SEAL_REPOSITORY:-$known}" ] || die "Cargo.toml has repository = \"$known\", and this is $S3SEAL_REPOSITORY"
  for manifest in Cargo.toml mock/Cargo.toml; do
    grep -q '^repository.workspace = true' "$root/$manifest" || die "$manifest has no address: add \`repository.workspace = true\` to [package]"
  done
}

packages() {
  local binaries out file one
  binaries=$(realpath -e "$1")
  mkdir -p "$2"
  out=$(realpath -e "$2")
  for file in "$binaries"/s3seal-*; do
    one=$(basename "$file")
    one=${one#s3seal-}
    local kinds=(licences tar wheel npm)
    case $one in
      *-linux-gnu) kinds+=(deb rpm image) ;;
    esac
    chmod +x "$file"
    # The text of the licences differs between systems, and each package has its own.
    rm -f "$out/THIRD-PARTY.txt"
    S3SEAL_BINARY=$file S3SEAL_TARGET=$one bash "$packaging/build.sh" "$out" "${kinds[@]}"
  done
  rm -f "$out/THIRD-PARTY.txt"
  bash "$packaging/build.sh" "$out" pytest
  [ -z "${S3SEAL_REPOSITORY:-}" ] || bash "$packaging/build.sh" "$out" recipes
}

image() {
  local out=$1 name=$2 tag=$3 archive one machines=()
  for archive in "$out"/s3seal-*-image-*.tar.gz; do
    one=$(basename "$archive" .tar.gz)
    one=${one##*-}
    docker load --quiet --input "$archive" >&2
    docker tag "localhost/s3seal:$tag" "$name:$tag-$one"
    docker push --quiet "$name:$tag-$one" >&2
    machines+=("$name:$tag-$one")
  done
  local names=(--tag "$name:$tag")
  # A pre-release is not what `latest` means.
  case $tag in *-*) ;; *) names+=(--tag "$name:latest" --tag "$name:${tag%.*}") ;; esac
  docker buildx imagetools create "${names[@]}" "${machines[@]}" >&2
  docker buildx imagetools inspect "$name:$tag" --format '{{.Manifest.Digest}}'
}

case ${1:-} in
  check) [ $# = 2 ] || die "usage: release.sh check TAG"; check "$2" ;;
  notes) notes ;;
  packages) [ $# = 3 ] || die "usage: release.sh packages BINARIES OUT"; packages "$2" "$3" ;;
  image) [ $# = 4 ] || die "usage: release.sh image OUT NAME VERSION"; image "$2" "$3" "$4" ;;
  *) die "usage: release.sh check|notes|packages|image …" ;;
esac
