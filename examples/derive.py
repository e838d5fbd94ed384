#!/usr/bin/env python3
"""The key of one object, derived from a master key as `s3seal key derive` does it: HKDF (RFC 5869) by hand.

    python3 derive.py BUCKET KEY < MASTER

MASTER is a key file of s3seal: the first line that is no comment, base64 of 32 bytes. Prints base64.
"""

import base64
import hmac
import os
import sys

bucket, key = (os.fsencode(name) for name in sys.argv[1:])
text = next(line for line in sys.stdin if line.strip() and not line.startswith("#"))
master = base64.b64decode(text.strip(), validate=True)
assert len(master) == 32, "a master key has 32 bytes"
pseudorandom = hmac.digest(b"s3seal", master, "sha256")
info = b"\0".join([b"s3seal object key v1", bucket, key])
print(base64.b64encode(hmac.digest(pseudorandom, info + b"\x01", "sha256")).decode())
