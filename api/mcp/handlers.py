"""What the shared MCP server answers. One object for all tenants: each request's actor says whose tools."""

from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from api.logs import log
from api.mcp import callers, library, questions, results, tasks
from api.mcp.builtins import BUILTINS
from api.mcp.calling import call_asking, refusal
from api.mcp.listings import TTL_MS, Listings
from api.mcp.progress import reporting
from api.mcp.streams import Streams
from api.mcp.surface import Request
from tenants.base.errors import NotFoundError, TenantsError
from tenants.catalog import catalog
from tenants.rights.access import Permission
from tenants.runs import runs
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
        self.streams = Streams(runtime)

    def extend(self, server: Server[Any]) -> None:
        """Add to the server what its constructor does not take. The product needs nothing more."""

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
                may_ask=params.name not in BUILTINS
                and is_modern(context)
                and questions.may_ask(context.session.client_capabilities),
            )
            state, responses = params.request_state, params.input_responses
            if state is not None and params.name not in BUILTINS:
                name = params.name
                return await answered(lambda: questions.go_on(request, name, state, responses or {}), name)
            return await self.call(context, request, params.name)

    async def call(self, context: Context, request: Request, name: str) -> Any:
        """Call a tool, as a task when the client can take one."""
        if name not in BUILTINS and is_modern(context) and tasks.offered(context):
            return await answered(lambda: tasks.call(request, name, request.arguments), name)
        return await call(request, name)

    async def listen(self, context: Context, params: types.SubscriptionsListenRequestParams) -> Any:
        async with answering():
            actor = callers.current()
            return await self.streams.listen(context, params, actor.tenant_id, callers.still_valid())

    async def list_resources(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        return types.ListResourcesResult(resources=[manual.listed() for manual in library.MANUALS.values()])

    async def list_templates(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        return types.ListResourceTemplatesResult(resource_templates=library.TEMPLATES)

    async def read_resource(self, context: Context, params: types.ReadResourceRequestParams) -> Any:
        del context
        async with answering():
            return await library.read(self.runtime, callers.current(), str(params.uri))

    async def list_prompts(self, context: Context, params: types.PaginatedRequestParams | None) -> Any:
        del context, params
        may = Permission.TOOLS_AUTHOR in callers.current().permissions
        return types.ListPromptsResult(prompts=library.PROMPTS if may else [])

    async def get_prompt(self, context: Context, params: types.GetPromptRequestParams) -> Any:
        del context
        async with answering():
            return await library.prompt(self.runtime, callers.current(), params.name, params.arguments or {})

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> Any:
        """Names of tools that this actor may call, for whatever asks for one."""
        del context
        actor = callers.current()
        live = await catalog.live(self.runtime.database, actor.tenant_id)
        may = params.argument.name == "name" and Permission.TOOLS_CALL in actor.permissions
        names = [name for name in live.tools if may and name.startswith(params.argument.value)]
        return types.CompleteResult(completion=types.Completion(values=names[:100], total=len(names)))

    async def get_task(self, context: Context, params: tasks.TaskParams) -> Any:
        async with answering():
            tasks.demand(context, params)
            return await tasks.get(self.runtime.database, callers.current(), params.task_id)

    async def update_task(self, context: Context, params: tasks.TaskParams) -> Any:
        """What the caller answers to a question of the run behind the task."""
        async with answering():
            tasks.demand(context, params)
            actor = callers.current()
            asked = (await tasks.get(self.runtime.database, actor, params.task_id)).get("inputRequests", {})
            for question_id, response in (params.input_responses or {}).items():
                if question_id in asked:
                    await questions.answer(self.runtime, actor, question_id, response)
            return {"resultType": "complete"}

    async def cancel_task(self, context: Context, params: tasks.TaskParams) -> Any:
        async with answering():
            tasks.demand(context, params)
            await tasks.get(self.runtime.database, callers.current(), params.task_id)
            await runs.cancel(self.runtime, callers.current(), params.task_id)
            return {"resultType": "complete"}


async def call(request: Request, name: str) -> Any:
    """Call one of our own tools or a live one. Raises MCPError only for a name that is neither."""
    builtin = BUILTINS.get(name)
    if builtin is None:
        return await answered(lambda: call_asking(request, name, request.arguments), name)
    try:
        request.actor.require(builtin.permission)
        builtin.demand(request.arguments)
        return await builtin.run(request)
    except TenantsError as error:
        return results.failure(refusal(error))


async def answered(work: Callable[[], Awaitable[Any]], name: str) -> Any:
    """Do `work` on the live tool `name`; what tenants refuses becomes a tool error."""
    try:
        return await work()
    except NotFoundError as error:
        raise _unknown(name, error.hint) from None
    except TenantsError as error:
        return results.failure(refusal(error))


def _unknown(name: str, hint: str | None) -> MCPError:
    if "approve" in name:
        hint = "No agent can approve a tool: a person with the role approver or owner does, in the dashboard."
    data = {"name": name, "hint": hint or "Call search_tools to see what there is."}
    return MCPError(types.INVALID_PARAMS, f"Unknown tool: {name}. {data['hint']}", data)


class answering:  # noqa: N801 - reads as a statement: `async with answering():`
    """Let no exception's text reach the client: the older era's SDK leg would send it."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case None | MCPError():
                pass
            case TenantsError():
                raise MCPError(types.INVALID_PARAMS, error.message, refusal(error)) from None
            case Exception():
                log.exception("mcp request failed")
                raise MCPError(
                    types.INTERNAL_ERROR, "Something went wrong on our side. Nothing is known of the call."
                ) from error
            case _:
                pass
