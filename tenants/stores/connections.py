"""Connections: databases that a person sets up by name, for the tenant's tools to query. No password comes back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import InvalidError, NotFoundError
from tenants.capabilities.secrets import SHORTEST
from tenants.capabilities.sql.databases import Known
from tenants.models import Connection, Tenant
from tenants.rights.access import Actor, Permission
from tenants.rules import audit
from tenants.stores.vault import Vault

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]+")
_MODES = ("verify-full", "require", "disable")
_CONNECTIONS_MAX = 100
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads, without its password, and the password."""

    url: str
    password: str


async def put(session: AsyncSession, actor: Actor, vault: Vault, name: str, url: str) -> Connection:
    """Set up a connection, or change where its name leads. Raises InvalidError."""
    actor.require(Permission.SECRETS_MANAGE)
    if not _NAME.fullmatch(name):
        raise InvalidError(problems=[{"path": "/name", "message": "A name is 1 to 64 of A-Z a-z 0-9 _ . -"}])
    place = _parsed(url)
    entry = await session.get(Connection, (actor.tenant_id, name), with_for_update=True)
    version = 1 if entry is None else entry.version + 1
    context = f"connection/{name}/{version}"
    number, sealed = await vault.seal(session, actor.tenant_id, place.password.encode(), context)
    before = None if entry is None else _told(entry)
    if entry is None:
        await _demand_room(session)
        entry = Connection(tenant_id=actor.tenant_id, name=name, created_at=now())
    entry.url, entry.version, entry.key_number, entry.sealed = place.url, version, number, sealed
    entry.updated_by, entry.updated_at = actor.who(), now()
    session.add(entry)
    await audit.record(session, actor, "connection.stored", name, **_told(entry), before=before)
    return entry


async def list_all(session: AsyncSession, actor: Actor) -> Sequence[Connection]:
    """By name; passwords are never shown."""
    actor.require(Permission.TOOLS_READ)
    return (await session.scalars(select(Connection).order_by(Connection.name))).all()


async def read_connection(session: AsyncSession, actor: Actor, name: str) -> Connection:
    """Raises NotFoundError."""
    actor.require(Permission.TOOLS_READ)
    entry = await session.get(Connection, (actor.tenant_id, name))
    if entry is None:
        raise NotFoundError(f"There is no connection {name} here.")
    return entry


async def remove(session: AsyncSession, actor: Actor, name: str) -> None:
    actor.require(Permission.SECRETS_MANAGE)
    entry = await read_connection(session, actor, name)
    await session.delete(entry)
    await audit.record(session, actor, "connection.removed", name, version=entry.version, before=_told(entry))


async def known(vault: Vault, tenant_id: str, name: str) -> Known | None:
    """A connection as it is opened for a tool."""
    async with vault.database.reading(tenant_id) as session:
        entry = await session.get(Connection, (tenant_id, name))
        if entry is None:
            return None
        password = await vault.open(session, tenant_id, entry.key_number, entry.sealed, entry.seal_context)
        folder = (await session.get_one(Tenant, tenant_id)).slug
    return Known(entry.url, folder, password.decode())


def _told(entry: Connection) -> dict[str, Any]:
    """What the audit trail has of a connection: never its password."""
    return {"url": entry.url, "version": entry.version}


async def _demand_room(session: AsyncSession) -> None:
    if len((await session.scalars(select(Connection.name))).all()) >= _CONNECTIONS_MAX:
        raise InvalidError(f"There are {_CONNECTIONS_MAX} connections already.", hint="Remove some.")


def _parsed(given: str) -> Place:
    try:
        return _sqlite(given) if given.startswith("sqlite:") else _postgres(given)
    except ValueError as error:
        raise InvalidError(
            "The connection is not valid.", problems=[{"path": "/url", "message": str(error)}]
        ) from error


def _sqlite(given: str) -> Place:
    name = given.removeprefix("sqlite:///")
    if not _FILE.fullmatch(name) or given == name:
        raise ValueError("A SQLite file is sqlite:///NAME.db, in the folder that the operator keeps for the tenant.")
    return Place(f"sqlite:///{name}", "")


def _postgres(given: str) -> Place:
    if len(given) > _LONGEST or not given.isprintable():
        raise ValueError(f"A URL has at most {_LONGEST:,} printable characters.")
    url = urlsplit(given)
    host, database = (url.hostname or "").lower(), unquote(url.path.lstrip("/"))
    if url.scheme not in ("postgresql", "postgres") or not _HOST.fullmatch(host) or not url.username or not database:
        raise ValueError("Write postgresql://USER:PASSWORD@HOST[:PORT]/DATABASE, or sqlite:///NAME.db.")
    said = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
    if said.keys() - {"sslmode"} or said.get("sslmode", _MODES[0]) not in _MODES:
        raise ValueError(f"After the ? there may be sslmode={' or '.join(_MODES)}, and nothing else.")
    password = unquote(url.password or "")
    if 0 < len(password) < SHORTEST:
        raise ValueError(f"A password has at least {SHORTEST} characters: a shorter one cannot be scrubbed.")
    shown = f"[{host}]" if ":" in host else host
    port = "" if url.port in (None, 5432) else f":{url.port}"
    query = f"?sslmode={said['sslmode']}" if said else ""
    place = f"{quote(unquote(url.username), safe='')}@{shown}{port}/{quote(database, safe='')}"
    return Place(f"postgresql://{place}{query}", password)
