"""Sums: amounts that add up in every case add up in every call."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from typing import Any, NamedTuple, cast

from sandbox import Finding
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import result_of
from tenants.gates.trial.trying import asked

_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_COLUMNS_MAX = 12
# How often it has to hold, of amounts that are not nothing, before it is taken for a rule.
_TIMES = 2


class _Rule(NamedTuple):
    """What two columns, or three fields, have to do with each other."""

    sentence: str
    left: str
    right: tuple[str, ...]


async def unequal(candidate: Candidate) -> Finding | None:
    """Ask about a call in which amounts do not add up that do so in all of the spec's cases."""
    cases = [*candidate.cases("examples"), *candidate.cases("holdouts")]
    results: list[Any] = [_with_given(case["arguments"], case["result"]) for case in cases if "result" in case]
    rules = _rules(results)
    if not rules:
        return None
    for one in await odd_calls.made(candidate):
        if one.returned:
            amounts = _amounts(_with_given(one.arguments, result_of(one.execution)))
            for rule in rules:
                if (broken := _broken(rule, amounts)) is not None:
                    return asked(
                        f"In all cases {rule.sentence}. Called with {brief(one.arguments, 400)} they do not: {broken}. "
                        "Is that meant?",
                        "Work out one of them from the others, as they are printed. An example with these arguments "
                        "settles it.",
                    )
    return None


def _with_given(given: Mapping[str, Any], result: Any) -> Any:
    """A result with the amounts that the call gave by themselves: parts add up to them, too."""
    amounts = {name: value for name, value in given.items() if isinstance(value, str) and _AMOUNT.fullmatch(value)}
    return {**cast("dict[str, Any]", result), "given": amounts} if isinstance(result, dict) else result


def _rules(results: list[Any]) -> list[_Rule]:
    """What holds in every result, and often enough not to be chance."""
    seen = [_amounts(result) for result in results]
    columns = list(dict.fromkeys(place for amounts in seen for place in amounts))[:_COLUMNS_MAX]
    lists = [place for place in columns if "*" in place]
    rules = [
        _Rule(f"{_named(one)} add up to {_named(other)}", one, (other,))
        for one, other in combinations(lists, 2)
        if one.rpartition("/")[2] == other.rpartition("/")[2]
    ]
    rules += [
        _Rule(f"{_named(one)} add up to {_named(total)}", one, (total,))
        for one in lists
        for total in columns
        if "*" not in total
    ]
    for holder in dict.fromkeys(place.rpartition("/")[0] for place in columns):
        inside = [place for place in columns if place.rpartition("/")[0] == holder]
        rules += [
            _Rule(f"{_named(a)} and {_named(b)} make {_named(c)}", a, (b, c))
            for a, b, c in permutations(inside, 3)
            if a < b
        ]
    return [rule for rule in rules if _holds(rule, seen)]


def _named(place: str) -> str:
    holder, _, field = place.rpartition("/")
    inside = holder.strip("/*")
    return f"`{field}` of {inside}" if inside else f"`{field}`"


def _holds(rule: _Rule, seen: Sequence[Mapping[str, list[Decimal]]]) -> bool:
    times = 0
    for amounts in seen:
        if _broken(rule, amounts) is not None:
            return False
        times += _tells(rule, amounts)
    return times >= _TIMES


def _tells(rule: _Rule, amounts: Mapping[str, list[Decimal]]) -> int:
    """How often a result speaks for a rule: amounts that are not nothing, and more than one of a list."""
    sides = [amounts.get(place, []) for place in (rule.left, *rule.right)]
    if len(rule.right) == 1:
        several = max(len(side) for side in sides) > 1
        return int(several and all(sides) and any(sides[0]) and any(sides[1]) and _has_fractions(sides))
    rows = zip(*sides, strict=False)
    return sum(all(row) and _has_fractions([row]) for row in rows)


def _has_fractions(sides: Iterable[Iterable[Decimal]]) -> bool:
    """Amounts of money and the like: numbers of things add up by chance."""
    return any(cast("int", one.as_tuple().exponent) < 0 for side in sides for one in side)


def _broken(rule: _Rule, amounts: Mapping[str, list[Decimal]]) -> str | None:
    """How a result is against a rule, in numbers."""
    sides = [amounts.get(place, []) for place in (rule.left, *rule.right)]
    if len(rule.right) == 1:
        one, other = sum(sides[0], Decimal(0)), sum(sides[1], Decimal(0))
        return f"{one} and {other}" if all(sides) and one != other else None
    if len({len(side) for side in sides}) > 1:
        return None
    row = next(((a, b, c) for a, b, c in zip(*sides, strict=True) if a + b != c), None)
    return f"{row[0]}, {row[1]} and {row[2]}" if row is not None else None


def _amounts(result: Any) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for place, amount in _found(result, ""):
        found.setdefault(place, []).append(amount)
    return found


def _found(value: Any, place: str) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _found(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _found(inner, f"{place}/*")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, Decimal(str(value))
    elif isinstance(value, str) and _AMOUNT.fullmatch(value):
        yield place, Decimal(value)
