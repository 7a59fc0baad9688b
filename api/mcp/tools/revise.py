"""Submit another version of a tool."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, SOURCE, SPEC, Builtin, Told
from api.mcp.tools.checking import checked_version
from tenants.confinement import spec_schemas
from tenants.models import Version
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import specs, versions


async def revise_tool(request: Request) -> Told:
    name, spec = request.arguments["name"], request.arguments.get("spec")
    request.actor.require(Permission.TOOLS_AUTHOR)
    checked = None
    if spec is not None:
        async with request.runtime.database.reading(request.actor.tenant_id) as session:
            stored = (await specs.read(session, request.actor, name)).spec
        checked = await request.runtime.reader.checked(request.actor.tenant_id, {"name": name, **spec}, stored=stored)
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        async with request.runtime.database.unit(request.actor.tenant_id) as session:
            if checked is not None:
                await specs.revise(session, request.actor, name, checked)
            source: str = request.arguments["source"]
            same = await versions.equal(session, name, source)
            version = same or await versions.submit(session, request.actor, name, source=source)
        return await checked_version(request, version, events, [_same(same)] if same else [])


def _same(version: Version) -> dict[str, Any]:
    hint = "Nothing was submitted: source and spec are those of this version."
    return {"code": "same_version", "version": version.number, "hint": hint}


TOOL = Builtin(
    name=OwnTool.REVISE_TOOL,
    title="Revise a tool",
    description=(
        "Submit another version of a tool: a new source, and a new spec if that changes too. Answers as propose_tool."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": OWN_NAME, "source": SOURCE, "spec": SPEC},
    shown={"spec": spec_schemas.short(is_named=False, is_brief=True)},
    required=("name", "source"),
    hints={"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
    run=revise_tool,
)
