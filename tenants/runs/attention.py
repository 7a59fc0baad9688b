"""What waits for a person in a tenant, and how far a new tenant has come: what the first page says first."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.capabilities import ledger
from tenants.models import (
    ApiKey,
    Approval,
    Delivery,
    OAuthGrant,
    OutsideCases,
    Question,
    Run,
    RunStatus,
    Schedule,
    SecretEntry,
    Tool,
    Version,
    Webhook,
)
from tenants.rights.access import Actor, Permission
from tenants.runs.schedules import FAILS
from tenants.tools.version_states import State

_SHOWN_MAX = 8
_ENDS_SOON = timedelta(days=14)
_LATELY = timedelta(days=2)


async def of_people(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Return what waits, of each kind the oldest first and no more than are shown; None: not this actor's to see."""
    actor.require(Permission.TOOLS_READ)
    sees_runs = Permission.RUNS_READ in actor.permissions
    return {
        "versions": await _versions(session),
        "left_behind": await _left_behind(session),
        "outside": await _outside(session),
        "questions": await _questions(session) if sees_runs else None,
        "uncertain": len(await ledger.unsettled(session)) if sees_runs else None,
        "schedules": await _schedules(session) if sees_runs else None,
        "keys": await _keys(session, actor) if Permission.KEYS_MANAGE in actor.permissions else None,
        "secrets": await _secrets(session) if Permission.SECRETS_MANAGE in actor.permissions else None,
        "webhooks": await _webhooks(session) if Permission.TENANT_MANAGE in actor.permissions else None,
    }


async def first_steps(session: AsyncSession) -> dict[str, Any]:
    """Return which of the first steps a tenant has taken, and the tool of the newest version."""

    async def has(*which: ColumnElement[bool]) -> bool:
        return bool(await session.scalar(select(exists().where(*which))))

    newest = (await session.execute(select(Version.tool_name, Version.number).order_by(Version.id.desc()))).first()
    return {
        "proposed": newest is not None,
        "approved": await has(Approval.decision == "approve"),
        "called": await has(Run.id.is_not(None)),
        "connected": await has(OAuthGrant.revoked_at.is_(None)),
        "newest": {"tool": newest[0], "number": newest[1]} if newest else None,
    }


async def _versions(session: AsyncSession) -> dict[str, Any]:
    waits = (Version.state == State.AWAITING_APPROVAL.value, Tool.retired_at.is_(None))
    query = select(Version.tool_name, Version.number, Version.author, Version.created_at)
    query = query.join(Tool, Tool.id == Version.tool_id).where(*waits)
    rows = await session.execute(query.order_by(Version.id).limit(_SHOWN_MAX))
    items = [
        {"tool": tool, "number": number, "author": author["label"], "since": since.isoformat()}
        for tool, number, author, since in rows
    ]
    return {"count": await _count(session, query), "items": items}


async def _left_behind(session: AsyncSession) -> list[dict[str, Any]]:
    """Live versions that do not answer as before on the image that is served now, and serve on their own."""
    left = (Version.state == State.LIVE.value, Version.left_behind_by.is_not(None))
    query = select(Version.tool_name, Version.number).where(*left)
    rows = await session.execute(query.order_by(Version.id).limit(_SHOWN_MAX))
    return [{"tool": tool, "number": number} for tool, number in rows]


async def _outside(session: AsyncSession) -> list[dict[str, Any]]:
    """Versions that fail cases by others: those that serve or wait, and the newest of a tool where it was stopped."""
    told = Version.state.in_((State.LIVE.value, State.AWAITING_APPROVAL.value))
    told |= (Version.state == State.REJECTED.value) & (Version.number == Tool.last_version)
    has_cases = exists().where(OutsideCases.tool_id == Version.tool_id)
    query = select(Version.tool_name, Version.number, Version.findings).join(Tool, Tool.id == Version.tool_id)
    rows = await session.execute(query.where(told, has_cases, Tool.retired_at.is_(None)).order_by(Version.id))
    failed = [
        {"tool": tool, "number": number, "cases": len(cases)}
        for tool, number, findings in rows
        if (cases := _outside_in(findings))
    ]
    return failed[:_SHOWN_MAX]


def _outside_in(findings: Sequence[dict[str, Any]]) -> set[str]:
    """The cases that findings name, by the titles that tenants/proving/outside_cases.py gives them."""
    return {title for one in findings for title in re.findall(r"outside case \d+", one["message"])}


async def _questions(session: AsyncSession) -> dict[str, Any]:
    query = select(Question).join(Run, Run.id == Question.run_id)
    query = query.where(Question.answered_at.is_(None), Run.status == RunStatus.SUSPENDED)
    found = await session.scalars(query.order_by(Question.id).limit(_SHOWN_MAX))
    items = [
        {"run": one.run_id, "tool": one.tool_name, "question": one.question[:300], "since": one.created_at.isoformat()}
        for one in found
    ]
    return {"count": await _count(session, query), "items": items}


async def _schedules(session: AsyncSession) -> list[dict[str, Any]]:
    query = (
        select(Schedule, Run)
        .outerjoin(Run, Run.id == Schedule.last_run_id)
        .where(FAILS)
        .order_by(Schedule.id)
        .limit(_SHOWN_MAX)
    )
    return [
        {"id": one.id, "tool": one.tool_name, "outcome": run.outcome if run else None, "run": one.last_run_id}
        for one, run in await session.execute(query)
    ]


async def _keys(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Keys that end soon: one's own, and everybody's for who manages members, as they are listed."""
    whose = () if Permission.MEMBERS_MANAGE in actor.permissions else (ApiKey.user_id == actor.user_id,)
    query = select(ApiKey.name, ApiKey.expires_at).where(
        ApiKey.revoked_at.is_(None), ApiKey.expires_at > now(), ApiKey.expires_at < now() + _ENDS_SOON, *whose
    )
    rows = await session.execute(query.order_by(ApiKey.expires_at).limit(_SHOWN_MAX))
    return [{"name": name, "ends": ends} for name, ends in rows]


async def _secrets(session: AsyncSession) -> list[dict[str, Any]]:
    """Those that their givers stop taking soon, or have: tools that name them fail then."""
    query = select(SecretEntry.name, SecretEntry.expires_at).where(SecretEntry.expires_at < now() + _ENDS_SOON)
    rows = await session.execute(query.order_by(SecretEntry.expires_at).limit(_SHOWN_MAX))
    return [{"name": name, "ends": ends} for name, ends in rows]


async def _webhooks(session: AsyncSession) -> list[dict[str, Any]]:
    """Those that notices were given up for lately."""
    given_up = (Delivery.state == "given_up", Delivery.created_at > now() - _LATELY)
    query = select(Webhook.url, func.count()).join(Delivery, Delivery.webhook_id == Webhook.id).where(*given_up)
    rows = await session.execute(query.group_by(Webhook.url).order_by(Webhook.url).limit(_SHOWN_MAX))
    return [{"url": url, "given_up": count} for url, count in rows]


async def _count(session: AsyncSession, query: Any) -> int:
    return int(await session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0)
