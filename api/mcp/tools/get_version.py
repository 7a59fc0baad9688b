"""Show a version of a tool to its author."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, Builtin
from api.mcp.tools.checking import told
from tenants.confinement.spec_fields import OwnTool
from tenants.rights.access import Permission
from tenants.tools import specs, versions


async def get_version(request: Request) -> dict[str, Any]:
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        tool = await specs.read(session, request.actor, request.arguments["name"])
        number = request.arguments.get("number") or tool.last_version
        version = await versions.read(session, request.actor, tool.name, number)
        return await told(request, session, version)


TOOL = Builtin(
    name=OwnTool.GET_VERSION,
    title="Get a version",
    description="Show a version of a tool: state, source, spec, findings, what it may reach, who decided what.",
    permission=Permission.TOOLS_AUTHOR,
    properties={
        "name": OWN_NAME,
        "number": {"type": "integer", "minimum": 1, "description": "The last one if left out."},
    },
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=get_version,
)
