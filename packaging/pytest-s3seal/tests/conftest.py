import os
from collections.abc import Iterator

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program that S3SEAL names comes first, for trials without the package."""
    if "S3SEAL" in os.environ:
        monkeypatch.setenv("PYTEST_ADDOPTS", f"--s3seal-program={os.path.abspath(os.environ['S3SEAL'])}")
    # A real account must not be reached, and its settings must not matter.
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    yield
