"""Units: what is given in another unit is the same thing: 20 in are 50.8 cm, so all that follows is the same."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said.outcomes import number, outcomes
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.trying import asked, cases, fits, leaves, schema_of

_CASES = 2
# How many of each unit are one of the largest of its kind.
_KINDS: tuple[tuple[Mapping[str, Decimal], re.Pattern[str]], ...] = (
    (
        {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000), "km": Decimal(1_000_000), "in": Decimal("25.4"),
         "inch": Decimal("25.4"), "ft": Decimal("304.8"), "mi": Decimal(1_609_344)},
        re.compile("length|width|height|depth|size|distance|side|long|wide|high|dim|cm|value|amount|radius|diameter"),
    ),
    (
        {"g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1_000_000), "lb": Decimal("453.59237"),
         "oz": Decimal("28.349523125")},
        re.compile("weight|mass|heavy|value|amount|quantity|kg"),
    ),
    ({"ml": Decimal(1), "cl": Decimal(10), "l": Decimal(1000)}, re.compile("volume|content|value|amount|quantity")),
    (
        {"s": Decimal(1), "seconds": Decimal(1), "min": Decimal(60), "minutes": Decimal(60), "h": Decimal(3600),
         "hours": Decimal(3600), "d": Decimal(86400), "days": Decimal(86400)},
        re.compile("time|duration|length|value|amount|spent|every|interval|period"),
    ),
)  # fmt: skip


async def lost(candidate: Candidate) -> Finding | None:
    """Ask about a call that comes out differently when the same lengths or weights are given in another unit."""
    for case in cases(candidate)[:_CASES]:
        for given, other, what in _pairs(candidate, case):
            usual, came = await outcomes(candidate, [(given, case.get("world")), (other, case.get("world"))])
            if usual is None or came is None or usual.error or came.error:
                continue
            for leaf, value in usual.leaves.items():
                one, two = number(value), number(came.leaves.get(leaf))
                if one is not None and two is not None and one and two and abs(one / two - 1) > Decimal("0.02"):
                    return asked(
                        f"{what}: called with {brief(given, 260)} {leaf.strip('/')} is {one}, with the same in "
                        f"the other unit, {brief(other, 260)}, it is {two}. Is a unit lost, or not reckoned "
                        "with everywhere (a volume in cubic inches is 2.54 three times)?",
                        "Bring every number to one unit first. An example in each unit settles it.",
                    )
    return None


def _pairs(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """A case in one unit and in another one, of which the schema has both."""
    given = cast("Mapping[str, Any]", case["arguments"])
    for path, schema in edge_arguments.places(schema_of(candidate), given):
        words = [one for one in schema.get("enum", ()) if isinstance(one, str)]
        for units, names in _KINDS:
            known = [one for one in words if one in units]
            if len(known) < 2:
                continue
            for one, other in ((known[0], known[1]), (known[1], known[0])):
                yield from _converted(candidate, given, path, (one, other), units[one] / units[other], names)


def _converted(
    candidate: Candidate,
    given: Mapping[str, Any],
    path: Path,
    pair: tuple[str, str],
    factor: Decimal,
    names: re.Pattern[str],
) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    one, other = pair
    first = edge_arguments.put(given, path, one)
    numbers = [
        (place, value) for place, value in leaves(edge_arguments.at(given, path[:-1]))
        if number(value) is not None and names.search(str(place[-1] if isinstance(place[-1], str) else place[0]))
    ]  # fmt: skip
    if not numbers:
        return
    second: dict[str, Any] = edge_arguments.put(first, path, other)
    for place, _ in numbers:
        whole = (*path[:-1], *place)
        # Large enough for what is rounded to whole ones not to matter.
        large = cast("Decimal", number(edge_arguments.at(first, whole))) * 10
        first = edge_arguments.put(first, whole, _like(edge_arguments.at(first, whole), large))
        second = edge_arguments.put(second, whole, _like(edge_arguments.at(first, whole), large * factor))
    if fits(candidate, first) and fits(candidate, second):
        yield first, second, f"{one} and {other} of {'/'.join(map(str, path))}"


def _like(now: Any, value: Decimal) -> Any:
    if isinstance(now, str):
        return f"{value:.4f}".rstrip("0").rstrip(".") if value != value.to_integral_value() else f"{value:.0f}"
    return int(value) if isinstance(now, int) and value == value.to_integral_value() else float(value)
