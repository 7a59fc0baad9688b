"""What ends with a right: keys that a key made, what a member's keys and agents could do, schedules of any of them.

None of it would work any more anyway, since whoever acts is looked up each time (tenants/delegation.py); written down
here, it also stays ended when the person comes back, and whoever looks sees it.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.access import ActorKind
from tenants.db import now
from tenants.models import ApiKey, OAuthGrant, Schedule

GRANT_ENDED = "The agent that made this schedule has been disconnected."
_MEMBER_LEFT = "Whoever made this schedule is no member any more."


async def end_keys(session: AsyncSession, key_ids: Sequence[str], why: str) -> None:
    """Revoke keys, all that they made, and stop the schedules of each."""
    reached: set[str] = set()
    made: set[str] = set(key_ids)
    while made - reached:
        reached |= made
        made = set(await session.scalars(select(ApiKey.id).where(ApiKey.made_by.in_(reached))))
    await session.execute(
        update(ApiKey).where(ApiKey.id.in_(reached), ApiKey.revoked_at.is_(None)).values(revoked_at=now())
    )
    for schedule in await session.scalars(select(Schedule).where(Schedule.paused.is_(False)).with_for_update()):
        if schedule.created_by["kind"] == ActorKind.API_KEY and schedule.created_by["id"] in reached:
            schedule.paused, schedule.last_error = True, why


async def end_member(session: AsyncSession, user_id: str) -> None:
    """End all by which a person acts in the unit's tenant."""
    keys = await session.scalars(select(ApiKey.id).where(ApiKey.user_id == user_id))
    await end_keys(session, list(keys), _MEMBER_LEFT)
    await session.execute(
        update(OAuthGrant)
        .where(OAuthGrant.user_id == user_id, OAuthGrant.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_reason="member_left")
    )
    for schedule in await session.scalars(select(Schedule).with_for_update()):
        if schedule.created_by.get("user_id") == user_id:
            schedule.paused, schedule.last_error = True, _MEMBER_LEFT
