"""Periods: the first and the last day of a month or of a range belong to it, and those beside it do not."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sandbox import Finding
from tenants.gates.said.outcomes import Outcome, outcomes
from tenants.gates.said.places import Place, places
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.trying import asked, cases, leaves

_CASES, _PLACES, _WORD, _ROW = 2, 3, 3, 2
_MONTH = re.compile(r"\d{4}-\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ANY_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_FROM = re.compile(r"from|start|begin|since|first|after", re.IGNORECASE)
_TO = re.compile(r"(?:^|_)to|until|end|till|last|before|through", re.IGNORECASE)
_BOTH = re.compile(r"inclusive|both|included|including|through", re.IGNORECASE)


class _Period(NamedTuple):
    """`name`: how a sentence names it."""

    name: str
    first: date
    last: date


async def cut_off(candidate: Candidate) -> Finding | None:
    """Ask about what is dated on the edge of a period and comes out as if it lay on the other side of it."""
    for case in cases(candidate)[:_CASES]:
        for period in _periods(case, str(candidate.spec["description"])):
            for place in list(_inside(case, period))[:_PLACES]:
                days = _days(period)
                came = await outcomes(candidate, [place.put(f"{day}{str(place.value)[10:]}") for day in days])
                wrong = _wrong([_plain(one) for one in came])
                if wrong is not None:
                    return _asked(case, period, place, days, *wrong)
    return None


def _asked(case: Mapping[str, Any], period: _Period, place: Place, days: list[date], at: int, like: int) -> Finding:
    other = days[2 if like != 2 else 4 - at]
    return asked(
        f"Called with {brief(case['arguments'], 200)}, with {place.name} {days[at]} it comes out as with {days[like]}, "
        f"and not as with {other}: is the {_named(at)} {period.name} meant to be "
        f"{'outside' if at in {1, 3} else 'inside'}? The edges of a period are easily cut off.",
        "Compare days, from the first to the last, both included. An example on the edge settles it.",
    )


def _named(at: int) -> str:
    return ("day before", "first day of", "", "last day of", "day after")[at]


def _days(period: _Period) -> list[date]:
    one = timedelta(days=1)
    middle = period.first + (period.last - period.first) // 2
    return [period.first - one, period.first, middle, period.last, period.last + one]


def _wrong(five: list[str | None]) -> tuple[int, int] | None:
    """Which day is taken for what it is not, and for which other one."""
    before, first, middle, last, after = five
    if None in five or (middle in {before, after} and before == after):
        return None
    if first != middle and first == before:
        return 1, 0
    if last != middle and last == after:
        return 3, 4
    if after == middle != before:
        return 4, 2
    return (0, 2) if before == middle != after else None


def _plain(one: Outcome | None) -> str | None:
    """What came, without the days in it and in no order."""
    if one is None:
        return None
    said = sorted(_ANY_DAY.sub("day", repr(value)) for value in one.leaves.values())
    return repr([said, sorted(_ANY_DAY.sub("day", deed) for deed in one.deeds)])


def _periods(case: Mapping[str, Any], text: str) -> Iterator[_Period]:
    given = {str(path[-1]): value for path, value in leaves(case["arguments"]) if isinstance(value, str)}
    days = {name: day for name, value in given.items() if (day := _read(value)) is not None}
    for value in given.values():
        if _MONTH.fullmatch(value) and 1 <= int(value[5:]) <= 12:
            year, month = int(value[:4]), int(value[5:])
            yield _Period(f"the month {value}", date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    if _BOTH.search(text):
        for name, first in days.items():
            for other, last in days.items():
                if name != other and _FROM.search(name) and _TO.search(other) and (last - first).days > 1:
                    yield _Period(f"{name} to {other}", first, last)


def _read(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _inside(case: Mapping[str, Any], period: _Period) -> Iterator[Place]:
    """Days that lie in a period, of what the tool itself has to choose from: no server has done so by its address."""
    given = {str(value) for _, value in leaves(case["arguments"])}
    for place in places(case):
        day = _read(str(place.value)[:10]) if place.kind in {"day", "moment"} else None
        where = "/".join(map(str, place.path))
        if day is None or not period.first <= day <= period.last:
            continue
        if any(len(one) > _WORD and one in where for one in given):
            continue
        if place.in_world or len(place.path) > _ROW:
            yield place
