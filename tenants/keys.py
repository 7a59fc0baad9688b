"""API keys: `sw_...`, shown once, stored hashed, scoped, never more than the person who made them may do."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants import audit, ids
from tenants.access import SCOPE_PERMISSIONS, Actor, ActorKind, Permission, Role, permissions_of
from tenants.db import Database, now
from tenants.errors import InvalidError, NotAllowedError, NotAuthenticatedError, NotFoundError
from tenants.models import ApiKey, Membership, Tenant

_USED_EVERY = timedelta(minutes=1)


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

    Raises NotAllowedError for a scope that holds more than the maker may do, InvalidError for the rest.
    """
    actor.require(Permission.KEYS_MANAGE)
    if actor.user_id is None:
        raise NotAllowedError("Only a person, or a key of a person, can make keys.")
    _demand(actor, name, scopes, expires_at)
    token = f"sw_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        id=ids.new("key"),
        name=name.strip(),
        prefix=token[:10],
        token_hash=_hash(token),
        scopes=sorted(set(scopes)),
        user_id=actor.user_id,
        created_at=now(),
        expires_at=expires_at,
    )
    session.add(key)
    await audit.record(session, actor, "key.created", key.id, name=key.name, scopes=key.scopes)
    return key, token


def _demand(actor: Actor, name: str, scopes: list[str], expires_at: datetime | None) -> None:
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
    beyond = [scope for scope in scopes if not SCOPE_PERMISSIONS[scope] <= actor.permissions]
    if beyond:
        raise NotAllowedError(
            f"A key cannot do more than its maker: you do not hold {', '.join(beyond)}.", scopes=beyond
        )


async def list_all(session: AsyncSession, actor: Actor) -> list[ApiKey]:
    """Return the tenant's keys, the newest first; revoked ones stay listed."""
    actor.require(Permission.KEYS_MANAGE)
    return list(await session.scalars(select(ApiKey).order_by(ApiKey.id.desc())))


async def revoke(session: AsyncSession, actor: Actor, key_id: str) -> ApiKey:
    """End a key at once: one's own, or anybody's for those who manage the members."""
    actor.require(Permission.KEYS_MANAGE)
    key = await session.scalar(select(ApiKey).where(ApiKey.id == key_id))
    if key is None:
        raise NotFoundError(f"There is no key {key_id} here.")
    if key.user_id != actor.user_id:
        actor.require(Permission.MEMBERS_MANAGE)
    if key.revoked_at is None:
        key.revoked_at = now()
        await audit.record(session, actor, "key.revoked", key.id, name=key.name)
    return key


async def authenticate(database: Database, token: str, tenant_slug: str) -> Actor:
    """Return the key behind a token, as an actor in its tenant. Raises NotAuthenticatedError.

    It may do what its maker may do today, narrowed to its scopes: a demoted maker's keys are demoted too.
    """
    async with database.system_reading() as session:
        row = (
            await session.execute(
                select(ApiKey, Tenant.id, Tenant.slug, Membership.role)
                .join(Tenant, Tenant.id == ApiKey.tenant_id)
                .join(
                    Membership,
                    (Membership.user_id == ApiKey.user_id) & (Membership.tenant_id == ApiKey.tenant_id),
                )
                .where(ApiKey.token_hash == _hash(token))
            )
        ).one_or_none()
    if row is None or row[2] != tenant_slug or not _is_good(row[0]):
        raise NotAuthenticatedError("This API key is not valid here.", hint="It may be revoked or expired.")
    key, tenant_id, slug, role = row
    if key.last_used_at is None or key.last_used_at + _USED_EVERY <= now():
        async with database.unit(tenant_id) as session:
            await session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now()))
    return Actor(
        ActorKind.API_KEY, key.id, key.name, tenant_id, slug, key.user_id, permissions_of(Role(role), key.scopes)
    )


def _is_good(key: ApiKey) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())
