"""Write cases for a tool whose source somebody else writes."""

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, Builtin, Told
from tenants.proving import outside_cases
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool


async def propose_cases(request: Request) -> Told:
    given = {name: value for name, value in request.arguments.items() if name != "name"}
    name = request.arguments["name"]
    if not given:
        async with request.runtime.database.reading(request.actor.tenant_id) as session:
            told = await outside_cases.read_promise(session, request.actor, name)
        return Told("What it promises. Write cases from this alone, in the form of a spec's.", {"promise": told})
    row = await outside_cases.propose(request.runtime, request.actor, name, given)
    return Told("They are kept; a version that waits for approval is examined with them.", {"id": row.id})


TOOL = Builtin(
    name=OwnTool.PROPOSE_CASES,
    title="Propose cases",
    description="Write hold-outs and `always` for a tool of another author. With the name alone: what it promises.",
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": OWN_NAME, "holdouts": {"type": "array"}, "always": {"type": "array"}},
    required=("name",),
    hints={"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
    run=propose_cases,
)
