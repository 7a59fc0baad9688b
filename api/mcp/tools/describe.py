"""Show a live tool in full."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import TOOL_NAME, Builtin, Told
from api.mcp.tools.wire import signature, wire_of
from tenants.catalog import catalog
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool


async def describe_tool(request: Request) -> Told:
    live = await catalog.live(request.runtime.database, request.actor.tenant_id)
    tool = live.tool(request.arguments["name"])
    described: dict[str, Any] = wire_of(tool, objects_only=False) | {
        "effects": tool.effects,
        "may": tool.grant.sentences(),
        "limits": tool.limits.as_dict(),
        "version": tool.version_number,
    }
    described.pop("_meta")
    return Told(f"{signature(tool)}: its schemas, what it may reach, its limits.", described)


TOOL = Builtin(
    name=OwnTool.DESCRIBE_TOOL,
    title="Describe a tool",
    description="Show one tool in full: its schemas, what it may reach, its limits and its effects.",
    permission=Permission.TOOLS_READ,
    properties={"name": TOOL_NAME},
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=describe_tool,
)
