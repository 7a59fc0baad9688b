"""What has happened that other systems want to hear of: where it is kept, and the JSON that tells of it.

Runs, questions, connections and the audit trail tell of themselves; what nothing else keeps is written as a Notice
in the unit of what it tells of.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now, wake
from tenants.journal import recordings, uncertain_effects
from tenants.models import (
    AuditEvent,
    Delivery,
    JournalEntry,
    Notice,
    OAuthClient,
    OAuthGrant,
    Question,
    Run,
    RunStatus,
    Webhook,
)
from tenants.notifications.event_kinds import AUDITED, KINDS

QUEUE = "webhooks"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Tiding:
    """One thing to be told. `subject` is what it is told of once, and never again."""

    kind: str
    subject: str
    at: datetime
    data: dict[str, Any]


def tell(session: AsyncSession, kind: str, **data: object) -> None:
    """Have webhooks told, if this unit commits. Of versions only what KINDS names is kept."""
    if kind in KINDS:
        session.add(Notice(kind=kind, data=data, created_at=now()))
        wake(session, QUEUE)


async def untold(session: AsyncSession, webhook: Webhook, since: datetime) -> Sequence[Tiding]:
    """What this webhook wants to hear, has happened since, and was not told to it yet."""
    found: list[Tiding] = []
    for kind in webhook.events:
        source = _SOURCES.get(kind, _audited if kind in AUDITED else _noticed)
        found += await source(session, webhook, kind, since)
    return found


async def _noticed(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    query = select(Notice).where(Notice.kind == kind, Notice.created_at >= since, _new(webhook, kind, Notice.id))
    rows = await session.scalars(query.order_by(Notice.id).limit(_AT_ONCE))
    return [Tiding(kind, row.id, row.created_at, row.data) for row in rows]


async def _audited(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    query = select(AuditEvent).where(
        AuditEvent.action.in_(AUDITED[kind]), AuditEvent.created_at >= since, _new(webhook, kind, AuditEvent.id)
    )
    rows = await session.scalars(query.order_by(AuditEvent.seq).limit(_AT_ONCE))
    return [Tiding(kind, row.id, row.created_at, _decision(row)) for row in rows]


def _decision(event: AuditEvent) -> dict[str, Any]:
    said: dict[str, Any] = {"subject": event.subject, "actor": event.actor["label"], **event.details}
    return {**said, "change": event.action.partition(".")[2]} if event.action.startswith("secret.") else said


async def _finished(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    query = select(Run).where(Run.status == RunStatus.FINISHED, Run.finished_at >= since, _new(webhook, kind, Run.id))
    return [
        Tiding(kind, run.id, run.finished_at or now(), {**_run(run), "error": _error(run)})
        for run in await session.scalars(query.limit(_AT_ONCE))
    ]


async def _uncertain(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    entry = JournalEntry.run_id == Run.id
    outcome = exists().where(entry, JournalEntry.phase == 1, JournalEntry.is_uncertain)
    stopped = Run.outcome.in_(("cancelled", "trapped", "exhausted"))
    query = select(Run).where(
        Run.status == RunStatus.FINISHED, Run.finished_at >= since, _new(webhook, kind, Run.id), outcome | stopped
    )
    found: list[Tiding] = []
    for run in await session.scalars(query.limit(_AT_ONCE)):
        tally = uncertain_effects.tally(await recordings.load(session, run.id))
        if tally.uncertain:
            found.append(Tiding(kind, run.id, run.finished_at or now(), {**_run(run), **tally.details()}))
    return found


async def _asked(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    query = select(Question).where(Question.created_at >= since, _new(webhook, kind, Question.id))
    return [
        Tiding(kind, one.id, one.created_at, {"id": one.id, "run": one.run_id, "question": one.question})
        for one in await session.scalars(query.limit(_AT_ONCE))
    ]


async def _connected(session: AsyncSession, webhook: Webhook, kind: str, since: datetime) -> list[Tiding]:
    query = (
        select(OAuthGrant, OAuthClient)
        .join(OAuthClient, OAuthClient.id == OAuthGrant.client_ref)
        .where(OAuthGrant.created_at >= since, _new(webhook, kind, OAuthGrant.id))
    )
    found: list[Tiding] = []
    for grant, client in await session.execute(query.limit(_AT_ONCE)):
        who = {"id": client.client_id, "name": client.details.get("client_name")}
        data = {"grant": grant.id, "client": who, "scopes": grant.scopes, "user": grant.user_id}
        found.append(Tiding(kind, grant.id, grant.created_at, data))
    return found


_SOURCES: dict[str, Callable[[AsyncSession, Webhook, str, datetime], Awaitable[list[Tiding]]]] = {
    "run.finished": _finished,
    "run.uncertain": _uncertain,
    "question.asked": _asked,
    "agent.connected": _connected,
}


def _new(webhook: Webhook, kind: str, subject: Any) -> Any:
    return ~exists().where(Delivery.webhook_id == webhook.id, Delivery.kind == kind, Delivery.subject == subject)


def _run(run: Run) -> dict[str, Any]:
    return {"id": run.id, "tool": run.tool_name, "version": run.version_number, "outcome": run.outcome}


def _error(run: Run) -> dict[str, Any] | None:
    return run.error and {"code": run.error.get("code"), "message": run.error.get("message")}
