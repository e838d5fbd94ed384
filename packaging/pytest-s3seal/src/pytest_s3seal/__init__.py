"""An embedded S3 server for tests."""

from .server import Options, Server, ServerFailed

__all__ = ["Options", "Server", "ServerFailed"]
