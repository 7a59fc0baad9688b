"""Orders: a list that is in order, as numbers or as moments, is so where a number has one digit more."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said.outcomes import number, outcomes
from tenants.gates.said.places import places
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import result_of
from tenants.gates.trial.trying import asked, cases

_TIMES, _CASES, _PLACES = 2, 2, 10
_ORDER = re.compile(
    r"sort|order(?:ed)? by|in order of|ascending|descending|\w+est (?:\w+ )?first|(?:most|least) \w+ first|rank"
    r"|\bby (?:the |its |their )?\w+(?: and then|, then|, the)",
    re.IGNORECASE,
)


async def unsorted(candidate: Candidate) -> Finding | None:
    """Ask about a list that is in order in all cases, as numbers or moments, and on an odd call only as text."""
    if not _ORDER.search(str(candidate.spec["description"])):
        return None
    shown = [
        case["result"] for field in ("examples", "holdouts") for case in candidate.cases(field) if "result" in case
    ]
    for place, sign in _kept([dict(_columns(result, "")) for result in shown]):
        for given, result in await candidate.made_once("digits", lambda: _results(candidate)):
            row = dict(_columns(result, "")).get(place, [])
            if len(row) > 1 and _in_order(row, sign) is False and _as_text(row, sign):
                return asked(
                    f"In all cases {place.strip('/')} is in order. Called with {given} it is "
                    f"sorted as text: {brief(row, 200)}. Is that meant?",
                    "Sort by the number or the moment, not by its text. An example with these arguments settles it.",
                )
    return None


def _kept(columns: list[dict[str, list[Any]]]) -> Iterator[tuple[str, int]]:
    """The places of lists that are in order in every case, and in which direction."""
    for place in dict.fromkeys(name for one in columns for name in one):
        rows = [one[place] for one in columns if len(set(map(str, one.get(place, [])))) > 1]
        for sign in (1, -1):
            enough = len(rows) >= _TIMES or any(len(row) > _TIMES for row in rows)
            if enough and all(_in_order(row, sign) for row in rows):
                yield place, sign


async def _results(candidate: Candidate) -> list[tuple[str, Any]]:
    """The results of the odd calls, and of cases in which one number has another number of digits."""
    found = [
        (brief(one.arguments, 300), result_of(one.execution)) for one in await odd_calls.made(candidate) if one.returned
    ]
    for case in cases(candidate)[:_CASES]:
        numbers = [place for place in places(case) if place.kind == "number"][:_PLACES]
        tried = [
            (place, value) for place in numbers for value in (_digits(place.value, "9"), _digits(place.value, "10"))
        ]
        came = await outcomes(candidate, [place.put(value) for place, value in tried])
        for (place, value), one in zip(tried, came, strict=True):
            if one is not None and one.error is None:
                found.append((f"{brief(case['arguments'], 200)}, with {value} for {place.name},", one.result))
    return found


def _digits(now: Any, digits: str) -> Any:
    """A number that begins with these digits, as long as the one there is, or one digit longer."""
    whole, point, rest = str(now).partition(".")
    made = digits + "0" * (len(whole) - 1) + point + rest
    return made if isinstance(now, str) else type(now)(float(made))


def _columns(value: Any, place: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _columns(inner, f"{place}/{name}")
    elif isinstance(value, list) and value:
        items = cast("list[Any]", value)
        if all(isinstance(one, dict) for one in items):
            for name in items[0]:
                yield f"{place}/{name}", [one.get(name) for one in items]
        else:
            yield place, items


def _key(value: Any) -> Decimal | None:
    found = number(value)
    if found is None and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return Decimal(str(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()))
        except (ValueError, OverflowError):
            return None
    return found


def _in_order(row: list[Any], sign: int) -> bool | None:
    keys = [_key(one) for one in row]
    if None in keys:
        return None
    known = [sign * one for one in keys if one is not None]
    return known == sorted(known)


def _as_text(row: list[Any], sign: int) -> bool:
    return all(isinstance(one, str) for one in row) and row == sorted(row, reverse=sign < 0)
