"""Show a live tool in full."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import TOOL_NAME, Builtin, Told, demand_tenants
from api.mcp.wire.live_tools import signature, wire_of
from tenants.base.errors import NotFoundError
from tenants.catalog import catalog, waiting
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool


async def describe_tool(request: Request) -> Told:
    demand_tenants(request.arguments["name"])
    live = await catalog.live(request.runtime.database, request.actor.tenant_id)
    try:
        tool = live.tool(request.arguments["name"])
    except NotFoundError as error:
        raise await _not_live(request, error) from error
    described: dict[str, Any] = wire_of(tool, objects_only=False) | {
        "effects": tool.effects,
        "may": tool.grant.sentences(),
        "limits": tool.limits.as_dict(),
        "version": tool.version_number,
        "digest": tool.digest,
    }
    described.pop("_meta")
    return Told(f"{signature(tool)}: its schemas, what it may reach, its limits.", described)


async def _not_live(request: Request, error: NotFoundError) -> NotFoundError:
    """To those who write tools it is said how one stands that cannot be called yet."""
    if Permission.TOOLS_AUTHOR not in request.actor.permissions:
        return error
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        waits = await waiting.find(session, request.actor, request.arguments["name"])
    if waits is None:
        return error
    state = waits["state"].replace("_", " ")
    message = f"{waits['name']} cannot be called yet: its last version, {waits['version']}, is {state}."
    return NotFoundError(message, hint="get_version shows it. It can be called as soon as a person has approved one.")


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
