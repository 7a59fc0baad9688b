"""A server with Amazon's API on loopback, in a process of its own."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.makers import unused_port

BUCKET = "tools-files"


@contextmanager
def running(log: Path) -> Generator[str]:
    """Its endpoint, with a bucket in it."""
    port = unused_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as told:
        server = subprocess.Popen(command, stdout=told, stderr=told)
        try:
            while server.poll() is None:
                with socket.socket() as probe:
                    probe.settimeout(0.2)
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            made = httpx2.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=60)
            assert made.status_code == 200, made.text
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def grant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process keys. The server lets anybody in."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "for-a-test")


def url(endpoint: str, prefix: str) -> str:
    """The storage URL of a prefix of the bucket."""
    return f"s3://{BUCKET}/{prefix}?endpoint={endpoint}"
