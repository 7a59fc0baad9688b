"""Boundaries: a number that the description compares with goes with the side that its words say.

`At least 30` puts 30 with what is above it, `more than 30` with what is below. Calls are made just below, at and just
above it; where the answer turns between the number and the wrong neighbour, the approver is asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said import phrases
from tenants.gates.said.outcomes import Outcome, number, outcomes
from tenants.gates.said.phrases import Limit
from tenants.gates.said.places import Place, places
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.trying import asked, cases

_CASES, _PLACES, _PROBES = 2, 14, 40
_MONEY = {"eur", "usd", "gbp", "chf", "euro", "euros", "dollars", "€", "$", "£"}
_LARGE = {
    "kg": 1000,
    "km": 1000,
    "m": 100,
    "l": 1000,
    "t": 1000,
    "hours": 60,
    "hour": 60,
    "minutes": 60,
    "%": Decimal("0.01"),
    "percent": Decimal("0.01"),
}
_BOTH_COUNT = re.compile(r"inclusive|both|included|including", re.IGNORECASE)
_SPANS = {
    "day": timedelta(days=1), "week": timedelta(weeks=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Probe:
    """One limit tried in one place: two below it, itself, and two above it."""

    limit: Limit
    place: Place
    values: tuple[Any, ...]


async def contradicted(candidate: Candidate) -> Finding | None:
    """Ask about a limit that the answers keep on the other side than the description says."""
    limits = phrases.limits(candidate.spec)
    if not limits:
        return None
    probes = [probe for case in cases(candidate)[:_CASES] for probe in _probes(candidate, case, limits)]
    for begin in range(0, min(len(probes), _PROBES), 8):
        chosen = probes[begin : begin + 8]
        calls = [probe.place.put(value) for probe in chosen for value in probe.values]
        came = await outcomes(candidate, calls)
        for at, probe in enumerate(chosen):
            five = came[5 * at : 5 * at + 5]
            turned = _turns(five)
            if turned is not None and turned[0] != probe.limit.side:
                return _asked(probe, turned[1], five)
    return None


def _asked(probe: _Probe, leaf: str, came: list[Outcome | None]) -> Finding:
    shown = [_shown(one, leaf) for one in came[1:4]]
    low, at, high = probe.values[1:4]
    other = "below" if probe.limit.side == "above" else "above"
    return asked(
        f'The description says "{probe.limit.sentence[:200]}". With {probe.place.name} {low}, {at} and {high}, '
        f"{leaf.strip('/') or 'the result'} is {shown[0]}, {shown[1]} and {shown[2]}: the limit itself goes with what "
        f"is {other} it (called with {brief(probe.place.case['arguments'], 160)}). Is that meant?",
        "Compare as the words say (at least: >=, more than: >), or say it otherwise. An example at the limit settles "
        "it.",
    )


def _shown(one: Outcome | None, leaf: str) -> str:
    return brief(None if one is None else one.leaves.get(leaf), 60)


def _probes(candidate: Candidate, case: Mapping[str, Any], limits: list[Limit]) -> Iterator[_Probe]:
    found = [place for place in places(case) if place.kind != "text"][:_PLACES]
    days = [place for place in found if place.kind != "number"]
    now = candidate.world(case).started_at_ns
    references = [datetime.fromtimestamp(now // 10**9, UTC)]
    # Of two days that both count the number of days is one more than they are apart.
    if not _BOTH_COUNT.search(str(candidate.spec["description"])):
        references += [moment for place in days if not place.in_world and (moment := _moment(place.value)) is not None]
    for limit in limits:
        value = number(case["arguments"].get(limit.argument)) if limit.argument else limit.number
        for place in found if value is not None else ():
            if place.in_world or place.path != (limit.argument,):
                yield from _at_limit(limit, cast("Decimal", value), place, references)


def _at_limit(limit: Limit, value: Decimal, place: Place, references: list[datetime]) -> Iterator[_Probe]:
    span = _SPANS.get(limit.unit.rstrip("s"))
    if place.kind == "number":
        yield from (_Probe(limit, place, five) for five in _around(place, value, limit.unit))
    elif span is not None or limit.argument:
        for reference in references:
            yield from _moments(limit, place, reference, value, span or timedelta(days=1))


def _around(place: Place, value: Decimal, unit: str) -> Iterator[tuple[Any, ...]]:
    said = str(place.value)
    whole = "." not in said
    step = Decimal(1) if whole else Decimal(1).scaleb(-len(said.partition(".")[2]))
    scales: list[Decimal | int] = [1]
    if unit in _MONEY and whole:
        scales.append(100)
    if unit in _LARGE:
        scales.append(_LARGE[unit])
    for scale in scales:
        middle = value * scale
        if whole and middle != middle.to_integral_value():
            continue
        yield tuple(_like(place.value, middle + n * step) for n in (-2, -1, 0, 1, 2))


def _like(now: Any, value: Decimal) -> Any:
    if isinstance(now, str):
        places = len(now.partition(".")[2])
        return f"{value:.{places}f}"
    return int(value) if isinstance(now, int) else float(value)


def _moments(limit: Limit, place: Place, reference: datetime, value: Decimal, span: timedelta) -> Iterator[_Probe]:
    now = _moment(place.value)
    if now is None or value > 4000:
        return
    step = timedelta(days=1) if place.kind == "day" else min(span, timedelta(minutes=1))
    if place.kind == "day" and span < timedelta(days=1):
        return
    for sign in (-1, 1):
        middle = reference + sign * int(value) * span
        yield _Probe(limit, place, tuple(_written(place, middle + sign * n * step) for n in (-2, -1, 0, 1, 2)))


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _written(place: Place, moment: datetime) -> str:
    """A moment as the place has it now."""
    said = str(place.value)
    if place.kind == "day":
        return moment.date().isoformat()
    zone = datetime.fromisoformat(said).tzinfo
    there = moment.astimezone(zone) if zone is not None else moment.replace(tzinfo=None)
    text = there.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if said.endswith("Z") else text


def _turns(five: list[Outcome | None]) -> tuple[phrases.Side, str] | None:
    """With which side the middle goes, and the place in which that shows; None where nothing turns there."""
    if any(one is None for one in five):
        return None
    known = [one.leaves for one in five if one is not None]
    for leaf in dict.fromkeys(name for one in known for name in one):
        values = [one.get(leaf) for one in known]
        side = _discrete(values) or _jumps(values)
        if side is not None:
            return side, leaf
    return None


def _discrete(values: list[Any]) -> phrases.Side | None:
    low, near, at, close, high = [repr(value) for value in values]
    if low == near == at != close == high:
        return "below"
    return "above" if low == near != at == close == high else None


def _jumps(values: list[Any]) -> phrases.Side | None:
    """Of numbers that change all the time: where one step is unlike the steps before and after it."""
    numbers = [number(value) for value in values]
    if None in numbers:
        return None
    known = [value for value in numbers if value is not None]
    steps = [later - one for one, later in pairwise(known)]
    unit = Decimal(1) if all(value == value.to_integral_value() for value in known) else Decimal("0.01")
    even = 3 * max(abs(steps[0]), abs(steps[3]), unit)
    if abs(steps[2]) > even and abs(steps[1] - steps[0]) <= unit:
        return "below"
    return "above" if abs(steps[1]) > even and abs(steps[2] - steps[3]) <= unit else None
