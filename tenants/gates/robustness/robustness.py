"""Robustness: edge cases and bad days. A tool may say no, clearly; it may not crash, nor call a failure a success."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox import (
    CAPABILITIES,
    Execution,
    Exhausted,
    Failed,
    Finding,
    HostCall,
    HostReply,
    Refused,
    Returned,
    Trapped,
    raised_in,
)
from sandbox.worlds import BadDay
from tenants.gates.robustness.odd_rows import odd_rows
from tenants.gates.robustness.odd_worlds import odd_cells
from tenants.gates.robustness.pages import last_page
from tenants.gates.robustness.patience import never_relents
from tenants.gates.robustness.taken_places import lost_in_moving
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, Trial, brief, title
from tenants.gates.trial.comparing import difference, result_of
from tenants.gates.trial.endless import CASES
from tenants.gates.trial.faults import Stagehand, bad_days, went_wrong
from tenants.gates.trial.owning import admits, leaves_open, owns_up
from tenants.gates.trial.telling import alters, names_it, tells, went_through
from tenants.schemas import json_schemas

name = "robustness"
_SAID_MOST = 6
_ADDRESS = re.compile(r"https?://\S+")
# What a run may end with when it cannot do what it was asked: the SDK's own errors, which have a code.
_CLEAN = frozenset(
    {
        "ToolError",
        "HostError",
        "CapabilityRefused",
        "RequestFailed",
        "StatusError",
        "Rejected",
        "Unavailable",
        "CallFailed",
    }
)


async def check(candidate: Candidate) -> list[Finding]:
    odd, cells, rows, bad = await asyncio.gather(
        _odd_calls(candidate), odd_cells(candidate, crash_of), odd_rows(candidate, crash_of), _bad_days(candidate)
    )
    return [*_few(odd), *_few(cells), *_few(rows), *_few(bad)]


def _few(findings: list[Finding | None]) -> list[Finding]:
    """One of each: forty calls that fail alike are one thing to mend."""
    first: dict[str, Finding] = {}
    for finding in findings:
        if finding is not None:
            first.setdefault(f"{finding.line} {finding.hint}", finding)
    return list(first.values())[:_SAID_MOST]


async def _odd_calls(candidate: Candidate) -> list[Finding | None]:
    return [_odd_call(candidate, one) for one in await odd_calls.made(candidate)]


def _odd_call(candidate: Candidate, one: odd_calls.OddCall) -> Finding | None:
    execution = one.execution
    said = crash_of(execution)
    if said is None and isinstance(execution.outcome, Returned) and candidate.spec["output_schema"] is not None:
        result = json.loads(execution.outcome.result)
        unfit = json_schemas.value_problems(candidate.spec["output_schema"], result)
        said = f"the result does not fit output_schema at {unfit[0]['path'] or '/'}" if unfit else None
    if said is None:
        return None
    hint = "input_schema allows this call: handle it, raise a ToolError that explains it, or narrow the schema."
    return Finding(name, "error", f"Called with {brief(one.arguments, 300)}, {said}.", hint, _line(execution))


def crash_of(execution: Execution) -> str | None:
    """How a run ended, when no tool should end so; None when it returned or failed cleanly."""
    match execution.outcome:
        case Failed(fault):
            kind = str(raised_in(fault.details).get("type", "ToolError"))
            return None if kind in _CLEAN else f"the tool crashes: {fault.message.splitlines()[-1][:200]}"
        case Exhausted(fault):
            return f"the tool runs out of {fault.code}: is there a loop without an end, or one that tries for ever?"
        case Refused(fault):
            return f"the tool does what it may not: {fault.message}"
        case Trapped(fault):
            return f"the interpreter crashes: {fault.message}"
        case _:
            return None


def _line(execution: Execution) -> int | None:
    outcome = execution.outcome
    line = raised_in(outcome.fault.details).get("line") if isinstance(outcome, Failed) else None
    return line if isinstance(line, int) else None


async def _bad_days(candidate: Candidate) -> list[Finding | None]:
    found: list[Finding | None] = []
    for index, case in list(enumerate(candidate.cases("examples")))[:CASES]:
        usual = await candidate.trial("examples", index)
        if not isinstance(usual.execution.outcome, Returned):
            continue
        days = [(day, last) for day in bad_days(usual.calls) for last in _moments(day, usual.calls)]
        found += await asyncio.gather(*(_bad_day(candidate, index, case, usual, day, last) for day, last in days))
        what = title("Example", index, case)
        found += await never_relents(candidate, what, case, usual)
        found += await last_page(candidate, what, case, usual)
        found += await lost_in_moving(candidate, what, case, usual)
    return [*found, *await _of_holdouts(candidate)]


async def _of_holdouts(candidate: Candidate) -> list[Finding | None]:
    """Their answers are not shown; that something is waited for without an end is no answer."""
    found: list[Finding | None] = []
    for index, case in list(enumerate(candidate.cases("holdouts")))[:CASES]:
        usual = await candidate.trial("holdouts", index)
        if isinstance(usual.execution.outcome, Returned):
            said = await never_relents(candidate, title("Hold-out", index, case), case, usual)
            found += [one and replace(one, message=_ADDRESS.sub("one address", one.message)) for one in said]
    return found


def _moments(day: BadDay, calls: tuple[HostCall, ...]) -> list[int]:
    """From which of its calls on things go wrong: from the first, and only with the last."""
    hit = [call.seq for call in calls if day.hits(call)]
    return [hit[0]] if len(hit) == 1 else [hit[0], hit[-1]]


async def _bad_day(
    candidate: Candidate, index: int, case: Mapping[str, Any], usual: Trial, day: BadDay, since: int
) -> Finding | None:
    world = candidate.world(case)
    host = Stagehand(world, day.trouble, lambda call: day.hits(call) and call.seq >= since, happens=day.garbles)
    execution = await candidate.once(case["arguments"], host, world.started_at_ns)
    when = f"{title('Example', index, case)}, when {day.sentence}"
    said = crash_of(execution)
    if said is not None:
        hint = "Catch this where it arises and raise a ToolError, or report the item as failed in the result."
        return Finding(name, "error", f"{when}: {said}.", hint, _line(execution))
    if not isinstance(execution.outcome, Returned):
        return None
    spoilt = [
        (call, reply)
        for call, reply in zip(host.calls, host.replies, strict=True)
        if day.hits(call) and call.seq >= since
    ]
    if not spoilt or not await _calls_it_success(candidate, case, usual, execution, day, spoilt):
        return None
    message = f"{when}: nothing in the result says so: {brief(json.loads(execution.outcome.result))}."
    hint = "A failure must not look like a success: raise a ToolError, or say in the result what was not done."
    return Finding(name, day.severity, message, f"{hint} ({day.capability})")


async def _calls_it_success(
    candidate: Candidate,
    case: Mapping[str, Any],
    usual: Trial,
    execution: Execution,
    day: BadDay,
    spoilt: list[tuple[HostCall, HostReply]],
) -> bool:
    # Where the example itself is of such a day, its result is what the spec wants to be said of it.
    since = spoilt[0][0].seq
    hit = [
        reply for call, reply in zip(usual.calls, usual.replies, strict=True) if day.hits(call) and call.seq >= since
    ]
    if all(map(went_wrong, hit)) or (day.of_changes and not any(map(went_through, hit))):
        return False
    expected, got = result_of(usual.execution), result_of(execution)
    if difference(expected, got) is None:
        return not day.garbles and not owns_up(got)
    if admits(expected, got, candidate.spec["output_schema"], mail=CAPABILITIES[day.capability].traits.reaches_people):
        return False
    if not all(alters(call) for call, _ in spoilt):
        return not await tells(candidate, expected, got, undone=False)
    # The change was made, as its status says; only what else the answer had to say is not known.
    if day.garbles and all(went_through(reply) for _, reply in spoilt) and leaves_open(expected, got):
        return False
    return not await names_it(candidate, case, expected, got)
