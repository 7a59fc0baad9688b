"""Try a draft without submitting it."""

from api.mcp.messages import Request
from api.mcp.tools.builtin import SOURCE, SPEC, Builtin, Told
from tenants.confinement import spec_schemas
from tenants.proving import dry_runs
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.tools import holdouts, specs


async def dry_run(request: Request) -> Told:
    given = request.arguments
    spec = given.get("spec")
    if spec is None:
        # As the caller may see it: of a hold-out that somebody else wrote it does not say what is expected.
        async with request.runtime.database.reading(request.actor.tenant_id) as session:
            spec = holdouts.shown(request.actor, await specs.read(session, request.actor, given.get("name", "")))
    told = await dry_runs.dry_run(request.runtime, request.actor, spec, given["source"], given.get("cases", []))
    runs, findings = told["runs"], told["findings"]
    returned, unlike = (sum(run["outcome"] == "returned" for run in runs), sum(bool(run["otherwise"]) for run in runs))
    said = f"{returned} of {len(runs)} runs returned, {unlike} not as stated; {len(findings)} findings."
    return Told(said, told)


TOOL = Builtin(
    name=OwnTool.DRY_RUN,
    title="Dry-run a draft",
    description=(
        "Build a draft and run it in canned worlds, submitting nothing: of each call its result or error, log, "
        "effects, and what is not as its case says. With no cases the spec's examples run, and hold-outs of your own."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={
        "source": SOURCE,
        "spec": SPEC,
        "name": {"type": "string", "description": "Instead of a spec: a tool whose spec is taken."},
        "cases": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "properties": {"arguments": {"type": "object"}, "world": {"type": "object"}},
            },
        },
    },
    shown={"spec": spec_schemas.short(is_brief=True)},
    required=("source",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=dry_run,
)
