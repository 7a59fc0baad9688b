"""What every process does beside its work: show that it lives, stop what was asked to stop, clear away the old."""

import asyncio
import logging
from datetime import timedelta
from time import monotonic

from sqlalchemy import delete, or_, select, update

from tenants import leases, policies
from tenants.db import now
from tenants.models import Run, Tenant, UserSession
from tenants.runtime import Runtime

log = logging.getLogger(__name__)
_CLEAR_EVERY_S = 3_600.0
# One unit never holds the database for long.
_CLEAR_AT_ONCE = 500


async def work(runtime: Runtime) -> None:
    """Go on until cancelled: a sign of life every few seconds, clearing away every hour."""
    cleared = float("-inf")
    while True:
        try:
            await beat(runtime)
            await reap(runtime)
            if monotonic() - cleared > _CLEAR_EVERY_S:
                await clear(runtime)
                cleared = monotonic()
        except Exception:
            log.exception("housekeeping stumbled")
        await asyncio.sleep(leases.HEARTBEAT_S)


async def beat(runtime: Runtime) -> None:
    """Renew the leases of the runs under way here, and stop those that somebody elsewhere wants stopped."""
    if not runtime.running:
        return
    async with runtime.database.system() as session:
        rows = await session.execute(
            update(Run)
            .where(Run.id.in_(list(runtime.running)), Run.status == "running")
            .values(lease_until=leases.until())
            .returning(Run.id, Run.cancel_requested_at)
        )
        unwanted = [run_id for run_id, asked in rows if asked is not None]
    for run_id in unwanted:
        task = runtime.running.get(run_id)
        if task is not None:
            task.cancel()


async def reap(runtime: Runtime) -> int:
    """Finish the runs whose process is gone, so that nobody waits for them. Returns how many."""
    async with runtime.database.system_reading() as session:
        held = await session.execute(
            select(Run.id, Run.lease_owner, Run.lease_until).where(
                Run.status == "running",
                or_(Run.lease_owner.is_(None), Run.lease_owner != str(runtime.owner)),
            )
        )
        moment = now()
        lost = [
            run_id
            for run_id, owner, until in held
            if until is None or until < moment or (owner and runtime.owner.sees_gone(leases.Owner.parse(owner)))
        ]
    if not lost:
        return 0
    error = {
        "code": "interrupted",
        "message": "The server stopped while this run was going on.",
        "hint": "What it did before that is not undone. Call again if repeating is safe.",
    }
    async with runtime.database.system() as session:
        reaped = await session.scalars(
            update(Run)
            .where(Run.id.in_(lost), Run.status == "running")
            .values(
                status="finished", outcome="trapped", error=error, finished_at=now(), fence=Run.fence + 1,
                lease_owner=None, lease_until=None,
            )
            .returning(Run.id)
        )  # fmt: skip
        return len(reaped.all())


async def clear(runtime: Runtime) -> int:
    """Remove finished runs past their tenant's retention, and sessions that are over. Returns how many runs."""
    async with runtime.database.system() as session:
        await session.execute(delete(UserSession).where(UserSession.expires_at < now() - timedelta(days=30)))
        tenants = [(tenant.id, policies.Policy.of(tenant)) for tenant in await session.scalars(select(Tenant))]
    gone = 0
    for tenant_id, policy in tenants:
        gone += await _clear_runs(runtime, tenant_id, now() - timedelta(days=policy.run_retention_days))
    return gone


async def _clear_runs(runtime: Runtime, tenant_id: str, before: object) -> int:
    gone = 0
    while True:
        async with runtime.database.unit(tenant_id) as session:
            old = select(Run.id).where(Run.status == "finished", Run.finished_at < before).limit(_CLEAR_AT_ONCE)
            ids = (await session.scalars(old)).all()
            await session.execute(delete(Run).where(Run.id.in_(ids)))
        gone += len(ids)
        if len(ids) < _CLEAR_AT_ONCE:
            return gone
