"""Take back a version that nobody has decided on."""

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, Builtin, Told
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import approvals


async def withdraw_version(request: Request) -> Told:
    name, number = request.arguments["name"], request.arguments["number"]
    async with request.runtime.database.unit(request.actor.tenant_id) as session:
        version = await approvals.withdraw(session, request.actor, name, number)
    told = {"tool": version.tool_name, "number": version.number, "state": version.state}
    return Told("It is taken back: nobody can approve it any more.", told)


TOOL = Builtin(
    name=OwnTool.WITHDRAW_VERSION,
    title="Withdraw a version",
    description="Take back a version of your own that awaits approval, so that nobody approves it by mistake.",
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": OWN_NAME, "number": {"type": "integer", "minimum": 1}},
    required=("name", "number"),
    hints={"readOnlyHint": False, "destructiveHint": True, "openWorldHint": False},
    run=withdraw_version,
)
