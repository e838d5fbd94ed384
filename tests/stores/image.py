"""Writes an OCI image of one layer as a layout on disk: image.py FOLDER BYTES. What a registry is pushed with."""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile

folder, size = sys.argv[1], int(sys.argv[2])
blobs = os.path.join(folder, "blobs", "sha256")
os.makedirs(blobs)


def blob(content, media_type):
    digest = hashlib.sha256(content).hexdigest()
    with open(os.path.join(blobs, digest), "wb") as file:
        file.write(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


layer = io.BytesIO()
with tarfile.open(fileobj=layer, mode="w") as tar:
    entry = tarfile.TarInfo("content")
    entry.size = size
    tar.addfile(entry, io.BytesIO(os.urandom(size)))
layer = layer.getvalue()
diff = "sha256:" + hashlib.sha256(layer).hexdigest()
# A registry gets compressed layers only.
layer = gzip.compress(layer, mtime=0)
kind = "application/vnd.oci.image."
config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [diff]}}
manifest = {
    "schemaVersion": 2,
    "mediaType": kind + "manifest.v1+json",
    "config": blob(json.dumps(config).encode(), kind + "config.v1+json"),
    "layers": [blob(layer, kind + "layer.v1.tar+gzip")],
}
found = blob(json.dumps(manifest).encode(), kind + "manifest.v1+json")
found["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
with open(os.path.join(folder, "index.json"), "w") as file:
    json.dump({"schemaVersion": 2, "manifests": [found]}, file)
with open(os.path.join(folder, "oci-layout"), "w") as file:
    json.dump({"imageLayoutVersion": "1.0.0"}, file)
