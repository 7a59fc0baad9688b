"""The way into the SDK: what it is handed is what the gate has read, and it answers in what the client takes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.mcp.transport import envelopes
from api.mcp.transport.accepts import JSON, STREAM
from api.mcp.transport.departures import STREAM_HEADERS, departure, event_of, one_line
from api.mcp.transport.exchanges import Exchange
from api.mcp.transport.incoming import Body, Head
from sandbox import jsontext

# Written again a body may be a little longer than it came: 1e5 is 100000.0 then.
_BODY_BYTES_MAX = 1 << 30
_VERSION, _ACCEPT, _LENGTH = b"mcp-protocol-version", b"accept", b"content-length"


class SdkLeg:
    """Serves while it is `run` what is not ordinary, or not well-formed."""

    def __init__(self, server: Server[Any]) -> None:
        self._adaptive, self._whole = (
            StreamableHTTPSessionManager(
                app=server, stateless=True, json_response=is_json, max_request_body_size=_BODY_BYTES_MAX
            )
            for is_json in (False, True)
        )

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        async with self._adaptive.run(), self._whole.run():
            yield

    async def serve(
        self, head: Head, body: Body, exchange: Exchange | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Hand a message on. An `exchange` that is left goes on; everything else of the newer era ends then."""
        raw = jsontext.write(envelopes.plain(body.message or {}))
        scope = {**scope, "headers": _headers(head, body, scope, raw)}
        accepts = head.accepts
        receive = _replaying(raw, receive) if head.is_modern else _staying(raw, receive, exchange)
        if accepts.stream:
            await self._adaptive.asgi_app(scope, receive, _in_lines(send) if accepts.json else _as_stream(send))
        elif head.is_modern:
            await _until_left(self._whole.asgi_app, scope, receive, send)
        else:
            await self._whole.asgi_app(scope, receive, send)


def _headers(head: Head, body: Body, scope: Scope, raw: bytes) -> list[tuple[bytes, bytes]]:
    """As the SDK reads them: it knows no client that takes one kind alone, and a handshake has no version before."""
    dropped = {_ACCEPT, _LENGTH}
    if head.version is None or (body.method == "initialize" and not head.is_known):
        dropped.add(_VERSION)
    kept = [(name, value) for name, value in scope["headers"] if name not in dropped]
    return [*kept, (_ACCEPT, JSON + b", " + STREAM), (_LENGTH, b"%d" % len(raw))]


def _replaying(raw: bytes, receive: Receive) -> Receive:
    """`receive` as if the body had not been read yet; what follows (a disconnect) comes from the real one."""
    waiting: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _staying(raw: bytes, receive: Receive, exchange: Exchange | None) -> Receive:
    """The same, though nobody hears of a client that leaves but the exchange: there, leaving cancels nothing."""
    once = _replaying(raw, receive)

    async def again() -> Message:
        message = await once()
        if message["type"] == "http.disconnect":
            if exchange is not None:
                exchange.leave()
            await asyncio.Event().wait()
        return message

    return again


async def _until_left(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answered whole, the SDK does not look whether anybody still waits."""
    body = await receive()
    working = asyncio.create_task(_run(app, scope, _replaying(body["body"], _never), send))
    leaving = asyncio.create_task(departure(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
    if working.done() and not working.cancelled():
        working.result()


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _never() -> Message:
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


def _as_stream(send: Send) -> Send:
    """A whole answer as the one event of a stream."""
    is_whole = False

    async def sending(message: Message) -> None:
        nonlocal is_whole
        if message["type"] == "http.response.start":
            given = dict(message.get("headers", []))
            is_whole = message["status"] == 200 and given.get(b"content-type", b"").startswith(JSON)
            message = {**message, "headers": STREAM_HEADERS} if is_whole else message
        elif is_whole:
            message = {**message, "body": event_of(message.get("body", b""))}
        else:
            message = {**message, "body": one_line(message.get("body", b""))}
        await send(message)

    return sending


def _in_lines(send: Send) -> Send:
    """An answer that has no ends of lines but those of its events."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": one_line(message.get("body", b""))}
        await send(message)

    return sending
