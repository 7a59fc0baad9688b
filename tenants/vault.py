"""Secrets: sealed with the tenant's key, which is wrapped by the platform's. Put in, used at egress, never read back.

AES-256-GCM throughout. What is sealed is bound to its tenant, name and version, so that a row copied to another
place opens nowhere. Changing the platform's key rewraps tenants' keys only; changing a tenant's key
seals its rows anew.
"""

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants import audit, kms
from tenants.access import Actor, Permission
from tenants.capabilities.secrets import SHORTEST, Secret
from tenants.db import Database, now
from tenants.errors import InvalidError, NotFoundError
from tenants.models import SEALED, SecretEntry, TenantKey

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VALUE_BYTES_MAX = 16 << 10
_SECRETS_MAX = 500
_NONCE_BYTES = 12
_FORMAT = b"\x01"
# How long a process may go on with what it knew of a tenant's secrets.
_REMEMBERED_S = 5.0


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
        return active, _seal(self.keys[active], key, context)

    def unwrap(self, wrapped_by: str, wrapped: bytes, context: str) -> bytes:
        if wrapped_by not in self.keys:
            raise BadRingError(f"The platform's key {wrapped_by!r} is missing: secrets wrapped by it cannot be opened.")
        return _open(self.keys[wrapped_by], wrapped, context)


@dataclass
class Vault:
    """Seals and opens for every tenant of a process."""

    database: Database
    ring: Ring
    _remembered: dict[str, tuple[float, Mapping[str, Secret]]] = field(
        default_factory=dict[str, tuple[float, Mapping[str, Secret]]]
    )

    async def put(
        self, session: AsyncSession, actor: Actor, name: str, value: str, hosts: Sequence[str]
    ) -> SecretEntry:
        """Store a secret, or replace it. Raises InvalidError."""
        actor.require(Permission.SECRETS_MANAGE)
        wanted = sorted({host.lower() for host in hosts})
        _check(name, value, wanted)
        entry = await session.get(SecretEntry, (actor.tenant_id, name), with_for_update=True)
        version = 1 if entry is None else entry.version + 1
        number, sealed = await self.seal(session, actor.tenant_id, value.encode(), f"secret/{name}/{version}")
        if entry is None:
            await _demand_room(session)
            entry = SecretEntry(tenant_id=actor.tenant_id, name=name, created_at=now())
        entry.version, entry.key_number, entry.sealed = version, number, sealed
        entry.hosts, entry.updated_by, entry.updated_at = list[Any](wanted), actor.who(), now()
        session.add(entry)
        await audit.record(session, actor, "secret.stored", name, hosts=wanted, version=entry.version)
        self._remembered.pop(actor.tenant_id, None)
        return entry

    async def list_all(self, session: AsyncSession, actor: Actor) -> Sequence[SecretEntry]:
        """Names, hosts and dates; values are never shown."""
        actor.require(Permission.TOOLS_READ)
        return (await session.scalars(select(SecretEntry).order_by(SecretEntry.name))).all()

    async def remove(self, session: AsyncSession, actor: Actor, name: str) -> None:
        actor.require(Permission.SECRETS_MANAGE)
        entry = await session.get(SecretEntry, (actor.tenant_id, name))
        if entry is None:
            raise NotFoundError(f"There is no secret {name} here.")
        await session.delete(entry)
        await audit.record(session, actor, "secret.removed", name, version=entry.version)
        self._remembered.pop(actor.tenant_id, None)

    async def seal(self, session: AsyncSession, tenant_id: str, value: bytes, context: str) -> tuple[int, bytes]:
        """Seal with the tenant's newest key, made when it has none. Return the key's number and the sealed value."""
        # Asked twice: PostgreSQL shows a key that was renewed while we waited to a new question only.
        newest = await _newest(session) or await _newest(session) or await self._add_key(session, tenant_id, 1)
        return newest.number, _seal(self._key(newest), value, f"{tenant_id}/{context}")

    async def open(self, session: AsyncSession, tenant_id: str, number: int, sealed: bytes, context: str) -> bytes:
        """Open what `seal` gave, in the same context. Raises InvalidTag for anything else."""
        key = await session.get_one(TenantKey, (tenant_id, number))
        return _open(self._key(key), sealed, f"{tenant_id}/{context}")

    def secrets_of(self, tenant_id: str, run_id: str, tool_name: str) -> "TenantSecrets":
        """What a run's requests may carry. Which of them it may name is its grant's matter."""
        del run_id, tool_name
        return TenantSecrets(self, tenant_id)

    async def all_of(self, tenant_id: str) -> Mapping[str, Secret]:
        known = self._remembered.get(tenant_id)
        if known is not None and monotonic() - known[0] < _REMEMBERED_S:
            return known[1]
        found: dict[str, Secret] = {}
        async with self.database.reading(tenant_id) as session:
            for entry in await session.scalars(select(SecretEntry)):
                value = await self.open(session, tenant_id, entry.key_number, entry.sealed, entry.seal_context)
                found[entry.name] = Secret(entry.name, value.decode(), tuple(entry.hosts))
        if len(self._remembered) > 1_000:
            self._remembered.clear()
        self._remembered[tenant_id] = (monotonic(), found)
        return found

    async def rotate(self) -> int:
        """Wrap every tenant's keys with the ring's first key; return how many were wrapped by another one."""
        active = next(iter(self.ring.keys))
        async with self.database.system() as session:
            keys = (await session.scalars(select(TenantKey).where(TenantKey.wrapped_by != active))).all()
            for key in keys:
                key.wrapped_by, key.wrapped = self.ring.wrap(self._key(key), f"{key.tenant_id}/{key.number}")
        return len(keys)

    async def renew(self, session: AsyncSession, actor: Actor) -> int:
        """Give the tenant a new key, seal everything anew with it, and forget the old one. Return how many rows."""
        actor.require(Permission.SECRETS_MANAGE)
        tenant_id = actor.tenant_id
        # Whoever seals meanwhile with the old key waits, and then finds the new one.
        old = (await session.scalars(select(TenantKey).order_by(TenantKey.number).with_for_update())).all()
        await self._add_key(session, tenant_id, old[-1].number + 1 if old else 1)
        rows = [row for table in SEALED for row in await session.scalars(select(table).with_for_update())]
        for row in rows:
            value = await self.open(session, tenant_id, row.key_number, row.sealed, row.seal_context)
            row.key_number, row.sealed = await self.seal(session, tenant_id, value, row.seal_context)
        for key in old:
            await session.delete(key)
        await audit.record(session, actor, "secrets.key_renewed", tenant_id, sealed_anew=len(rows))
        self._remembered.pop(tenant_id, None)
        return len(rows)

    async def _add_key(self, session: AsyncSession, tenant_id: str, number: int) -> TenantKey:
        wrapped_by, wrapped = self.ring.wrap(secrets.token_bytes(32), f"{tenant_id}/{number}")
        key = TenantKey(tenant_id=tenant_id, number=number, wrapped_by=wrapped_by, wrapped=wrapped)
        session.add(key)
        await session.flush()
        return key

    def _key(self, key: TenantKey) -> bytes:
        return self.ring.unwrap(key.wrapped_by, key.wrapped, f"{key.tenant_id}/{key.number}")


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    """One tenant's secrets, opened when a request needs them."""

    vault: Vault
    tenant_id: str

    async def all(self) -> Mapping[str, Secret]:
        return await self.vault.all_of(self.tenant_id)


