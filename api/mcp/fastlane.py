"""The fast lane: ordinary tools/call and tools/list, answered without the SDK, in both eras.

It takes a request only when nothing about it is out of the ordinary; everything else, every error first of all, goes
to the SDK with the body replayed. What it answers is what the SDK would have answered; the conformance suite runs
with it in place.
"""

import asyncio
import contextlib
from typing import Any, cast

import orjson
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import decode_header_value
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    INVALID_PARAMS,
    PROTOCOL_VERSION_META_KEY,
    SERVER_INFO_META_KEY,
    CallToolResult,
    InputRequiredResult,
)
from starlette.types import Receive, Send

from api.mcp import calling, handlers, results, tasks
from api.mcp.bodies import Body
from api.mcp.builtins import BUILTINS
from api.mcp.callers import Caller
from api.mcp.handlers import IDEMPOTENCY_KEY, Handlers
from api.mcp.heads import Head
from api.mcp.listings import TTL_MS
from api.mcp.server import SERVER_INFO
from api.mcp.surface import Request
from sandbox import jsontext
from tenants.catalog import catalog
from tenants.models import Run

# A run that takes longer gets somebody to notice when its caller leaves; before that it is not worth a task.
_WATCH_AFTER_S = 0.2
# Proxies close connections that are silent for long; so does the SDK keep them alive.
_PING_EVERY_S = 15.0
_JSON_HEADERS = (b"content-type", b"application/json")
_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
_LIST_TAIL_MODERN = orjson.dumps(
    {
        "ttlMs": TTL_MS,
        "cacheScope": "private",
        "resultType": "complete",
        "_meta": {SERVER_INFO_META_KEY: SERVER_INFO},
    }
)[1:]


# What follows a run's id: the rest of `_meta`, and of the result.
_RETURNED_TAIL_MODERN = b',"%b":%b},"resultType":"complete"}' % (
    SERVER_INFO_META_KEY.encode(),
    orjson.dumps(SERVER_INFO),
)
# Bytes are a result as it goes on the wire.
Result = bytes | CallToolResult | InputRequiredResult | MCPError


class FastLane:
    """Answers for one edge. Handlers that were changed (by tests) are always asked themselves."""

    def __init__(self, own: Handlers) -> None:
        self._own = own
        self._lists = type(own).list_tools is Handlers.list_tools

    async def serve(self, caller: Caller, head: Head, body: Body, receive: Receive, send: Send) -> bool:
        """Answer if this is ordinary; False, with nothing sent, if it is the SDK's."""
        if not head.is_plain or not _is_request(body) or not _agrees(head, body):
            return False
        if body.method == "tools/list" and self._lists and "cursor" not in body.params:
            await self._list(caller, head, body, send)
            return True
        if body.method == "tools/call":
            return await self._call(caller, head, body, receive, send)
        return False

    async def _list(self, caller: Caller, head: Head, body: Body, send: Send) -> None:
        live = await catalog.live(self._own.runtime.database, caller.actor.tenant_id)
        tools = self._own.listings.tools(live, caller.actor, objects_only=not head.is_modern)
        tail = b"," + _LIST_TAIL_MODERN if head.is_modern else b"}"
        await _send_json(send, b'{"jsonrpc":"2.0","id":%b,"result":{"tools":%b%b}' % (_id(body), tools, tail))

    async def _call(self, caller: Caller, head: Head, body: Body, receive: Receive, send: Send) -> bool:
        params = body.params
        name, arguments, meta = params.get("name"), params.get("arguments", {}), params.get("_meta", {})
        if not isinstance(name, str) or not isinstance(arguments, dict):
            return False
        key = meta.get(IDEMPOTENCY_KEY)
        request = Request(
            runtime=self._own.runtime,
            actor=caller.actor,
            arguments=arguments,  # pyright: ignore[reportUnknownArgumentType] - JSON
            origin=self._own.origin,
            objects_only=not head.is_modern,
            idempotency_key=key if isinstance(key, str) else None,
            may_ask=head.is_modern and name not in BUILTINS and _may_ask(cast("dict[str, Any]", meta)),
        )
        watch = _Watch(receive, send)
        async with watch:
            result = await _result(request, name)
            if _is_the_sdks(result) and not watch.is_streaming:
                return False
            await watch.answer(_reply(head, body, result))
        return True


def _may_ask(meta: dict[str, Any]) -> bool:
    able: Any = cast("dict[str, Any]", meta[CLIENT_CAPABILITIES_META_KEY]).get("elicitation")
    return isinstance(able, dict) and ("form" in able or "url" not in able)


async def _result(request: Request, name: str) -> Result:
    try:
        async with handlers.answering():
            if name in BUILTINS:
                return await handlers.call(request, name)
            return await handlers.answered(lambda: _live(request, name), name)
    except MCPError as error:
        return error


async def _live(request: Request, name: str) -> Result:
    run = await calling.run_live(request, name, request.arguments)
    if calling.deprecation(request, name) is None and (returned := _returned(request, run)) is not None:
        return returned
    return await calling.answer_of(request, name, run)


