"""Zones: where the description names a time zone, today is a day of that zone, also where it is another day in UTC."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox import Finding
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.trying import asked, cases, leaves

_NAMED = re.compile(r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Z]\w+")
_CITY = re.compile(r"\b(?:Berlin|Vienna|Zurich|Paris|Madrid|Rome|Amsterdam)\b")
_CASES = 2


async def another_day(candidate: Candidate) -> Finding | None:
    """Ask about a day that comes out as it is in UTC, shortly after midnight of the zone that is named."""
    zone = _zone(str(candidate.spec["description"]))
    if zone is None or zone.utcoffset(datetime(2026, 6, 1, tzinfo=UTC)) in {None, timedelta(0)}:
        return None
    for case in cases(candidate)[:_CASES]:
        found = await _slipped(candidate, case, zone)
        if found is not None:
            return found
    return None


def _zone(description: str) -> ZoneInfo | None:
    named = _NAMED.search(description)
    city = _CITY.search(description)
    found = named[0] if named else f"Europe/{city[0]}" if city else None
    try:
        return ZoneInfo(found) if found else None
    except ZoneInfoNotFoundError:
        return None


async def _slipped(candidate: Candidate, case: Mapping[str, Any], zone: ZoneInfo) -> Finding | None:
    noon = datetime(2026, 6, 10, 12, tzinfo=zone)
    # A quarter past midnight, or before it, whichever is another day in UTC.
    is_ahead = (noon.utcoffset() or timedelta(0)) > timedelta(0)
    moment = noon.replace(hour=0, minute=15) if is_ahead else noon.replace(hour=23, minute=45)
    there, utc = moment.date().isoformat(), moment.astimezone(UTC).date().isoformat()
    beside = noon - timedelta(days=1) if is_ahead else noon + timedelta(days=1)
    now, same, other = [await _days(candidate, case, at) for at in (moment, noon, beside)]
    for path, said in now.items():
        # It tells the day: of the zone's at noon of the same day, of UTC's at noon of that one.
        if said == utc and same.get(path) == there and other.get(path) == utc:
            return asked(
                f"Called with {brief(case['arguments'], 200)} at {moment.astimezone(UTC).isoformat()}, which is "
                f"{there} in {zone.key}, the result says {utc} in /{'/'.join(map(str, path))}. Is a day that of "
                f"{zone.key}?",
                f'Take today from datetime.now(ZoneInfo("{zone.key}")).date().',
            )
    return None


async def _days(candidate: Candidate, case: Mapping[str, Any], moment: datetime) -> dict[tuple[Any, ...], str]:
    """The texts of a result at another moment, by their places."""
    at = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    world = candidate.world({**case, "world": {**(case.get("world") or {}), "now": at}})
    execution = await candidate.once(case["arguments"], world, world.started_at_ns)
    if fault_of(execution) is not None:
        return {}
    return {tuple(path): value for path, value in leaves(result_of(execution)) if isinstance(value, str)}
