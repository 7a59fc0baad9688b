"""Invariants: what a spec says is always so, held against every call that the gates have made.

Examples, odd calls, bad days, second calls: whatever was run for another gate is looked at here once more, in one run
of the sandbox that evaluates all expressions on all calls.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import Call, Component, Finding, Grant, Limits, Returned
from sandbox.worlds import World
from tenants.base import canonical
from tenants.gates.invariants import expressions
from tenants.gates.trial.candidates import Candidate, Made, brief

name = "invariants"
_TOLD = 3
_BATCH_LENGTH_MAX = 400_000
_LIMITS = Limits.of({"fuel": 20_000_000_000})


@dataclass(frozen=True, slots=True)
class Broken:
    """Of which call which invariant does not hold, by number; `why` where evaluating it failed."""

    call: int
    number: int
    why: str | None


async def check(candidate: Candidate) -> list[Finding]:
    always: list[dict[str, str]] = candidate.spec.get("always") or []
    if not always:
        return []
    component = await candidate.pool.fork(expressions.checker(always), expressions.CHECKER_NAME)
    if not isinstance(component, Component):
        return list(component.findings)
    found = await broken(candidate, component, candidate.made)
    first: dict[int, Broken] = {}
    for one in found:
        first.setdefault(one.number, one)
    return [_finding(always[number], candidate.made[one.call], one.why) for number, one in first.items()][:_TOLD]


async def broken(candidate: Candidate, component: Component, made: Sequence[Made]) -> list[Broken]:
    """Evaluate all invariants on all calls; `component` is the built checker."""
    always = candidate.spec["always"]
    failing = [at for at, one in enumerate(always) if expressions.asks_for_error(one["check"])]
    every = list(range(len(always)))
    found: list[Broken] = []
    for since, batch in _batches(made, every, failing):
        call = Call(canonical.plain({"runs": batch}), bytes(32), 0)
        execution = await candidate.pool.run(component, call, grant=Grant.parse({}), limits=_LIMITS, host=World())
        match execution.outcome:
            case Returned(result):
                found += [Broken(since + at, number, why) for at, number, why in json.loads(result)["broken"]]
            case _:
                found.append(Broken(since, 0, "the invariants take too much to evaluate"))
    return found


def _batches(
    made: Sequence[Made], every: list[int], failing: list[int]
) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    since, batch, length = 0, list[Mapping[str, Any]](), 0
    for at, one in enumerate(made):
        run = {
            "checks": every if one.error is None else failing,
            "arguments": one.arguments, "result": one.result, "error": one.error, "done": one.done,
        }  # fmt: skip
        size = len(canonical.text(run))
        if batch and length + size > _BATCH_LENGTH_MAX:
            yield since, batch
            since, batch, length = at, [], 0
        batch.append(run)
        length += size
    if batch:
        yield since, batch


def _finding(invariant: Mapping[str, str], made: Made, why: str | None) -> Finding:
    came = f"the error {made.error}" if made.error is not None else f"the result {brief(made.result)}"
    done = {capability: several for capability, several in made.done.items() if several}
    how = f" ({why})" if why else ""
    message = f"Called with {brief(made.arguments, 300)}, this does not hold{how}: {invariant['say']}"
    hint = f"It gave {came} and did {brief(done, 400) if done else 'nothing'}. The check is: {invariant['check']}"
    return Finding(name, "error", message, hint)
