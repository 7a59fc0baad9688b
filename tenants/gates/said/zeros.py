"""Zeros: nothing is a number too. Where 1, 2 and 3 come out in a row, 0 does as well, and not as what is not there."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sandbox import Finding
from tenants.gates.said.outcomes import Outcome, number, outcomes
from tenants.gates.said.places import Place, places
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.trying import asked, cases

_CASES, _PLACES = 3, 10
_ROW = (3, 2, 1, 0)


async def taken_for_nothing(candidate: Candidate) -> Finding | None:
    """Ask about a 0 that comes out as where nothing is given, and not as the numbers beside it do."""
    for case in cases(candidate)[:_CASES]:
        tried = [place for place in places(case) if _can_be_absent(place)][:_PLACES]
        calls = [call for place in tried for call in _calls(place)]
        came = await outcomes(candidate, calls)
        for at, place in enumerate(tried):
            leaf = _odd_one_out(came[5 * at : 5 * at + 5])
            if leaf is not None:
                one, zero = came[5 * at + 2], came[5 * at + 3]
                return asked(
                    f"Called with {brief(case['arguments'], 200)}, with 1 for {place.name} {leaf.strip('/')} is "
                    f"{_at(one, leaf)}, with 0 it is {_at(zero, leaf)}, as where none is given at all. Is a 0 that is "
                    "given the same as nothing, and the default taken for it?",
                    "Ask `is None`, not whether the value is true. An example with a 0 settles it.",
                )
    return None


def _at(one: Outcome | None, leaf: str) -> str:
    return brief(None if one is None else one.leaves.get(leaf), 60)


def _can_be_absent(place: Place) -> bool:
    return place.kind == "number" and place.span is None and isinstance(place.path[-1], str)


def _calls(place: Place) -> Iterator[tuple[Mapping[str, Any], Any]]:
    for value in _ROW:
        yield place.put(_like(place.value, value))
    holder: Any = place.case.get("world") if place.in_world else place.case["arguments"]
    above = edge_arguments.at(holder, place.path[:-1])
    rest = {name: one for name, one in above.items() if name != place.path[-1]}
    bare = edge_arguments.put(holder, place.path[:-1], rest) if len(place.path) > 1 else rest
    yield (place.case["arguments"], bare) if place.in_world else (bare, place.case.get("world"))


def _like(now: Any, value: int) -> Any:
    if isinstance(now, str):
        return f"{Decimal(value):.{len(now.partition('.')[2])}f}"
    return value if isinstance(now, int) else float(value)


def _odd_one_out(five: list[Outcome | None]) -> str | None:
    """The place of a result in which 3, 2, 1 make even steps, 0 does not, and is as what is not there."""
    if any(one is None for one in five):
        return None
    known = [one.leaves for one in five if one is not None]
    for leaf, value in known[0].items():
        values = [number(one.get(leaf)) for one in known]
        if value is None or any(one is None for one in values):
            continue
        three, two, one, zero, absent = [item for item in values if item is not None]
        if three - two == two - one != 0 and zero != 2 * one - two and zero == absent:
            return leaf
    return None
