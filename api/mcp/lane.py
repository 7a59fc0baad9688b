"""The codec of bytes: an ordinary call read from the HTTP message itself and answered in bytes, in both eras.

It takes a request only when nothing about it is out of the ordinary; everything else goes to the SDK with the body
replayed: see sdk.py. What it writes is what the SDK would have written; a table of tests holds them together.
"""

import asyncio
from typing import Any, cast

import orjson
from mcp.shared.inbound import decode_header_value
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    PROTOCOL_VERSION_META_KEY,
    SERVER_INFO_META_KEY,
)
from starlette.types import Receive, Send

from api.logs import log
from api.mcp import conventions, faults
from api.mcp.callers import Caller
from api.mcp.handlers import Handlers
from api.mcp.listings import TTL_MS
from api.mcp.messages import (
    DEPRECATION,
    ERROR,
    IDEMPOTENCY_KEY,
    REPLY,
    RUN_ID,
    TASKS,
    Answer,
    Asks,
    GoesOn,
    Refused,
    Request,
    Returned,
    Unknown,
    can_ask,
    reads_data,
)
from api.mcp.server import SERVER_INFO
from api.mcp.tools import BUILTINS
from api.mcp.transport import envelopes
from api.mcp.transport.departures import Watch, send_json
from api.mcp.transport.exchanges import STOPPED, Exchange, Exchanges, answer_of
from api.mcp.transport.incoming import Body, Head
from sandbox import jsontext
from tenants.rights.access import Actor
from tenants.runtime import Runtime

_STAMP = b'"%b":%b' % (SERVER_INFO_META_KEY.encode(), orjson.dumps(SERVER_INFO))
_COMPLETE = b',"resultType":"complete"}'
_LIST_TAIL_MODERN = b',"ttlMs":%d,"cacheScope":"private","_meta":{%b}%b' % (TTL_MS, _STAMP, _COMPLETE)


class Lane:
    """Serves what is ordinary for one edge."""

    def __init__(self, own: Handlers, exchanges: Exchanges) -> None:
        self._own, self._exchanges = own, exchanges

    async def serve(self, caller: Caller, head: Head, body: Body, receive: Receive, send: Send) -> bool:
        """Answer if this is ordinary; False, with nothing sent, if it is the SDK's."""
        if not head.is_plain or not _is_request(body) or not _agrees(head, body):
            return False
        if body.method == "tools/call":
            request = read(
                self._own.runtime,
                caller.actor,
                body.params,
                self._own.origin,
                is_modern=head.is_modern,
                reads_data=reads_data(head.version),
            )
            return request is not None and await self._call(request, head, body, receive, send)
        if body.method == "tools/list" and "cursor" not in body.params:
            tools = await self._own.tools(caller.actor, is_modern=head.is_modern)
            tail = _LIST_TAIL_MODERN if head.is_modern else b"}"
            await send_json(send, _message(body, b'"result":{"tools":%b%b' % (tools, tail)), head.accepts)
            return True
        return False

    async def _call(self, request: Request, head: Head, body: Body, receive: Receive, send: Send) -> bool:
        heartbeat_s = self._own.streams.limits.heartbeat_s
        if head.is_modern or body.id is None:
            return await _serve(request, head, body, Watch(receive, send, head.accepts, heartbeat_s=heartbeat_s))
        with self._exchanges.opened(head.key_of(request.actor, body.id), Exchange(body.params)) as exchange:
            watch = Watch(receive, send, head.accepts, exchange, heartbeat_s)
            return await _serve(request, head, body, watch)


async def _serve(request: Request, head: Head, body: Body, watch: Watch) -> bool:
    async with watch:
        try:
            answer = await answer_of(request, watch.exchange)
            # Nothing ran, and the SDK knows how each era words it. Anything else must not run again.
            if isinstance(answer, Unknown) and not watch.is_streaming:
                return False
            member = write(answer, is_modern=head.is_modern)
        except asyncio.CancelledError:
            if not watch.is_stopped:
                raise
            member = write(STOPPED, is_modern=head.is_modern)
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and its text reaches no client
            log.exception("mcp request failed")
            conventions.tell_of_fault()
            member = _BROKEN
        await watch.answer(_message(body, member))
    return True


