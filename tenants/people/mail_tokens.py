"""Links in letters: each stands for one thing, for a while, once. Stored hashed."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import LinkOverError
from tenants.models import MailToken


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def issue(
    session: AsyncSession,
    purpose: str,
    email: str,
    lifetime: timedelta,
    *,
    user_id: str | None = None,
    details: dict[str, Any] | None = None,
) -> str:
    """Return a fresh token. Earlier ones go on: a stranger who asks must not end somebody's own."""
    token = secrets.token_urlsafe(32)
    session.add(
        MailToken(
            token_hash=_hash(token),
            purpose=purpose,
            user_id=user_id,
            email=email,
            details=details or {},
            expires_at=now() + lifetime,
        )
    )
    return token


async def read_token(session: AsyncSession, purpose: str, token: str) -> MailToken:
    """Raises LinkOverError."""
    found = await session.scalar(
        select(MailToken).where(MailToken.token_hash == _hash(token), MailToken.purpose == purpose)
    )
    if found is None or found.expires_at <= now():
        raise LinkOverError
    return found


async def take(session: AsyncSession, purpose: str, token: str) -> MailToken:
    """Use a token up: of two who come at once, one gets it. Raises LinkOverError."""
    found = await read_token(session, purpose, token)
    taken = await session.execute(delete(MailToken).where(MailToken.token_hash == found.token_hash))
    if getattr(taken, "rowcount", 0) != 1:
        raise LinkOverError
    return found


async def revoke(session: AsyncSession, user_id: str, *purposes: str) -> None:
    await session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose.in_(purposes)))


async def forget_old(session: AsyncSession) -> None:
    await session.execute(delete(MailToken).where(MailToken.expires_at <= now()))
