"""The list of tools as a person goes through it: by where they stand, and in the order that is asked for."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import pages
from tenants.catalog import figures
from tenants.catalog.figures import Figures
from tenants.models import Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.tools.version_states import State


class Standing(StrEnum):
    """Where a tool stands: retired ones are in no other list than their own."""

    LIVE = "live"
    WAITING = "waiting"
    NOT_LIVE = "not_live"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class Order(StrEnum):
    NEWEST = "newest"
    NAME = "name"
    CALLS = "calls"
    FAILURES = "failures"
    SLOWEST = "slowest"


_waits = select(Version.id).where(Version.tool_id == Tool.id, Version.state == State.AWAITING_APPROVAL.value).exists()
_STANDING: Mapping[Standing, ColumnElement[bool]] = {
    Standing.LIVE: Tool.live_version.is_not(None),
    Standing.WAITING: _waits,
    Standing.NOT_LIVE: Tool.live_version.is_(None),
    Standing.DEPRECATED: Tool.deprecation.is_not(None),
}
# The greatest first; a tool that nobody has called comes last.
_BY: Mapping[Order, Callable[[Figures], float]] = {
    Order.CALLS: lambda figures: figures.runs,
    Order.FAILURES: lambda figures: 1 - (1 if figures.success is None else figures.success),
    Order.SLOWEST: lambda figures: figures.p95_ms or 0,
}


async def tools(
    session: AsyncSession,
    actor: Actor,
    standing: Standing | None = None,
    order: Order = Order.NEWEST,
    cursor: str | None = None,
    limit: int = 50,
) -> pages.Page[Tool]:
    """Return a page of the tools. Orders that go by runs are for those who may read them; cursors count what was shown.

    Raises NotAllowedError.
    """
    actor.require(Permission.TOOLS_READ)
    pages.demand(limit)
    shown = pages.position(cursor or "0")
    is_retired = standing is Standing.RETIRED
    query = select(Tool.id, Tool.name).where(Tool.retired_at.is_not(None) if is_retired else Tool.retired_at.is_(None))
    if standing is not None and standing in _STANDING:
        query = query.where(_STANDING[standing])
    found: list[Any] = list(
        await session.execute(query.order_by(Tool.id.desc() if order is Order.NEWEST else Tool.name))
    )
    if order in _BY:
        measured = {one.tool: _BY[order](one.whole) for one in await figures.of_tools(session, actor)}
        found.sort(key=lambda row: -measured.get(row.name, -1.0))
    chosen = [row.id for row in found[shown : shown + limit]]
    rows = {tool.id: tool for tool in await session.scalars(select(Tool).where(Tool.id.in_(chosen)))}
    more = str(shown + limit) if len(found) > shown + limit else None
    return pages.Page([rows[tool_id] for tool_id in chosen], more)
