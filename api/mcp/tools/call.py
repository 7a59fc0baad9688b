"""Call any live tool, also one approved after the client last listed."""

from dataclasses import replace

from api.mcp.messages import Request
from api.mcp.tools.builtin import TOOL_NAME, Builtin, demand_tenants
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool


async def call_tool(request: Request) -> Request:
    """The call that is meant. It asks nobody and waits for the run, as a call of one of our own tools does."""
    given = request.arguments
    demand_tenants(given["name"])
    return replace(
        request,
        name=given["name"],
        arguments=given.get("arguments", {}),
        can_ask=False,
        patience_s=None,
        resumes=None,
    )


TOOL = Builtin(
    name=OwnTool.CALL_TOOL,
    title="Call a tool",
    description=(
        "Call any tool of this tenant by name, also one that your client has not listed yet. Use describe_tool for its "
        "arguments."
    ),
    permission=Permission.TOOLS_CALL,
    properties={
        "name": TOOL_NAME,
        "arguments": {"type": "object", "description": "What the tool's inputSchema asks for."},
    },
    required=("name",),
    # What it does is what the inner tool does; a client must think of the worst.
    hints={"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True},
    run=call_tool,
)
