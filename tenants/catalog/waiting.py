"""Tools that cannot be called yet, because no version of them is live: for authors, lest two write the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.models import Tool
from tenants.rights.access import Actor, Permission
from tenants.tools import full_text, versions

_FOUND_MAX = 5


async def search(session: AsyncSession, actor: Actor, query: str) -> list[dict[str, Any]]:
    """Return what is not live and may do what one wants done, the best first: name, description, version and state."""
    actor.require(Permission.TOOLS_AUTHOR)
    asked = full_text.telling(query)
    found = await full_text.ranked(session, asked, limit=4 * _FOUND_MAX) if asked else None
    waits = (Tool.live_version.is_(None), Tool.retired_at.is_(None), Tool.last_version > 0)
    chosen = waits if found is None else (*waits, Tool.id.in_(found))
    tools = list(await session.scalars(select(Tool).where(*chosen).order_by(Tool.id.desc()).limit(4 * _FOUND_MAX)))
    if found is not None:
        tools.sort(key=lambda tool: found.index(tool.id))
    return await _told(session, tools[:_FOUND_MAX])


async def find(session: AsyncSession, actor: Actor, name: str) -> dict[str, Any] | None:
    """Return the same of one tool, or None where there is none of this name that waits."""
    actor.require(Permission.TOOLS_AUTHOR)
    waits = (Tool.name == name, Tool.live_version.is_(None), Tool.retired_at.is_(None), Tool.last_version > 0)
    tools = list(await session.scalars(select(Tool).where(*waits)))
    return next(iter(await _told(session, tools)), None)


async def _told(session: AsyncSession, tools: Sequence[Tool]) -> list[dict[str, Any]]:
    states = await versions.newest_states(session, tools)
    return [
        {
            "name": tool.name,
            "description": tool.spec["description"][:300],
            "version": tool.last_version,
            "state": states.get(tool.name, "draft"),
        }
        for tool in tools
    ]
