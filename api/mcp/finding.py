"""The fixed surface: find, describe and call any live tool, also one approved after the client last listed."""

from typing import Any

import mcp_types as types

from api.mcp import results
from api.mcp.calling import call_live
from api.mcp.surface import Builtin, Request
from api.mcp.wire import wire_of
from tenants.catalog import catalog, search
from tenants.rights.access import Permission

_FOUND_MAX = 50


async def search_tools(request: Request) -> types.CallToolResult:
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
    return results.of_value({"tools": found})


async def describe_tool(request: Request) -> types.CallToolResult:
    live = await catalog.live(request.runtime.database, request.actor.tenant_id)
    tool = live.tool(request.arguments["name"])
    described: dict[str, Any] = wire_of(tool, objects_only=False) | {
        "effects": tool.effects,
        "may": tool.grant.sentences(),
        "limits": tool.limits.as_dict(),
        "version": tool.version_number,
    }
    described.pop("_meta")
    return results.of_value(described)


async def call_tool(request: Request) -> types.CallToolResult:
    return await call_live(request, request.arguments["name"], request.arguments.get("arguments", {}))


_NAME = {"type": "string", "description": "The tool's name, as search_tools gives it."}

SEARCH = Builtin(
    name="search_tools",
    title="Search tools",
    description=(
        "Find tools of this tenant by what you want done. Gives names, descriptions and argument names, the best "
        "match first. Search before you write code for a task: there may be an approved tool for it."
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
DESCRIBE = Builtin(
    name="describe_tool",
    title="Describe a tool",
    description="Show one tool in full: its schemas, what it may reach, its limits and its effects.",
    permission=Permission.TOOLS_READ,
    properties={"name": _NAME},
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=describe_tool,
)
CALL = Builtin(
    name="call_tool",
    title="Call a tool",
    description=(
        "Call any tool of this tenant by name. It is the same as calling the tool itself, also for tools that your "
        "client has not listed yet. Use describe_tool for its arguments."
    ),
    permission=Permission.TOOLS_CALL,
    properties={
        "name": _NAME,
        "arguments": {"type": "object", "description": "What the tool's inputSchema asks for."},
    },
    required=("name",),
    # What it does is what the inner tool does; a client must think of the worst.
    hints={"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True},
    run=call_tool,
)