def as_json(entry: SecretEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "hosts": entry.hosts,
        "version": entry.version,
        "created_at": entry.created_at.isoformat(),
        "updated_at": entry.updated_at.isoformat(),
        "updated_by": entry.updated_by,
    }


def new_entry(kms_key: str | None = None) -> str:
    """Return a fresh entry for the ring, locked by `kms_key` when one is given. Raises kms.LockedError."""
    name = f"k{now():%Y%m%d}-{secrets.token_hex(2)}"
    if kms_key is not None:
        return f"{name}:aws-kms:{kms.make(name, kms_key)}"
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _read(name: str, encoded: str) -> bytes:
    form, colon, locked = encoded.partition(":")
    if colon and form != "aws-kms":
        raise BadRingError(f"The key {name[:40]!r} is neither ID:BASE64 nor ID:aws-kms:BASE64.")
    try:
        key = base64.b64decode(locked or form, validate=True)
        return kms.unlock(name, key) if colon else key
    except binascii.Error as error:
        raise BadRingError(f"The key {name[:40]!r} is no base64.") from error
    except kms.LockedError as error:
        hint = "Check the process's AWS credentials and region, and that they may use the key (kms:Decrypt)."
        raise BadRingError(f"AWS KMS does not open the key {name[:40]!r}: {error}. {hint}") from error


def _seal(key: bytes, value: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, value, context.encode())


def _open(key: bytes, sealed: bytes, context: str) -> bytes:
    if sealed[:1] != _FORMAT:
        raise InvalidTag
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    return AESGCM(key).decrypt(nonce, content, context.encode())


async def _newest(session: AsyncSession) -> TenantKey | None:
    # Shared, so that a key being renewed is waited for: what its old one sealed meanwhile could not be opened.
    query = select(TenantKey).order_by(TenantKey.number.desc()).limit(1)
    return await session.scalar(query.with_for_update(read=True))


async def _demand_room(session: AsyncSession) -> None:
    if len((await session.scalars(select(SecretEntry.name))).all()) >= _SECRETS_MAX:
        raise InvalidError(f"There are {_SECRETS_MAX} secrets already.", hint="Remove some.")


def _check(name: str, value: str, hosts: Sequence[str]) -> None:
    problems: list[dict[str, str]] = []
    if not _NAME.fullmatch(name):
        problems.append({"path": "/name", "message": "A name is 1 to 100 of A-Z a-z 0-9 _ . -"})
    if len(value) < SHORTEST or len(value.encode(errors="replace")) > _VALUE_BYTES_MAX or "\0" in value:
        message = f"A value has {SHORTEST} characters to {_VALUE_BYTES_MAX:,} bytes: a shorter one cannot be scrubbed."
        problems.append({"path": "/value", "message": message})
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        problems.append({"path": "/value", "message": "A value is valid text."})
    if not hosts or not all(_HOST.fullmatch(host) for host in hosts):
        message = "Name the hosts it may be sent to, such as api.stripe.com or *.example.com, without scheme or port."
        problems.append({"path": "/hosts", "message": message})
    if problems:
        raise InvalidError("The secret is not valid.", problems=problems)
