"""What was used, day by day, by tool or by caller: how many runs, how many of them broke, and what they took."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any, Literal

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import now
from tenants.catalog.activity import BROKEN
from tenants.models import Run, RunStatus
from tenants.rights.access import Actor, Permission

DAYS_DEFAULT, DAYS_MAX = 14, 31
_SHOWN_MAX = 100
By = Literal["tool", "caller"]


@dataclass(frozen=True, slots=True)
class Used:
    """What one of them used. `name`: the tool's, or what the caller is called; `id`: the caller's, or the tool's name.

    `meter` is what counted all of its fuel, None where it was several. `by_day` has the runs of each day, the oldest
    first.
    """

    id: str
    name: str
    kind: str
    runs: int
    broken: int
    wall_ms: float
    fuel_used: int
    meter: str | None
    host_calls: int
    by_day: list[int]


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """`used` has whom most runs are of first, and no more than are shown: `others` counts the runs of the rest."""

    days: list[date]
    used: list[Used]
    others: int


async def used_by_day(session: AsyncSession, actor: Actor, by: By, days: int = DAYS_DEFAULT) -> DailyUsage:
    """What the runs that began in the last `days` (in UTC, today among them) used, once they have ended."""
    actor.require(Permission.RUNS_READ)
    today = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = [today - timedelta(days=ago) for ago in reversed(range(days))]
    found: dict[str, Used] = {}
    rows: Any = await session.execute(_grouped(by, begins))
    for key, name, kind, day, runs, broken, *took in rows:
        one = found.setdefault(key, Used(key, name or key, kind or "tool", 0, 0, 0.0, 0, None, 0, [0] * days))
        found[key] = _with(one, day, runs, broken, took)
    ranked = sorted(found.values(), key=lambda one: (-one.runs, one.name))
    others = sum(one.runs for one in ranked[_SHOWN_MAX:])
    return DailyUsage([begin.date() for begin in begins], ranked[:_SHOWN_MAX], others)


def _grouped(by: By, begins: list[Any]) -> Any:
    """One row for each of them on each day. Identifiers sort by time."""
    firsts = [ids.first("run", begin) for begin in begins]
    day = case(*((Run.id >= first, place) for place, first in reversed(list(enumerate(firsts)))), else_=0).label("day")
    key: Any = Run.tool_name if by == "tool" else Run.principal
    caller = by == "caller"
    name: Any = func.max(Run.caller["label"].as_string()) if caller else func.max(Run.tool_name)
    kind: Any = func.max(Run.caller["kind"].as_string()) if caller else func.max("tool")
    broken = func.sum(case((Run.outcome.in_(BROKEN), 1), else_=0))
    took = (
        func.sum(Run.wall_ms),
        func.sum(Run.fuel_used),
        func.sum(Run.host_calls),
        func.min(Run.meter),
        func.max(Run.meter),
    )
    return (
        select(key, name, kind, day, func.count(), broken, *took)
        .where(Run.id >= firsts[0], Run.status == RunStatus.FINISHED)
        .group_by(key, day)
    )


def _with(one: Used, day: int, runs: int, broken: int, took: list[Any]) -> Used:
    wall_ms, fuel_used, host_calls, *meters = took
    counted = {*meters, one.meter} if one.runs else set(meters)
    by_day = [count + (runs if place == day else 0) for place, count in enumerate(one.by_day)]
    return Used(
        one.id, one.name, one.kind, one.runs + runs, one.broken + int(broken), round(one.wall_ms + wall_ms, 2),
        one.fuel_used + int(fuel_used), counted.pop() if len(counted) == 1 else None,
        one.host_calls + int(host_calls), by_day,
    )  # fmt: skip
