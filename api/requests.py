"""What every request gets, as ASGI middleware: an id, a size limit, and safe headers on the answer."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Requests:
    """Outermost layer: binds a request id (the caller's, when sane) and refuses bodies over `bytes_max` with 413."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self.app = app
        self.bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                out["X-Request-Id"] = request_id
                out.setdefault("X-Content-Type-Options", "nosniff")
                out.setdefault("Referrer-Policy", "same-origin")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            length = headers.get("content-length", "0")
            if length.isdigit() and int(length) <= self.bytes_max:
                await self.app(scope, _Bounded(receive, self.bytes_max), send_with_headers)
                return
            await problem(
                Request(scope),
                413,
                "content_too_large",
                f"The body has {length} bytes.",
                hint=f"At most {self.bytes_max:,} bytes are taken.",
            )(scope, receive, send_with_headers)


class _Bounded:
    """`receive`, ended when a body without a declared length grows past the limit."""

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self.receive = receive
        self.left = bytes_max

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        # A client that lies about its length loses the connection; there is nothing honest to answer.
        return message if self.left >= 0 else {"type": "http.disconnect"}
