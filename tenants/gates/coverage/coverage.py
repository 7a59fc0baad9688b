"""Coverage: what no case shows, nobody has looked at: lines that never run, answers and errors that never come."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Call, Component, Finding
from tenants.base import canonical
from tenants.gates.strength import lines, marked
from tenants.gates.trial import stories
from tenants.gates.trial.candidates import Candidate

name = "coverage"
_TOLD = 8


async def check(candidate: Candidate) -> list[Finding]:
    cases: list[dict[str, Any]] = [*candidate.spec["examples"], *candidate.spec["holdouts"]]
    calls = [call for case in cases for call in stories.calls_of(case)]
    found = [
        _never_answered(candidate, calls),
        await _never_raised(candidate, calls),
        await _never_run(candidate, cases),
    ]
    return [finding for finding in found if finding is not None]


def _never_answered(candidate: Candidate, calls: list[Mapping[str, Any]]) -> Finding | None:
    """The values of the output schema's enums that no case shows."""
    shown = {text for call in calls if "result" in call for text in _texts(call["result"])}
    unseen = [value for value in dict.fromkeys(_enums(candidate.spec["output_schema"])) if value not in shown]
    if not unseen:
        return None
    message = f"No case shows these answers of output_schema: {', '.join(unseen[:_TOLD])}."
    return Finding(name, "warning", message, "Add an example for each, or take it out of the schema.")


async def _never_raised(candidate: Candidate, calls: list[Mapping[str, Any]]) -> Finding | None:
    """The codes of the tool's own errors that no case ends with."""
    shown = {
        cast("Mapping[str, Any]", call["error"]).get("code") if isinstance(call["error"], Mapping) else call["error"]
        for call in calls
        if "error" in call
    }
    unseen = [code for code in lines.error_codes(await candidate.tree()) if code not in shown]
    if not unseen:
        return None
    message = f"No case ends with these errors: {', '.join(unseen[:_TOLD])}."
    return Finding(name, "warning", message, "Add an example with `error` for each that a caller may act upon.")


async def _never_run(candidate: Candidate, cases: list[dict[str, Any]]) -> Finding | None:
    """The lines that no case runs: measured in the sandbox, by the tool with a mark in each of its blocks."""
    blocks, logs = await _blocks_and_logs(candidate, cases) if cases else ([], [])
    if not blocks:
        return None
    met = set[int]().union(*map(lines.met, logs))
    unseen = [block for number, block in enumerate(blocks) if number not in met]
    if not unseen:
        return None
    told = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in _apart(unseen)[:_TOLD])
    hint = "Add a case that goes there: what is never run is proven by nothing."
    return Finding(name, "warning", f"No case runs lines {told}.", hint, unseen[0][0])


async def _blocks_and_logs(
    candidate: Candidate, cases: list[dict[str, Any]]
) -> tuple[list[tuple[int, int]], list[str]]:
    """The blocks of the source, and what each call of its cases has printed; no blocks where it cannot be built."""
    both = await marked.marked(candidate)
    if both is not None:
        return both.marks.blocks, [seen.execution.log for one in both.ran for seen in one.seen]
    source, blocks = await lines.marked(await candidate.tree(), candidate.spec["name"], candidate.grammar.write)
    built = await candidate.pool.fork(source, candidate.spec["name"]) if blocks else None
    if not isinstance(built, Component):
        return [], []
    logs = await asyncio.gather(*(_logs(candidate, built, case) for case in cases))
    return blocks, [log for several in logs for log in several]


async def _logs(candidate: Candidate, built: Component, case: Mapping[str, Any]) -> list[str]:
    """What each call of a case has printed."""
    world, logs = candidate.world(case), list[str]()
    for moment in stories.moments(case, world):
        world.begin(moment.at_ns)
        call = Call(canonical.plain(moment.call["arguments"]), world.seed, moment.at_ns)
        ran = await candidate.pool.run(built, call, grant=candidate.grant, limits=candidate.limits, host=world)
        logs.append(ran.log)
    return logs


def _apart(blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without what lies within another."""
    kept: list[tuple[int, int]] = []
    for block in sorted(blocks, key=lambda one: (one[0], -one[1])):
        if not kept or block[1] > kept[-1][1]:
            kept.append(block)
    return kept


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _texts(inner)


def _enums(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        known = cast("dict[str, Any]", schema)
        if isinstance(known.get("enum"), list):
            yield from (one for one in known["enum"] if isinstance(one, str))
        for inner in known.values():
            yield from _enums(inner)
    elif isinstance(schema, list):
        for inner in cast("list[Any]", schema):
            yield from _enums(inner)
