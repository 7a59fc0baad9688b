"""A second source beside a candidate's, written from what the tool promises alone: where the two answer differently.

Neither is the truth, so nothing here is an error: each kind of disagreement is a question that shows both answers. What
the second one cannot know (what a server that the world has not would say, the words of a sentence) is not compared.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sandbox import Component, Execution, Failed, Finding, Returned, raised_in
from sandbox.worlds import World
from tenants.base import canonical
from tenants.gates.second.neighbours import Neighbour, neighbours
from tenants.gates.stated import recording
from tenants.gates.trial import odd_calls, trying
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import MISSING, difference, fault_of, result_of
from tenants.gates.trial.effects import kind

NAME = "second_implementation"
_KINDS_MAX = 3
_SHOWN_CHARACTERS_MAX = 160
_HINT = "Say which it is in the description, and show it in an example. A wrong version goes back to its author."
_SENTENCE = "words"
_OWN = {"question", "note", "mark"}
_POSITION = re.compile(r"(?<=/)\d+")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: how it ended, and what was done, as a case states it."""

    execution: Execution
    done: Mapping[str, Any]
    lacks: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One call that the two answer otherwise. `place`: where in the result, or whose deeds; empty where one fails."""

    call: Neighbour
    place: str
    here: str
    there: str

    @property
    def kind(self) -> str:
        """The place, whatever the item."""
        return _POSITION.sub("*", self.place)


@dataclass(frozen=True, slots=True)
class Comparison:
    """On how many calls the two were compared, and where they disagree; `useless`: why there is nothing to compare."""

    calls: int
    found: Sequence[Disagreement]
    useless: str | None = None


async def disagreements(candidate: Candidate, source: str) -> list[Finding]:
    """Questions about the edge calls that the second source answers otherwise; a warning where it is of no use."""
    compared = await compare(candidate, source)
    if compared.useless is not None:
        return [useless(compared.useless)]
    return list(_questions(compared.found, compared.calls))


async def compare(candidate: Candidate, source: str) -> Comparison:
    """Compare two sources on the odd calls and on neighbours of the examples.

    Sets the component of `candidate`. Raises RuntimeError where its own source, which was built before, cannot be.
    """
    second = replace(
        candidate, source=source, component=None, shown=set[str](), made=[], shared={}, _openings={}, _trials={}
    )
    built, other = [await candidate.pool.fork(one.source, one.spec["name"]) for one in (candidate, second)]
    if not isinstance(built, Component):
        raise RuntimeError("what was built once is built again")  # noqa: TRY004 - a state, no type
    if not isinstance(other, Component):
        return Comparison(0, (), "It could not be built.")
    candidate.component, second.component = built, other
    if not await _is_of_use(second):
        why = "It gives the result of no example, so the promise does not say enough to write the tool."
        return Comparison(0, (), why)
    calls = _calls(candidate)
    here, there = await _answers(candidate, calls), await _answers(second, calls)
    both = [
        (call, ours, theirs)
        for call, ours, theirs in zip(calls, here, there, strict=True)
        if ours is not None and theirs is not None and not theirs.lacks
    ]
    found = [one for call, ours, theirs in both for one in _between(call, ours, theirs)]
    return Comparison(len(both), found)


def _calls(candidate: Candidate) -> list[Neighbour]:
    """The odd calls of all gates, and the neighbours of the first examples."""
    odd = [Neighbour(given, base.get("world"), "") for base, given in odd_calls.listed(candidate)]
    return [*odd, *(one for case in trying.cases(candidate) for one in neighbours(case))]


async def _answers(candidate: Candidate, calls: Sequence[Neighbour]) -> list[Answer | None]:
    return list(await asyncio.gather(*(_answer(candidate, call) for call in calls)))


async def _answer(candidate: Candidate, call: Neighbour) -> Answer | None:
    made = await trying.ran(candidate, call.arguments, call.world)
    if made is None:
        return None
    execution, world = made
    return Answer(execution, _done(world), bool(world.missing))


def _done(world: World) -> dict[str, Any]:
    """What was done to others, in no order. How a tool keeps its own notes was promised to nobody."""
    block = recording.block_of(recording.done_in(world))
    outward = {deed.capability for deed in world.deeds if kind(deed) not in _OWN}
    return {name: _unordered(_unworded(block[name])) for name in block if name in outward}


def _unordered(value: Any) -> Any:
    return sorted(cast("list[Any]", value), key=canonical.text) if isinstance(value, list) else value


def useless(why: str) -> Finding:
    """What is noted where there is nothing to compare with: nothing is wrong with the version."""
    message = f"There is no second implementation to compare with. {why}"
    return Finding(NAME, "warning", message, "Nothing follows from this for the version.")


async def _is_of_use(second: Candidate) -> bool:
    """Whether it does what some example shows: else all that it says otherwise is its own mistake."""
    for index, case in enumerate(second.cases("examples")):
        execution = (await second.trial("examples", index)).execution
        is_answered = "result" in case and isinstance(execution.outcome, Returned)
        if is_answered and difference(_unworded(case["result"]), _unworded(result_of(execution))) is None:
            return True
    return False


def _between(call: Neighbour, ours: Answer, theirs: Answer) -> Iterator[Disagreement]:
    here, there = ours.execution, theirs.execution
    is_ours, is_theirs = isinstance(here.outcome, Returned), isinstance(there.outcome, Returned)
    if is_ours and is_theirs:
        found = difference(_unworded(result_of(here)), _unworded(result_of(there)))
        if found is None and (done := difference(ours.done, theirs.done)) is not None:
            found = replace(done, path=f" done{done.path}")
        if found is not None:
            yield Disagreement(call, found.path or "/", _value(found.expected), _value(found.got))
    elif is_ours != is_theirs and (is_theirs or _is_said(there)):
        yield Disagreement(call, "", _ending(here), _ending(there))


def _is_said(execution: Execution) -> bool:
    """Whether a run ended with an error that its source means; what merely breaks says nothing."""
    outcome = execution.outcome
    return isinstance(outcome, Failed) and raised_in(outcome.fault.details).get("type", "ToolError") == "ToolError"


def _questions(found: Sequence[Disagreement], calls: int) -> Iterator[Finding]:
    """One question, however many disagreements: the most frequent kinds first, and one call that shows each."""
    kinds: dict[str, list[Disagreement]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    if not kinds:
        return
    most = sorted(kinds.values(), key=lambda alike: -len(alike))[:_KINDS_MAX]
    told = "; ".join(map(_told, most))
    message = (
        f"A second implementation, which a model wrote from what the tool promises alone, answers {len(found)} of "
        f"{calls} edge calls otherwise: {told}. Which is right?"
    )
    yield Finding(NAME, "question", message, _HINT)


def _told(alike: Sequence[Disagreement]) -> str:
    first = min(alike, key=lambda one: len(canonical.text(one.call.arguments)))
    place = first.kind
    where = (f"{place} of the result" if place.startswith("/") else f"what is{place}") if place else "the call"
    other = f" and {first.call.where}" if first.call.where else ""
    return f"with {brief(first.call.arguments)}{other} {where} is {first.here} here, and {first.there} there"


def _value(value: object) -> str:
    return "left out" if value is MISSING else brief(value, _SHOWN_CHARACTERS_MAX)


def _ending(execution: Execution) -> str:
    fault = fault_of(execution)
    if fault is not None:
        return f"the error {brief(fault.code, _SHOWN_CHARACTERS_MAX)}"
    return f"answered with {brief(result_of(execution), _SHOWN_CHARACTERS_MAX)}"


def _unworded(value: Any) -> Any:
    """A result with every sentence alike: how something is said was promised to nobody."""
    if isinstance(value, str):
        return _SENTENCE if len(value.split()) > 1 else value
    if isinstance(value, dict):
        return {name: _unworded(inner) for name, inner in cast("dict[str, Any]", value).items()}
    return [_unworded(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value
