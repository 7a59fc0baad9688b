"""Clocks: a time of day that is the same on every day is so too on those after the clocks are changed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sandbox import Finding
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.edge_values import MOMENT
from tenants.gates.trial.trying import asked, cases, leaves, result_in, texts

_HOUR = timedelta(hours=1)
_YEAR = 2026
_PLAIN_DAYS = (datetime(_YEAR, 1, 20), datetime(_YEAR, 7, 14))  # noqa: DTZ001  (wall clocks, of whatever zone)
# Read once, while there are files to read: whoever judges has none. Each changes its clocks, and not all on one day.
_ZONES = {
    name: ZoneInfo(name)
    for name in (
        "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Madrid", "Europe/Rome",
        "Europe/Vienna", "Europe/Zurich", "Europe/Amsterdam", "Europe/Brussels", "Europe/Dublin", "Europe/Warsaw",
        "Europe/Prague", "Europe/Stockholm", "Europe/Oslo", "Europe/Copenhagen", "Europe/Helsinki", "Europe/Athens",
        "Europe/Bucharest", "Europe/Kyiv", "America/New_York", "America/Chicago", "America/Denver",
        "America/Los_Angeles", "America/Toronto", "America/Vancouver", "America/Halifax", "America/Santiago",
        "Australia/Sydney", "Australia/Melbourne", "Pacific/Auckland",
    )
}  # fmt: skip


class _Place(NamedTuple):
    """A local time among the arguments, and the zone it is in."""

    path: Path
    time: str
    zone: ZoneInfo


async def slipping(candidate: Candidate) -> Finding | None:
    """Ask about times of day that are an hour off on the days after a change of the clocks."""
    for case in cases(candidate)[:2]:
        for place in _places(candidate, case):
            usual = [await _times(candidate, case, place, day) for day in _PLAIN_DAYS]
            if usual[0] is None or usual[0] != usual[1]:
                continue
            for day in _changes(place.zone):
                times = await _times(candidate, case, place, day)
                if times is not None and _is_an_hour_off(usual[0], times):
                    return _asked(place, day, usual[0], times)
    return None


def _asked(place: _Place, day: datetime, usual: list[timedelta], times: list[timedelta]) -> Finding:
    at = next(n for n, one in enumerate(times) if one != usual[n])
    return asked(
        f"In {place.zone.key} it gives the time of day {_clock(usual[at])} on other days, but {_clock(times[at])} for "
        f"{day.date()}{place.time[10:]}, where the clocks are changed in between. Is that meant?",
        "Reckon days on the wall clock (local - timedelta(days=n)), and go to UTC afterwards. An example on this day "
        "settles it.",
    )


def _clock(time: timedelta) -> str:
    return f"{time.seconds // 3600:02}:{time.seconds // 60 % 60:02}"


def _places(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[_Place]:
    found = list(leaves(case["arguments"]))
    for path, text in texts(candidate, case):
        near = [one for at, one in found if at[:-1] == path[:-1]] + [one for at, one in found if len(at) == 1]
        zone = next((zone for one in near if isinstance(one, str) and (zone := _ZONES.get(one)) is not None), None)
        if zone is not None and MOMENT.fullmatch(text):
            yield _Place(path, text, zone)


def _changes(zone: ZoneInfo) -> list[datetime]:
    """The days before and after each change of the clocks."""
    noons = [datetime(_YEAR, 1, 1, 12, tzinfo=zone) + timedelta(days=n) for n in range(365)]
    turns = [pair for pair in pairwise(noons) if pair[0].utcoffset() != pair[1].utcoffset()]
    return [day.replace(tzinfo=None) for pair in turns for day in pair]


async def _times(candidate: Candidate, case: Mapping[str, Any], place: _Place, day: datetime) -> list[timedelta] | None:
    """The times of day, on the zone's clocks, of all moments in the result."""
    given = edge_arguments.put(case["arguments"], place.path, f"{day.date()}{place.time[10:]}")
    result = await result_in(candidate, case, given)
    moments = [moment for _, value in leaves(result) if (moment := _moment(value)) is not None]
    local = [moment.astimezone(place.zone) for moment in moments]
    # Of several appointments only that one has moved; in whatever order they come, its times are among them.
    return sorted(timedelta(hours=one.hour, minutes=one.minute) for one in local) or None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and MOMENT.fullmatch(value) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None


def _is_an_hour_off(usual: list[timedelta], times: list[timedelta]) -> bool:
    return len(usual) == len(times) and [
        abs(one - other) for one, other in zip(usual, times, strict=True) if one != other
    ] == [_HOUR]
