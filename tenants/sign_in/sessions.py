"""Signed-in browsers: opaque tokens, stored hashed, revocable one by one or all at once."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.models import User, UserSession

LIFETIME_S = 30 * 24 * 3600
# A session that nobody has used for so long is over.
IDLE = timedelta(days=7)
# How long one who has just signed in, or shown that it is they, is not asked again.
FRESH = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open(  # noqa: A001, PLR0913 - all of it is what a session is
    session: AsyncSession,
    user: User,
    user_agent: str = "",
    *,
    network: str = "",
    only_tenant_id: str | None = None,
    provider: str | None = None,
    second_factor: bool = False,
) -> str:
    """Open a session for a person who has just proved who they are; return its token.

    When a tenant's identity provider vouched for them, the session reaches that tenant only. Tenants may ask for a
    second factor: a session that was opened without one lacks what they ask it for.
    """
    token = f"ses_{secrets.token_urlsafe(32)}"
    opened = now()
    session.add(
        UserSession(
            token_hash=_hash(token),
            user_id=user.id,
            only_tenant_id=only_tenant_id,
            provider=provider,
            user_agent=user_agent[:300],
            network=network[:45],
            authenticated_at=opened,
            second_factor_at=opened if second_factor else None,
            created_at=opened,
            last_seen_at=opened,
            expires_at=opened + timedelta(seconds=LIFETIME_S),
        )
    )
    await session.flush()
    return token


async def find(session: AsyncSession, token: str) -> UserSession | None:
    """Return the session of a token, unless it is unknown, over or revoked. Only reads."""
    found = await session.scalar(select(UserSession).where(UserSession.token_hash == _hash(token)))
    moment = now()
    if found is None or found.revoked_at or found.expires_at <= moment or found.last_seen_at + IDLE <= moment:
        return None
    return found


async def find_user(database: Database, token: str) -> tuple[UserSession, User] | None:
    """Return a token's session and person, and note that they were here, at most once a minute."""
    async with database.system_reading() as session:
        found = await find(session, token)
        user = await session.get(User, found.user_id) if found else None
    if found is None or user is None:
        return None
    if found.last_seen_at + _SEEN_EVERY <= now():
        async with database.system() as session:
            await session.execute(update(UserSession).where(UserSession.id == found.id).values(last_seen_at=now()))
    return found, user


async def close(session: AsyncSession, token: str) -> None:
    """Sign out: the token is worthless from now on."""
    await session.execute(update(UserSession).where(UserSession.token_hash == _hash(token)).values(revoked_at=now()))


async def revoke(session: AsyncSession, user_id: str, session_id: str) -> None:
    """Sign out one of a person's browsers; nothing happens when it is not theirs."""
    await session.execute(
        update(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id).values(revoked_at=now())
    )


async def revoke_all(session: AsyncSession, user_id: str, but: str | None = None) -> None:
    """Sign out all of a person's browsers; `but` is the id of the session that stays."""
    every = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    await session.execute((every.where(UserSession.id != but) if but else every).values(revoked_at=now()))


def is_fresh(found: UserSession) -> bool:
    """Whether the person showed lately that it is they: what changes how they sign in takes that."""
    return found.authenticated_at is not None and found.authenticated_at + FRESH > now()


async def refresh(session: AsyncSession, session_id: str, *, second_factor: bool) -> None:
    """Note that the person has shown once more that it is they, and whether by a second factor."""
    noted = {"authenticated_at": now(), **({"second_factor_at": now()} if second_factor else {})}
    await session.execute(update(UserSession).where(UserSession.id == session_id).values(challenge=None, **noted))


async def challenge(session: AsyncSession, session_id: str, text: str) -> None:
    """Keep what a passkey is asked to sign."""
    await session.execute(update(UserSession).where(UserSession.id == session_id).values(challenge=text))


async def take_challenge(session: AsyncSession, session_id: str) -> str | None:
    """Return what a passkey was asked to sign, once."""
    found = await session.get(UserSession, session_id, with_for_update=True, populate_existing=True)
    if found is None:
        return None
    text, found.challenge = found.challenge, None
    return text


async def revoke_opened_by(session: AsyncSession, tenant_id: str, provider: str) -> None:
    """Sign out everybody whom this identity provider of this tenant signed in."""
    await session.execute(
        update(UserSession)
        .where(UserSession.only_tenant_id == tenant_id, UserSession.provider == provider)
        .where(UserSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )


async def list_open(session: AsyncSession, user_id: str) -> list[UserSession]:
    """Return a person's open sessions, the newest first."""
    rows = await session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.expires_at > now())
        .where(UserSession.last_seen_at > now() - IDLE)
        .order_by(UserSession.id.desc())
    )
    return list(rows)
