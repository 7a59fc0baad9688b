"""Runs: one call of one live tool. A short write, the sandbox with no session open, a short write."""

from contextlib import ExitStack
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Cancelled
from tenants.base.db import announce, now
from tenants.base.errors import IdempotencyKeyReusedError, InvalidError, NotFoundError, RunInFlightError
from tenants.models import Run, RunStatus
from tenants.rights import audience
from tenants.rights.access import Actor, Permission
from tenants.runs import beginnings, resends, suspensions
from tenants.runs.beginnings import Asked, Begun, Earlier, TurnedAway
from tenants.runs.conclusions import conclude
from tenants.runs.executions import Carried, OnProgress
from tenants.runtime import Runtime

IDEMPOTENCY_KEY_MAX = 200
# How long a cancelled run's record is waited for; what it is by then is returned.
_RECORDED_S = 10.0


class Called(NamedTuple):
    """The run of a call. `deprecation`: what callers are to be told of a tool that is to go, None when it stays."""

    run: Run
    deprecation: dict[str, Any] | None
    is_found: bool = False
    """The request was sent before, and this is the run that it began. It may be going on, elsewhere."""


async def call(  # noqa: PLR0913 - four of the eight are optional, and by keyword
    runtime: Runtime,
    actor: Actor,
    tool_name: str,
    arguments: object,
    *,
    idempotency_key: str | None = None,
    channel: str = "rest",
    on_progress: OnProgress | None = None,
    sent_as: str | None = None,
) -> Called:
    """Call a live tool and return its finished run, whatever the outcome.

    `sent_as`: what tells the request from all others, where its client may send it again; see resends.py.

    With an idempotency key that was used before, by the same caller for the same tool, the stored run is
    returned. Raises IdempotencyKeyReusedError for other arguments, RunInFlightError while it is going on,
    NotFoundError for a tool that is not live. Cancelling the calling task cancels the run.
    """
    key = sent_as if idempotency_key is None else idempotency_key
    begun = await _begin(runtime, actor, tool_name, arguments, key, channel)
    if isinstance(begun, Earlier) and idempotency_key is None:
        if await resends.found_again(runtime, begun.run):
            return Called(begun.run, _deprecation(begun), is_found=True)
        await resends.let_go(runtime, begun.run)
        begun = await _begin(runtime, actor, tool_name, arguments, sent_as, channel)
        if isinstance(begun, Earlier):  # yet another one was faster
            begun = await _begin(runtime, actor, tool_name, arguments, None, channel)
    if isinstance(begun, Earlier):
        return Called(_replayed(begun.run), _deprecation(begun))
    if isinstance(begun, Begun):
        await Carried(runtime, begun.tool, begun.run, on_progress).execute()
    return Called(begun.run, _deprecation(begun))


async def start(
    runtime: Runtime,
    actor: Actor,
    tool_name: str,
    arguments: object,
    *,
    idempotency_key: str | None = None,
    channel: str = "rest",
) -> Called:
    """Begin a run and return it at once; it goes on behind the caller. The same key gives the same run.

    Raises BackgroundFullError while the tenant has as many of them as it may; then nothing is begun.
    """
    known = await runtime.storage.look(actor.tenant_id)
    with ExitStack() as holding:
        holding.enter_context(runtime.background.place(actor.tenant_id, known.allowance.runs_in_background))
        begun = await _begin(runtime, actor, tool_name, arguments, idempotency_key, channel)
        if isinstance(begun, Begun):
            task = runtime.spawn(Carried(runtime, begun.tool, begun.run).execute(), name=begun.run.id)
            held = holding.pop_all()
            task.add_done_callback(lambda _: held.close())
    return Called(begun.run, _deprecation(begun))


