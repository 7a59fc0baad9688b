"""Clients that leave before they are answered."""

import asyncio
import contextlib
from typing import Any, cast

from starlette.types import Receive, Send

from api.mcp.transport.accepts import BOTH, Accepts
from api.mcp.transport.exchanges import Exchange

# A call that takes longer gets somebody to notice when its caller leaves; before that it is not worth a task.
_WATCH_AFTER_S = 0.2
_JSON_HEADERS = (b"content-type", b"application/json")
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    # nginx would hold events back until there are many.
    (b"x-accel-buffering", b"no"),
]
_LINE_ENDS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


async def departure(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_json(send: Send, body: bytes, accepts: Accepts = BOTH) -> None:
    """Send a message whole: as JSON, or as the one event of a stream to who reads nothing else."""
    if not accepts.json:
        await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
        await send({"type": "http.response.body", "body": event_of(body)})
        return
    headers = [_JSON_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def event_of(message: bytes) -> bytes:
    """A message as an event. A line's end in JSON text is white space, and ends an event here."""
    return b"event: message\r\ndata: %b\r\n\r\n" % one_line(message.replace(b"\n", b" ").replace(b"\r", b" "))


def one_line(text: bytes) -> bytes:
    """JSON text without Unicode's ends of lines, at which some clients split an event: they stand in texts alone."""
    for raw, escaped in _LINE_ENDS:
        text = text.replace(raw, escaped)
    return text


class Watch:
    """Around the work of one request, which it does in the request's own task.

    Work that takes long gets somebody to notice when its caller leaves. Then it is cancelled, which stops the run, and
    the block ends quietly; with an `exchange` it goes on instead, and is told that it was left. Proxies close
    connections that are silent, so every `heartbeat_s` a ping is sent; `is_streaming` from then on.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        accepts: Accepts = BOTH,
        exchange: Exchange | None = None,
        heartbeat_s: float = 15.0,
    ) -> None:
        self._receive, self._send, self._heartbeat_s = receive, send, heartbeat_s
        self._accepts, self.exchange = accepts, exchange
        self._watching: asyncio.Task[None] | None = None
        self._is_left = False
        self.is_streaming = self.is_stopped = False

    async def __aenter__(self) -> None:
        self._working = cast("asyncio.Task[Any]", asyncio.current_task())
        self._timer = asyncio.get_running_loop().call_later(_WATCH_AFTER_S, self._begin)
        if self.exchange is not None:
            self.exchange.stop = self._stop

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if self.exchange is not None:
            self.exchange.stop = None
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
            await self._send({"type": "http.response.body", "body": event_of(reply)})
        else:
            await send_json(self._send, reply, self._accepts)

    def _stop(self) -> None:
        """Its client has asked for an end of it: once, and whoever works here takes it for no leaving."""
        if not self.is_stopped:
            self.is_stopped = True
            self._working.cancel()

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _end(self) -> None:
        self._timer.cancel()
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self) -> None:
        leaving = asyncio.create_task(departure(self._receive))
        try:
            while not leaving.done():
                await asyncio.wait({leaving}, timeout=self._heartbeat_s)
                if not leaving.done() and self._accepts.stream:
                    await self._ping()
        finally:
            leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await leaving
        if self.exchange is not None:
            self.exchange.leave()
        else:
            self._is_left = True
            self._working.cancel()

    async def _ping(self) -> None:
        if not self.is_streaming:
            self.is_streaming = True
            await self._send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
        await self._send({"type": "http.response.body", "body": b": ping\r\n\r\n", "more_body": True})