def read(
    runtime: Runtime, actor: Actor, params: dict[str, Any], origin: str, *, is_modern: bool, reads_data: bool = True
) -> Request | None:
    """The call that `params` ask for; None when they are not as they should be."""
    name, arguments, meta = params.get("name"), params.get("arguments", {}), params.get("_meta", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return None
    key = meta.get(IDEMPOTENCY_KEY)
    return Request(
        runtime,
        actor,
        origin,
        name,
        cast("dict[str, Any]", arguments),
        idempotency_key=key if isinstance(key, str) else None,
        can_ask=is_modern and can_ask(meta[CLIENT_CAPABILITIES_META_KEY]),
        reads_data=reads_data,
    )


def write(answer: Answer, *, is_modern: bool) -> bytes:
    """The member of a JSON-RPC message that says this: its `result`, or its `error`."""
    match answer:
        case Returned():
            return _returned(answer, is_modern=is_modern)
        case Refused() | GoesOn():
            return _refused(answer, is_modern=is_modern)
        case Asks():
            return _asks(answer)
        case Unknown(message, data):
            return _error(INVALID_PARAMS, message, data)


def _returned(answer: Returned, *, is_modern: bool) -> bytes:
    """With the run's own text in it, which is JSON already."""
    # Not read: a number in it may be one that no reader of ours takes.
    begins = answer.result.lstrip()[:1]
    words: str = answer.words or (orjson.loads(answer.result) if begins == '"' else answer.result)
    # The older era knows no structured content but objects.
    is_shown = begins == "{" or (is_modern and begins != "n")
    structured = b',"structuredContent":%b' % answer.result.encode() if is_shown else b""
    tail = _tail(answer.run_id, answer.notice, is_modern=is_modern)
    return b'"result":{"content":[{"type":"text","text":%b}],"isError":false%b%b' % (
        orjson.dumps(words),
        structured,
        tail,
    )


def _refused(answer: Refused | GoesOn, *, is_modern: bool) -> bytes:
    fault = faults.of_answer(answer)
    wire: dict[str, Any] = {"content": [{"type": "text", "text": faults.in_words(fault)}], "isError": True}
    if not answer.is_promised:
        wire["structuredContent"] = fault
    tail = _tail(faults.run_of(answer), answer.notice, fault if answer.is_promised else None, is_modern=is_modern)
    return b'"result":%b%b' % (jsontext.write(wire)[:-1], tail)


def _tail(
    run_id: str | None, notice: dict[str, Any] | None, fault: dict[str, Any] | None = None, *, is_modern: bool
) -> bytes:
    """What follows a result's own members: `_meta`, and in the newer era that it is complete."""
    meta = [b'"%b":"%b"' % (RUN_ID.encode(), run_id.encode())] if run_id else []
    if notice is not None:
        meta.append(b'"%b":%b' % (DEPRECATION.encode(), jsontext.write(notice)))
    if fault is not None:
        meta.append(b'"%b":%b' % (ERROR.encode(), jsontext.write(fault)))
    if is_modern:
        meta.append(_STAMP)
    stamped = b',"_meta":{%b}' % b",".join(meta) if meta else b""
    return stamped + (_COMPLETE if is_modern else b"}")


def _asks(asks: Asks) -> bytes:
    params = {"mode": "form", "message": asks.message, "requestedSchema": REPLY}
    wire = {
        "resultType": "input_required",
        "inputRequests": {asks.question_id: {"method": "elicitation/create", "params": params}},
        "requestState": asks.run_id,
        "_meta": {SERVER_INFO_META_KEY: SERVER_INFO},
    }
    return b'"result":' + jsontext.write(wire)


def _error(code: int, message: str, data: dict[str, Any] | None = None) -> bytes:
    return b'"error":' + jsontext.write({"code": code, "message": message} | ({"data": data} if data else {}))


_BROKEN = _error(INTERNAL_ERROR, faults.BROKEN)


def _message(body: Body, member: bytes) -> bytes:
    return b'{"jsonrpc":"2.0","id":%b,%b}' % (jsontext.write((body.message or {}).get("id")), member)


def _is_request(body: Body) -> bool:
    message = body.message
    if message is None or message.get("jsonrpc") != "2.0":
        return False
    return envelopes.is_id(message.get("id"))


def _agrees(head: Head, body: Body) -> bool:
    """Whether the headers say what the body says, and the body asks for nothing special."""
    params, meta = body.params, body.params.get("_meta", {})
    if (
        not isinstance(meta, dict)
        or cast("dict[str, Any]", meta).get("progressToken") is not None
        or "inputResponses" in params
        or "requestState" in params
    ):
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
    return params.get("name") in BUILTINS or not isinstance(extensions, dict) or TASKS not in extensions
