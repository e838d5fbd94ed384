"""The crates inside the program: their licences as a text, and a list of them (SBOM) in CycloneDX's form.

Both come from `cargo metadata` for one target, without the crates that only tests and builds use.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import uuid

NAMES = ("license", "licence", "copying", "notice", "copyright", "unlicense")


def crates(manifest: str, target: str) -> tuple[dict, list[dict], dict[str, list[str]]]:
    """The program's crate, the crates that are linked into it, and which needs which."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--manifest-path", manifest]
    found = json.loads(subprocess.check_output([*command, "--filter-platform", target]))
    # `cargo metadata` has what any features need, those of tests among them; `cargo tree` what this program needs.
    command = ["cargo", "tree", "--locked", "--manifest-path", manifest, "--package", "s3seal", "--target", target]
    lines = subprocess.check_output(
        [*command, "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"], text=True
    ).splitlines()
    needed = {tuple(line.split()[:2]) for line in lines if line}
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = next(package for package in found["packages"] if package["name"] == "s3seal")
    linked: dict[str, list[str]] = {}
    waiting = [root["id"]]
    while waiting:
        crate = waiting.pop()
        if crate in linked:
            continue
        needs = nodes[crate]["deps"]
        # Macros are not in it: they run in the compiler, and what they need, too.
        linked[crate] = sorted(
            need["pkg"]
            for need in needs
            if any(kind["kind"] is None for kind in need["dep_kinds"]) and is_needed(packages[need["pkg"]], needed)
        )
        waiting.extend(linked[crate])
    others = [packages[crate] for crate in linked if crate != root["id"]]
    return root, sorted(others, key=lambda crate: (crate["name"], crate["version"])), linked


def is_needed(package: dict, needed: set[tuple[str, ...]]) -> bool:
    return (package["name"], f"v{package['version']}") in needed


def licence_files(package: dict) -> list[pathlib.Path]:
    folder = pathlib.Path(package["manifest_path"]).parent
    found = [file for file in folder.iterdir() if file.is_file() and file.name.lower().startswith(NAMES)]
    # aws-lc is C that comes from several projects, each with its own file.
    found += [file for file in folder.glob("aws-lc/**/*") if file.is_file() and file.name.lower().startswith(NAMES)]
    return sorted(file for file in found if file.suffix.lower() not in (".rs", ".c", ".h", ".go", ".py"))


def write_licences(path: str, others: list[dict]) -> None:
    texts: dict[str, list[str]] = collections.defaultdict(list)
    without = []
    for package in others:
        if package["source"] is None:
            continue
        name = f"{package['name']} {package['version']}"
        files = licence_files(package)
        if not files:
            without.append(name)
        for file in files:
            text = file.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip()
            if name not in texts[text]:
                texts[text].append(name)
    with open(path, "w", encoding="utf-8") as out:
        out.write("s3seal contains these libraries.\n\n")
        for package in others:
            if package["source"] is not None:
                out.write(f"{package['name']} {package['version']}: {package['license'] or 'see below'}\n")
        if without:
            out.write(f"\nThese come without a file for their licence: {', '.join(without)}\n")
        for text, names in sorted(texts.items(), key=lambda item: item[1]):
            out.write(f"\n{'=' * 80}\n{', '.join(names)}\n{'=' * 80}\n\n{text}\n")


def component(package: dict, kind: str) -> dict:
    purl = f"pkg:cargo/{package['name']}@{package['version']}"
    entry: dict = {"type": kind, "bom-ref": purl, "name": package["name"], "version": package["version"], "purl": purl}
    if package["description"]:
        entry["description"] = " ".join(package["description"].split())
    if package["license"]:
        # Cargo's old way to write `OR`.
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    return entry


def write_sbom(path: str, root: dict, others: list[dict], linked: dict[str, list[str]], target: str) -> None:
    lock = pathlib.Path(root["manifest_path"]).with_name("Cargo.lock").read_text()
    sums = checksums(lock)
    refs = {crate["id"]: f"pkg:cargo/{crate['name']}@{crate['version']}" for crate in [root, *others]}
    components = []
    for package in others:
        entry = component(package, "library")
        if checksum := sums.get((package["name"], package["version"])):
            entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        components.append(entry)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # The same commit has the same number.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, target + lock)}",
        "version": 1,
        "metadata": {
            "component": component(root, "application"),
            "properties": [{"name": "cargo:target", "value": target}],
        },
        "components": components,
        "dependencies": [
            {"ref": refs[crate], "dependsOn": [refs[need] for need in needs]}
            for crate, needs in sorted(linked.items(), key=lambda item: refs[item[0]])
        ],
    }
    with open(path, "w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)
        out.write("\n")


def checksums(lock: str) -> dict[tuple[str, str], str]:
    found = {}
    for block in lock.split("[[package]]"):
        fields = dict(line.split(" = ", 1) for line in block.splitlines() if " = " in line)
        if "checksum" in fields:
            found[fields["name"].strip('"'), fields["version"].strip('"')] = fields["checksum"].strip('"')
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("manifest", "target", "licences", "sbom"):
        parser.add_argument(f"--{option}", required=True)
    given = parser.parse_args()
    root, others, linked = crates(os.path.abspath(given.manifest), given.target)
    write_licences(given.licences, others)
    write_sbom(given.sbom, root, others, linked, given.target)


if __name__ == "__main__":
    main()
