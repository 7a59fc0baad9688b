"""Resources and prompts: what an author has to read, and what a run did."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import mcp_types as types
from mcp.shared.exceptions import MCPError

from sandbox import manuals
from tenants.base.errors import NotFoundError
from tenants.rights.access import Actor, Permission
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import specs, versions
from tenants.writing import guide

MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True)
class Manual:
    """A text that is the same for everybody of one release."""

    uri: str
    name: str
    title: str
    description: str
    read: Callable[[], str]

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
            "How to write a tool that passes every gate: read it before propose_tool.",
            guide.text,
        ),
        Manual("sealwright://sdk", "sdk", "SDK reference", "The sealwright package inside the sandbox.", manuals.sdk),
        Manual(
            "sealwright://libraries",
            "libraries",
            "Libraries",
            "The Python libraries a tool may import, with their versions.",
            manuals.libraries,
        ),
    )
}
_RUN = "sealwright://runs/"
TEMPLATES = [
    types.ResourceTemplate(
        uri_template=_RUN + "{run_id}",
        name="run",
        title="A run",
        description="What a run did: its arguments, outcome, result or error, log and cost.",
        mime_type="application/json",
    )
]


async def read(runtime: Runtime, actor: Actor, uri: str) -> types.ReadResourceResult:
    """Read a resource. Raises MCPError for one that is not there, or not this caller's to see."""
    if uri in MANUALS:
        return _contents(uri, MANUALS[uri].read(), MARKDOWN)
    if uri.startswith(_RUN):
        try:
            async with runtime.database.reading(actor.tenant_id) as session:
                run = await runs.read(session, actor, uri.removeprefix(_RUN))
        except NotFoundError:
            raise _missing(uri) from None
        return _contents(uri, json.dumps(runs.as_json(run), ensure_ascii=False, indent=1), "application/json")
    raise _missing(uri)


def _missing(uri: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, f"Resource not found: {uri}", {"uri": uri})


def _contents(uri: str, text: str, mime_type: str) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


PROMPTS = [
    types.Prompt(
        name="write_tool",
        title="Write a tool",
        description="Write a new tool for a task and propose it.",
        arguments=[types.PromptArgument(name="task", description="What the tool must do.", required=True)],
    ),
    types.Prompt(
        name="repair_tool",
        title="Repair a tool",
        description="Correct a version that its gates rejected, or a tool that fails.",
        arguments=[
            types.PromptArgument(name="name", description="The tool's name.", required=True),
            types.PromptArgument(name="problem", description="What is wrong, if the findings do not say it."),
        ],
    ),
]

_WRITE = """Write a tool for this task, and propose it:

<task>
{task}
</task>

1. Call search_tools with the task's words. If a tool does it already, say so and stop.
2. Read the guide below. Write the spec: examples that show the ordinary case, the edges and what must fail; no more
   capabilities than the task needs.
3. Try your draft with dry_run until it does what the examples say.
4. Send it with propose_tool. Correct what the findings name, with revise_tool.
5. Tell the person what the tool does, what it may reach, and where to approve it.

{guide}"""
_REPAIR = """Repair the tool {name}. Its last version is {number}, in the state {state}.

{problem}
Its findings:
{findings}

Its spec:
{spec}

Its source:
{source}

Change as little as you can. Try the result with dry_run, then send it with revise_tool. Do not weaken the spec to
make a wrong source pass."""


async def prompt(runtime: Runtime, actor: Actor, name: str, given: dict[str, str]) -> types.GetPromptResult:
    """Render a prompt. Raises MCPError for one that is not there, or lacks an argument."""
    actor.require(Permission.TOOLS_AUTHOR)
    listed = next((one for one in PROMPTS if one.name == name), None)
    if listed is None:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {name}", {"name": name})
    for argument in listed.arguments or []:
        if argument.required and not given.get(argument.name):
            raise MCPError(types.INVALID_PARAMS, f"{argument.name} is missing: {argument.description}")
    if name == "write_tool":
        return _said(listed, _WRITE.format(task=given["task"], guide=guide.text()))
    return _said(listed, await _repair(runtime, actor, given["name"], given.get("problem", "")))


async def _repair(runtime: Runtime, actor: Actor, name: str, problem: str) -> str:
    async with runtime.database.reading(actor.tenant_id) as session:
        tool = await specs.read(session, actor, name)
        version = await versions.read(session, actor, name, tool.last_version)
        told = await versions.as_json(session, version, holdouts=False)
    return _REPAIR.format(
        name=name,
        number=version.number,
        state=version.state,
        problem=f"What is wrong: {problem}\n" if problem else "",
        findings=json.dumps(told["findings"], ensure_ascii=False, indent=1),
        spec=json.dumps(told["spec"], ensure_ascii=False, indent=1),
        source=told["source"] or "(none yet)",
    )


def _said(listed: types.Prompt, text: str) -> types.GetPromptResult:
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=listed.description, messages=[message])
