"""What every process does beside its work: show that it lives, stop what was asked to stop, clear away the old."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import delete, select, update

from tenants.base import leases
from tenants.base.content_keys import SETTLES_S
from tenants.base.db import now
from tenants.journal import clear_rows
from tenants.models import JournalEntry, Question, Run, RunStatus, Tenant, UserSession
from tenants.people import attempts, mail_tokens
from tenants.proving import upgrades
from tenants.rules import policies, stored_bytes
from tenants.runtime import Runtime
from tenants.tools import canaries, deprecations

log = logging.getLogger(__name__)
_CLEAR_EVERY_S = 3_600.0
_CARRY_EVERY_S = 30.0
_WATCH_EVERY_S = 2.0
_RETIRE_EVERY_S = 15.0
_LEARN_EVERY_S = SETTLES_S / 4
# One unit never holds the database for long.
_CLEAR_AT_ONCE = 500


async def work(runtime: Runtime) -> None:
    """Go on until cancelled: a sign of life every few seconds, clearing away every hour."""
    async with asyncio.TaskGroup() as group:
        # Tasks of their own: clearing away may take long, and a late sign of life costs every run of this process.
        group.create_task(_every(leases.HEARTBEAT_S, beat, runtime))
        group.create_task(_every(_CLEAR_EVERY_S, clear, runtime))
        group.create_task(_every(_LEARN_EVERY_S, _learn_keys, runtime))
        group.create_task(_every(_CARRY_EVERY_S, upgrades.carry, runtime))
        group.create_task(_every(_WATCH_EVERY_S, canaries.watch, runtime))
        group.create_task(_every(_RETIRE_EVERY_S, deprecations.retire_ended, runtime))


async def _every(seconds: float, do: Callable[[Runtime], Awaitable[object]], runtime: Runtime) -> None:
    while True:
        try:
            await do(runtime)
        except Exception:
            log.exception("housekeeping stumbled")
        await asyncio.sleep(seconds)


async def _learn_keys(runtime: Runtime) -> None:
    """Before a key that another process added seals anything."""
    await runtime.database.learn_content_keys()


async def beat(runtime: Runtime) -> None:
    """Renew the leases of the runs under way here, and stop those that somebody elsewhere wants stopped."""
    if not runtime.running:
        return
    async with runtime.database.system() as session:
        rows = await session.execute(
            update(Run)
            .where(
                Run.id.in_(list(runtime.running)),
                Run.status == RunStatus.RUNNING,
                Run.lease_owner == str(runtime.owner),
            )
            .values(lease_until=leases.until())
            .returning(Run.id, Run.cancel_requested_at)
        )
        unwanted = [run_id for run_id, asked in rows if asked is not None]
    for run_id in unwanted:
        task = runtime.running.get(run_id)
        if task is not None:
            task.cancel()


async def clear(runtime: Runtime) -> int:
    """Remove finished runs past their tenant's retention, and sessions that are over; seal what lies in clear.

    Returns how many runs went.
    """
    async with runtime.database.system() as session:
        await session.execute(delete(UserSession).where(UserSession.expires_at < now() - timedelta(days=30)))
        await attempts.forget_old(session)
        await mail_tokens.forget_old(session)
        tenants = [(tenant.id, policies.Policy.of(tenant)) for tenant in await session.scalars(select(Tenant))]
    gone = 0
    await clear_rows.seal(runtime.database)
    for tenant_id, policy in tenants:
        gone += await _clear_runs(runtime, tenant_id, now() - timedelta(days=policy.run_retention_days))
        async with runtime.database.reading(tenant_id) as session:
            is_due = await stored_bytes.is_to_be_counted(session, tenant_id)
        if is_due:
            await runtime.records.count()
            async with runtime.database.unit(tenant_id) as session:
                await stored_bytes.recount(session, tenant_id)
    return gone


async def _clear_runs(runtime: Runtime, tenant_id: str, before: object) -> int:
    gone = 0
    while True:
        async with runtime.database.unit(tenant_id) as session:
            old = select(Run.id).where(Run.status == RunStatus.FINISHED, Run.finished_at < before).limit(_CLEAR_AT_ONCE)
            ids = (await session.scalars(old)).all()
            size = await stored_bytes.size_of_runs(session, ids) if ids else 0
            await session.execute(delete(JournalEntry).where(JournalEntry.run_id.in_(ids)))
            await session.execute(delete(Question).where(Question.run_id.in_(ids)))
            await session.execute(delete(Run).where(Run.id.in_(ids)))
            await stored_bytes.grow(session, tenant_id, -size)
        gone += len(ids)
        if len(ids) < _CLEAR_AT_ONCE:
            return gone
