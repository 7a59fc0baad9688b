"""What the official conformance suite expects a server to have, on top of the product's own handlers.

These tools, prompts and resources exist in tests only. Everything around them is the product: the gate, the shared
server, listing, answering, streams, the header and capability checks of tasks.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

import anyio
import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged, ToolsListChanged
from mcp.shared.exceptions import MCPError

from api.mcp import callers, tasks
from api.mcp.handlers import Context, Handlers
from tenants.rights.access import Actor
from tests.api.mcp.jobs import Jobs

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=="
MISSING_CAPABILITY = -32021
DATA = "application/json"
Params = types.CallToolRequestParams
JSON_SCHEMA_TOOL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def text(*said: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=one) for one in said])


def embedded(uri: str, mime: str, body: str) -> types.EmbeddedResource:
    return types.EmbeddedResource(resource=types.TextResourceContents(uri=uri, mime_type=mime, text=body))


def elicit(message: str, **properties: str) -> types.ElicitRequest:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(prompt: str, tokens: int) -> types.CreateMessageRequest:
    message = types.SamplingMessage(role="user", content=types.TextContent(text=prompt))
    return types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=[message], max_tokens=tokens))


def needs(state: str | None = None, **requests: Any) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=requests, request_state=state)


def given(params: Any, key: str) -> dict[str, Any] | None:
    """One input response as a plain object; None when it is missing or no object."""
    answers = cast("dict[str, Any]", params.input_responses or {})
    answer = answers.get(key)
    if answer is None or isinstance(answer, dict):
        return cast("dict[str, Any] | None", answer)
    return answer.model_dump(by_alias=True, mode="json", exclude_none=True)


def content(params: Any, key: str, name: str) -> Any:
    inner = (given(params, key) or {}).get("content")
    return cast("dict[str, Any]", inner).get(name) if isinstance(inner, dict) else None


async def with_progress(context: Context, params: Params) -> Any:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await anyio.sleep(0.05)
    return text("done")


async def with_logging(context: Context, params: Params) -> Any:
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        log = types.LoggingMessageNotificationParams(level="info", data=said)
        await context.session.send_notification(types.LoggingMessageNotification(params=log), context.request_id)
        await anyio.sleep(0.05)
    return text("done")


async def asked_name(context: Context, params: Params) -> Any:
    name = content(params, "user_name", "name")
    if not isinstance(name, str):
        return needs(user_name=elicit("What is your name?", name="string"))
    return text(f"Hello, {name}!")


async def asked_sampling(context: Context, params: Params) -> Any:
    answer = given(params, "capital_question")
    if answer is None:
        return needs(capital_question=sample("What is the capital of France?", 100))
    return text(json.dumps(answer.get("content")))


async def asked_roots(context: Context, params: Params) -> Any:
    answer = given(params, "client_roots")
    if answer is None:
        return needs(client_roots=types.ListRootsRequest())
    return text(json.dumps(answer.get("roots")))


async def asked_confirm(context: Context, params: Params) -> Any:
    if given(params, "confirm") is None or params.request_state != "asked":
        return needs("asked", confirm=elicit("Please confirm", ok="boolean"))
    return text("state-ok")


async def asked_many(context: Context, params: Params) -> Any:
    if any(given(params, key) is None for key in ("user_name", "greeting", "client_roots")):
        return needs(
            "asked",
            user_name=elicit("What is your name?", name="string"),
            greeting=sample("Generate a greeting", 50),
            client_roots=types.ListRootsRequest(),
        )
    return text("all there")


async def asked_rounds(context: Context, params: Params) -> Any:
    if params.request_state == "two" and given(params, "step2"):
        return text("both steps done")
    if params.request_state == "one" and given(params, "step1"):
        return needs("two", step2=elicit("Step 2: What is your favorite color?", color="string"))
    return needs("one", step1=elicit("Step 1: What is your name?", name="string"))


async def asked_what_is_declared(context: Context, params: Params) -> Any:
    declared = context.session.client_capabilities or types.ClientCapabilities()
    requests: dict[str, Any] = {}
    if declared.elicitation is not None:
        requests["name"] = elicit("What is your name?", name="string")
    if declared.sampling is not None:
        requests["greeting"] = sample("Generate a greeting", 50)
    if declared.roots is not None:
        requests["client_roots"] = types.ListRootsRequest()
    return needs(**requests) if requests and not params.input_responses else text("done")


async def needs_sampling(context: Context, params: Params) -> Any:
    declared = context.session.client_capabilities
    if declared is None or declared.sampling is None:
        data: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_CAPABILITY, "This needs sampling.", data)
    return text("done")


async def no_back_channel(context: Context, params: Params) -> Any:
    """Sampling and elicitation inside a call need a session of the older era, which a stateless server has not."""
    raise MCPError(types.INVALID_REQUEST, "This server is stateless: it cannot ask its client while a call goes on.")


Answer = Callable[[Context, Params], Awaitable[Any]]


def says(result: types.CallToolResult) -> Answer:
    async def answer(context: Context, params: Params) -> Any:
        return result

    return answer


TOOLS: dict[str, Answer] = {
    "test_simple_text": says(text("This is a simple text response for testing.")),
    "test_image_content": says(types.CallToolResult(content=[types.ImageContent(data=PNG, mime_type="image/png")])),
    "test_audio_content": says(types.CallToolResult(content=[types.AudioContent(data=WAV, mime_type="audio/wav")])),
    "test_embedded_resource": says(
        types.CallToolResult(
            content=[embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]
        )
    ),
    "test_multiple_content_types": says(
        types.CallToolResult(
            content=[
                types.TextContent(text="Multiple content types test:"),
                types.ImageContent(data=PNG, mime_type="image/png"),
                embedded("test://mixed-content-resource", DATA, '{"test":"data","value":123}'),
            ]
        )
    ),
    "test_error_handling": says(
        types.CallToolResult(
            content=[types.TextContent(text="This tool intentionally returns an error for testing")], is_error=True
        )
    ),
    "json_schema_2020_12_tool": says(text("done")),
    "test_streaming_elicitation": with_progress,
    "test_logging_tool": says(text("done")),
    "test_tool_with_progress": with_progress,
    "test_tool_with_logging": with_logging,
    "test_missing_capability": needs_sampling,
    "test_sampling": no_back_channel,
    "test_elicitation": no_back_channel,
    "test_elicitation_sep1034_defaults": no_back_channel,
    "test_elicitation_sep1330_enums": no_back_channel,
    "test_input_required_result_elicitation": asked_name,
    "test_input_required_result_sampling": asked_sampling,
    "test_input_required_result_list_roots": asked_roots,
    "test_input_required_result_request_state": asked_confirm,
    "test_input_required_result_tampered_state": asked_confirm,
    "test_input_required_result_multiple_inputs": asked_many,
    "test_input_required_result_multi_round": asked_rounds,
    "test_input_required_result_capabilities": asked_what_is_declared,
}
JOBS = ("greet", "slow_compute", "failing_job", "protocol_error_job", "confirm_delete", "multi_input")
TRIGGERS = {"test_trigger_tool_change": ToolsListChanged, "test_trigger_prompt_change": PromptsListChanged}
PROMPTS: dict[str, list[str]] = {
    "test_simple_prompt": [],
    "test_prompt_with_arguments": ["arg1", "arg2"],
    "test_prompt_with_embedded_resource": ["resourceUri"],
    "test_prompt_with_image": [],
    "test_input_required_result_prompt": [],
}


def wire(name: str) -> dict[str, Any]:
    schema = JSON_SCHEMA_TOOL if name == "json_schema_2020_12_tool" else {"type": "object"}
    return {"name": name, "description": f"Fixture {name}.", "inputSchema": schema}


def tenant_of(context: Context) -> str:
    del context
    return callers.current().tenant_id


class Fixtures(Handlers):
    """The product's handlers with the fixtures in front."""

    def __init__(self, *made: Any) -> None:
        super().__init__(*made)
        self.bus = InMemorySubscriptionBus()
        self.listening = ListenHandler(self.bus)
        self.jobs = Jobs()

    def extend(self, server: Server[Any]) -> None:
        security = RequestStateSecurity(keys=[b"k" * 32], ttl=600, bind_principal=tenant_of)
        server.middleware.append(RequestStateBoundary(security, default_audience=server.name))

        async def done(context: Context, params: Any) -> types.EmptyResult:
            return types.EmptyResult()

        server.add_request_handler("resources/subscribe", types.SubscribeRequestParams, done)
        server.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, done)
        server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, done)

    async def tools(self, actor: Actor, *, is_modern: bool) -> bytes:
        names = [*TOOLS, *TRIGGERS, *JOBS, "test_tool_with_task"]
        listed = json.loads(await super().tools(actor, is_modern=is_modern))
        return json.dumps([*listed, *map(wire, names)]).encode()

    async def call_tool(self, context: Context, params: Params) -> Any:
        if params.name in TRIGGERS:
            await self.bus.publish(TRIGGERS[params.name]())
            return text("changed")
        if params.name in JOBS:
            return await self.jobs.call(context, params)
        if params.name == "test_tool_with_task":
            name = content(params, "user_name", "name")
            if not isinstance(name, str):
                return needs(user_name=elicit("What is your name?", name="string"))
            return self.jobs.start(context, f"Hello, {name}!")
        answer = TOOLS.get(params.name)
        return await (answer(context, params) if answer else super().call_tool(context, params))

    async def listen(self, context: Context, params: types.SubscriptionsListenRequestParams) -> Any:
        return await self.listening(context, params)

    async def list_resources(self, context: Context, params: Any) -> Any:
        listed = await super().list_resources(context, params)
        more = [
            types.Resource(uri=f"test://{name}", name=name, description=f"Fixture {name}.", mime_type=mime)
            for name, mime in (("static-text", "text/plain"), ("static-binary", "image/png"))
        ]
        return types.ListResourcesResult(resources=[*listed.resources, *more])

    async def list_templates(self, context: Context, params: Any) -> Any:
        listed = await super().list_templates(context, params)
        more = types.ResourceTemplate(uri_template="test://template/{id}/data", name="template", mime_type=DATA)
        return types.ListResourceTemplatesResult(resource_templates=[*listed.resource_templates, more])

    async def read_resource(self, context: Context, params: types.ReadResourceRequestParams) -> Any:
        uri = str(params.uri)
        contents: Any = None
        if uri == "test://static-text":
            said = "This is the content of the static text resource."
            contents = types.TextResourceContents(uri=uri, mime_type="text/plain", text=said)
        elif uri == "test://static-binary":
            contents = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
        elif uri.startswith("test://template/"):
            number = uri.split("/")[3]
            body = json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"})
            contents = types.TextResourceContents(uri=uri, mime_type=DATA, text=body)
        if contents is None:
            return await super().read_resource(context, params)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, context: Context, params: Any) -> Any:
        listed = await super().list_prompts(context, params)
        more = [
            types.Prompt(
                name=name,
                description=f"Fixture {name}.",
                arguments=[types.PromptArgument(name=one, description=one, required=True) for one in arguments],
            )
            for name, arguments in PROMPTS.items()
        ]
        return types.ListPromptsResult(prompts=[*listed.prompts, *more])

    async def get_prompt(self, context: Context, params: types.GetPromptRequestParams) -> Any:
        named: dict[str, str] = params.arguments or {}
        said: list[Any] = []
        match params.name:
            case "test_simple_prompt":
                said = [types.TextContent(text="This is a simple prompt for testing.")]
            case "test_prompt_with_arguments":
                spoken = f"Prompt with arguments: arg1='{named['arg1']}', arg2='{named['arg2']}'"
                said = [types.TextContent(text=spoken)]
            case "test_prompt_with_embedded_resource":
                said = [
                    embedded(named["resourceUri"], "text/plain", "Embedded resource content for testing."),
                    types.TextContent(text="Please process the embedded resource above."),
                ]
            case "test_prompt_with_image":
                said = [
                    types.ImageContent(data=PNG, mime_type="image/png"),
                    types.TextContent(text="Please analyze the image above."),
                ]
            case "test_input_required_result_prompt":
                if not isinstance(given(params, "user_context"), dict):
                    return needs(user_context=elicit("What context should the prompt use?", context="string"))
                said = [types.TextContent(text=str(content(params, "user_context", "context")))]
            case _:
                return await super().get_prompt(context, params)
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=one) for one in said])

    async def get_task(self, context: Context, params: tasks.TaskParams) -> Any:
        tasks.demand(context, params)
        return self.jobs.get(params.task_id)

    async def update_task(self, context: Context, params: tasks.TaskParams) -> Any:
        tasks.demand(context, params)
        return self.jobs.update(params.task_id, params.input_responses or {})

    async def cancel_task(self, context: Context, params: tasks.TaskParams) -> Any:
        tasks.demand(context, params)
        return self.jobs.cancel(params.task_id)
