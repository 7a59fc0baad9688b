"""What the shared MCP server answers. One object for all tenants: each request's actor says whose tools."""

import asyncio
import json
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from api.mcp import callers, sdk, tasks
from api.mcp.library import prompts, resources
from api.mcp.listings import TTL_MS, Listings
from api.mcp.messages import Answer, GoesOn, Request, reads_data
from api.mcp.sdk import concealing, reporting
from api.mcp.streams import StreamLimits, Streams
from api.mcp.transport.exchanges import STOPPED, Exchange, answer_of
from tenants.catalog import catalog
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime

Context = ServerRequestContext[Any, Any]


def is_modern(context: Context) -> bool:
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS


async def _answer(request: Request, exchange: Exchange | None) -> Answer:
    """The answer of a call, which its client may end while this waits."""
    if exchange is None:
        return await answer_of(request, None)
    # A task of its own: to cancel the SDK's would leave the request without an answer.
    work = request.runtime.spawn(answer_of(request, exchange), name="mcp call")
    exchange.stop = work.cancel
    try:
        await asyncio.wait({work})
    except asyncio.CancelledError:
        work.cancel()
        raise
    finally:
        exchange.stop = None
    return STOPPED if work.cancelled() else work.result()


class Handlers:
    """The product's answers. Tests subclass it to add the fixtures of the conformance suite."""

    def __init__(self, runtime: Runtime, origin: str, limits: StreamLimits | None = None) -> None:
        self.runtime = runtime
        self.origin = origin
        self.listings = Listings(has_model=runtime.author is not None)
        self.streams = Streams(runtime, limits or StreamLimits())

    def extend(self, server: Server[Any]) -> None:
        """Add to the server what its constructor does not take. The product needs nothing more."""

    async def tools(self, actor: Actor, *, is_modern: bool) -> bytes:
        """What `actor` may call, as the JSON array of `tools/list`."""
        live = await catalog.live(self.runtime.database, actor.tenant_id)
        return self.listings.tools(live, actor, objects_only=not is_modern)

    async def list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del params
        tools = json.loads(await self.tools(callers.current(), is_modern=is_modern(context)))
        return {"tools": tools, "ttlMs": TTL_MS, "cacheScope": "private", "resultType": "complete"}

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> Any:
        modern = is_modern(context)
        with concealing():
            async with reporting(context) as on_progress:
                request = sdk.read(
                    self.runtime,
                    callers.current(),
                    params,
                    origin=self.origin,
                    meta=context.meta or {},
                    capabilities=context.session.client_capabilities,
                    is_modern=modern,
                    on_progress=on_progress,
                    patience_s=tasks.PATIENCE_S if modern and tasks.offered(context) else None,
                    reads_data=reads_data(context.protocol_version),
                )
                answer = await _answer(request, callers.exchange())
            if isinstance(answer, GoesOn) and request.patience_s is not None:
                return tasks.of_run(answer.run) | {"resultType": "task"}
            return sdk.write(answer, is_modern=modern)

    async def listen(self, context: Context, params: types.SubscriptionsListenRequestParams) -> Any:
        with concealing():
            actor = callers.current()
            return await self.streams.listen(context, params, actor, callers.still_valid())

    async def list_resources(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        return types.ListResourcesResult(resources=[manual.listed() for manual in resources.MANUALS.values()])

    async def list_templates(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        return types.ListResourceTemplatesResult(resource_templates=resources.TEMPLATES)

    async def read_resource(self, context: Context, params: types.ReadResourceRequestParams) -> Any:
        del context
        with concealing():
            return await resources.read_resource(self.runtime, callers.current(), str(params.uri))

    async def list_prompts(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        may = Permission.TOOLS_AUTHOR in callers.current().permissions
        return types.ListPromptsResult(prompts=prompts.PROMPTS if may else [])

    async def get_prompt(self, context: Context, params: types.GetPromptRequestParams) -> Any:
        del context
        with concealing():
            return await prompts.render(self.runtime, callers.current(), params.name, params.arguments or {})

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> Any:
        """Names of tools that this actor may call, for whatever asks for one."""
        del context
        actor = callers.current()
        live = await catalog.live(self.runtime.database, actor.tenant_id)
        may = params.argument.name == "name" and Permission.TOOLS_CALL in actor.permissions
        names = [name for name in live.tools if may and name.startswith(params.argument.value)]
        return types.CompleteResult(completion=types.Completion(values=names[:100], total=len(names)))

    async def get_task(self, context: Context, params: tasks.TaskParams) -> Any:
        with concealing():
            tasks.demand(context, params)
            return await tasks.get(self.runtime, callers.current(), params.task_id)

    async def update_task(self, context: Context, params: tasks.TaskParams) -> Any:
        with concealing():
            tasks.demand(context, params)
            await tasks.update(self.runtime, callers.current(), params)
            return {"resultType": "complete"}

    async def cancel_task(self, context: Context, params: tasks.TaskParams) -> Any:
        with concealing():
            tasks.demand(context, params)
            await tasks.cancel(self.runtime, callers.current(), params.task_id)
            return {"resultType": "complete"}
