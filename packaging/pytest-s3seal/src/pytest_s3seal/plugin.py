"""The fixtures and options."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .server import Options, Server


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("s3seal", "embedded S3 server (s3seal)")
    group.addoption("--s3seal-behave", metavar="STORE", help="behave like this store: aws, ceph, garage, minio, …")
    group.addoption("--s3seal-tls", action="store_true", default=None, help="serve https")
    group.addoption(
        "--s3seal-fault",
        action="append",
        metavar="KIND=PROBABILITY[@OPERATION]",
        help="inject faults, such as slow-down=0.1@UploadPart; repeatable",
    )
    group.addoption("--s3seal-seed", type=int, metavar="N", help="the random seed of the faults")
    group.addoption("--s3seal-dir", metavar="DIR", help="keep the content in this folder, in one for each worker")
    group.addoption("--s3seal-arg", action="append", metavar="ARG", help="another option of `s3seal mock`; repeatable")
    group.addoption("--s3seal-program", metavar="FILE", help="the program s3seal")
    parser.addini("s3seal_behave", "behave like this store")
    parser.addini("s3seal_tls", "serve https", type="bool", default=False)
    parser.addini("s3seal_faults", "inject faults", type="linelist")
    parser.addini("s3seal_seed", "the random seed of the faults")
    parser.addini("s3seal_dir", "keep the content in this folder")
    parser.addini("s3seal_args", "more options of `s3seal mock`", type="args")


@pytest.fixture(scope="session")
def s3seal_options(pytestconfig: pytest.Config) -> Options:
    """How the server is started: from the command line, then pytest.ini. Override it for more."""

    def given(option: str, ini: str) -> Any:
        value = pytestconfig.getoption(option)
        return pytestconfig.getini(ini) if value is None else value

    seed = given("s3seal_seed", "s3seal_seed")
    folder = given("s3seal_dir", "s3seal_dir")
    if folder:
        # A folder has one server; each worker of pytest-xdist has its own.
        worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
        folder = (pytestconfig.rootpath / folder / worker).resolve()
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Options(
        behave=given("s3seal_behave", "s3seal_behave") or None,
        tls=given("s3seal_tls", "s3seal_tls"),
        faults=tuple(given("s3seal_fault", "s3seal_faults")),
        seed=int(seed) if seed not in (None, "") else None,
        dir=folder or None,
        args=tuple(given("s3seal_arg", "s3seal_args")),
        program=pytestconfig.getoption("s3seal_program"),
    )


@pytest.fixture(scope="session")
def s3seal_server(s3seal_options: Options) -> Iterator[Server]:
    """An S3 server, for all tests of this worker."""
    with Server.start(s3seal_options) as server:
        yield server


@pytest.fixture
def s3_bucket(s3seal_server: Server, request: pytest.FixtureRequest) -> str:
    """The name of a new bucket."""
    # The test's name shows in logs which test it was. The same test has the same name in each session, for a fault hits the
    # same requests again only if their buckets have the same names.
    test = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    for number in itertools.count(1):
        name = f"{test or 'test'}-{digest}-{number}"
        # A test that runs again, or a folder that an earlier session left.
        if not s3seal_server.has_bucket(name):
            break
    s3seal_server.create_bucket(name)
    return name


@pytest.fixture(scope="session")
def s3_client(s3seal_server: Server) -> Any:
    """A boto3 client for the server."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        pytest.fail("s3_client needs boto3: pip install 'pytest-s3seal[boto3]'", pytrace=False)
    # boto3 reads the user's profiles and variables while it makes a client, and would fail on some of them.
    with pytest.MonkeyPatch.context() as patch:
        _set_environment(s3seal_server, patch)
        return boto3.session.Session().client("s3", config=Config(s3={"addressing_style": "path"}))


@pytest.fixture
def s3seal_environment(s3seal_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The process's environment is that of programs that use the server, and names no other account."""
    _set_environment(s3seal_server, monkeypatch)
    return s3seal_server


def _set_environment(server: Server, patch: pytest.MonkeyPatch) -> None:
    for name in server.unset:
        patch.delenv(name, raising=False)
    for name, value in server.environment.items():
        patch.setenv(name, value)
