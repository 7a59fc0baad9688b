"""What every process does beside its work: show that it lives, stop what was asked to stop, clear away the old."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import select, update

from tenants.base import leases
from tenants.base.content_keys import SETTLES_S
from tenants.journal import clear_rows
from tenants.models import Run, RunStatus, Tenant
from tenants.people import attempts, mail_tokens
from tenants.proving import invariant_checks, upgrades
from tenants.retention import clearing
from tenants.rules import stored_bytes, tallies
from tenants.runtime import Runtime
from tenants.tools import canaries, deprecations

log = logging.getLogger(__name__)
_CLEAR_EVERY_S = 3_600.0
_CARRY_EVERY_S = 30.0
_WATCH_EVERY_S = 2.0
_HOLD_EVERY_S = 3.0
_LOOK_BACK_EVERY_S = 600.0
_RETIRE_EVERY_S = 15.0
_LEARN_EVERY_S = SETTLES_S / 4


async def work(runtime: Runtime) -> None:
    """Go on until cancelled: a sign of life every few seconds, clearing away every hour."""
    async with asyncio.TaskGroup() as group:
        # Tasks of their own: clearing away may take long, and a late sign of life costs every run of this process.
        group.create_task(_every(leases.HEARTBEAT_S, beat, runtime))
        group.create_task(_every(tallies.SHARE_S, _share_tallies, runtime))
        group.create_task(_every(_CLEAR_EVERY_S, clear, runtime))
        group.create_task(_every(_LEARN_EVERY_S, _learn_keys, runtime))
        group.create_task(_every(_CARRY_EVERY_S, upgrades.carry, runtime))
        group.create_task(_every(_WATCH_EVERY_S, canaries.watch, runtime))
        group.create_task(_every(_HOLD_EVERY_S, invariant_checks.sweep, runtime))
        group.create_task(_every(_LOOK_BACK_EVERY_S, invariant_checks.look_back, runtime))
        group.create_task(_every(_RETIRE_EVERY_S, deprecations.retire_ended, runtime))


async def _every(seconds: float, do: Callable[[Runtime], Awaitable[object]], runtime: Runtime) -> None:
    while True:
        try:
            await do(runtime)
        except Exception:
            log.exception("housekeeping stumbled")
        await asyncio.sleep(seconds)


async def _share_tallies(runtime: Runtime) -> None:
    await runtime.tallies.share(runtime.database)


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
    """Remove what is past its time; seal what lies in clear; count anew what is stored. Returns how many runs went."""
    database = runtime.database
    async with database.system() as session:
        await attempts.forget_old(session)
        await mail_tokens.forget_old(session)
    await clear_rows.seal(database)
    gone = await clearing.clear_runs(database)
    await clearing.clear(database, runtime.retention_days)
    async with database.system_reading() as session:
        tenants = (await session.scalars(select(Tenant.id))).all()
    for tenant_id in tenants:
        async with database.reading(tenant_id) as session:
            is_due = await stored_bytes.is_to_be_counted(session, tenant_id)
        if is_due:
            await runtime.records.count()
            async with database.unit(tenant_id) as session:
                await stored_bytes.recount(session, tenant_id)
    return gone
