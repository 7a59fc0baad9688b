"""Weekdays: a working day that comes out is one, on whatever day of the week the call begins."""

import re
from datetime import date, timedelta
from typing import Any

from sandbox import Finding
from tenants.gates.said.outcomes import outcomes
from tenants.gates.said.phrases import sentence_at
from tenants.gates.said.places import places
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.trying import asked, cases, leaves

_CASES = 2
_WORKING = re.compile(
    r"working day|business day|week ?day|Monday to Friday|weekend|bank day|Saturday|Sunday", re.IGNORECASE
)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?")
_FRIDAY = 5


async def worked_on(candidate: Candidate) -> Finding | None:
    """Ask about a day that comes out on a weekend, where the description speaks of working days and no case has one."""
    text = str(candidate.spec["description"])
    said = _WORKING.search(text)
    if said is None:
        return None
    shown = [
        case["result"] for field in ("examples", "holdouts") for case in candidate.cases(field) if "result" in case
    ]
    kept = [dict(_days(result)) for result in shown]
    free = {name for one in kept for name, day in one.items() if day.isoweekday() > _FRIDAY}
    known = {name for one in kept for name in one} - free
    for case in cases(candidate)[:_CASES] if known else ():
        for place in [one for one in places(case) if one.kind in {"day", "moment"}][:3]:
            begin = date.fromisoformat(str(place.value)[:10])
            calls = [place.put(f"{begin + timedelta(days=n)}{str(place.value)[10:]}") for n in range(1, 15)]
            for (given, _), one in zip(calls, await outcomes(candidate, calls), strict=True):
                for name, day in _days(one.result).items() if one is not None and one.error is None else ():
                    if name in known and day.isoweekday() > _FRIDAY and str(day) not in str(given):
                        return asked(
                            f'The description says "{sentence_at(text, said.start())[:200]}", and in all cases '
                            f"{name.strip('/')} is no Saturday or Sunday. Called with {brief(given, 240)} it is {day}, "
                            f"a {day:%A}. Is a weekend meant?",
                            "Go on to the next working day. An example that begins on a Friday settles it.",
                        )
    return None


def _days(result: Any) -> dict[str, date]:
    """The days of a result; those of a list have one place."""
    found: dict[str, date] = {}
    for path, value in leaves(result):
        day = _DAY.fullmatch(value) if isinstance(value, str) else None
        if day is not None:
            try:
                read = date.fromisoformat(day[1])
            except ValueError:
                continue
            name = "/".join("*" if isinstance(step, int) else str(step) for step in path)
            if name not in found or read.isoweekday() > _FRIDAY:
                found[name] = read
    return found
