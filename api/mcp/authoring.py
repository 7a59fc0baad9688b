"""Writing tools over MCP: propose, revise, look, try. An agent can do all of it but approve."""

import asyncio
from typing import Any

import mcp_types as types
from sqlalchemy.ext.asyncio import AsyncSession

from api.mcp import results
from api.mcp.surface import Builtin, Request
from tenants.base.errors import ConflictError
from tenants.base.events import Event, Subscription
from tenants.catalog import search
from tenants.confinement.reports import PROVING, READING, TRYING
from tenants.models import Version
from tenants.proving import dry_runs
from tenants.rights.access import ROLE_PERMISSIONS, Permission
from tenants.tools import specs, versions
from tenants.tools.version_states import WORKING
from tenants.writing import proposals

# How long a proposal is waited for; after it the agent looks again with get_version.
_WAIT_S = 120.0
# Events are this process's own: a version that another process checks is seen by looking.
_LOOK_EVERY_S = 0.5
_GATES = len(READING) + len(PROVING) + len(TRYING) + 2  # and the build, and the history


async def propose_tool(request: Request) -> types.CallToolResult:
    spec: dict[str, Any] = request.arguments["spec"]
    request.actor.require(Permission.TOOLS_AUTHOR)
    checked = await request.runtime.reader.checked(request.actor.tenant_id, spec)
    warnings = await _near_duplicates(request, spec)
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        async with request.runtime.database.unit(request.actor.tenant_id) as session:
            try:
                tool = await specs.submit(session, request.actor, checked)
            except ConflictError as error:
                raise ConflictError(error.message, hint="Use revise_tool to change it.") from None
            version = await versions.submit(session, request.actor, tool.name, source=request.arguments["source"])
        return await _checked(request, version, events, warnings)


async def revise_tool(request: Request) -> types.CallToolResult:
    name, spec = request.arguments["name"], request.arguments.get("spec")
    request.actor.require(Permission.TOOLS_AUTHOR)
    checked = None
    if spec is not None:
        checked = await request.runtime.reader.checked(request.actor.tenant_id, {"name": name, **spec})
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        async with request.runtime.database.unit(request.actor.tenant_id) as session:
            if checked is not None:
                await specs.revise(session, request.actor, name, checked)
            version = await versions.submit(session, request.actor, name, source=request.arguments["source"])
        return await _checked(request, version, events, [])


async def get_version(request: Request) -> types.CallToolResult:
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        tool = await specs.read(session, request.actor, request.arguments["name"])
        number = request.arguments.get("number") or tool.last_version
        version = await versions.read(session, request.actor, tool.name, number)
        return results.of_value(await _told(request, session, version))


async def dry_run(request: Request) -> types.CallToolResult:
    given = request.arguments
    spec = given.get("spec")
    if spec is None:
        async with request.runtime.database.reading(request.actor.tenant_id) as session:
            spec = (await specs.read(session, request.actor, given.get("name", ""))).spec
    told = await dry_runs.dry_run(request.runtime, request.actor, spec, given["source"], given.get("cases", []))
    return results.of_value(told)


async def draft_spec(request: Request) -> types.CallToolResult:
    drafted = await proposals.draft(request.runtime, request.actor, request.arguments["text"])
    step = "Edit it as you see fit, write the source, and send both with propose_tool."
    if drafted["problems"]:
        step = "Correct what the problems name, then go on as with a spec of your own."
    return results.of_value({**drafted, "next": step})


