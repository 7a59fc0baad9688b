"""Finding a live tool by what one wants done: the database's full text, over what was approved."""

from tenants.base.db import Database
from tenants.catalog import catalog
from tenants.catalog.catalog import LiveTool
from tenants.tools import full_text


async def search(database: Database, tenant_id: str, query: str, limit: int = 10) -> list[LiveTool]:
    """Search a tenant's live tools, the best first. A query that says nothing gives them all, by name."""
    live = await catalog.live(database, tenant_id)
    asked = full_text.telling(query)
    if not asked:
        return list(live.tools.values())[:limit]
    async with database.reading(tenant_id) as session:
        found = await full_text.ranked(session, asked, live=True, limit=limit)
    tools = {tool.tool_id: tool for tool in live.tools.values()}
    return [tools[tool_id] for tool_id in found if tool_id in tools]


async def alike(database: Database, tenant_id: str, name: str, title: str, description: str) -> list[LiveTool]:
    """Return live tools that seem to do already what a new one is to do, the likest first.

    Alike is what shares most of its words: those of the smaller one, so that a long description hides nothing.
    """
    mine = full_text.telling(f"{name} {title} {description}")
    found: list[tuple[float, LiveTool]] = []
    for tool in await search(database, tenant_id, " ".join(mine), limit=10):
        theirs = full_text.telling(f"{tool.name} {tool.title or ''} {tool.description}")
        share = len(set(mine) & set(theirs)) / max(min(len(mine), len(theirs)), 1)
        if share >= 0.6 and tool.name != name:
            found.append((share, tool))
    return [tool for _, tool in sorted(found, key=lambda item: (-item[0], item[1].name))[:3]]
