"""What a tenant could do without: live tools that nobody calls, and live tools that seem to do the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.catalog import catalog, search
from tenants.models import Approval, Run, Tool
from tenants.rights.access import Actor, Permission

UNUSED_DAYS = 30
RECENT_DAYS = 7
COUNTED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Calls:
    """How often a tool was called lately, up to COUNTED_MAX, and when last; None: never, as far as runs are kept."""

    recent: int
    last_at: datetime | None


async def calls(session: AsyncSession, tools: Sequence[Tool]) -> dict[str, Calls]:
    """What each tool's runs of the last seven days come to, by its name."""
    since = ids.first("run", now() - timedelta(days=RECENT_DAYS))
    counts: list[Select[str, int, datetime | None]] = []
    for tool in tools:
        # Each stops early: a list of tools must not wait for the one that is called a million times.
        some = select(Run.id).where(Run.tool_name == tool.name, Run.id >= since).limit(COUNTED_MAX).subquery()
        last = select(Run.created_at).where(Run.tool_name == tool.name).order_by(Run.id.desc()).limit(1)
        count = select(func.count()).select_from(some).scalar_subquery()
        counts.append(select(literal(tool.name), count, last.scalar_subquery()))
    if not counts:
        return {}
    return {row[0]: Calls(row[1], row[2]) for row in await session.execute(union_all(*counts))}


async def report(database: Database, actor: Actor) -> dict[str, Any]:
    """Return `{"unused", "unused_days", "alike"}` for the tools that are live now. Nothing is changed."""
    actor.require(Permission.TOOLS_READ)
    tools = (await catalog.live(database, actor.tenant_id)).tools
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    for tool in tools.values():
        for other in await search.alike(database, actor.tenant_id, tool.name, tool.title or "", tool.description):
            first, second = sorted((tool.name, other.name))
            pairs.setdefault((first, second), {"tools": [first, second]})
    unused = await _unused(database, actor.tenant_id, list(tools))
    return {"unused": unused, "unused_days": UNUSED_DAYS, "alike": [*pairs.values()]}


async def _unused(database: Database, tenant_id: str, names: list[str]) -> list[dict[str, Any]]:
    """Tools live for UNUSED_DAYS at least that have had no run in them."""
    since = now() - timedelta(days=UNUSED_DAYS)
    tools = (await catalog.live(database, tenant_id)).tools
    runs = select(Run.tool_name, func.max(Run.created_at)).where(Run.tool_name.in_(names)).group_by(Run.tool_name)
    approvals = (
        select(Approval.version_id, func.max(Approval.created_at))
        .where(Approval.version_id.in_([tools[name].version_id for name in names]))
        .group_by(Approval.version_id)
    )
    async with database.reading(tenant_id) as session:
        last = {row[0]: row[1] for row in await session.execute(runs)}
        approved = {row[0]: row[1] for row in await session.execute(approvals)}
    found: list[dict[str, Any]] = []
    for name in sorted(names):
        live_since, used = approved.get(tools[name].version_id), last.get(name)
        if (live_since is None or live_since < since) and (used is None or used < since):
            found.append({"tool": name, "last_run_at": used.isoformat() if used else None})
    return found
