"""API keys: `sw_...`, shown once, stored hashed, scoped, never more than the person who made them may do."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Lru
from tenants.agents import last_used
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import InvalidError, NotAllowedError, NotAuthenticatedError, NotFoundError
from tenants.models import ApiKey, Membership, Tenant
from tenants.rights import delegation, endings
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, ActorKind, Permission, Role
from tenants.rules import audit

_USED_EVERY = timedelta(minutes=1)
_KNOWN_MAX = 10_000


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return it and its token, which is never shown again.

    A key that a key makes ends with that one at the latest. Raises NotAllowedError for a scope that its maker may
    not hand on, InvalidError for the rest.
    """
    actor.require(Permission.KEYS_MANAGE)
    if actor.user_id is None:
        raise NotAllowedError("Only a person, or a key of a person, can make keys.")
    _demand(name, scopes, expires_at)
    await delegation.demand(session, actor, delegation.of_scopes(scopes))
    maker = await session.get_one(ApiKey, actor.id) if actor.kind is ActorKind.API_KEY else None
    token = f"sw_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        id=ids.new("key"),
        name=name.strip(),
        prefix=token[:10],
        token_hash=_hash(token),
        scopes=sorted(set(scopes)),
        user_id=actor.user_id,
        made_by=maker.id if maker else None,
        created_at=now(),
        expires_at=min((end for end in (expires_at, maker and maker.expires_at) if end is not None), default=None),
    )
    session.add(key)
    await audit.record(session, actor, "key.created", key.id, name=key.name, scopes=key.scopes)
    return key, token


def _demand(name: str, scopes: list[str], expires_at: datetime | None) -> None:
    problems: list[dict[str, str]] = []
    if not 1 <= len(name.strip()) <= 200:
        problems.append({"path": "/name", "message": "A name has 1 to 200 characters."})
    if not scopes:
        problems.append({"path": "/scopes", "message": "A key without a scope can do nothing; give one."})
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now()):
        message = "This is a moment to come, with its time zone, such as 2030-01-31T12:00:00Z."
        problems.append({"path": "/expires_at", "message": message})
    for index, scope in enumerate(scopes):
        if scope not in SCOPE_PERMISSIONS:
            message = f"There is no scope {scope}; the scopes are {', '.join(SCOPE_PERMISSIONS)}."
            problems.append({"path": f"/scopes/{index}", "message": message})
    if problems:
        raise InvalidError("The key is not valid.", problems=problems)


async def list_keys(session: AsyncSession, actor: Actor) -> list[ApiKey]:
    """Return the keys that the actor may revoke, the newest first; revoked ones stay listed."""
    actor.require(Permission.KEYS_MANAGE)
    return list(await session.scalars(select(ApiKey).where(*_managed(actor)).order_by(ApiKey.id.desc())))


def _managed(actor: Actor) -> list[ColumnElement[bool]]:
    """One's own keys, those of the person who answers for a key; everybody's for those who manage the members."""
    return [] if Permission.MEMBERS_MANAGE in actor.permissions else [ApiKey.user_id == actor.user_id]


async def revoke(session: AsyncSession, actor: Actor, key_id: str) -> ApiKey:
    """End a key at once, and with it what it made: one's own, or anybody's for those who manage the members.

    Raises NotFoundError.
    """
    actor.require(Permission.KEYS_MANAGE)
    key = await session.scalar(select(ApiKey).where(ApiKey.id == key_id))
    if key is None:
        raise NotFoundError(f"There is no key {key_id} here.")
    if key.user_id != actor.user_id:
        actor.require(Permission.MEMBERS_MANAGE)
    if key.revoked_at is None:
        await endings.end_keys(session, [key.id], "The API key that made this schedule has been revoked.")
        await session.refresh(key)
        await changed(session, actor.tenant_id)
        await audit.record(session, actor, "key.revoked", key.id, name=key.name)
    return key


async def changed(session: AsyncSession, tenant_id: str) -> None:
    """Say that who may do what has changed: what is remembered of keys is void."""
    tenant = await session.get_one(Tenant, tenant_id, with_for_update=True)
    tenant.access_version += 1


@dataclass(slots=True)
class _Known:
    """A key as it was read when its tenant's access had this count."""

    actor: Actor
    access: int
    expires_at: datetime | None
    used_at: datetime | None


class _Memory:
    """The keys that one process has seen lately, by the hash of their token."""

    def __init__(self) -> None:
        self.keys: Lru[str, _Known] = Lru(_KNOWN_MAX)


async def authenticate(database: Database, token: str, tenant_slug: str) -> Actor:
    """Return the key behind a token, as an actor in its tenant. Raises NotAuthenticatedError.

    It may do what its maker may do today, narrowed to its scopes: a demoted maker's keys are demoted too.
    """
    known = await _known(database, _hash(token))
    if known is None or known.actor.tenant_slug != tenant_slug or (known.expires_at and known.expires_at <= now()):
        raise NotAuthenticatedError("This API key is not valid here.", hint="It may be revoked or expired.")
    if known.used_at is None or known.used_at + _USED_EVERY <= now():
        known.used_at = now()
        last_used.used(database, ApiKey, known.actor.id, known.used_at)
    return known.actor


async def _known(database: Database, token_hash: str) -> _Known | None:
    remembered = database.remembered(_Memory).keys
    known = remembered.get(token_hash)
    if known is not None:
        stamp = await database.stamp(known.actor.tenant_id)
        if stamp is None or stamp.access != known.access:
            known = None
    if known is None:
        remembered.pop(token_hash)
        known = await _read(database, token_hash)
        if known is not None:
            remembered.put(token_hash, known)
    return known


async def _read(database: Database, token_hash: str) -> _Known | None:
    query = (
        select(ApiKey, Tenant, Membership.role)
        .join(Tenant, Tenant.id == ApiKey.tenant_id)
        .join(Membership, (Membership.user_id == ApiKey.user_id) & (Membership.tenant_id == ApiKey.tenant_id))
        .where(ApiKey.token_hash == token_hash, ApiKey.revoked_at.is_(None))
    )
    async with database.system_reading() as session:
        row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        key, tenant, role = row
        permissions, ends_at = await delegation.of_key(session, key, Role(role))
    if not permissions:
        return None
    actor = Actor(ActorKind.API_KEY, key.id, key.name, tenant.id, tenant.slug, key.user_id, permissions)
    return _Known(actor, tenant.access_version, ends_at, key.last_used_at)
