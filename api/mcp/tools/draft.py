"""Have a model propose a spec."""

from api.mcp.messages import Request
from api.mcp.tools.builtin import Builtin, Told
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.writing import proposals


async def draft_spec(request: Request) -> Told:
    drafted = await proposals.draft(request.runtime, request.actor, request.arguments["text"])
    step = "Edit it as you see fit, write the source, and send both with propose_tool."
    if drafted["problems"]:
        step = "Correct what the problems name, then go on as with a spec of your own."
    says = f"A draft with {len(drafted['problems'])} problems and {len(drafted['questions'])} questions."
    return Told(says, {**drafted, "next": step})


TOOL = Builtin(
    name=OwnTool.DRAFT_SPEC,
    title="Draft a spec",
    description=(
        "Have a model propose a spec from plain words about a job. Nothing is submitted. It costs the tenant tokens; "
        "without a model configured it says so, and you write the spec yourself."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={
        "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": proposals.TEXT_MAX,
            "description": "What the tool is to do: what comes in, what must come out, what it may reach.",
        }
    },
    required=("text",),
    needs_model=True,
    # It writes nothing of the tenant's, but it asks a model outside, and that is paid for.
    hints={"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": True},
    run=draft_spec,
)
