"""Find a live tool by what it does."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import Builtin, Told
from api.mcp.wire.live_tools import signature
from tenants.catalog import search, waiting
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool

_FOUND_MAX = 50


async def search_tools(request: Request) -> Told:
    limit = min(int(request.arguments.get("limit", 10)), _FOUND_MAX)
    tools = await search.search(
        request.runtime.database, request.actor.tenant_id, request.arguments.get("query", ""), limit
    )
    found = [
        {
            "name": tool.name,
            "title": tool.title,
            "description": tool.told,
            "arguments": list(tool.input_schema.get("properties", {})),
            "effects": tool.effects,
        }
        for tool in tools
    ]
    data: dict[str, Any] = {"tools": found}
    if Permission.TOOLS_AUTHOR in request.actor.permissions:
        async with request.runtime.database.reading(request.actor.tenant_id) as session:
            unborn = await waiting.search(session, request.actor, request.arguments.get("query", ""))
        data |= {"not_live": unborn} if unborn else {}
    says = f"{len(found)} found: {', '.join(signature(tool) for tool in tools)}." if found else "Nothing was found."
    return Told(says, data)


TOOL = Builtin(
    name=OwnTool.SEARCH_TOOLS,
    title="Search tools",
    description=(
        "Find tools of this tenant by what you want done, the best match first. Search before you write code for a "
        "task: there may be an approved tool for it."
    ),
    permission=Permission.TOOLS_READ,
    properties={
        "query": {"type": "string", "maxLength": 500, "description": "Words for what you want done; empty for all."},
        "limit": {"type": "integer", "minimum": 1, "maximum": _FOUND_MAX, "default": 10},
    },
    required=("query",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=search_tools,
)