async def read(session: AsyncSession, actor: Actor, run_id: str) -> Run:
    """Return a run: anybody's for those who may read runs, one's own for those who may call. Raises NotFoundError."""
    run = await session.scalar(select(Run).where(Run.id == run_id))
    if run is None:
        raise NotFoundError(f"There is no run {run_id} here.")
    actor.require(Permission.TOOLS_CALL if run.principal == actor.id else Permission.RUNS_READ)
    return run


async def cancel(runtime: Runtime, actor: Actor, run_id: str) -> Run:
    """Stop a run, also inside a host call; return it as it was recorded. A finished run stays as it is.

    A run of another process is stopped by that process, within its next sign of life.

    Raises NotFoundError.
    """
    async with runtime.database.unit(actor.tenant_id) as session:
        run = await session.scalar(select(Run).where(Run.id == run_id))
        if run is None:
            raise NotFoundError(f"There is no run {run_id} here.")
        actor.require(Permission.TOOLS_CALL if run.principal == actor.id else Permission.RUNS_CANCEL)
        if run.status == RunStatus.FINISHED:
            return run
        run.cancel_requested_at = now()
        if run.status in {RunStatus.QUEUED, RunStatus.SUSPENDED}:
            await _drop(runtime, session, run)
            return run
    task = runtime.running.get(run_id)
    if task is None:
        return run
    with runtime.events.subscribe(actor.tenant_id) as events:
        task.cancel()
        # Told of when it is recorded, which is before this process has put the run away.
        await events.until(lambda event: event.kind == "run.finished" and event.data["run"] == run_id, _RECORDED_S)
    async with runtime.database.reading(actor.tenant_id) as session:
        return await session.get_one(Run, run_id)


async def _drop(runtime: Runtime, session: AsyncSession, run: Run) -> None:
    """Stop a run that nobody carries, and those it waits for; whoever is about to take it is fenced off."""
    conclude(run, Cancelled())
    run.fence += 1
    about = {"run": run.id, "tool": run.tool_name, audience.PRINCIPAL: run.principal}
    announce(session, run.tenant_id, "run.finished", {**about, "outcome": "cancelled"})
    if run.parent_run_id is not None:
        await suspensions.rouse(session, run.parent_run_id)
    for inner in await session.scalars(
        select(Run).where(Run.parent_run_id == run.id, Run.status != RunStatus.FINISHED)
    ):
        inner.cancel_requested_at = now()
        if inner.status != RunStatus.RUNNING:
            await _drop(runtime, session, inner)
        elif inner.id in runtime.running:
            runtime.running[inner.id].cancel()


async def _begin(
    runtime: Runtime,
    actor: Actor,
    tool_name: str,
    arguments: object,
    idempotency_key: str | None,
    channel: str,
) -> Begun | TurnedAway | Earlier:
    """Raises IdempotencyKeyReusedError, and what `beginnings.begin` does."""
    actor.require(Permission.TOOLS_CALL)
    _demand_key(idempotency_key)
    caller = {**actor.who(), "channel": channel}
    asked = Asked(actor.tenant_id, actor.id, caller, tool_name, arguments, idempotency_key)
    begun = await beginnings.begin(runtime, asked)
    if isinstance(begun, Earlier) and not begun.same_arguments:
        raise IdempotencyKeyReusedError(hint="Use a new key for other arguments.", run_id=begun.run.id)
    return begun


def _deprecation(begun: Begun | TurnedAway | Earlier) -> dict[str, Any] | None:
    return begun.tool.deprecation if begun.tool is not None else None


def _demand_key(key: str | None) -> None:
    if key is not None and not (1 <= len(key) <= IDEMPOTENCY_KEY_MAX and key.isprintable()):
        message = f"An idempotency key is 1 to {IDEMPOTENCY_KEY_MAX} printable characters."
        raise InvalidError(problems=[{"path": "/idempotency_key", "message": message}])


def _replayed(earlier: Run) -> Run:
    if earlier.status != RunStatus.FINISHED:
        raise RunInFlightError(hint="Read that run, or call again with the same key later.", run_id=earlier.id)
    return earlier
