"""Between the two steps of a sign-in: who has shown the first factor and not yet the second.

It is no session and lies in a table of its own, under a cookie of its own: nothing that asks for a session finds it.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import NotAuthenticatedError
from tenants.models import SecondStep, User

LIFETIME = timedelta(minutes=10)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open(  # noqa: A001 - as sessions are opened
    session: AsyncSession, user: User, *, only_tenant_id: str | None = None, provider: str | None = None
) -> str:
    """Return the token of a step that awaits this person's second factor."""
    await session.execute(delete(SecondStep).where(SecondStep.expires_at <= now()))
    token = f"stp_{secrets.token_urlsafe(32)}"
    step = SecondStep(token_hash=_hash(token), user_id=user.id, expires_at=now() + LIFETIME)
    step.only_tenant_id, step.provider = only_tenant_id, provider
    session.add(step)
    await session.flush()
    return token


async def find_step(session: AsyncSession, token: str) -> tuple[SecondStep, User]:
    """Raises NotAuthenticatedError."""
    rows = select(SecondStep, User).join(User, User.id == SecondStep.user_id)
    found = (await session.execute(rows.where(SecondStep.token_hash == _hash(token)))).one_or_none()
    if found is None or found[0].expires_at <= now():
        raise NotAuthenticatedError("No sign-in is waiting for a second factor.", hint="Sign in again at /login.")
    return found[0], found[1]


async def close(session: AsyncSession, step: SecondStep) -> None:
    """Use a step up: of two who come at once, one goes on. Raises NotAuthenticatedError."""
    closed = await session.execute(delete(SecondStep).where(SecondStep.token_hash == step.token_hash))
    if getattr(closed, "rowcount", 0) != 1:
        raise NotAuthenticatedError("This sign-in was finished already.", hint="Sign in again at /login.")


async def close_all(session: AsyncSession, user_id: str) -> None:
    await session.execute(delete(SecondStep).where(SecondStep.user_id == user_id))
