"""What ends with a right: keys that a key made, what a member's keys and agents could do, schedules of any of them.

None of it would work any more anyway, since whoever acts is looked up each time (tenants/rights/delegation.py); written
down here, it also stays ended when the person comes back, and whoever looks sees it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.models import ApiKey, OAuthGrant, Schedule, Webhook
from tenants.rights.access import ActorKind

GRANT_ENDED = "The agent that made this schedule has been disconnected."
_MEMBER_LEFT = "Whoever made this schedule is no member any more."


async def end_keys(session: AsyncSession, key_ids: Sequence[str], why: str) -> None:
    """Revoke keys and all that they made: keys, machine clients, the schedules of each; webhooks go silent."""
    reached: set[str] = set()
    made: set[str] = set(key_ids)
    while made - reached:
        reached |= made
        made = set(await session.scalars(select(ApiKey.id).where(ApiKey.made_by.in_(reached))))
    await session.execute(
        update(ApiKey).where(ApiKey.id.in_(reached), ApiKey.revoked_at.is_(None)).values(revoked_at=now())
    )
    grants = set(await session.scalars(select(OAuthGrant.id).where(OAuthGrant.made_by.in_(reached))))
    await session.execute(
        update(OAuthGrant)
        .where(OAuthGrant.id.in_(grants), OAuthGrant.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_reason="key_ended")
    )
    for schedule in await session.scalars(select(Schedule).where(Schedule.paused.is_(False)).with_for_update()):
        if _made_by(schedule.created_by, reached) or schedule.grant_id in grants:
            schedule.paused, schedule.last_error = True, why
    for webhook in await session.scalars(select(Webhook).where(Webhook.active.is_(True)).with_for_update()):
        # Else whoever had the key would be told of everything for ever.
        webhook.active = not _made_by(webhook.created_by, reached)


def _made_by(who: Mapping[str, Any], key_ids: set[str]) -> bool:
    return who.get("kind") == ActorKind.API_KEY and who.get("id") in key_ids


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
