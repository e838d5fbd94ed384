"""Fills the recipes of package registries with a release's version, address and sums of its archives.

Each recipe must end up without a placeholder: a release that lacks an archive is not half published.
"""

import argparse
import hashlib
import pathlib
import re

RECIPES = ("s3seal.rb", "PKGBUILD", "flake.nix")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("version", "repository", "archives", "out"):
        parser.add_argument(f"--{option}", required=True)
    given = parser.parse_args()
    folder = pathlib.Path(given.archives)
    if not re.fullmatch(r"https://[^\s\"'$`\\@]+[^/\s\"'$`\\@]", given.repository):
        raise SystemExit(f"{given.repository}: give the address of the project as https://HOST/OWNER/s3seal")

    def sha256(found: re.Match[str]) -> str:
        archive = folder / f"s3seal-{given.version}-{found[1]}.tar.gz"
        if not archive.exists():
            raise SystemExit(f"{archive} is missing: build its target before the recipes")
        return hashlib.sha256(archive.read_bytes()).hexdigest()

    for name in RECIPES:
        text = pathlib.Path(__file__).with_name(name).read_text()
        text = re.sub(r"@SHA256:([\w-]+)@", sha256, text)
        # A hyphen separates the release in the versions of pacman.
        text = text.replace("@ARCH_VERSION@", given.version.replace("-", "_"))
        text = text.replace("@VERSION@", given.version).replace("@REPOSITORY@", given.repository)
        pathlib.Path(given.out, name).write_text(text)


if __name__ == "__main__":
    main()