async def _near_duplicates(request: Request, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Tools that seem to do this already. A warning only: the author may know better."""
    texts = [str(spec.get(part) or "") for part in ("name", "title", "description")]
    same = await search.alike(request.runtime.database, request.actor.tenant_id, *texts)
    return [
        {"code": "near_duplicate", "tool": tool.name, "description": tool.description, "hint": "Does it do already?"}
        for tool in same
    ]


async def _checked(
    request: Request, version: Version, events: Subscription, warnings: list[dict[str, Any]]
) -> types.CallToolResult:
    """Wait until the version's gates have ended, telling of each, and say what they found."""
    report = _Gates(request, version)
    try:
        async with asyncio.timeout(_WAIT_S):
            while version.state in WORKING:
                await report.follow(events)
                async with request.runtime.database.reading(request.actor.tenant_id) as session:
                    version = await versions.read(session, request.actor, version.tool_name, version.number)
    except TimeoutError:
        warnings.append({"code": "still_checking", "hint": "Look again with get_version."})
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        told = await _told(request, session, version)
    return results.of_value({**told, "warnings": warnings})


class _Gates:
    """Progress of one version's checking."""

    def __init__(self, request: Request, version: Version) -> None:
        self._request = request
        self._is_ours = (version.tool_name, version.number)
        self._ended = 0

    async def follow(self, events: Subscription) -> None:
        """Return when the version has moved, or when it is time to look."""
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                while True:
                    event = await anext(events)
                    if (event.data.get("tool"), event.data.get("version")) == self._is_ours and self._moved(event):
                        return
        except TimeoutError:
            return

    def _moved(self, event: Event) -> bool:
        if event.kind != "version.gate":
            return event.kind == "version.moved"
        self._ended += 1
        if self._request.on_progress is not None:
            passed = "passed" if event.data.get("passed") else "failed"
            total = max(_GATES, self._ended)
            self._request.on_progress(self._ended, total, f"gate {event.data.get('gate')} {passed}")
        return False


async def _told(request: Request, session: AsyncSession, version: Version) -> dict[str, Any]:
    """A version for its author: never what the hold-outs expect."""
    told = await versions.as_json(session, version, holdouts=False)
    return {**told, "next": _next(request, version)}


def _next(request: Request, version: Version) -> str:
    page = f"{request.origin}/{request.actor.tenant_slug}/tools/{version.tool_name}/versions/{version.number}"
    roles = " or ".join(role.value for role, held in ROLE_PERMISSIONS.items() if Permission.VERSIONS_APPROVE in held)
    match version.state:
        case "awaiting_approval":
            return f"A person must approve it, with the role {roles}, at {page}. No agent can."
        case "rejected":
            return "Read the findings, correct the source (or the spec), and send it with revise_tool."
        case "live":
            return f"It is live: call {version.tool_name}, or use call_tool if your client does not list it yet."
        case _:
            return "It is still being checked: look again with get_version."


_SPEC = {
    "type": "object",
    "description": (
        "The spec: name, title, description, input_schema, output_schema, examples, holdouts, capabilities, limits, "
        "effects. Read sealwright://guide first."
    ),
}
_SOURCE = {"type": "string", "description": "Python: a function named as the tool, its arguments as keywords."}
_NAME = {"type": "string", "description": "The tool's name."}

PROPOSE = Builtin(
    name="propose_tool",
    title="Propose a tool",
    description=(
        "Submit a new tool: its spec and its source. It is built and put through every gate; the answer has the "
        "findings. A person then approves it. Read the resource sealwright://guide first, and search_tools for a "
        "tool that does it already."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={"spec": _SPEC, "source": _SOURCE},
    required=("spec", "source"),
    hints={"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
    run=propose_tool,
)
REVISE = Builtin(
    name="revise_tool",
    title="Revise a tool",
    description=(
        "Submit another version of a tool: a new source, and a new spec if that changes too. Answers as propose_tool."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": _NAME, "source": _SOURCE, "spec": _SPEC},
    required=("name", "source"),
    hints={"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
    run=revise_tool,
)
GET_VERSION = Builtin(
    name="get_version",
    title="Get a version",
    description="Show a version of a tool: state, source, spec, findings, what it may reach, who decided what.",
    permission=Permission.TOOLS_AUTHOR,
    properties={"name": _NAME, "number": {"type": "integer", "minimum": 1, "description": "The last one if left out."}},
    required=("name",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=get_version,
)
DRY_RUN = Builtin(
    name="dry_run",
    title="Dry-run a draft",
    description=(
        "Build a draft and run it in a canned world, without submitting anything: for each case its result or error, "
        "its log, and every effect it would have had. With no cases the spec's examples run."
    ),
    permission=Permission.TOOLS_AUTHOR,
    properties={
        "source": _SOURCE,
        "spec": _SPEC,
        "name": {"type": "string", "description": "Instead of a spec: a tool whose spec is taken."},
        "cases": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "properties": {"arguments": {"type": "object"}, "world": {"type": "object"}},
                "required": ["arguments"],
            },
        },
    },
    required=("source",),
    hints={"readOnlyHint": True, "openWorldHint": False},
    run=dry_run,
)
DRAFT = Builtin(
    name="draft_spec",
    title="Draft a spec",
    description=(
        "Have a model propose a spec from plain words about a job: schemas, examples, hold-outs, and the least reach "
        "that does it. Nothing is submitted. It costs the tenant tokens; without a model configured it says so, and "
        "you write the spec yourself, by sealwright://guide."
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
    # It writes nothing of the tenant's, but it asks a model outside, and that is paid for.
    hints={"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": True},
    run=draft_spec,
)
