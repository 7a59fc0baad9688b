"""What happens between a run's beginning and its end: the sandbox, its journal, and every way it can stop.

A run is carried by one process at a time, the one whose fence it bears. Whatever that process does not live to
finish another one goes on with: see tenants/runs/takeovers.py.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sandbox import (
    Call,
    Cancelled,
    Execution,
    Failed,
    Fault,
    Host,
    HostCall,
    HostReply,
    Outcome,
    Trapped,
    WorkerFailed,
)
from tenants.base.errors import NotKeptError
from tenants.catalog import catalog
from tenants.catalog.catalog import LiveTool
from tenants.journal import recordings, uncertain_effects
from tenants.journal.hosts import JournalledHost
from tenants.journal.journals import Journal, NondeterministicError
from tenants.journal.recordings import Recording
from tenants.journal.writer import FencedError
from tenants.journal.writes import Change
from tenants.models import Run, RunStatus
from tenants.rights import audience
from tenants.rules.repeats import repeated
from tenants.rules.stored_bytes import JournalFullError
from tenants.runs import daily_counts, run_spans, suspensions
from tenants.runs.conclusions import checked, conclude, settle
from tenants.runs.inner_runs import Tools
from tenants.runs.suspensions import GivenAwayError, SuspendedError
from tenants.runtime import Runtime
from tenants.telemetry import spans, subjects

log = logging.getLogger(__name__)
OnProgress = Callable[[float, float | None, str | None], None]
# A sandbox worker that dies takes its runs with it. They go on from their journals, so often without getting on.
_CRASHES_MAX = 2


@dataclass
class Carried:
    """A run in this process's hands. `recorded` is what its journal held when it was taken over.

    `depth`: how many runs wait for this one, each for the next.
    """

    runtime: Runtime
    tool: LiveTool
    run: Run
    on_progress: OnProgress | None = None
    recorded: Recording = field(default_factory=Recording)
    depth: int = 0

    async def execute(self) -> None:
        """Run, and record what came of it, also when the caller goes away meanwhile.

        When another process has taken the run over, or the run was suspended, `run` says so and is not finished.
        Raises NotKeptError when it cannot be recorded: then it goes on later, by itself.
        """
        run = self.run
        with subjects.carrying(run.tenant_id, run.id), run_spans.run_span(self.runtime.traces, run):
            await self._execute()

    async def _execute(self) -> None:
        publish(self.runtime, self.run, "run.started")
        task = asyncio.create_task(self._sandboxed(), name=self.run.id)
        self.runtime.running[self.run.id] = task
        try:
            settle(self.run, await checked(self.runtime, self.run, await task, self.tool))
        except asyncio.CancelledError:
            await self._interrupted(by_us=self.runtime.stopping)
            if not task.cancelled() or _is_leaving():
                raise
        except (
            SuspendedError,
            GivenAwayError,
            FencedError,
            NotKeptError,
            NondeterministicError,
            JournalFullError,
        ) as why:
            await self._stopped(why)
        except Exception as error:
            # The run exists, so its caller gets its record, as for any other end; what broke is the operator's to see.
            log.exception("run %s broke down", self.run.id)
            message = "The run broke down, because of a defect of ours."
            conclude(self.run, Failed(Fault("internal", message, details={"kind": type(error).__name__})))
            await self._finish()
        else:
            await self._finish()
        finally:
            self.runtime.running.pop(self.run.id, None)

    async def _interrupted(self, *, by_us: bool) -> None:
        """Somebody stopped the run; or this process ends, and another one goes on with it."""
        if by_us:
            await asyncio.shield(self.runtime.records.release(self.run))
            return
        # A task of its own: some cancel again and again until their caller is gone, and the record must be written.
        await asyncio.shield(self.runtime.spawn(self._cancelled(), name=f"end {self.run.id}"))

    async def _cancelled(self) -> None:
        conclude(self.run, Cancelled())
        await self._own_up()
        await self._finish()

    async def _own_up(self) -> None:
        """Say in the record what has happened all the same, and what nobody knows the end of."""
        run = self.run
        with suppress(FencedError, NotKeptError):
            # A write like any other: when it is durable, so is everything the run was told before.
            await self.runtime.records.writer.submit(
                Change(run.tenant_id, run.id, run.fence, {"progress": run.progress})
            )
            uncertain_effects.own_up(run, await read_recording(self.runtime, run))

    async def _stopped(self, why: Exception) -> None:
        match why:
            case SuspendedError():
                await asyncio.shield(suspensions.put_aside(self.runtime, self.run, why))
            case GivenAwayError():
                await self._interrupted(by_us=True)
            case JournalFullError():
                conclude(self.run, why.outcome)
                await self._finish()
            case NondeterministicError():
                conclude(self.run, Trapped(why.fault))
                await self._finish()
            case FencedError():
                _forget(self.run)
            case _:
                _forget(self.run)
                raise why

    async def _finish(self) -> None:
        run_spans.tell_end(self.run)
        # Nobody's leaving may keep what happened from being written.
        with spans.inside("run.record"):
            is_kept = await self.runtime.records.finish(self.run)
        if is_kept:
            run = self.run
            self.runtime.metrics.run(run.outcome, str(run.caller.get("channel")), run.wall_ms / 1_000)
            publish(self.runtime, self.run, "run.finished")
            # Whoever called it has waited all along, unless it was put aside or taken over.
            if self.run.parent_run_id is not None and self.run.fence > 0:
                async with self.runtime.database.unit(self.run.tenant_id) as session:
                    await suspensions.rouse(session, self.run.parent_run_id)
        else:
            _forget(self.run)

    async def _sandboxed(self) -> Execution:
        with spans.inside("sandbox"):
            return await self._in_sandbox()

    async def _in_sandbox(self) -> Execution:
        component = await catalog.component(self.runtime.database, self.run.tenant_id, self.tool)
        call = Call(self.run.arguments, bytes.fromhex(self.run.seed), self.run.started_at_ns)
        pool = self.runtime.pool.of(self.run.tenant_id, self.depth)
        limits = self.tool.limits_by(self.runtime.pool.meter)
        crashes = 0
        while True:
            host = self._host()
            try:
                execution = await pool.run(component, call, grant=self.tool.grant, limits=limits, host=host)
            except WorkerFailed:
                # The worker that was to take the crashed one's place has ended too.
                if crashes >= _CRASHES_MAX:
                    raise
                execution = None
            await host.journal.settled()
            if execution is not None and (not _is_crash(execution.outcome) or crashes >= _CRASHES_MAX):
                return execution
            self.run.executions += 1
            size = self.recorded.size
            self.recorded = await read_recording(self.runtime, self.run)
            crashes = 0 if self.recorded.size > size else crashes + 1

    def _host(self) -> JournalledHost:
        run, runtime = self.run, self.runtime
        journal = Journal(run.tenant_id, run.id, run.fence, runtime.records.writer, self.recorded, self._demand_room)
        reached = runtime.effects.host(run.tenant_id, run.id, run.tool_name, parts=journal, grant=self.tool.grant)
        world = daily_counts.metered(reached, runtime.database, run, self.tool.grant)
        waits = suspensions.Waits(runtime, run, journal)
        watched = Watched(world, runtime, run, self.on_progress, Tools(runtime, run, self._carry))
        return JournalledHost(journal, watched, waits.answer)

    async def _demand_room(self, recorded_bytes: int) -> None:
        await self.runtime.storage.demand_room_for_run(self.run.tenant_id, recorded_bytes)

    async def _carry(self, tool: LiveTool, run: Run) -> None:
        """A run that this one has called."""
        await Carried(self.runtime, tool, run, depth=self.depth + 1).execute()


class Watched(Host):
    """A host that also calls other tools, and whose progress is told to those who watch the run."""

    def __init__(self, host: Host, runtime: Runtime, run: Run, on_progress: OnProgress | None, tools: Tools) -> None:
        self._tools = tools
        self._host = host
        self._runtime = runtime
        self._run = run
        self._tell = on_progress
        # Answers are asked for by whoever listens to the worker, which is at no step of this run.
        self._span = spans.current()

    async def answer(self, call: HostCall) -> HostReply:
        began, is_of_tool = time.perf_counter(), call.capability == "tools"
        with (
            subjects.carrying(self._run.tenant_id, self._run.id),
            spans.inside(f"{call.capability}.{call.operation}", parent=self._span) as span,
        ):
            reply = await (self._tools if is_of_tool else self._host).answer(call)
            run_spans.tell_reply(span, call, reply, is_of_tool=is_of_tool)
        seconds = time.perf_counter() - began
        self._runtime.metrics.host_call(call.capability, seconds, is_answered=reply.fault is None)
        return reply

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self._run.progress = {"done": done, "total": total, "message": message}
        publish(self._runtime, self._run, "run.progress", progress=self._run.progress)
        if self._tell is not None:
            self._tell(done, total, message)
        self._host.progress(done, total, message)


async def read_recording(runtime: Runtime, run: Run) -> Recording:
    async with runtime.database.reading(run.tenant_id) as session:
        recording = await recordings.load(session, run.id)
    recording.repeats = await repeated(runtime.database, run.tenant_id)
    return recording


def publish(runtime: Runtime, run: Run, kind: str, **more: object) -> None:
    about = {"run": run.id, "tool": run.tool_name, audience.PRINCIPAL: run.principal}
    data = {**about, "version": run.version_number, "outcome": run.outcome, **more}
    runtime.events.publish(run.tenant_id, kind, data)


def _forget(run: Run) -> None:
    """What is not recorded did not happen: the run is still going on, elsewhere or later."""
    run.status, run.outcome, run.result, run.error, run.finished_at = RunStatus.RUNNING, None, None, None, None


def _is_crash(outcome: Outcome) -> bool:
    return isinstance(outcome, Trapped) and outcome.fault.code == "worker_crashed"


def _is_leaving() -> bool:
    """Whether the current task itself is being cancelled, not only the run inside it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
