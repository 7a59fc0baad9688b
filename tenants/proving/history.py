"""A candidate against the past: what it would have answered and done, given what the last runs were told."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from sandbox import Call, Component, HostCall, HostReply
from tenants.catalog.catalog import LiveTool
from tenants.journal.journals import whole
from tenants.journal.recordings import Recording
from tenants.models import Run
from tenants.runs.conclusions import checked, conclude_copy, differences
from tenants.runs.executions import read_recording
from tenants.runtime import Runtime

RUNS_DEFAULT, RUNS_MAX = 20, 200


class UnheardError(Exception):
    """The candidate asked what the recorded run did not: nobody knows what it would have been told."""

    def __init__(self, call: HostCall) -> None:
        super().__init__(f"call {call.seq} asks for {call.capability}.{call.operation}, which the recorded run did not")
        self.call = call


@dataclass(slots=True)
class HistoryHost:
    """Tells a candidate what the recorded run was told to the same request, in whatever order it asks."""

    recording: Recording
    effects: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _replies: defaultdict[str, deque[HostReply]] = field(default_factory=lambda: defaultdict(deque))

    def __post_init__(self) -> None:
        for (_, item), recorded in self.recording.calls.items():
            if item == 0 and recorded.reply is not None:
                self._replies[recorded.request_hash].append(recorded.reply)

    async def answer(self, call: HostCall) -> HostReply:
        """Raises UnheardError."""
        asked = whole(call)
        if asked.effect != "read":
            self.effects.append({"call": f"{call.capability}.{call.operation}", "hash": asked.hash})
        replies = self._replies[asked.hash]
        if not replies:
            raise UnheardError(call)
        return replies.popleft()

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        del done, total, message


@dataclass(frozen=True, slots=True)
class Comparison:
    """One past run beside the candidate's. `differences` are `{"what", "recorded", "candidate"}`."""

    run_id: str
    differences: list[dict[str, Any]]

    @property
    def same(self) -> bool:
        return not self.differences

    def order(self) -> dict[str, Any]:
        """As a confined process is told of it (tenants/gates/pasts.py)."""
        return {"run": self.run_id, "differences": self.differences}


async def compare(
    runtime: Runtime, tenant_id: str, candidate: LiveTool, component: Component, last: int = RUNS_DEFAULT
) -> list[Comparison]:
    """Run the candidate against the tool's last finished runs of other versions, newest first; change nothing."""
    query = (
        select(Run)
        .where(
            Run.tool_name == candidate.name,
            Run.version_id != candidate.version_id,
            Run.outcome.in_(("returned", "failed")),
        )
        .order_by(Run.id.desc())
        .limit(min(last, RUNS_MAX))
    )
    async with runtime.database.reading(tenant_id) as session:
        past = (await session.scalars(query)).all()
    async with runtime.demanding(tenant_id):
        return [await _against(runtime, run, candidate, component) for run in past]


async def _against(runtime: Runtime, run: Run, candidate: LiveTool, component: Component) -> Comparison:
    host = HistoryHost(await read_recording(runtime, run))
    call = Call(run.arguments, bytes.fromhex(run.seed), run.started_at_ns)
    limits = candidate.limits_by(runtime.pool.meter)
    try:
        execution = await runtime.pool.of(run.tenant_id).run(
            component, call, grant=candidate.grant, limits=limits, host=host
        )
    except UnheardError as error:
        asked = {"call": f"{error.call.capability}.{error.call.operation}", "request": dict(error.call.payload)}
        return Comparison(run.id, [{"what": "asked", "recorded": None, "candidate": asked}])
    execution = await checked(runtime, run, execution, candidate)
    differing = [
        {"what": what, "recorded": before, "candidate": after}
        for what, before, after in differences(run, conclude_copy(run, execution), ("outcome", "result", "error"))
    ]
    differing = [
        one for one in differing if one["what"] != "error" or _told(one["recorded"]) != _told(one["candidate"])
    ]
    done = _effects(host.recording)
    if done != host.effects:
        differing.append({"what": "effects", "recorded": done, "candidate": host.effects})
    return Comparison(run.id, differing)


def _told(error: Any) -> Any:
    """An error as callers are told of it: raised a line further down it is the same."""
    if error is None or not isinstance(error.get("details"), dict):
        return error
    details: dict[str, Any] = error["details"]
    where = {"raised"} if "raised" in details else {"traceback", "line"}
    return {**error, "details": {name: part for name, part in details.items() if name not in where}}


def _effects(recording: Recording) -> list[dict[str, Any]]:
    return [
        {"call": f"{recorded.capability}.{recorded.operation}", "hash": recorded.request_hash}
        for (_, item), recorded in recording.calls.items()
        if item == 0 and recorded.effect != "read"
    ]
