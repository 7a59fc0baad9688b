"""Weeks: what is the same for all days of a week is so too in the week in which the year turns."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sandbox import Finding
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.edge_values import DAY
from tenants.gates.trial.trying import asked, cases, shown, texts

# Two days of one week (ISO 8601) each: of the 53rd of a year, and of a first one that begins in December.
_TURNS = (("2026-12-30", "2027-01-02"), ("2024-12-31", "2025-01-04"))


async def torn(candidate: Candidate) -> Finding | None:
    """Ask about two days of one week that are taken for two weeks, where elsewhere the days of a week are alike."""
    for case in cases(candidate)[:2]:
        for place, text in texts(candidate, case):
            if (day := _day(text)) is not None and await _goes_by_weeks(candidate, case, place, day):
                for one, other in _TURNS:
                    first, second = [await _on(candidate, case, place, at) for at in (one, other)]
                    if first is not None and second is not None and first != second:
                        return _asked(one, other, first, second, place)
    return None


def _asked(one: str, other: str, first: str, second: str, place: Path) -> Finding:
    at = next((n for n, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), 0)
    begin = max(0, at - 60)
    return asked(
        f"The days of a week are treated alike, but not in the week in which the year turns: {place[-1]} {one} gives "
        f"{brief(first[begin : at + 60])}, {other} of the same week gives {brief(second[begin : at + 60])}. Is that "
        "meant?",
        "A week has a year of its own: day.isocalendar().year, not day.year. An example on these two days settles it.",
    )


async def _goes_by_weeks(candidate: Candidate, case: Mapping[str, Any], place: Path, day: date) -> bool:
    """Whether Tuesday and Saturday of the case's own week give the same, and another week does not."""
    monday = day - timedelta(days=day.weekday())
    whole = [await _on(candidate, case, place, str(monday + timedelta(days=later))) for later in (1, 5, 64)]
    return whole[0] is not None and whole[0] == whole[1] and whole[0] != whole[2]


async def _on(candidate: Candidate, case: Mapping[str, Any], place: Path, day: str) -> str | None:
    """What comes of the case on that day, with the day itself left out."""
    found = await shown(candidate, case, edge_arguments.put(case["arguments"], place, day))
    return None if found is None else found.replace(day, "that day")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
