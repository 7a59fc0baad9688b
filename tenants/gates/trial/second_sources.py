"""A second source beside a candidate's, written from what the tool promises alone: where the two answer differently.

Neither is the truth, so nothing here is an error: each kind of disagreement is a question that shows both answers. What
the second one cannot know (what a server that the world has not would say, the words of a sentence) is not compared.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sandbox import Component, Execution, Failed, Finding, Returned, raised_in
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import MISSING, difference, fault_of, result_of

NAME = "second_implementation"
_QUESTIONS_MAX = 3
_SHOWN_CHARACTERS_MAX = 160
_HINT = "Say which it is in the description, and show it in an example. A wrong version goes back to its author."
_SENTENCE = "words"
_POSITION = re.compile(r"(?<=/)\d+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One call that the two answer otherwise. `place`: where in the result; empty where one of them gives none."""

    arguments: Mapping[str, Any]
    place: str
    here: str
    there: str


async def disagreements(candidate: Candidate, source: str) -> list[Finding]:
    """Questions about the edge calls that the second source answers otherwise; a warning where it is of no use.

    Sets the component of `candidate`. Raises RuntimeError where its own source, which was built before, cannot be.
    """
    second = replace(
        candidate, source=source, component=None, shown=set[str](), made=[], shared={}, _openings={}, _trials={}
    )
    built, other = [await candidate.pool.fork(one.source, one.spec["name"]) for one in (candidate, second)]
    if not isinstance(built, Component):
        raise RuntimeError("what was built once is built again")  # noqa: TRY004 - a state, no type
    if not isinstance(other, Component):
        return [useless("It could not be built.")]
    candidate.component, second.component = built, other
    if not await _is_of_use(second):
        return [useless("It gives the result of no example, so the promise does not say enough to write the tool.")]
    here, there = await odd_calls.made(candidate), await odd_calls.made(second)
    found = [
        one
        for ours, theirs in zip(here, there, strict=True)
        if not theirs.world.missing
        for one in _between(ours.arguments, ours.execution, theirs.execution)
    ]
    return list(_questions(found, len(here)))


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


def _between(arguments: Mapping[str, Any], ours: Execution, theirs: Execution) -> Iterator[Disagreement]:
    is_ours, is_theirs = isinstance(ours.outcome, Returned), isinstance(theirs.outcome, Returned)
    if is_ours and is_theirs:
        found = difference(_unworded(result_of(ours)), _unworded(result_of(theirs)))
        if found is not None:
            yield Disagreement(arguments, found.path or "/", _value(found.expected), _value(found.got))
    elif is_ours != is_theirs and (is_theirs or _is_said(theirs)):
        yield Disagreement(arguments, "", _ending(ours), _ending(theirs))


def _is_said(execution: Execution) -> bool:
    """Whether a run ended with an error that its source means; what merely breaks says nothing."""
    outcome = execution.outcome
    return isinstance(outcome, Failed) and raised_in(outcome.fault.details).get("type", "ToolError") == "ToolError"


def _questions(found: list[Disagreement], calls: int) -> Iterator[Finding]:
    """One of each kind, the most frequent first."""
    kinds: dict[str, list[Disagreement]] = {}
    for one in found:
        kinds.setdefault(_POSITION.sub("*", one.place), []).append(one)
    for place, alike in sorted(kinds.items(), key=lambda kind: -len(kind[1]))[:_QUESTIONS_MAX]:
        first = alike[0]
        where = f"{place} of the result" if place else "the call"
        message = (
            f"A second implementation, which a model wrote from what the tool promises alone, answers {len(alike)} of "
            f"{calls} edge calls otherwise: with {brief(first.arguments)} {where} is {first.here} here, and "
            f"{first.there} there. Which is right?"
        )
        yield Finding(NAME, "question", message, _HINT)


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
