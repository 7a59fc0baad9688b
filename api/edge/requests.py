"""What every request gets, as ASGI middleware: an id, limits of size and pace, and safe headers on the answer."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import cookies
from api.problems import of_ours, problem
from tenants.base.errors import TenantsError

# Long enough for a body of a megabyte over the worst of lines that a program would put up with.
BODY_S_MAX = 30.0
BODY_BYTES_A_S = 16_384.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_QUERY = re.compile(rb"%00|\x00", re.IGNORECASE)
# What an answer says unless it says something else itself: nothing may be loaded, framed, guessed or kept.
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"x-frame-options", b"DENY"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()",
    ),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
_OPENER = (b"cross-origin-opener-policy", b"same-origin")
# Programs open the way to their consent in a window of theirs, and wait there for its end.
_IN_OTHERS_WINDOWS = re.compile(r"/(oauth/.*|authorize|login|t/[^/]+/sign-in.*)")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class Requests:
    """Outermost layer: binds a request id (the caller's, when sane) and refuses bodies over `bytes_max` with 413.

    `count` hears the path and the status of each answer. `is_https`: the public address is, so that browsers are told
    to use no other.
    """

    def __init__(
        self,
        app: ASGIApp,
        bytes_max: int,
        count: Callable[[str, int], None] = lambda _path, _status: None,
        *,
        is_https: bool = False,
    ) -> None:
        self.app = app
        self.bytes_max = bytes_max
        self._count = count
        self._headers = [*_HEADERS, _HSTS] if is_https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "cookie" in headers:
            kept = [one for one in scope["headers"] if one[0] != b"cookie"]
            named = cookies.ours(headers.getlist("cookie")).encode("latin-1")
            scope["headers"] = [*kept, (b"cookie", named)] if named else kept
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        answering = _Answering(send, self._headers_of(scope["path"], request_id))
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            refusal = self._refusal(scope, headers)
            if refusal is None:
                await self._answer(scope, receive, answering)
            else:
                await refusal(scope, receive, answering)
        self._count(scope["path"], answering.status)

    async def _answer(self, scope: Scope, receive: Receive, answering: "_Answering") -> None:
        bounded = _Bounded(receive, self.bytes_max, answering)
        try:
            await self.app(scope, bounded, answering)
        except TenantsError as error:
            # Whatever has no table of its own for them, such as the MCP endpoint before it knows who asks.
            if answering.has_begun:
                raise
            await of_ours(Request(scope), error)(scope, receive, answering)
        except Exception:
            # A fault that was logged and answered whole, as every 500 is, is no reason to cut the connection: the
            # client's next request would be lost with it.
            if not (bounded.is_over or answering.is_whole_500):
                raise
        if bounded.is_over and not answering.has_begun:
            answering.is_muted = False
            too_large = partial(self._too_large, length=f"more than {self.bytes_max:,}")
            refuse = _too_slow if bounded.is_late else too_large
            await refuse(scope)(scope, receive, answering)

    def _headers_of(self, path: str, request_id: str) -> list[tuple[bytes, bytes]]:
        named = [(b"x-request-id", request_id.encode()), *self._headers]
        return named if _IN_OTHERS_WINDOWS.fullmatch(path) else [*named, _OPENER]

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        # No route has such a character in a name, no database keeps NUL, and logs would be told lies.
        if _CONTROL.search(scope["path"]) or _CONTROL_IN_QUERY.search(scope.get("query_string", b"")):
            message = "The address holds a control character."
            return problem(Request(scope), 400, "bad_address", message, hint="Leave it out.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20 and int(length) <= self.bytes_max):
            return self._too_large(scope, length[:20])
        return None

    def _too_large(self, scope: Scope, length: str) -> Response:
        hint = f"At most {self.bytes_max:,} bytes are taken."
        return problem(Request(scope), 413, "content_too_large", f"The body has {length} bytes.", hint=hint)


def _too_slow(scope: Scope) -> Response:
    message = (
        f"The body did not come: {BODY_S_MAX:.0f} seconds, and one more for each {BODY_BYTES_A_S:,.0f} bytes, is all."
    )
    slow = problem(Request(scope), 408, "too_slow", message, hint="Send it again, at once.")
    slow.headers["Connection"] = "close"  # what else still comes on it is the rest of that body
    return slow


class _Answering:
    """`send`, with the headers that every answer has."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.has_begun = self.is_whole_500 = False
        self.status = 0
        self._is_500 = False
        # The application answers a request that it was not given whole: nobody is to hear that.
        self.is_muted = False

    async def __call__(self, message: Message) -> None:
        if self.is_muted and not self.has_begun:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.has_begun, self._is_500 = True, message["status"] == HTTPStatus.INTERNAL_SERVER_ERROR
            given = message.get("headers", [])
            names = {name.lower() for name, _ in given}
            message = {**message, "headers": [*given, *(one for one in self._headers if one[0] not in names)]}
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_whole_500 = self._is_500


class _Bounded:
    """`receive`, ended when a body without a declared length grows past the limit, or when one comes too slowly."""

    def __init__(self, receive: Receive, bytes_max: int, answering: _Answering) -> None:
        self._receive = receive
        self._left = bytes_max
        self._answering = answering
        self._due_s = time.monotonic() + BODY_S_MAX
        self._is_whole = self.is_late = False

    @property
    def is_over(self) -> bool:
        return self._left < 0 or self.is_late

    async def __call__(self) -> Message:
        if self.is_over:
            return {"type": "http.disconnect"}
        message = await (self._receive() if self._is_whole else self._part())
        if not self.is_over:
            return message
        self._answering.is_muted = True
        return {"type": "http.disconnect"}

    async def _part(self) -> Message:
        """What comes next of the body; nobody holds a connection by sending it a byte at a time."""
        try:
            async with asyncio.timeout(max(self._due_s - time.monotonic(), 0.0)):
                message = await self._receive()
        except TimeoutError:
            self.is_late = True
            return {"type": "http.disconnect"}
        size = len(message.get("body", b""))
        self._left -= size
        self._due_s += size / BODY_BYTES_A_S
        self._is_whole = not message.get("more_body")
        return message
