"""What every test would pay again and that none of them is about: paid once, or at its lowest price."""

import os
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore2
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tenants.people import passwords

_TRUSTED: Any = httpcore2.default_ssl_context
# The real cost of a password, for the tests that are about it.
REAL = (passwords._HASHER, passwords._ARGON2, passwords._NOBODY)  # pyright: ignore[reportPrivateUsage]


@contextmanager
def certificates_read_once() -> Generator[None]:
    """Each client reads the system's certificates, 40 ms of them: here all clients of a process share one reading."""

    @cache
    def read(trust_env: bool, *where: str | None) -> ssl.SSLContext:  # noqa: FBT001 - as httpcore2 asks
        del where  # `SSL_CERT_FILE` and its folder, which a test may set
        return _TRUSTED(_trust_env=trust_env)

    def trusted(*, _trust_env: bool = True) -> ssl.SSLContext:
        return read(_trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", trusted)
        yield


@contextmanager
def light_passwords() -> Generator[None]:
    """Argon2id as ever, but with the least memory and time it takes: thousands sign up, for 0.2 s of a core each."""
    light = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    nobody = REAL[2].replace("m=65536,t=3,p=4", "m=8,t=1,p=1")
    assert nobody != REAL[2]
    with _passwords(light, PasswordHash((light,)), nobody):
        yield


@contextmanager
def real_passwords() -> Generator[None]:
    with _passwords(*REAL):
        yield


@contextmanager
def _passwords(hasher: Argon2Hasher, hashes: PasswordHash, nobody: str) -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", hasher)
        patch.setattr(passwords, "_ARGON2", hashes)
        patch.setattr(passwords, "_NOBODY", nobody)
        yield
