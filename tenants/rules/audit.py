"""The audit trail: one hash chain for each tenant, so that what was written can be shown to be unchanged.

Each event's hash covers the event and the hash before it. `verify` needs the exported events alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import canonical, ids, pages
from tenants.base.db import now
from tenants.models import AuditEvent, Tenant
from tenants.rights.access import Actor, Permission

GENESIS = "0" * 64


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
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50
) -> pages.Page[AuditEvent]:
    actor.require(Permission.AUDIT_READ)
    return await pages.page(session, select(AuditEvent), AuditEvent.seq, cursor, limit)


def verify(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with exported events (the shape of `exported`, oldest first); empty when sound.

    A stretch from the middle is fine: it is checked from its first event on.
    """
    problems: list[str] = []
    before: Mapping[str, Any] | None = None
    for row in rows:
        problems.extend(_faults(before, row))
        before = row
    return problems


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
