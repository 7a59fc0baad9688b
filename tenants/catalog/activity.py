"""What a tenant's runs came to in a range of time: how many of each outcome, how long they took, what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Subquery, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import now
from tenants.base.errors import InvalidError
from tenants.models import Run, RunStatus
from tenants.rights.access import Actor, Permission

# What is the tool's own doing; a call that was refused or stopped says nothing of it.
BROKEN = ("failed", "exhausted", "trapped")
OUTCOMES = ("returned", "failed", "refused", "exhausted", "trapped", "cancelled")
# The ranges, in hours, and how long each of their parts is: some two dozen of them, as a chart shows.
PARTS_S: Mapping[int, int] = {1: 300, 24: 3_600, 168: 21_600, 720: 86_400}
_SHOWN_MAX = 8
_TOLD_APART_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Range:
    """From the beginning of a part up to now: `parts` are the moments at which each begins, the oldest first."""

    parts: tuple[datetime, ...]
    seconds: int

    @classmethod
    def of(cls, hours: int) -> "Range":
        """The last so many hours, of PARTS_S. Raises InvalidError for others."""
        if hours not in PARTS_S:
            allowed = ", ".join(map(str, PARTS_S))
            problem = {"path": "/hours", "message": f"hours is one of {allowed}."}
            raise InvalidError("This range is not offered.", problems=[problem])
        size = PARTS_S[hours]
        last = int(now().timestamp()) // size * size
        count = hours * 3_600 // size
        moments = (last - size * (count - 1 - place) for place in range(count))
        return cls(tuple(datetime.fromtimestamp(moment, UTC) for moment in moments), size)

    @property
    def first_run(self) -> str:
        """What no run of the range comes before, by its id."""
        return ids.first("run", self.parts[0])

    @property
    def until(self) -> datetime:
        return self.parts[-1] + timedelta(seconds=self.seconds)


async def of_range(session: AsyncSession, actor: Actor, during: Range) -> dict[str, Any]:
    """Return `{"parts", "total", "errors", "failing"}`; a part and the total have a count for each outcome and times.

    Runs that wait or go on are counted once they have ended, in the part in which they began.
    """
    actor.require(Permission.RUNS_READ)
    ended = _ended(during)
    counts = await session.execute(
        select(ended.c.part, ended.c.outcome, func.count()).group_by(ended.c.part, ended.c.outcome)
    )
    parts: list[dict[str, Any]] = [{**dict.fromkeys(OUTCOMES, 0), "at": at.isoformat()} for at in during.parts]
    for part, outcome, count in counts:
        parts[part][outcome] = count
    times = await _times(session, ended, ended.c.part)
    total: dict[str, Any] = {outcome: sum(part[outcome] for part in parts) for outcome in OUTCOMES}
    return {
        "parts": [{**part, **times.get(place, _NO_TIMES)} for place, part in enumerate(parts)],
        "total": {**total, **(await _times(session, ended, literal(0))).get(0, _NO_TIMES)},
        "errors": await _errors(session, ended),
        "failing": await _failing(session, ended),
    }


_NO_TIMES: dict[str, float | None] = {"p50_ms": None, "p95_ms": None}


def _ended(during: Range) -> Subquery:
    """The runs that have ended, each with the part of the range that it began in: identifiers sort by time."""
    begins = [ids.first("run", moment) for moment in during.parts]
    steps = [(Run.id >= begin, place) for place, begin in reversed(list(enumerate(begins)))]
    return (
        select(Run.id, Run.tool_name, Run.outcome, Run.error_code, Run.wall_ms, case(*steps, else_=0).label("part"))
        .where(Run.status == RunStatus.FINISHED, Run.id >= begins[0])
        .subquery()
    )


async def _times(session: AsyncSession, ended: Subquery, by: Any) -> dict[int, dict[str, float | None]]:
    """The run of each group that half of them, and that 95 in 100, were no slower than."""
    grouped = select(by.label("part"), ended.c.wall_ms).select_from(ended).subquery()
    ranked = select(
        grouped.c.part,
        grouped.c.wall_ms,
        func.row_number().over(partition_by=grouped.c.part, order_by=grouped.c.wall_ms).label("place"),
        func.count().over(partition_by=grouped.c.part).label("all"),
    ).subquery()

    def within(percent: int) -> Any:
        return func.min(case((ranked.c.place * 100 >= ranked.c.all * percent, ranked.c.wall_ms)))

    rows = await session.execute(select(ranked.c.part, within(50), within(95)).group_by(ranked.c.part))
    return {part: {"p50_ms": round(half, 2), "p95_ms": round(most, 2)} for part, half, most in rows}


async def _errors(session: AsyncSession, ended: Subquery) -> list[dict[str, Any]]:
    """What went wrong, the most frequent first: each kind with its newest run."""
    kind = (ended.c.tool_name, ended.c.outcome, ended.c.error_code)
    count = func.count()
    rows = await session.execute(
        select(*kind, count, func.max(ended.c.id))
        .where(ended.c.outcome != "returned")
        .group_by(*kind)
        .order_by(count.desc(), ended.c.tool_name)
        .limit(_SHOWN_MAX)
    )
    return [
        {"tool": tool, "outcome": outcome, "code": code, "count": count, "last_run": run}
        for tool, outcome, code, count, run in rows
    ]


async def _failing(session: AsyncSession, ended: Subquery) -> list[dict[str, Any]]:
    """The tools of which most runs did not return, as a share; those refused for their caller's fault left out."""
    bad = func.sum(case((ended.c.outcome.in_(BROKEN), 1), else_=0))
    rows = await session.execute(
        select(ended.c.tool_name, func.count(), bad).group_by(ended.c.tool_name).having(bad > 0).limit(_TOLD_APART_MAX)
    )
    found = sorted(rows, key=lambda row: (-row[2] / row[1], row[0]))
    return [{"tool": tool, "runs": runs, "failed": failed} for tool, runs, failed in found[:_SHOWN_MAX]]
