#!/usr/bin/env python3
"""Asks a server every question of answers.json and compares its answers.

A client of its own: it signs its requests with the standard library alone, and shares no line with the server.
Usage: answers.py ENDPOINT ACCESS_KEY SECRET_KEY REGION [http|tls-required] with the CA in AWS_CA_BUNDLE for https.
The server needs the buckets "demo" and "blocked". Ends with status 1 where an answer differs.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import ssl
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zlib

PREFIX = "x-amz-server-side-encryption-customer-"
SOURCE_PREFIX = "x-amz-copy-source-server-side-encryption-customer-"
ALGORITHM, KEY_MD5 = PREFIX + "algorithm", PREFIX + "key-md5"


class Client:
    def __init__(self, endpoint, access_key, secret_key, region):
        self.url = urllib.parse.urlsplit(endpoint)
        self.access_key, self.secret_key, self.region = access_key, secret_key, region

    def send(self, auth, method, path, query=(), headers=None, body=b"", unsigned=None, secret=None):
        """Signs in the way `auth` names and returns status, headers and body."""
        query, headers = list(query), {name.lower(): value for name, value in (headers or {}).items()}
        headers["host"] = self.url.netloc
        timestamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = "/".join([timestamp[:8], self.region, "s3", "aws4_request"])
        payload = hashlib.sha256(body).hexdigest()
        if auth == "header":
            headers |= {"x-amz-date": timestamp, "x-amz-content-sha256": payload}
        signed = ";".join(sorted(headers))
        if auth == "presigned":
            payload = "UNSIGNED-PAYLOAD"
            query += [
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                ("X-Amz-Credential", f"{self.access_key}/{scope}"),
                ("X-Amz-Date", timestamp),
                ("X-Amz-Expires", "60"),
                ("X-Amz-SignedHeaders", signed),
            ]
        quoted = urllib.parse.quote(path, safe="/-_.~")
        encoded = "&".join(sorted(f"{quote(name)}={quote(value)}" for name, value in query))
        canonical = "\n".join(
            [method, quoted, encoded]
            + [f"{name}:{headers[name]}" for name in sorted(headers)]
            + ["", signed, payload]
        )
        text = "\n".join(
            ["AWS4-HMAC-SHA256", timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest()]
        )
        signature = self.signature(timestamp[:8], text, secret)
        if auth == "presigned":
            encoded += f"&X-Amz-Signature={signature}"
        elif auth == "header":
            headers["authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
                f"SignedHeaders={signed}, Signature={signature}"
            )
        return self.exchange(method, f"{quoted}?{encoded}", headers | (unsigned or {}), body)

    def form(self, bucket, key, fields, body):
        """POST Object with a policy that allows exactly these fields."""
        now = datetime.datetime.now(datetime.timezone.utc)
        timestamp = now.strftime("%Y%m%dT%H%M%SZ")
        fields = fields | {
            "key": key,
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{self.access_key}/{timestamp[:8]}/{self.region}/s3/aws4_request",
            "x-amz-date": timestamp,
        }
        expiration = (now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        conditions = [{"bucket": bucket}] + [{name: value} for name, value in fields.items()]
        document = json.dumps({"expiration": expiration, "conditions": conditions})
        policy = base64.b64encode(document.encode()).decode()
        fields |= {"policy": policy, "x-amz-signature": self.signature(timestamp[:8], policy)}
        parts = "".join(
            f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head = '--limit\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        whole = (parts + head).encode() + body + b"\r\n--limit--\r\n"
        headers = {"host": self.url.netloc, "content-type": "multipart/form-data; boundary=limit"}
        return self.exchange("POST", f"/{bucket}", headers, whole)

    def signature(self, date, text, secret=None):
        key = ("AWS4" + (secret or self.secret_key)).encode()
        for step in (date, self.region, "s3", "aws4_request"):
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def exchange(self, method, target, headers, body):
        if self.url.scheme == "https":
            trust = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
            connection = http.client.HTTPSConnection(self.url.netloc, timeout=30, context=trust)
        else:
            connection = http.client.HTTPConnection(self.url.netloc, timeout=30)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if method in ("PUT", "POST"):
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read()
        finally:
            connection.close()


def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def trio(values, prefix=PREFIX):
    return {prefix + name: value for name, value in (values or {}).items()}


class Sequence:
    """Requests one after another; what an answer holds can be named in those after it, as in `{upload}`."""

    def __init__(self, client):
        self.client, self.kept = client, {}

    def filled(self, text):
        for name, value in self.kept.items():
            text = text.replace("{" + name + "}", value)
        return text

    def ask(self, step):
        method, target = step["send"].split(" ", 1)
        path, _, query = self.filled(target).partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        headers = {name: self.filled(value) for name, value in step.get("headers", {}).items()}
        body = (self.filled(step.get("body", "")) * step.get("times", 1)).encode()
        if step.get("content-md5"):
            headers["content-md5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        path = urllib.parse.unquote(path)
        status, found, answer = self.client.send("header", method, path, pairs, headers, body)
        text = answer.decode(errors="replace")
        for name, element in step.get("keep", {}).items():
            self.kept[name] = found.get(element) or between(text, element) or ""
        return self.differences(step["answer"], status, found, text)

    def differences(self, expected, status, found, text):
        wrong = [] if status == expected["status"] else [f"status {status}, not {expected['status']}: {text[:300]}"]
        for name, value in expected.get("headers", {}).items():
            value = self.filled(value) if value else value
            if found.get(name) != value:
                wrong.append(f"{name}: {found.get(name)!r}, not {value!r}")
        for name, value in expected.get("elements", {}).items():
            value = self.filled(value) if value else value
            if between(text, name) != value:
                wrong.append(f"{name}: {between(text, name)!r}, not {value!r} in {text[:300]}")
        for part in expected.get("contains", []):
            if self.filled(part) not in text:
                wrong.append(f"{self.filled(part)!r} is not in {text[:600]}")
        return wrong


def between(text, element):
    """The text of the first element of this name, as it is written; None where there is none."""
    if f"<{element}/>" in text:
        return ""
    _, found, rest = text.partition(f"<{element}>")
    return rest.partition(f"</{element}>")[0] if found else None


class Bench:
    """The state that the questions ask about, and how an operation is asked."""

    def __init__(self, client, answers):
        self.client, self.answers = client, answers
        self.one = trio(answers["keys"]["one"])
        self.source_one = trio(answers["keys"]["one"], SOURCE_PREFIX)

    def stock(self):
        for path, headers in (("/demo/sealed", self.one), ("/demo/plain", {}), ("/demo/empty", self.one)):
            body = b"" if path.endswith("empty") else b"content"
            assert self.client.send("header", "PUT", path, headers=headers, body=body)[0] == 200, path
        rule = (
            "<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes><EncryptionType>SSE-C"
            "</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>"
        )
        status, _, body = self.client.send("header", "PUT", "/blocked", [("encryption", "")], body=rule.encode())
        assert status == 200, body

    def create(self, kind):
        headers = self.one if kind.startswith("sealed") else {}
        if kind.endswith("checksum"):
            headers = headers | {"x-amz-checksum-algorithm": "CRC32"}
        status, _, body = self.client.send("header", "POST", "/demo/upload", [("uploads", "")], headers)
        assert status == 200, body
        return next(e.text for e in ElementTree.fromstring(body) if e.tag.endswith("UploadId"))

    def ask(self, auth, operation, row):
        bucket, target = row.get("bucket", "demo"), row.get("object", "sealed")
        headers, given = dict(row.get("headers", {})), row.get("sse_c")
        query = [tuple(pair) for pair in row.get("query", [])]
        extra = {"unsigned": row.get("unsigned"), "secret": row.get("secret")}

        def send(method, path, more=(), headers=headers, body=b""):
            return self.client.send(auth, method, path, query + list(more), headers, body, **extra)

        if operation == "form":
            return self.client.form(bucket, "new", headers | trio(given), b"content")
        if operation == "put":
            return send("PUT", f"/{bucket}/new", headers=headers | trio(given), body=b"content")
        if operation == "create":
            return send("POST", f"/{bucket}/new", [("uploads", "")], headers | trio(given))
        if operation == "copy":
            headers |= {"x-amz-copy-source": "/demo/plain"} | trio(given)
            return send("PUT", f"/{bucket}/new", headers=headers)
        if operation in ("get", "head"):
            return send(operation.upper(), f"/{bucket}/{target}", headers=headers | trio(given))
        if operation == "attributes":
            headers |= {"x-amz-object-attributes": "ETag,ObjectSize"} | trio(given)
            return send("GET", f"/{bucket}/{target}", [("attributes", "")], headers)
        if operation == "delete":
            return send("DELETE", f"/{bucket}/{target}", headers=headers | trio(given))
        if operation == "copy-source":
            headers |= {"x-amz-copy-source": f"/{bucket}/{target}"} | trio(given, SOURCE_PREFIX)
            return send("PUT", "/demo/new", headers=headers)
        if operation == "part-copy-source":
            headers |= {"x-amz-copy-source": f"/{bucket}/{target}"} | trio(given, SOURCE_PREFIX)
            more = [("partNumber", "1"), ("uploadId", self.create("plain"))]
            return send("PUT", "/demo/upload", more, headers)
        upload = self.create(row["upload"])
        more, headers = [("partNumber", "1"), ("uploadId", upload)], headers | trio(given)
        if operation == "part":
            return send("PUT", "/demo/upload", more, headers, b"content")
        if operation == "part-copy":
            headers |= {"x-amz-copy-source": "/demo/sealed"} | self.source_one
            return send("PUT", "/demo/upload", more, headers)
        if operation == "list-parts":
            return send("GET", "/demo/upload", more[1:], headers)
        assert operation == "complete", operation
        own = self.one if row["upload"].startswith("sealed") else {}
        checksum = base64.b64encode(zlib.crc32(b"content").to_bytes(4, "big")).decode()
        if row["upload"].endswith("checksum"):
            own = own | {"x-amz-checksum-crc32": checksum}
        status, found, body = self.client.send("header", "PUT", "/demo/upload", more, own, b"content")
        assert status == 200, body
        part = f"<PartNumber>1</PartNumber><ETag>{found['etag']}</ETag>"
        if row["upload"].endswith("checksum"):
            part += f"<ChecksumCRC32>{checksum}</ChecksumCRC32>"
        document = f"<CompleteMultipartUpload><Part>{part}</Part></CompleteMultipartUpload>"
        return send("POST", "/demo/upload", more[1:], headers, document.encode())

    def differences(self, operation, row, answer):
        status, headers, body = answer
        expected = row["answer"]
        wanted = expected["status"]
        # A form is answered without a body where a PUT says 200.
        wanted = 204 if (operation, wanted) == ("form", 200) else wanted
        found = [] if status == wanted else [f"status {status}, not {wanted}"]
        echo = {ALGORITHM: None, KEY_MD5: None}
        if expected.get("echo") and operation not in ("complete", "attributes", "list-parts"):
            echo = {ALGORITHM: "AES256", KEY_MD5: self.answers["keys"][expected["echo"]]["key-MD5"]}
        found += [f"{n}: {headers.get(n)}, not {v}" for n, v in echo.items() if headers.get(n) != v]
        if operation == "head":
            return found + ([f"a body: {body!r}"] if body else [])
        if wanted < 400:
            return found
        try:
            elements = {element.tag: element.text or "" for element in ElementTree.fromstring(body)}
        except ElementTree.ParseError:
            return found + [f"no XML: {body!r}"]
        for name, value in expected.get("elements", {}).items():
            if elements.get(name) != value:
                found.append(f"{name}: {elements.get(name)!r}, not {value!r}")
        if "ArgumentName" in elements and "ArgumentName" not in expected.get("elements", {}):
            found.append("an ArgumentName where none is expected")
        return found


def main():
    endpoint, access_key, secret_key, region, *mode = sys.argv[1:]
    mode = mode[0] if mode else "http"
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json")
    with open(path, encoding="utf-8") as file:
        answers = json.load(file)
    bench = Bench(Client(endpoint, access_key, secret_key, region), answers)
    if mode != "tls-required":
        bench.stock()
    asked, wrong = 0, 0
    for row in answers["rows"]:
        if row.get("server", "http") != mode:
            continue
        for operation in row["operations"]:
            for auth in ["form"] if operation == "form" else row.get("auth", ["header", "presigned"]):
                asked += 1
                differences = bench.differences(operation, row, bench.ask(auth, operation, row))
                if row["answer"]["status"] >= 400:
                    status = bench.client.send("header", "HEAD", "/demo/new")[0]
                    differences += ["something was written"] if status != 404 else []
                bench.client.send("header", "DELETE", "/demo/new")
                if differences:
                    wrong += 1
                    print(f"{row['situation']} [{operation}, {auth}]: {'; '.join(differences)}")
    for sequence in answers["sequences"] if mode == "http" else []:
        steps = Sequence(bench.client)
        for number, step in enumerate(sequence["steps"], 1):
            asked += 1
            differences = steps.ask(step)
            if differences:
                wrong += 1
                print(f"{sequence['situation']} [step {number}, {step['send']}]: {'; '.join(differences)}")
    print(f"{asked} answers, {wrong} differ")
    sys.exit(1 if wrong or not asked else 0)


if __name__ == "__main__":
    main()
