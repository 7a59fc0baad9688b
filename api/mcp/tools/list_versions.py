"""The versions of a tool, the newest first."""

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, Builtin, Told
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import specs, versions

_SHOWN = 20


async def list_versions(request: Request) -> Told:
    name = request.arguments["name"]
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        tool = await specs.read(session, request.actor, name)
        cursor = request.arguments.get("cursor")
        page = await versions.list_all(session, request.actor, name, cursor, limit=_SHOWN)
    shown = [
        {
            "number": version.number,
            "state": version.state,
            "digest": version.digest,
            "author": version.author.get("label"),
            "is_yours": request.actor.is_caller(version.author),
            "errors": sum(finding["severity"] == "error" for finding in version.findings),
            "questions": sum(finding["severity"] == "question" for finding in version.findings),
            "warnings": sum(finding["severity"] == "warning" for finding in version.findings),
            "created_at": version.created_at.isoformat(),
        }
        for version in page.items
    ]
    served = f"version {tool.live_version} is live" if tool.live_version else "none is live"
    says = f"{tool.last_version} versions of {name}; {served}."
    return Told(says, {"versions": shown} | ({"next_cursor": page.next_cursor} if page.next_cursor else {}))


TOOL = Builtin(
    name=OwnTool.LIST_VERSIONS,
    title="List versions",
    description="List the versions of a tool, the newest first: state, author, digest.",
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": OWN_NAME, "cursor": {"type": "string"}},
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=list_versions,
)
