"""The audit trail: one hash chain for each tenant, so that what was written can be shown to be unchanged.

Each event's hash covers the event and the hash before it. `verify` needs the exported events alone.
"""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import canonical, ids, pages
from tenants.base.db import Database, now
from tenants.models import AuditEvent, Tenant
from tenants.rights.access import Actor, Permission

GENESIS = "0" * 64
# Read at once when the whole trail is gone through.
_AT_ONCE = 500
_FAULTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in the trail; None: whatever it is.

    `kind` is how the action begins, such as `version` or `version.approved`; `who` is a part of the actor's name, or
    the actor's id; `about` is a part of the subject.
    """

    kind: str | None = None
    who: str | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, query: Select[AuditEvent]) -> Select[AuditEvent]:
        """Return the query for what is sought and nothing else."""
        if self.kind is not None:
            query = query.where(AuditEvent.action.startswith(self.kind, autoescape=True))
        if self.who is not None:
            label, whose = AuditEvent.actor["label"].as_string(), AuditEvent.actor["id"].as_string()
            query = query.where(label.icontains(self.who, autoescape=True) | (whose == self.who))
        if self.about is not None:
            query = query.where(AuditEvent.subject.icontains(self.about, autoescape=True))
        if self.since is not None:
            query = query.where(AuditEvent.created_at >= self.since)
        if self.until is not None:
            query = query.where(AuditEvent.created_at < self.until)
        return query


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole trail that was gone through. `problems` is empty when it is sound, and is cut off after a hundred."""

    events: int
    last_hash: str | None
    problems: Sequence[str]


async def record(session: AsyncSession, actor: Actor, action: str, subject: str, **details: object) -> AuditEvent:
    """Append one event, such as `version.approved` on `greet/3`, in the transaction of what it tells of."""
    # One writer at a time for each tenant, or two events would follow the same one.
    await session.scalar(select(Tenant.id).where(Tenant.id == actor.tenant_id).with_for_update())
    last = await session.scalar(
        select(AuditEvent).where(AuditEvent.tenant_id == actor.tenant_id).order_by(AuditEvent.seq.desc()).limit(1)
    )
    event = AuditEvent(
        id=ids.new("evt"),
        tenant_id=actor.tenant_id,
        seq=last.seq + 1 if last else 1,
        action=action,
        subject=subject,
        actor=actor.who(),
        details=details,
        created_at=now(),
        prior_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = _hash(exported(event))
    session.add(event)
    await session.flush()
    return event


def exported(event: AuditEvent) -> dict[str, Any]:
    """An event as it is exported, which is what its hash covers (but for the hash itself): change nothing here."""
    return {
        "seq": event.seq,
        "id": event.id,
        "tenant_id": event.tenant_id,
        "action": event.action,
        "subject": event.subject,
        "actor": event.actor,
        "details": event.details,
        "created_at": event.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "prior_hash": event.prior_hash,
        "hash": event.hash,
    }


async def list_events(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50, sought: Sought | None = None
) -> pages.Page[AuditEvent]:
    """The newest first. Raises InvalidError for a cursor of another list."""
    actor.require(Permission.AUDIT_READ)
    return await pages.page(session, (sought or Sought()).narrow(select(AuditEvent)), AuditEvent.seq, cursor, limit)


async def every_event(database: Database, actor: Actor) -> AsyncGenerator[AuditEvent]:
    """The whole trail of the actor's tenant, the oldest first, so many in each transaction."""
    actor.require(Permission.AUDIT_READ)
    seq = 0
    while True:
        query = select(AuditEvent).where(AuditEvent.seq > seq).order_by(AuditEvent.seq).limit(_AT_ONCE)
        async with database.reading(actor.tenant_id) as session:
            events = (await session.scalars(query)).all()
        for event in events:
            yield event
        if len(events) < _AT_ONCE:
            return
        seq = events[-1].seq


async def verify_all(database: Database, actor: Actor) -> Verified:
    """Go through the whole trail of the actor's tenant, as it lies in the database now."""
    walk = _Walk()
    async for event in every_event(database, actor):
        row = exported(event)
        if walk.last is None and row["seq"] != 1:
            walk.problems.append(f"What came before event {row['seq']} is missing.")
        walk.step(row)
    return Verified(walk.events, walk.last["hash"] if walk.last else None, walk.problems[:_FAULTS_MAX])


def verify(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with exported events (the shape of `exported`, oldest first); empty when sound.

    A stretch from the middle is fine: it is checked from its first event on.
    """
    walk = _Walk()
    for row in rows:
        walk.step(row)
    return walk.problems


@dataclass(slots=True)
class _Walk:
    """How far one has come along a chain, and what was wrong on the way."""

    events: int = 0
    last: Mapping[str, Any] | None = None
    problems: list[str] = field(default_factory=list[str])

    def step(self, row: Mapping[str, Any]) -> None:
        self.problems.extend(_faults(self.last, row))
        self.events, self.last = self.events + 1, row


def _faults(before: Mapping[str, Any] | None, row: Mapping[str, Any]) -> list[str]:
    faults: list[str] = []
    if _hash(row) != row["hash"]:
        faults.append(f"Event {row['seq']} was changed after it was written.")
    if before is not None and row["seq"] != before["seq"] + 1:
        faults.append(f"Between event {before['seq']} and event {row['seq']} something is missing.")
    if row["prior_hash"] != (before["hash"] if before else row["prior_hash"]):
        faults.append(f"Event {row['seq']} does not follow the event before it.")
    if row["seq"] == 1 and row["prior_hash"] != GENESIS:
        faults.append("Event 1 does not start the chain.")
    return faults


def _hash(row: Mapping[str, Any]) -> str:
    covered = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(canonical.text(covered).encode()).hexdigest()
