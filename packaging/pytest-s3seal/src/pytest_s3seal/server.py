"""The server as a child process."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Optional

from .requests import request

# What runs against the server: it prints its environment, and ends once its standard input is closed. The server ends with
# it, so it cannot outlive this process, however that ends.
_HOLDER = (
    "import json, os, sys; sys.stdout.write(json.dumps(dict(os.environ)) + '\\n'); sys.stdout.flush(); sys.stdin.read()"
)


class ServerFailed(Exception):
    """The server did not start, or a command against it failed."""


@dataclass(frozen=True)
class Options:
    """How the server is started; ``s3seal mock --help`` says more about each."""

    behave: Optional[str] = None
    tls: bool = False
    faults: Sequence[str] = ()
    seed: Optional[int] = None
    dir: Optional[Path] = None
    args: Sequence[str] = ()
    program: Optional[str] = None

    def arguments(self) -> list[str]:
        found = []
        if self.behave is not None:
            found.append(f"--behave={self.behave}")
        if self.tls:
            found.append("--tls")
        found += [f"--fault={fault}" for fault in self.faults]
        if self.seed is not None:
            found.append(f"--seed={self.seed}")
        if self.dir is not None:
            found.append(f"--dir={self.dir}")
        return [*found, *self.args]

    def find_program(self) -> str:
        if self.program is not None:
            return self.program
        packaged = Path(sysconfig.get_path("scripts"), "s3seal")
        found = str(packaged) if packaged.exists() else shutil.which("s3seal")
        if found is None:
            raise ServerFailed("the program s3seal is not found: pip install s3seal, or name it with --s3seal-program")
        return found


@dataclass(frozen=True)
class Server:
    """A server that answers. As a context manager, it ends with the block."""

    #: Variables for programs that use the server.
    environment: Mapping[str, str]
    #: Variables that such a program must not have, because they name another account.
    unset: frozenset[str]
    program: str
    _process: subprocess.Popen[str] = field(repr=False)

    @classmethod
    def start(cls, options: Options = Options()) -> Server:
        """Starts a server, and returns once it answers.

        Raises ServerFailed with what the program said.
        """
        program = options.find_program()
        # The options are those given here, not what variables say.
        around = {name: value for name, value in os.environ.items() if not name.startswith("S3SEAL_")}
        command = [program, "mock", *options.arguments(), "--", sys.executable, "-I", "-S", "-c", _HOLDER]
        with tempfile.TemporaryFile("w+", errors="replace") as said:
            try:
                process = subprocess.Popen(
                    command,
                    env=around,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                    # Ctrl-C is for pytest: tests that are being ended still have their server.
                    start_new_session=True,
                )
            except OSError as error:
                raise ServerFailed(f"{program} cannot be started: {error}") from error
            line = _piped(process.stdout).readline()
            if not line:
                _end(process)
                said.seek(0)
                raise ServerFailed(f"the server did not start: {said.read().strip()}")
        inside: dict[str, str] = json.loads(line)
        changed = {name: value for name, value in inside.items() if around.get(name) != value and name not in ("PATH", "LC_CTYPE")}
        # Variables that had the server's value before are the server's, too.
        changed.update({name: inside[name] for name in inside if name.startswith("AWS_")})
        removed = frozenset(os.environ) - frozenset(inside)
        return cls(changed, removed, program, process)

    @property
    def endpoint(self) -> str:
        return self.environment["AWS_ENDPOINT_URL"]

    @property
    def region(self) -> str:
        return self.environment["AWS_REGION"]

    @property
    def access_key(self) -> str:
        return self.environment["AWS_ACCESS_KEY_ID"]

    @property
    def secret_key(self) -> str:
        return self.environment["AWS_SECRET_ACCESS_KEY"]

    @property
    def ca_bundle(self) -> Optional[str]:
        """The file with the server's authority, with TLS."""
        return self.environment.get("AWS_CA_BUNDLE")

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, *arguments: str) -> str:
        """Runs ``s3seal`` against the server, and returns what it prints.

        Raises ServerFailed with what it said.
        """
        around = {name: value for name, value in os.environ.items() if name not in self.unset}
        done = subprocess.run(
            [self.program, *arguments], env={**around, **self.environment}, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ServerFailed(f"s3seal {' '.join(arguments)}: exit status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def create_bucket(self, name: str) -> None:
        """Creates a bucket; SSE-C is allowed in it or blocked, as the server has it for new buckets."""
        status, document = self._ask("PUT", name)
        if status != 200:
            raise ServerFailed(f"the bucket {name} cannot be created: {status}: {document}")

    def has_bucket(self, name: str) -> bool:
        status, document = self._ask("HEAD", name)
        if status not in (200, 404):
            raise ServerFailed(f"the bucket {name} cannot be looked up: {status}: {document}")
        return status == 200

    def _ask(self, method: str, bucket: str) -> tuple[int, str]:
        # Faults that were asked for hit these requests, too.
        attempts = 50
        while True:
            attempts -= 1
            try:
                status, document = request(
                    method, self.endpoint, bucket, self.region, self.access_key, self.secret_key, self.ca_bundle
                )
            except (OSError, http.client.HTTPException):
                if attempts == 0:
                    raise
                continue
            if status < 500 or attempts == 0:
                return status, document

    def stop(self) -> None:
        """Ends the server. Can be called again."""
        _end(self._process)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        self.stop()


def _piped(stream: Optional[IO[str]]) -> IO[str]:
    assert stream is not None
    return stream


def _end(process: subprocess.Popen[str]) -> None:
    _piped(process.stdin).close()
    process.wait()
    _piped(process.stdout).close()
