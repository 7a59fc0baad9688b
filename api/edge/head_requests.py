"""HEAD is answered wherever GET is, and as GET is, without the body (RFC 9110, 9.3.2)."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What is still to be put away after an answer's head. Streams end as soon as they hear that nobody reads them.
_ENDING_S = 10.0


class HeadRequests:
    """ASGI middleware. Routes know GET alone; a stream's HEAD ends with its head."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        answer = _HeadOnly(receive, send)
        working = asyncio.create_task(_run(self.app, {**scope, "method": "GET"}, answer))
        begun = asyncio.create_task(answer.begun.wait())
        try:
            await asyncio.wait({working, begun}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({working}, timeout=_ENDING_S)
        finally:
            begun.cancel()
            working.cancel()
        if working.done() and not working.cancelled():
            working.result()


class _HeadOnly:
    """The head of what is sent; then nobody is there any more."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.begun = asyncio.Event()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self.begun.is_set():
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b""})
            self.begun.set()

    async def receive(self) -> Message:
        if self.begun.is_set():
            return {"type": "http.disconnect"}
        coming = asyncio.create_task(_next(self._receive))
        begun = asyncio.create_task(self.begun.wait())
        try:
            await asyncio.wait({coming, begun}, return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else {"type": "http.disconnect"}
        finally:
            coming.cancel()
            begun.cancel()


async def _next(receive: Receive) -> Message:
    return await receive()


async def _run(app: ASGIApp, scope: Scope, answer: _HeadOnly) -> None:
    await app(scope, answer.receive, answer.send)
