"""The one low-level MCP server that all tenants share."""

from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from api.mcp import callers
from api.mcp.handlers import Context, Handlers
from api.mcp.listings import TTL_MS
from api.mcp.messages import TASKS
from api.mcp.tasks import TaskParams
from api.mcp.transport import envelopes
from tenants.rights.access import Permission

NAME = "sealwright"
VERSION = "1"
SERVER_INFO = {"name": NAME, "title": "Sealwright", "version": VERSION}
_CACHED = (
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)


def build(handlers: Handlers) -> Server[Any]:
    """Return the server; capabilities follow from the handlers it is given."""
    server: Server[Any] = Server(
        NAME,
        version=VERSION,
        title="Sealwright",
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
        on_completion=handlers.complete,
        on_subscriptions_listen=handlers.listen,
        get_tool_input_schema=_no_header_schema,
        cache_hints={method: CacheHint(ttl_ms=TTL_MS, scope="private") for method in _CACHED},  # pyright: ignore[reportArgumentType] - literal keys
    )

    async def discover(context: Context, params: types.RequestParams) -> types.DiscoverResult:
        del params
        return types.DiscoverResult(
            supported_versions=list(MODERN_PROTOCOL_VERSIONS),
            capabilities=_served(server.get_capabilities(protocol_version=context.protocol_version)),
            instructions=instructions(),
            ttl_ms=TTL_MS,
            cache_scope="private",
        )

    async def introduce(ctx: Context, call_next: CallNext) -> HandlerResult:
        try:
            result = await call_next(ctx)
        except ValidationError as error:
            raise MCPError(types.INVALID_PARAMS, envelopes.in_words(error)) from None
        if ctx.method == "initialize" and isinstance(result, dict):
            # The older era's stream of changes is the GET stream, which the SDK knows nothing of.
            capabilities = {**result["capabilities"], "tools": {"listChanged": True}}
            capabilities.pop("extensions", None)
            return {**result, "instructions": instructions(), "capabilities": capabilities}
        return result

    server.add_request_handler("server/discover", types.RequestParams, discover)
    server.add_request_handler("tasks/get", TaskParams, handlers.get_task)
    server.add_request_handler("tasks/update", TaskParams, handlers.update_task)
    server.add_request_handler("tasks/cancel", TaskParams, handlers.cancel_task)
    server.extensions[TASKS] = {}
    server.middleware.append(introduce)
    handlers.extend(server)
    return server


def _served(capabilities: types.ServerCapabilities) -> types.ServerCapabilities:
    """Of changes that are told there are those of tools: the SDK takes it that whoever listens hears of everything."""
    for each in (capabilities.prompts, capabilities.resources):
        if each is not None:
            each.list_changed = False
    if capabilities.resources is not None:
        capabilities.resources.subscribe = False
    return capabilities


def _no_header_schema(name: str) -> None:
    # No tool declares x-mcp-header (specs refuse it). Without this hook the SDK lists all tools on every call.
    del name


def instructions() -> str:
    """What a model is told about this tenant's endpoint."""
    actor = callers.current()
    lines = [
        f"Tools of the tenant {actor.tenant_slug}: checked code in a sandbox, approved by a person.",
        "Use search_tools to find one, describe_tool for its schema, call_tool to call it.",
        "A tool that is approved while you work can be called at once.",
        *(
            ["Nothing does it yet? Write a tool: read_guide, dry_run, propose_tool; a person approves it."]
            if Permission.TOOLS_AUTHOR in actor.permissions
            else []
        ),
        'A tool error says what was and was not done. To retry safely send _meta["sealwright/idempotencyKey"].',
    ]
    return "\n".join(lines)
