"""A request that its client sends again, because its connection was cut off, finds the run that it began.

The run's row bears what tells the request from all others, in the place of an idempotency key: so one unique index
decides for all processes, and a call writes nothing more. Yet clients count their requests from one, and a new client
may send just what an old one sent. So a run is only found again when its client was cut off, which whoever served it
notes, or when its process is gone. An answer that was handed over is nobody else's.
"""

from datetime import timedelta

from sqlalchemy import select, update

from tenants.base.db import now
from tenants.base.events import about
from tenants.models import Run, RunStatus
from tenants.runtime import Runtime

# In `caller`, of runs whose clients were cut off before they were answered.
CUT_OFF = "cut_off"
# They come again soon, or not at all.
_KEPT = timedelta(minutes=10)
_LOOK_EVERY_S = 0.25


async def note_cut_off(runtime: Runtime, tenant_id: str, principal: str, sent_as: str) -> None:
    """The client of this request was cut off before its answer, and may come again."""
    async with runtime.database.unit(tenant_id) as session:
        query = select(Run).where(Run.principal == principal, Run.idempotency_key == sent_as).with_for_update()
        for run in await session.scalars(query):
            run.caller = {**run.caller, CUT_OFF: True}


async def found_again(runtime: Runtime, run: Run) -> bool:
    """Whether the request that began `run` is the one that has come now. It waits until that can be told.

    It can when the run has ended, or its process shows a sign of life without saying that the client was cut off.
    """
    lease = run.lease_until
    with runtime.events.subscribe(run.tenant_id) as events:
        while not _is_cut_off(run):
            is_alive = run.id in runtime.running or (run.lease_until is not None and run.lease_until != lease)
            if is_alive or run.status in {RunStatus.FINISHED, RunStatus.SUSPENDED}:
                return False
            await events.until(about("run", run.id), _LOOK_EVERY_S)
            async with runtime.database.reading(run.tenant_id) as session:
                run = await session.get_one(Run, run.id)
    return True


async def let_go(runtime: Runtime, run: Run) -> None:
    """The request is another one: what it is told from others by is that one's now."""
    async with runtime.database.unit(run.tenant_id) as session:
        await session.execute(update(Run).where(Run.id == run.id).values(idempotency_key=None))


def _is_cut_off(run: Run) -> bool:
    if run.finished_at is not None and run.finished_at < now() - _KEPT:
        return False
    # Taken over: whoever served it could not answer any more.
    return bool(run.caller.get(CUT_OFF)) or run.fence > 0
