"""Show a version of a tool to its author."""

from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import OWN_NAME, Builtin, Told
from api.mcp.tools.checking import next_step, standing
from api.schemas.tools import VersionOut
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import holdouts, reviews, source_readings, specs, versions
from tenants.writing import line_comments

# What is long, and told unless other parts are asked for.
_PARTS = ("source", "spec", "report")


async def get_version(request: Request) -> Told:
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        tool = await specs.read(session, request.actor, request.arguments["name"])
        number = request.arguments.get("number") or tool.last_version
        version = await versions.read(session, request.actor, tool.name, number)
        review = await reviews.review(session, version)
        comments = await line_comments.of_version(session, version)
    left_out = set(_PARTS) - set(request.arguments.get("parts", _PARTS))
    is_opened = "source" not in left_out
    database = request.runtime.database
    source = await source_readings.open_source(database, request.actor, version) if is_opened else None
    told = VersionOut.of_review(review, source)
    shown = told.model_copy(update={"spec": holdouts.shown(request.actor, version)}).plain()
    shown["report"] = _gates_of(shown["report"])
    shown["next"] = next_step(request, version)
    if comments and (is_opened or request.actor.same_person(version.author)):
        shown["comments"] = line_comments.told_beside(comments, version.source or "")
        shown["next"] += " `comments` says what a reviewer asks of single lines."
    return Told(standing(version), {name: part for name, part in shown.items() if name not in left_out})


def _gates_of(report: dict[str, Any]) -> dict[str, Any]:
    """The report without the findings of its gates: they stand beside it."""
    gates: list[dict[str, Any]] = report.get("gates", [])
    bare = [{name: value for name, value in gate.items() if name != "findings"} for gate in gates]
    return {**report, "gates": bare} if gates else report


TOOL = Builtin(
    name=OwnTool.GET_VERSION,
    title="Get a version",
    description="Show a version: state, source, spec, findings, comments on lines, what it may reach, who decided.",
    permission=Permission.TOOLS_AUTHOR,
    properties={
        "name": OWN_NAME,
        "number": {"type": "integer", "minimum": 1, "description": "The last one if left out."},
        "parts": {
            "type": "array",
            "items": {"enum": list(_PARTS)},
            "description": "Of the long parts only these; [] for none.",
        },
    },
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=get_version,
)
