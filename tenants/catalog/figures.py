"""How tools have fared lately: how often they were called, how often it came to something, and how long it took."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import now
from tenants.catalog.activity import BROKEN
from tenants.models import Run, RunStatus
from tenants.rights.access import Actor, Permission

DAYS_DEFAULT, DAYS_MAX = 7, 90
# The newest ones: enough to know a rate by, and few enough to be read while a page opens.
RUNS_MAX = 50_000
LATEST = 24


class Figures(NamedTuple):
    """`p50_ms` and `p95_ms` are of the runs that came to an end by themselves; None when none did."""

    runs: int
    returned: int
    broken: int
    p50_ms: float | None
    p95_ms: float | None

    @property
    def success(self) -> float | None:
        """The share that returned of those that ended by themselves, 0 to 1; None when none did."""
        ended = self.returned + self.broken
        return self.returned / ended if ended else None


@dataclass(frozen=True, slots=True)
class ToolFigures:
    """A tool's figures, whole and by version; `latest`: the outcomes of its last runs, the newest first."""

    tool: str
    whole: Figures
    latest: list[str]
    versions: dict[int, Figures] = field(default_factory=dict[int, Figures])


async def of_tools(
    session: AsyncSession, actor: Actor, *, days: int = DAYS_DEFAULT, tool: str | None = None
) -> list[ToolFigures]:
    """Return the figures of every tool that was called in the last `days`, or of one; in the order of their names."""
    actor.require(Permission.RUNS_READ)
    runs = _runs(days, tool)
    whole: dict[str, Figures] = {}
    by_version = defaultdict[str, dict[int, Figures]](dict)
    for name, *one in await session.execute(_figures(runs, "tool_name")):
        whole[name] = Figures(*one)
    counted: Any = await session.execute(_figures(runs, "tool_name", "version_number"))
    for name, version, *one in counted:
        by_version[name][version] = Figures(*one)
    latest = await _latest(session, runs)
    return [ToolFigures(name, whole[name], latest[name], by_version[name]) for name in sorted(whole)]


def _runs(days: int, tool: str | None) -> Any:
    """The newest finished ones, as a table to select from."""
    since = ids.first("run", now() - timedelta(days=days))
    query = select(Run.id, Run.tool_name, Run.version_number, Run.outcome, Run.wall_ms).where(
        Run.id >= since, Run.status == RunStatus.FINISHED
    )
    query = query if tool is None else query.where(Run.tool_name == tool)
    return query.order_by(Run.id.desc()).limit(RUNS_MAX).subquery()


def _figures(runs: Any, *names: str) -> Any:
    """One row for each of the columns `names`: them, then what Figures holds."""
    keys = [runs.c[name] for name in names]
    ended = runs.c.outcome.in_(("returned", *BROKEN))
    # Those that were refused are a part of their own: the places of those that ended are theirs alone.
    place = func.row_number().over(partition_by=[*keys, ended], order_by=runs.c.wall_ms)
    among = func.count().over(partition_by=[*keys, ended])
    placed = [ended.label("ended"), place.label("place"), among.label("among")]
    row: Any = select(*keys, runs.c.outcome, runs.c.wall_ms, *placed).subquery()

    def at(percent: int) -> Any:
        return func.min(case((row.c.ended & (row.c.place * 100 >= row.c.among * percent), row.c.wall_ms)))

    returned = func.sum(case((row.c.outcome == "returned", 1), else_=0))
    broken = func.sum(case((row.c.outcome.in_(BROKEN), 1), else_=0))
    by = [row.c[name] for name in names]
    return select(*by, func.count(), returned, broken, at(50), at(95)).group_by(*by)


async def _latest(session: AsyncSession, runs: Any) -> dict[str, list[str]]:
    place = func.row_number().over(partition_by=runs.c.tool_name, order_by=runs.c.id.desc()).label("place")
    row = select(runs.c.tool_name, runs.c.outcome, place).subquery()
    found = defaultdict[str, list[str]](list)
    for name, outcome in await session.execute(
        select(row.c.tool_name, row.c.outcome).where(row.c.place <= LATEST).order_by(row.c.place)
    ):
        found[name].append(outcome)
    return found
