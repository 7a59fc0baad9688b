"""Read the guide, whole or by topic: for clients that show their model no resources."""

from api.mcp.library import pages
from api.mcp.messages import Request
from api.mcp.tools.builtin import Builtin, Page
from tenants.confinement.spec_fields import OwnTool
from tenants.rights.access import Permission


async def read_guide(request: Request) -> Page:
    return Page(await pages.read_page(request.runtime, request.actor, request.arguments.get("topic", "guide")))


TOOL = Builtin(
    name=OwnTool.READ_GUIDE,
    title="Read the guide",
    description=(
        "How to write a tool: the spec, an example, the rules of the gates, this tenant's senders and secrets. Read it "
        "before propose_tool. It names the topics of its other pages."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={"topic": {"type": "string", "default": "guide"}},
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=read_guide,
)
