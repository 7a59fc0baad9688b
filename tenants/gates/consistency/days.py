"""Days: a day that a short month cuts off comes back in a longer one, unless each is counted from the one before."""

import asyncio
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from sandbox import Finding
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_values import DAY
from tenants.gates.trial.trying import asked, cases, fits, result_in, schema_of, texts

_STARTS = ("2024-02-29", "2024-01-31")
_MOST = 24
_ROW = 3


async def drifting(candidate: Candidate) -> Finding | None:
    """Ask about a row of days that begins on the last of a month, is cut off by a short one, and stays there."""
    calls = [(case, given) for case in cases(candidate)[:2] for given in _calls(candidate, case)]
    results = await asyncio.gather(*(result_in(candidate, case, given) for case, given in calls))
    for (_, given), result in zip(calls, results, strict=True):
        for row in _rows(result):
            if (lost := _lost(row, _start(given))) is not None:
                return asked(
                    f"Called with {brief(given, 300)}, the days stay on the {lost.day}th once a short month has cut "
                    f"them off: {brief([day.isoformat() for day in row], 300)}. Is each to be counted from the one "
                    "before?",
                    "If each is to be counted from the first, do so: start + n months, not the last day + 1 month. An "
                    "example with these arguments settles it.",
                )
    return None


def _calls(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The case from the last day of a month, for as long as the schema lets it run."""
    known = cast("Mapping[str, Any]", schema_of(candidate).get("properties", {}))
    counts = [name for name, said in known.items() if said.get("type") == "integer"]
    for place, text in texts(candidate, case):
        for start in _STARTS if DAY.fullmatch(text) else ():
            begun = edge_arguments.put(case["arguments"], place, start)
            yield from (one for one in [begun] if fits(candidate, one))
            for name in counts:
                longer = {**begun, name: min(int(known[name].get("maximum", _MOST)), _MOST)}
                if fits(candidate, longer):
                    yield longer


def _start(given: Mapping[str, Any]) -> int:
    return 31 if "2024-01-31" in str(given) else 29


def _rows(value: Any) -> Iterator[list[date]]:
    """Every list of days in a result, as they stand or in the same field of each item."""
    below: list[Any] = list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else []
    if isinstance(value, list):
        below = cast("list[Any]", value)
        for column in _columns(below):
            days = [_day(one) for one in column]
            if len(days) >= _ROW and None not in days:
                yield cast("list[date]", days)
    for one in below:
        if isinstance(one, dict | list):
            yield from _rows(one)


def _columns(items: list[Any]) -> Iterator[list[Any]]:
    """The items, and each field of them."""
    yield items
    objects = [cast("dict[str, Any]", one) for one in items if isinstance(one, dict)]
    for name in dict.fromkeys(name for one in objects for name in one):
        yield [one.get(name) for one in objects]


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    except ValueError:
        return None


def _lost(row: list[date], start: int) -> date | None:
    """The day that a short month has cut off and that no longer month gives back."""
    cut = next((at for at, day in enumerate(row) if day.day < start and day.day == monthrange(*_month(day))[1]), None)
    if cut is None or row != sorted(row):
        return None
    longer = [day for day in row[cut + 1 :] if monthrange(*_month(day))[1] > row[cut].day]
    return row[cut] if longer and all(day.day == row[cut].day for day in longer) else None


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
