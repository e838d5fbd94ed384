"""Requests about buckets, signed by Signature Version 4, so that the fixtures need no S3 client."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from typing import Optional
from urllib.parse import urlsplit

_EMPTY = hashlib.sha256(b"").hexdigest()


def request(
    method: str, endpoint: str, bucket: str, region: str, access_key: str, secret_key: str, ca_bundle: Optional[str]
) -> tuple[int, str]:
    """The status and the document of the answer. Raises OSError or HTTPException if there is none."""
    url = urlsplit(endpoint)
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    signed = "host;x-amz-content-sha256;x-amz-date"
    canonical = (
        f"{method}\n/{bucket}\n\nhost:{url.netloc}\nx-amz-content-sha256:{_EMPTY}\nx-amz-date:{now}\n\n{signed}\n{_EMPTY}"
    )
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret_key}".encode()
    for part in [*scope.split("/"), to_sign]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    headers = {
        "x-amz-content-sha256": _EMPTY,
        "x-amz-date": now,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={signed}, Signature={key.hex()}",
    }
    assert url.hostname is not None
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=ca_bundle)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            url.hostname, url.port, timeout=60, context=context
        )
    else:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    try:
        connection.request(method, f"/{bucket}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()
