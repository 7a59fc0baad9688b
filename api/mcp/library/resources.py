"""Resources: what an author has to read, and what a run did."""

import json
from dataclasses import dataclass

import mcp_types as types
from mcp.shared.exceptions import MCPError

from api.mcp.library import pages
from api.schemas.runs import RunDetail
from tenants.base.errors import NotFoundError
from tenants.rights.access import Actor
from tenants.runs import runs
from tenants.runtime import Runtime

MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True)
class Manual:
    """A page of the guide that is listed; its name is its topic."""

    uri: str
    name: str
    title: str
    description: str

    def listed(self) -> types.Resource:
        return types.Resource(
            uri=self.uri, name=self.name, title=self.title, description=self.description, mime_type=MARKDOWN
        )


MANUALS = {
    manual.uri: manual
    for manual in (
        Manual(
            "sealwright://guide",
            "guide",
            "Authoring guide",
            "How to write a tool that passes every gate, its spec and every rule: read it before propose_tool.",
        ),
        Manual("sealwright://sdk", "sdk", "SDK reference", "The sealwright package inside the sandbox."),
        Manual(
            "sealwright://libraries",
            "libraries",
            "Libraries",
            "The Python libraries a tool may import, with their versions.",
        ),
    )
}
_RUN = "sealwright://runs/"
_PAGE = "sealwright://guide/"
TEMPLATES = [
    types.ResourceTemplate(
        uri_template=_PAGE + "{topic}",
        name="page",
        title="A page of the guide",
        description=f"One topic of the guide alone: {', '.join(pages.TOPICS)}.",
        mime_type=MARKDOWN,
    ),
    types.ResourceTemplate(
        uri_template=_RUN + "{run_id}",
        name="run",
        title="A run",
        description="What a run did: its arguments, outcome, result or error, log and cost.",
        mime_type="application/json",
    ),
]


async def read_resource(runtime: Runtime, actor: Actor, uri: str) -> types.ReadResourceResult:
    """Read a resource. Raises MCPError for one that is not there, or not this caller's to see."""
    if uri in MANUALS:
        return _contents(uri, await pages.read_page(runtime, actor, MANUALS[uri].name), MARKDOWN)
    if uri.startswith(_PAGE):
        try:
            return _contents(uri, await pages.read_page(runtime, actor, uri.removeprefix(_PAGE)), MARKDOWN)
        except NotFoundError:
            raise _missing(uri) from None
    if uri.startswith(_RUN):
        try:
            async with runtime.database.reading(actor.tenant_id) as session:
                run = await runs.read(session, actor, uri.removeprefix(_RUN))
        except NotFoundError:
            raise _missing(uri) from None
        return _contents(uri, json.dumps(RunDetail.of(run).plain(), ensure_ascii=False, indent=1), "application/json")
    raise _missing(uri)


def _missing(uri: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, f"Resource not found: {uri}", {"uri": uri})


def _contents(uri: str, text: str, mime_type: str) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)])
