"""Prompts: how an author goes about writing or repairing a tool."""

import json

import mcp_types as types
from mcp.shared.exceptions import MCPError

from api.schemas.tools import VersionSummary
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime
from tenants.tools import holdouts, source_readings, specs, versions
from tenants.writing import guide

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


async def render(runtime: Runtime, actor: Actor, name: str, given: dict[str, str]) -> types.GetPromptResult:
    """Render a prompt. Raises MCPError for one that is not there, or lacks an argument."""
    actor.require(Permission.TOOLS_AUTHOR)
    listed = next((one for one in PROMPTS if one.name == name), None)
    if listed is None:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {name}", {"name": name})
    for argument in listed.arguments or []:
        if argument.required and not given.get(argument.name):
            raise MCPError(types.INVALID_PARAMS, f"{argument.name} is missing: {argument.description}")
    if name == "write_tool":
        return _said(listed, _WRITE.format(task=given["task"], guide=guide.whole()))
    return _said(listed, await _repair(runtime, actor, given["name"], given.get("problem", "")))


async def _repair(runtime: Runtime, actor: Actor, name: str, problem: str) -> str:
    async with runtime.database.reading(actor.tenant_id) as session:
        tool = await specs.read(session, actor, name)
        version = await versions.read(session, actor, name, tool.last_version)
    told = VersionSummary.of(version).plain()
    source = await source_readings.open_source(runtime.database, actor, version)
    return _REPAIR.format(
        name=name,
        number=version.number,
        state=version.state,
        problem=f"What is wrong: {problem}\n" if problem else "",
        findings=json.dumps(told["findings"], ensure_ascii=False, indent=1),
        spec=json.dumps(holdouts.shown(actor, version), ensure_ascii=False, indent=1),
        source=source or "(none yet)",
    )


def _said(listed: types.Prompt, text: str) -> types.GetPromptResult:
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=listed.description, messages=[message])
