"""What the shared MCP server answers. One object for all tenants: each request's actor says whose tools."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import mcp_types as types
import orjson
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from api.logs import log
from api.mcp import callers, results
from api.mcp.builtins import BUILTINS
from api.mcp.calling import call_live, refusal
from api.mcp.listings import TTL_MS, Listings
from api.mcp.progress import reporting
from api.mcp.surface import Request
from tenants import catalog
from tenants.errors import NotFoundError, TenantsError
from tenants.runtime import Runtime

Context = ServerRequestContext[Any, Any]
IDEMPOTENCY_KEY = "sealwright/idempotencyKey"


def is_modern(context: Context) -> bool:
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS


class Handlers:
    """The product's answers. Tests subclass it to add the fixtures of the conformance suite."""

    def __init__(self, runtime: Runtime, origin: str) -> None:
        self.runtime = runtime
        self.origin = origin
        self.listings = Listings()

    async def list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del params
        actor = callers.current()
        live = await catalog.live(self.runtime.database, actor.tenant_id)
        tools = orjson.loads(self.listings.tools(live, actor, objects_only=not is_modern(context)))
        return {"tools": tools, "ttlMs": TTL_MS, "cacheScope": "private", "resultType": "complete"}

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> Any:
        key = (context.meta or {}).get(IDEMPOTENCY_KEY)
        async with answering(), reporting(context) as on_progress:
            request = Request(
                runtime=self.runtime,
                actor=callers.current(),
                arguments=params.arguments or {},
                origin=self.origin,
                objects_only=not is_modern(context),
                idempotency_key=key if isinstance(key, str) else None,
                on_progress=on_progress,
            )
            return await call(request, params.name)


async def call(request: Request, name: str) -> types.CallToolResult:
    """Call one of our own tools or a live one. Raises MCPError only for a name that is neither."""
    builtin = BUILTINS.get(name)
    try:
        if builtin is None:
            return await call_live(request, name, request.arguments)
        request.actor.require(builtin.permission)
        builtin.demand(request.arguments)
        return await builtin.run(request)
    except NotFoundError as error:
        if builtin is None:
            raise _unknown(name, error.hint) from None
        return results.failure(refusal(error))
    except TenantsError as error:
        return results.failure(refusal(error))


def _unknown(name: str, hint: str | None) -> MCPError:
    if "approve" in name:
        hint = "No agent can approve a tool: a person with the role approver or owner does, in the dashboard."
    data = {"name": name, "hint": hint or "Call search_tools to see what there is."}
    return MCPError(types.INVALID_PARAMS, f"Unknown tool: {name}. {data['hint']}", data)


@asynccontextmanager
async def answering() -> AsyncGenerator[None]:
    """Let no exception's text reach the client: the older era's SDK leg would send it."""
    try:
        yield
    except (MCPError, TenantsError):
        raise
    except Exception as error:
        log.exception("mcp request failed")
        raise MCPError(
            types.INTERNAL_ERROR, "Something went wrong on our side. Nothing is known of the call."
        ) from error
