"""Going on with runs that nobody carries: those in the queue, those that are due, those whose process is gone."""

import logging
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from sandbox import Cancelled, Fault, Trapped
from tenants import journal
from tenants.base import leases
from tenants.base.db import now
from tenants.base.errors import NotFoundError
from tenants.catalog import catalog
from tenants.journal import uncertain_effects
from tenants.journal.writes import Change
from tenants.models import Run, RunStatus
from tenants.rules.rounds import Rounds
from tenants.runs.conclusions import conclude
from tenants.runs.executions import Carried, publish, read_recording
from tenants.runs.suspensions import QUEUE
from tenants.runtime import Runtime

log = logging.getLogger(__name__)
# Runs taken over that one process carries at a time, besides those it was asked for itself.
CARRIED_MAX = 48
LOOK_EVERY_S = 1.0
# A run whose carriers die, so often without its journal growing, would take every process with it.
TAKEOVERS_MAX = 5


async def work(runtime: Runtime) -> None:
    """Go on until cancelled: look for such runs every second, and whenever somebody says there is one."""
    rounds = Rounds(CARRIED_MAX)
    while True:
        try:
            for run in await claim(runtime, rounds.free, rounds):
                runtime.spawn(_carry(runtime, run, rounds), name=f"resume {run.id}")
        except Exception:
            log.exception("looking for runs stumbled")
        await runtime.events.sleep(QUEUE, LOOK_EVERY_S)


async def _carry(runtime: Runtime, run: Run, rounds: Rounds) -> None:
    try:
        await resume(runtime, run)
    finally:
        rounds.end(run.tenant_id)


async def claim(runtime: Runtime, limit: int, rounds: Rounds | None = None) -> Sequence[Run]:
    """Take over up to `limit` runs: each with a new fence, so that its old carrier cannot write.

    A first one of each tenant, then a second, and so on, the oldest first; with `rounds`, each run begins a place in
    it, and tenants that have all they may are passed over.
    """
    if limit <= 0 or runtime.stopping:
        return []
    async with runtime.database.system_reading() as session:
        holders = (
            select(Run.lease_owner).where(Run.status == RunStatus.RUNNING, Run.lease_owner.is_not(None)).distinct()
        )
        gone = [owner for owner in await session.scalars(holders) if owner and _is_gone(runtime, owner)]
        free = _free(runtime, gone)
        nth = func.row_number().over(partition_by=Run.tenant_id, order_by=Run.id)
        query = select(Run.id, Run.tenant_id).where(free, Run.tenant_id.not_in(rounds.full() if rounds else []))
        found = (await session.execute(query.order_by(nth, Run.id).limit(limit))).all()
    chosen = {run_id: tenant_id for run_id, tenant_id in found if rounds is None or rounds.begin(tenant_id)}
    if not chosen:
        return []
    taken: Sequence[Run] = []
    try:
        await runtime.database.learn_content_keys()
        taken = await _take(runtime, list(chosen), free)
    finally:
        for run_id in chosen.keys() - {run.id for run in taken}:
            if rounds is not None:
                rounds.end(chosen[run_id])
    return taken


async def _take(runtime: Runtime, ids: Sequence[str], free: ColumnElement[bool]) -> Sequence[Run]:
    async with runtime.database.system() as session:
        # Asked again inside the write: another process may have been faster.
        wanted = select(Run.id).where(Run.id.in_(ids), free).with_for_update(skip_locked=True)
        taken = await session.scalars(
            update(Run)
            .where(Run.id.in_(wanted))
            .values(
                status=RunStatus.RUNNING,
                lease_owner=str(runtime.owner),
                lease_until=leases.until(),
                fence=Run.fence + 1,
            )
            .returning(Run)
            .execution_options(synchronize_session=False)
        )
        return taken.all()


async def resume(runtime: Runtime, run: Run) -> None:
    """Go on with a run that was just claimed, from its journal."""
    recorded = await read_recording(runtime, run)
    try:
        async with runtime.database.reading(run.tenant_id) as session:
            tool = await catalog.of_version(session, run.version_id)
    except NotFoundError:
        await _give_up(runtime, run, "version_gone", "The version that this run was using is not there any more.")
        return
    if (tool.component_digest, journal.INTERFACE) != (run.component_digest, run.interface):
        message = "The component or the host's interface has changed since this run began."
        await _give_up(runtime, run, "component_changed", message)
    elif run.cancel_requested_at is not None:
        conclude(run, Cancelled())
        uncertain_effects.own_up(run, recorded)
        await runtime.records.finish(run)
        publish(runtime, run, "run.finished")
    elif await _may_go_on(runtime, run, recorded.size):
        depth = 0 if run.parent_run_id is None else 1
        await Carried(runtime, tool, run, recorded=recorded, depth=depth).execute()


def _free(runtime: Runtime, gone: Sequence[str]) -> ColumnElement[bool]:
    """The runs that anybody may take."""
    held = Run.status.in_((RunStatus.RUNNING, RunStatus.SUSPENDED))
    mine = and_(Run.lease_owner == str(runtime.owner), Run.id.in_(list(runtime.running)))
    return and_(
        or_(
            Run.status == RunStatus.QUEUED,
            and_(held, Run.lease_until < now()),
            and_(Run.status == RunStatus.RUNNING, Run.lease_owner.in_(gone)),
        ),
        ~mine,
    )


def _is_gone(runtime: Runtime, owner: str) -> bool:
    return runtime.owner.sees_gone(leases.Owner.parse(owner))


async def _may_go_on(runtime: Runtime, run: Run, size: int) -> bool:
    """Count the takeovers without progress, durably, before the run can take this process with it."""
    run.takeovers = run.takeovers + 1 if size == run.entries_at_takeover else 1
    run.entries_at_takeover = size
    run.executions += 1
    counts = ("takeovers", "entries_at_takeover", "executions")
    values = {name: getattr(run, name) for name in counts}
    await runtime.records.writer.submit(Change(run.tenant_id, run.id, run.fence, values))
    if run.takeovers <= TAKEOVERS_MAX:
        return True
    message = f"The process that carried this run ended {TAKEOVERS_MAX} times without the run getting on."
    await _give_up(runtime, run, "gave_up", message)
    return False


async def _give_up(runtime: Runtime, run: Run, code: str, message: str) -> None:
    conclude(run, Trapped(Fault(code, message, "What it did until then stands in its journal.")))
    await runtime.records.finish(run)
    publish(runtime, run, "run.finished")
