"""A registry on this machine for trying the npm packages before they are published: python3 registry.py FOLDER COMMAND…

The optional dependencies name packages for every system; those without an archive in FOLDER are here for other systems
only, as npm sees them. The command gets the address as the variable npm_config_registry.
"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import threading
from urllib.parse import unquote


def packages(folder: pathlib.Path, address: str) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for archive in folder.glob("s3seal-*.tgz"):
        with tarfile.open(archive) as tar:
            file = tar.extractfile("package/package.json")
            assert file is not None
            manifest = json.load(file)
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        manifest["dist"] = {"tarball": f"{address}/-/{archive.name}", "integrity": f"sha512-{digest}"}
        found[manifest["name"]] = manifest
    for name, version in found["s3seal"]["optionalDependencies"].items():
        _, system, cpu = name.split("-")[:3]
        other = {"name": name, "version": version, "os": [system], "cpu": [cpu], "libc": ["musl"] if "musl" in name else None}
        other["dist"] = {"tarball": f"{address}/-/absent.tgz", "integrity": "sha512-" + "A" * 86 + "=="}
        found.setdefault(name, {key: value for key, value in other.items() if value})
    return found


def main() -> int:
    folder, *command = sys.argv[1:]
    known: dict[str, dict] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = unquote(self.path.lstrip("/"))
            if name.startswith("-/") and (archive := pathlib.Path(folder, pathlib.Path(name).name)).exists():
                self.answer(200, archive.read_bytes())
            elif name in known:
                version = known[name]["version"]
                document = {"name": name, "dist-tags": {"latest": version}, "versions": {version: known[name]}}
                self.answer(200, json.dumps(document).encode())
            else:
                self.answer(404, b"{}")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    known.update(packages(pathlib.Path(folder), address))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return subprocess.run(command, env={**os.environ, "npm_config_registry": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
