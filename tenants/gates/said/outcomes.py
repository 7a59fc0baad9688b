"""Outcomes: all that comes of one call in one world, as innermost values by their places, so that calls compare."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.effects import identity, outward
from tenants.gates.trial.trying import ran

# How deep a result is looked into.
_DEPTH = 6
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` is JSON data, None where `error` names a code. `deeds`: what reached others, each as text."""

    result: Any
    error: str | None
    deeds: tuple[str, ...] = ()
    leaves: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def text(self) -> str:
        return canonical.text([self.result, self.error, self.deeds])

    def same(self, other: "Outcome") -> bool:
        return self.text == other.text


async def outcome(candidate: Candidate, given: Mapping[str, Any], canned: Mapping[str, Any] | None) -> Outcome | None:
    """Return what comes of a call; None where schema or world do not allow it, or the world has not what it asks."""
    made = await ran(candidate, given, canned)
    if made is None or made[1].missing:
        return None
    execution, world = made
    fault = fault_of(execution)
    deeds = tuple(identity(deed) for deed in outward(world.deeds))
    result = None if fault is not None else result_of(execution)
    error = None if fault is None else fault.code
    return Outcome(result, error, deeds, _leaves(result, error, deeds))


async def outcomes(candidate: Candidate, calls: Sequence[tuple[Mapping[str, Any], Any]]) -> list[Outcome | None]:
    """The same of several calls, each with its world."""
    return list(await asyncio.gather(*(outcome(candidate, given, canned) for given, canned in calls)))


def _leaves(result: Any, error: str | None, deeds: Sequence[str]) -> dict[str, Any]:
    kinds = Counter(one.partition(",")[0] for one in deeds)
    found: dict[str, Any] = {"error": error, **{f"number of {kind}": count for kind, count in kinds.items()}}
    found["deeds"] = len(deeds)
    return {**found, **dict(_inner(result, "", 0))}


def _inner(value: Any, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _inner(inner, f"{place}/{name}", depth + 1)
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        yield f"{place}/#", len(items)
        for at, inner in enumerate(items):
            yield from _inner(inner, f"{place}/{at}", depth + 1)
    else:
        yield place, value


def stands_at(text: str, word: str, begin: int = 0) -> int | None:
    """Where a word stands by itself in a text, whatever its case; None where it does not."""
    low, wanted = text.casefold(), word.casefold()
    at = low.find(wanted, begin)
    while at >= 0 and wanted:
        around = f"{text[at - 1 : at]}{text[at + len(word) : at + len(word) + 1]}"
        if not any(one.isalnum() or one in "_@-" for one in around):
            return at
        at = low.find(wanted, at + 1)
    return None


def number(value: Any) -> Decimal | None:
    """A number, or a text that is one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None
