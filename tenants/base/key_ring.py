"""The platform's wrapping keys, and the one way in which anything is sealed: AES-256-GCM, bound to a context."""

import base64
import binascii
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

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
    """The platform's wrapping keys by id: the first one wraps, every one unwraps.

    `file`: where they are from. A key that was put there since is found when something names it, so that keys are
    changed under servers that run.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    file: Path | None = field(default=None, compare=False)
    _later: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False, compare=False)

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
    def read(cls, path: Path) -> "Ring":
        """From a file of such entries. Raises BadRingError and OSError."""
        return cls(cls.parse(path.read_text(encoding="ascii")).keys, path)

    @classmethod
    def kept_in(cls, path: Path) -> "Ring":
        """From a file, made with a fresh key and for its owner alone when it is not there yet."""
        return cls.read(path) if path.exists() else keep(path, new_entry() + "\n")

    @property
    def first(self) -> str:
        """The id of the key that wraps."""
        return next(iter(self.keys))

    @property
    def fingerprints(self) -> dict[str, str]:
        """What tells two keys of one id apart, and tells nothing of either."""
        return {name: fingerprint(key) for name, key in self.keys.items()}

    def written(self) -> str:
        """All of them as entries, in clear, and not as KMS may have locked them."""
        return "".join(f"{name}:{base64.b64encode(key).decode()}\n" for name, key in self.keys.items())

    def __str__(self) -> str:
        return ", ".join(f"{name} ({mark})" for name, mark in self.fingerprints.items()) or "none"

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Keys for signing, one from each of the ring's, that tell nothing of those."""
        return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in self.keys.values())

    def wrap(self, key: bytes, context: str) -> tuple[str, bytes]:
        return self.first, seal(self.keys[self.first], key, context)

    def unwrap(self, wrapped_by: str, wrapped: bytes, context: str) -> bytes:
        """Raises BadRingError."""
        key = self.keys.get(wrapped_by) or self._later.get(wrapped_by) or self._put_there_since(wrapped_by)
        if key is None:
            raise BadRingError(f"The platform's key {wrapped_by!r} is missing: secrets wrapped by it cannot be opened.")
        try:
            return open_sealed(key, wrapped, context)
        except InvalidTag as error:
            raise BadRingError(f"The platform's key {wrapped_by!r} is not the one that wrapped secrets.") from error

    def _put_there_since(self, name: str) -> bytes | None:
        if self.file is None:
            return None
        with suppress(OSError, BadRingError):  # then it is missing, as it is said of any other
            self._later.update(Ring.read(self.file).keys)
        return self._later.get(name)


def fingerprint(key: bytes) -> str:
    return hmac.digest(key, b"fingerprint", "sha256").hex()[:16]


def keep(path: Path, entries: str) -> Ring:
    """Make a file of keys, for its owner alone, unless another process has just made one. Raises OSError."""
    written = _written_beside(path, entries, 0o600)
    with suppress(FileExistsError):
        os.link(written, path)
    written.unlink()
    _settle(path.parent)
    return Ring.read(path)


def put_first(path: Path, entry: str) -> None:
    """Have `entry` wrap from now on, before those of a file. Who reads meanwhile has the old or all. Raises OSError."""
    _replace(path, f"{entry}\n{path.read_text(encoding='ascii')}")


def leave_out(path: Path, key_id: str) -> None:
    """Take the entry of one key out of a file. Raises OSError."""
    entries = path.read_text(encoding="ascii").replace(",", "\n").split()
    _replace(path, "".join(f"{entry}\n" for entry in entries if entry.partition(":")[0] != key_id))


def _replace(path: Path, text: str) -> None:
    there = path.stat()
    written = _written_beside(path, text, stat.S_IMODE(there.st_mode))
    with suppress(PermissionError):  # whoever may write it, and is not root, is its owner
        os.chown(written, there.st_uid, there.st_gid)
    written.replace(path)
    _settle(path.parent)


def _written_beside(path: Path, text: str, mode: int) -> Path:
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), mode)  # whatever the umask says
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return made


def _settle(folder: Path) -> None:
    """Have the names of a folder's files outlast a power cut: a key that is gone opens nothing any more."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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


class Sealer:
    """One key, ready for use by any thread: to make it ready takes longer than to seal a short text."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: bytes, context: str) -> bytes:
        """Return the value so that only `open` with the same key and context gives it back."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, value, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what `seal` was given. Raises InvalidTag for anything else."""
        if sealed[:1] != _FORMAT:
            raise InvalidTag
        nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        return self._cipher.decrypt(nonce, content, context.encode())


def seal(key: bytes, value: bytes, context: str) -> bytes:
    """Return the value so that only `open_sealed` with the same key and context gives it back."""
    return Sealer(key).seal(value, context)


def open_sealed(key: bytes, sealed: bytes, context: str) -> bytes:
    """Return what `seal` was given. Raises InvalidTag for anything else."""
    return Sealer(key).open(sealed, context)