def _returned(request: Request, run: Run) -> bytes | None:
    """What `results.of_run` makes of a run that returned, with the run's own text in it; None for any other."""
    if run.status != "finished" or run.outcome != "returned" or run.result is None:
        return None
    try:
        value: Any = orjson.loads(run.result)
    except orjson.JSONDecodeError:
        return None  # not all that JSON may say is for this reader
    text = orjson.dumps(value if isinstance(value, str) else run.result)
    is_plain = request.objects_only and not isinstance(value, dict)
    structured = b"" if is_plain else b',"structuredContent":%b' % run.result.encode()
    meta = b',"_meta":{"%b":"%b"' % (results.RUN_ID.encode(), run.id.encode())
    tail = b"}}" if request.objects_only else _RETURNED_TAIL_MODERN
    return b'{"content":[{"type":"text","text":%b}],"isError":false%b%b%b' % (text, structured, meta, tail)


def _is_the_sdks(result: Result) -> bool:
    """An unknown tool: nothing ran, and the SDK knows how each era words it. Anything else must not run again."""
    return isinstance(result, MCPError) and result.code == INVALID_PARAMS


class _Watch:
    """Around the work of one request, which it does in the request's own task.

    Work that takes long gets somebody to notice when its caller leaves: then it is cancelled, which stops the run,
    and the block ends quietly. After a while the connection is kept alive; `is_streaming` from then on.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._watching: asyncio.Task[None] | None = None
        self._is_left = False
        self.is_streaming = False

    async def __aenter__(self) -> None:
        self._working = cast("asyncio.Task[Any]", asyncio.current_task())
        self._timer = asyncio.get_running_loop().call_later(_WATCH_AFTER_S, self._begin)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        try:
            await self._end()
        except asyncio.CancelledError:
            if not self._is_left:
                raise
        if self._is_left:
            self._working.uncancel()
        return self._is_left and kind is asyncio.CancelledError

    async def answer(self, reply: bytes) -> None:
        await self._end()
        if self.is_streaming:
            await self._send({"type": "http.response.body", "body": b"event: message\r\ndata: %b\r\n\r\n" % reply})
        else:
            await _send_json(self._send, reply)

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _end(self) -> None:
        self._timer.cancel()
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self) -> None:
        leaving = asyncio.create_task(_gone(self._receive))
        try:
            while not leaving.done():
                await asyncio.wait({leaving}, timeout=_PING_EVERY_S)
                if not leaving.done():
                    await self._ping()
        finally:
            leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leaving
        self._is_left = True
        self._working.cancel()

    async def _ping(self) -> None:
        if not self.is_streaming:
            self.is_streaming = True
            await self._send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        await self._send({"type": "http.response.body", "body": b": ping\r\n\r\n", "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_request(body: Body) -> bool:
    message = body.message
    if message is None or message.get("jsonrpc") != "2.0":
        return False
    given = message.get("id")
    return isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool))


def _agrees(head: Head, body: Body) -> bool:
    """Whether the headers say what the body says, and the body asks for nothing special."""
    params, meta = body.params, body.params.get("_meta", {})
    if not isinstance(meta, dict) or "progressToken" in meta or "inputResponses" in params or "requestState" in params:
        return False
    if not head.is_modern:
        return "task" not in params
    envelope = cast("dict[str, Any]", meta)
    capabilities = envelope.get(CLIENT_CAPABILITIES_META_KEY)
    if not isinstance(capabilities, dict) or envelope.get(PROTOCOL_VERSION_META_KEY) != head.version:
        return False
    if head.text(b"mcp-method") != body.method:
        return False
    return body.method != "tools/call" or _call_agrees(head, params, cast("dict[str, Any]", capabilities))


def _call_agrees(head: Head, params: dict[str, Any], capabilities: dict[str, Any]) -> bool:
    named = head.text(b"mcp-name")
    if named is None or decode_header_value(named) != params.get("name"):
        return False
    # A client that can take a task is offered one by the ordinary way, unless the tool is one of ours.
    extensions = capabilities.get("extensions")
    return params.get("name") in BUILTINS or not isinstance(extensions, dict) or tasks.EXTENSION not in extensions


def _id(body: Body) -> bytes:
    return jsontext.write((body.message or {}).get("id"))


def _reply(head: Head, body: Body, result: Result) -> bytes:
    if isinstance(result, bytes):
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_id(body), result)
    if isinstance(result, MCPError):
        error = {"code": result.code, "message": result.message}
        return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (_id(body), orjson.dumps(error))
    if isinstance(result, InputRequiredResult):
        asked = result.model_dump(by_alias=True, mode="json", exclude_none=True)
        asked["_meta"] = {SERVER_INFO_META_KEY: SERVER_INFO}
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_id(body), jsontext.write(asked))
    wire: dict[str, Any] = {
        "content": [{"type": "text", "text": part.text} for part in result.content if part.type == "text"],
        "isError": bool(result.is_error),
    }
    if result.structured_content is not None:
        wire["structuredContent"] = result.structured_content
    meta = dict(result.meta or {})
    if head.is_modern:
        wire["resultType"] = "complete"
        meta[SERVER_INFO_META_KEY] = SERVER_INFO
    if meta:
        wire["_meta"] = meta
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_id(body), jsontext.write(wire))


async def _send_json(send: Send, body: bytes) -> None:
    headers = [_JSON_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
