"""Secrets: sealed with the tenant's key, which is wrapped by the platform's. Put in, used at egress, never read back.

What is sealed is bound to its tenant, name and version, so that a row copied to another place opens nowhere. Changing
the platform's key rewraps tenants' keys only: tenants/stores/platform_keys.py. Changing a tenant's key seals its rows
anew. What runs hold has keys of its own: tenants/base/content_keys.py.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.base.errors import InvalidError, NotFoundError
from tenants.base.key_ring import Ring, open_sealed, seal
from tenants.capabilities.secrets import SHORTEST, Secret
from tenants.models import SEALED, ContentKey, SecretEntry, TenantKey
from tenants.rights.access import Actor, Permission
from tenants.rules import audit

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_VALUE_BYTES_MAX = 16 << 10
_SECRETS_MAX = 500
# How long a process may go on with what it knew of a tenant's secrets.
_REMEMBERED_S = 5.0


@dataclass
class Vault:
    """Seals and opens for every tenant of a process."""

    database: Database
    ring: Ring
    _remembered: dict[str, tuple[float, Mapping[str, Secret]]] = field(
        default_factory=dict[str, tuple[float, Mapping[str, Secret]]]
    )

    async def put(
        self,
        session: AsyncSession,
        actor: Actor,
        name: str,
        value: str,
        hosts: Sequence[str],
        expires_at: datetime | None = None,
    ) -> SecretEntry:
        """Store a secret, or replace it. `expires_at` is for people: they are told before. Raises InvalidError."""
        actor.require(Permission.SECRETS_MANAGE)
        wanted = sorted({host.lower() for host in hosts})
        _check(name, value, wanted)
        entry = await session.get(SecretEntry, (actor.tenant_id, name), with_for_update=True)
        version = 1 if entry is None else entry.version + 1
        number, sealed = await self.seal(session, actor.tenant_id, value.encode(), f"secret/{name}/{version}")
        before = None if entry is None else _told(entry)
        if entry is None:
            await _demand_room(session)
            entry = SecretEntry(tenant_id=actor.tenant_id, name=name, created_at=now())
        entry.version, entry.key_number, entry.sealed = version, number, sealed
        entry.hosts, entry.updated_by, entry.updated_at = list[Any](wanted), actor.who(), now()
        entry.expires_at = expires_at
        session.add(entry)
        await audit.record(session, actor, "secret.stored", name, **_told(entry), before=before)
        self._remembered.pop(actor.tenant_id, None)
        return entry

    async def list_all(self, session: AsyncSession, actor: Actor) -> Sequence[SecretEntry]:
        """Names, hosts and dates; values are never shown."""
        actor.require(Permission.TOOLS_READ)
        return (await session.scalars(select(SecretEntry).order_by(SecretEntry.name))).all()

    async def remove(self, session: AsyncSession, actor: Actor, name: str) -> None:
        """Raises NotFoundError."""
        actor.require(Permission.SECRETS_MANAGE)
        entry = await session.get(SecretEntry, (actor.tenant_id, name))
        if entry is None:
            raise NotFoundError(f"There is no secret {name} here.")
        await session.delete(entry)
        await audit.record(session, actor, "secret.removed", name, version=entry.version, before=_told(entry))
        self._remembered.pop(actor.tenant_id, None)

    async def seal(self, session: AsyncSession, tenant_id: str, value: bytes, context: str) -> tuple[int, bytes]:
        """Seal with the tenant's newest key, made when it has none. Return the key's number and the sealed value."""
        # Asked twice: PostgreSQL shows a key that was renewed while we waited to a new question only.
        newest = await _newest(session) or await _newest(session) or await self._add_key(session, tenant_id, 1)
        return newest.number, seal(self._key(newest), value, f"{tenant_id}/{context}")

    async def open(self, session: AsyncSession, tenant_id: str, number: int, sealed: bytes, context: str) -> bytes:
        """Open what `seal` gave, in the same context. Raises InvalidTag for anything else."""
        key = await session.get_one(TenantKey, (tenant_id, number))
        return open_sealed(self._key(key), sealed, f"{tenant_id}/{context}")

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
        # What runs hold is too much to be sealed anew: a new key seals what comes, and the old ones open what was.
        last = await session.scalar(select(func.max(ContentKey.number)))
        await self.database.add_content_key(session, tenant_id, (last or 0) + 1)
        await audit.record(session, actor, "secrets.key_renewed", tenant_id, sealed_anew=len(rows))
        self._remembered.pop(tenant_id, None)
        return len(rows)

    async def _add_key(self, session: AsyncSession, tenant_id: str, number: int) -> TenantKey:
        key = TenantKey(tenant_id=tenant_id, number=number)
        key.wrapped_by, key.wrapped = self.ring.wrap(secrets.token_bytes(32), key.wrap_context)
        session.add(key)
        await session.flush()
        return key

    def _key(self, key: TenantKey) -> bytes:
        return self.ring.unwrap(key.wrapped_by, key.wrapped, key.wrap_context)


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    """One tenant's secrets, opened when a request needs them."""

    vault: Vault
    tenant_id: str

    async def all(self) -> Mapping[str, Secret]:
        return await self.vault.all_of(self.tenant_id)


async def _newest(session: AsyncSession) -> TenantKey | None:
    # Shared, so that a key being renewed is waited for: what its old one sealed meanwhile could not be opened.
    query = select(TenantKey).order_by(TenantKey.number.desc()).limit(1)
    return await session.scalar(query.with_for_update(read=True))


def _told(entry: SecretEntry) -> dict[str, Any]:
    """What the audit trail has of a secret: never its value."""
    expires = {"expires_at": entry.expires_at.isoformat()} if entry.expires_at else {}
    return {"hosts": list(entry.hosts), "version": entry.version, **expires}


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
    # One that only signatures are checked with goes nowhere.
    if not all(_HOST.fullmatch(host) for host in hosts):
        message = "Name the hosts it may be sent to, such as api.stripe.com or *.example.com, without scheme or port."
        problems.append({"path": "/hosts", "message": message})
    if problems:
        raise InvalidError("The secret is not valid.", problems=problems)
