"""Submit a new tool. An agent can do all of it but approve."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import SOURCE, SPEC, WHOLE_SPEC, Builtin, Told
from api.mcp.tools.checking import checked_version
from tenants.base.errors import ConflictError
from tenants.catalog import search
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import specs, versions


async def propose_tool(request: Request) -> Told:
    spec: dict[str, Any] = request.arguments["spec"]
    request.actor.require(Permission.TOOLS_AUTHOR)
    checked = await request.runtime.reader.checked(request.actor.tenant_id, spec)
    warnings = await _near_duplicates(request, spec)
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        async with request.runtime.database.unit(request.actor.tenant_id) as session:
            try:
                tool = await specs.submit(session, request.actor, checked)
            except ConflictError as error:
                raise ConflictError(error.message, hint="Use revise_tool to change it.") from None
            version = await versions.submit(session, request.actor, tool.name, source=request.arguments["source"])
        return await checked_version(request, version, events, warnings)


async def _near_duplicates(request: Request, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Tools that seem to do this already. A warning only: the author may know better."""
    texts = [str(spec.get(part) or "") for part in ("name", "title", "description")]
    same = await search.alike(request.runtime.database, request.actor.tenant_id, *texts)
    return [
        {"code": "near_duplicate", "tool": tool.name, "description": tool.description, "hint": "Does it do already?"}
        for tool in same
    ]


TOOL = Builtin(
    name=OwnTool.PROPOSE_TOOL,
    title="Propose a tool",
    description=(
        "Submit a new tool: its spec and its source. It is built and put through every gate; the answer has the "
        "findings. A person then approves it. Call search_tools and read_guide first."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={"spec": SPEC, "source": SOURCE},
    shown=WHOLE_SPEC,
    required=("spec", "source"),
    hints={"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
    run=propose_tool,
)
