"""The platform's wrapping keys, and the one way in which anything is sealed: AES-256-GCM, bound to a context."""

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.vendors import kms

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMAT = b"\x01"
# What sealing adds to a value.
SEAL_BYTES = len(_FORMAT) + _NONCE_BYTES + _TAG_BYTES


class BadRingError(ValueError):
    """The platform's keys cannot be read. The message says what is expected."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The platform's wrapping keys by id: the first one wraps, every one unwraps."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Ring":
        """From entries between commas or lines: `ID:BASE64` of 32 bytes, or `ID:aws-kms:BASE64` as KMS locked them.

        Raises BadRingError.
        """
        keys: dict[str, bytes] = {}
        for entry in text.replace(",", "\n").split():
            name, _, encoded = entry.partition(":")
            key = _read(name, encoded)
            if len(key) != 32 or not _KEY_ID.fullmatch(name) or name in keys:
                raise BadRingError("A key is written ID:BASE64, each id once, with 32 bytes in base64.")
            keys[name] = key
        if not keys:
            raise BadRingError("There is no key; write ID:BASE64, such as made by `openssl rand -base64 32`.")
        return cls(keys)

    @classmethod
    def kept_in(cls, path: Path) -> "Ring":
        """From a file, made with a fresh key and for its owner alone when it is not there yet."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls.parse(path.read_text(encoding="ascii"))
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        return cls.parse(path.read_text(encoding="ascii"))

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Keys for signing, one from each of the ring's, that tell nothing of those."""
        return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in self.keys.values())

    def wrap(self, key: bytes, context: str) -> tuple[str, bytes]:
        active = next(iter(self.keys))
        return active, seal(self.keys[active], key, context)

    def unwrap(self, wrapped_by: str, wrapped: bytes, context: str) -> bytes:
        """Raises BadRingError."""
        if wrapped_by not in self.keys:
            raise BadRingError(f"The platform's key {wrapped_by!r} is missing: secrets wrapped by it cannot be opened.")
        try:
            return open_sealed(self.keys[wrapped_by], wrapped, context)
        except InvalidTag as error:
            raise BadRingError(f"The platform's key {wrapped_by!r} is not the one that wrapped secrets.") from error


def new_entry(kms_key: str | None = None) -> str:
    """Return a fresh entry for the ring, locked by `kms_key` when one is given. Raises kms.LockedError."""
    name = f"k{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"
    if kms_key is not None:
        return f"{name}:{kms.FORM}:{kms.make(name, kms_key)}"
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _read(name: str, encoded: str) -> bytes:
    form, colon, locked = encoded.partition(":")
    if colon and form != kms.FORM:
        raise BadRingError(f"The key {name[:40]!r} is neither ID:BASE64 nor ID:{kms.FORM}:BASE64.")
    try:
        key = base64.b64decode(locked or form, validate=True)
        return kms.unlock(name, key) if colon else key
    except binascii.Error as error:
        raise BadRingError(f"The key {name[:40]!r} is no base64.") from error
    except kms.LockedError as error:
        raise BadRingError(f"AWS KMS does not open the key {name[:40]!r}: {error}. {kms.HINT}") from error


class Wrapped(Protocol):
    """A table of keys that are wrapped by the ring's."""

    wrapped_by: Any


_Wrapped = TypeVar("_Wrapped", bound=Wrapped)


async def one_for_each(session: AsyncSession, table: type[_Wrapped]) -> list[_Wrapped]:
    """Return one row for each of the ring's keys that wrapped some of this table."""
    found: list[_Wrapped] = []
    for name in (await session.scalars(select(table.wrapped_by).distinct())).all():
        if name is not None:  # a row from before keys were wrapped
            found += (await session.scalars(select(table).where(table.wrapped_by == name).limit(1))).all()
    return found


def seal(key: bytes, value: bytes, context: str) -> bytes:
    """Return the value so that only `open_sealed` with the same key and context gives it back."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, value, context.encode())


def open_sealed(key: bytes, sealed: bytes, context: str) -> bytes:
    """Return what `seal` was given. Raises InvalidTag for anything else."""
    if sealed[:1] != _FORMAT:
        raise InvalidTag
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    return AESGCM(key).decrypt(nonce, content, context.encode())
