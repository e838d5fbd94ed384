#!/usr/bin/env bash
# The shell of the action, of the GitLab component and of the recipes, on the archive in OUT: setup-s3seal/test.sh OUT
# Called by packaging/test.sh. The release is a folder here; nothing is fetched from a host.

# shellcheck source=../lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

out=$(realpath -e "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$packaging/setup-s3seal
archive=s3seal-$version-$target.tar.gz
release=$work/release
mkdir "$release" "$work/bin"
cp "$out/$archive" "$release/"
(cd "$release" && sha256sum -- * >SHA256SUMS)

# install WHAT…: as the action's step runs it, with variables set before.
install() {
  true >"$work/path"
  true >"$work/output"
  (export GITHUB_PATH=$work/path GITHUB_OUTPUT=$work/output S3SEAL_DOWNLOADS=${downloads-file://$release}
    unset S3SEAL_REPOSITORY
    env "${extra[@]}" sh "$here/install.sh" "$@") >"$work/said" 2>&1
}
extra=(A=1)
# says WORDS…: install fails, and says so.
fails() {
  local words=$1
  shift
  if install "$@"; then echo "install.sh $* passed, and should say: $words"; exit 1; fi
  grep -qF -- "$words" "$work/said" || { echo "install.sh $* should say: $words; it says:"; cat "$work/said"; exit 1; }
}

install "v$version" "$work/installed" || { cat "$work/said"; exit 1; }
[ "$(cat "$work/path")" = "$work/installed/bin" ]
grep -qx "version=$version" "$work/output"
grep -qx "path=$work/installed/bin/s3seal" "$work/output"
[ -s "$work/installed/share/man/man1/s3seal.1" ]
PATH=$(cat "$work/path"):$PATH sh "$packaging/main-job.sh"
# Again, over the first.
install "$version" "$work/installed"

# The archive that was attested is the one that is installed, and gh is asked about it.
cat >"$work/bin/gh" <<'GH'
#!/bin/sh
echo "$*" >>"$GH_ASKED"
[ "$GH_ANSWER" = yes ]
GH
chmod +x "$work/bin/gh"
extra=(PATH="$work/bin:$PATH" GH_ASKED="$work/asked" GH_ANSWER=yes S3SEAL_ATTESTATION=owner/s3seal)
install "$version" "$work/attested" || { cat "$work/said"; exit 1; }
grep -qE "^attestation verify .*/$archive --repo owner/s3seal$" "$work/asked"
extra=(PATH="$work/bin:$PATH" GH_ASKED="$work/asked" GH_ANSWER=no S3SEAL_ATTESTATION=owner/s3seal)
fails 'was not attested by the workflow of owner/s3seal' "$version" "$work/refused"
[ ! -e "$work/refused/bin/s3seal" ]
extra=(A=1)

fails 'is no version' main "$work/refused"
fails 'is no version' '1.0/../..' "$work/refused"
fails 'usage: install.sh VERSION FOLDER' "$version"
fails 'cannot be fetched' 999.0.0 "$work/refused"
downloads='' fails 'set S3SEAL_REPOSITORY' "$version" "$work/refused"
sed "s/$archive/another.tar.gz/" "$release/SHA256SUMS" >"$work/sums"
cp -r "$release" "$work/unnamed" && cp "$work/sums" "$work/unnamed/SHA256SUMS"
downloads=file://$work/unnamed fails "does not name $archive" "$version" "$work/refused"
cp -r "$release" "$work/tampered"
printf 'x' >>"$work/tampered/$archive"
downloads=file://$work/tampered fails 'is not that of the release' "$version" "$work/refused"
# A release whose archive holds another program.
mkdir -p "$work/other/s3seal-$version-$target"
printf '#!/bin/sh\necho s3seal 0.0.0-other\n' >"$work/other/s3seal-$version-$target/s3seal"
chmod +x "$work/other/s3seal-$version-$target/s3seal"
tar -C "$work/other" -czf "$work/other/$archive" "s3seal-$version-$target"
(cd "$work/other" && sha256sum "$archive" >SHA256SUMS)
downloads=file://$work/other fails 'holds s3seal 0.0.0-other' "$version" "$work/refused"
echo "the action's script installs, verifies and refuses"

# The component's script, as a runner of GitLab executes it: the text of the YAML, then the job's own script.
python_tools
"$tools/bin/python" - "$root/templates/s3seal.yml" "$version" "file://$release" >"$work/component.sh" <<'PYTHON'
import shlex, sys, yaml
path, version, downloads = sys.argv[1:]
head, component = yaml.safe_load_all(open(path).read().replace("$[[ inputs.version ]]", version).replace("$[[ inputs.downloads ]]", downloads))
assert set(head["spec"]["inputs"]) == {"version", "downloads"}
job = component[".s3seal"]
for name, value in job["variables"].items():
    print(f"export {name}={shlex.quote(value)}")
print("\n".join(job["before_script"]))
PYTHON
for shell in sh bash; do
  (cat "$work/component.sh"; echo "sh '$packaging/main-job.sh'") | $shell -e >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
done
sed -i "s#$release#$work/tampered#" "$work/component.sh"
if sh -e "$work/component.sh" >"$work/said" 2>&1; then echo 'the component took an archive with another checksum'; exit 1; fi
echo "the component's script installs and refuses"

# Recipes: filled, without a placeholder, and read by what is here of the tools that use them.
mkdir "$work/archives" "$work/recipes"
for one in {x86_64,aarch64}-{unknown-linux-gnu,apple-darwin}; do cp "$out/$archive" "$work/archives/s3seal-$version-$one.tar.gz"; done
fill() { python3 "$packaging/recipes/fill.py" --version "$version" --repository "$1" --archives "$2" --out "$work/recipes"; }
fill https://git.example/owner/s3seal "$work/archives"
if grep -nE '@[A-Z0-9_]+(:[^@]*)?@' "$work"/recipes/*; then echo 'a placeholder is left'; exit 1; fi
if fill 'https://git.example/$(id)' "$work/archives" 2>/dev/null; then echo 'an address that shells read was taken'; exit 1; fi
if fill https://git.example/owner/s3seal "$work/release" 2>"$work/said"; then echo 'a recipe lacks an archive'; exit 1; fi
grep -q 'is missing: build its target' "$work/said"
(
  mkdir "$work/pkg"
  cp -r "$work/archives" "$work/src"
  cd "$work/src"
  tar -xzf "$archive"
  # shellcheck disable=SC2034 # for the recipe
  pkgdir=$work/pkg CARCH=x86_64
  # shellcheck disable=SC1091 # made above
  . "$work/recipes/PKGBUILD"
  # shellcheck disable=SC2154 # the recipe's
  [ "${sha256sums_x86_64[0]}" = "$(sha256sum <"$archive" | cut -d ' ' -f 1)" ]
  # shellcheck disable=SC2218 # the function is the recipe's
  unset -f install
  package
  [ -x "$pkgdir/usr/bin/s3seal" ] && [ -s "$pkgdir/usr/share/man/man1/s3seal.1" ]
)
echo "the recipe for pacman lays its files out"
if command -v ruby >/dev/null; then ruby -c "$work/recipes/s3seal.rb"; else echo "the recipe for Homebrew was not read: ruby is missing"; fi
if command -v nix-instantiate >/dev/null; then nix-instantiate --parse "$work/recipes/flake.nix" >/dev/null; else echo "the flake was not read: nix-instantiate is missing"; fi

# The release's checks of a tag, on a copy of what they read.
mkdir -p "$work/copy/packaging" "$work/copy/mock"
cp "$packaging"/*.sh "$work/copy/packaging/"
cp "$root/Cargo.toml" "$root/Cargo.lock" "$work/copy/"
cp "$root/mock/Cargo.toml" "$work/copy/mock/"
# Whatever the manifests say of it already.
sed -i '/^repository/d' "$work/copy/Cargo.toml" "$work/copy/mock/Cargo.toml"
printf '# Changelog\n\n## [Unreleased]\n\n## [%s] - 2030-01-31\n\n### Added\n\n- A feature.\n\n## [0.0.1]\n\n- The first.\n' "$version" >"$work/copy/CHANGELOG.md"
release() { S3SEAL_REPOSITORY=https://git.example/owner/s3seal bash "$work/copy/packaging/release.sh" "$@"; }
refused() { ! release check "$1" 2>"$work/said" && grep -qF -- "$2" "$work/said"; }
refused "v$version" 'add `repository = "https://git.example/owner/s3seal"` to [workspace.package]'
sed -i 's#^\[workspace.package\]#&\nrepository = "https://git.example/owner/s3seal"#' "$work/copy/Cargo.toml"
refused "v$version" 'Cargo.toml has no address'
sed -i 's/^license.workspace = true/&\nrepository.workspace = true/' "$work/copy/Cargo.toml"
refused "v$version" 'mock/Cargo.toml has no address'
sed -i 's/^license.workspace = true/&\nrepository.workspace = true/' "$work/copy/mock/Cargo.toml"
release check "v$version"
sed -i 's#git.example/owner#git.example/another#' "$work/copy/Cargo.toml"
refused "v$version" 'and this is https://git.example/owner/s3seal'
sed -i 's#git.example/another#git.example/owner#' "$work/copy/Cargo.toml"
[ "$(release notes | tr -d '\n')" = '### Added- A feature.' ]
refused v999.0.0 'or change the version'
sed -i "s/## \[$version\]/## [Next]/" "$work/copy/CHANGELOG.md"
refused "v$version" "has no section [$version]"
echo "a tag is checked against the version, the changelog and the address of the project"
