"""What a body may be, at one place in front of REST and OAuth: its type, its size, and JSON that everybody reads alike.

Strangers get little read: what they send is small, or refused before it is read.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import bearers
from api.auth.cookies import session_name
from api.edge.media import is_json, media_type, not_utf8
from api.problems import problem
from sandbox import jsontext
from tenants.base.errors import NotAuthenticatedError
from tenants.sign_in import sessions

STRANGERS_BYTES_MAX = 64 << 10
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
_FORM = "application/x-www-form-urlencoded"
_IN_TENANT = re.compile(r"/api/v1/tenants/([^/]+)/")
# Whatever a person keeps there: the body is the file.
_RAW = re.compile(r"/api/v1/tenants/[^/]+/files/")
IsKnown = Callable[[Scope], Awaitable[bool]]


class Bodies:
    """ASGI middleware. A body that goes on is whole, of a type that its route reads, and sound if it is JSON.

    `is_known` says whether a request comes from somebody who has signed in, or holds a key.
    """

    def __init__(self, app: ASGIApp, is_known: IsKnown) -> None:
        self.app = app
        self.is_known = is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        body = _unreadable(scope) or await self._read(scope, receive)
        if isinstance(body, bytes):
            body = _unsound(scope, body) or body
        if isinstance(body, Response):
            await body(scope, receive, send)
        elif body is not None:
            await self.app(scope, _again(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | Response | None:
        """The whole body; why it is not read; or None when the client is gone."""
        length = Headers(scope=scope).get("content-length", "0")
        parts: list[bytes] = []
        size, is_trusted = 0, False
        while True:
            if not is_trusted and max(size, int(length)) > STRANGERS_BYTES_MAX:
                is_trusted = await self.is_known(scope)
                if not is_trusted:
                    return _too_large(scope)
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if not message.get("more_body"):
                return b"".join(parts)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _unreadable(scope: Scope) -> Response | None:
    """415 for a body that is none of ours by what its headers call it."""
    headers, path = Headers(scope=scope), scope["path"]
    if _RAW.match(path):
        return None
    kind = media_type(headers.get("content-type", "").encode("latin-1"))[0]
    if path.startswith("/api/"):
        message = None if is_json(kind) or kind in YAML else "The body is JSON or YAML: say so by its Content-Type."
    else:
        message = None if is_json(kind) or kind == _FORM else f"The body is a form ({_FORM}), or JSON."
    content_type = headers.get("content-type", "").encode("latin-1")
    message = message or not_utf8(content_type, headers.get("content-encoding", "").encode("latin-1"))
    return problem(Request(scope), 415, "unsupported_media_type", message) if message else None


def _unsound(scope: Scope, body: bytes) -> Response | None:
    """400 for what no route would get to see as it was meant."""
    if not body or _RAW.match(scope["path"]):
        return None
    kind = media_type(Headers(scope=scope).get("content-type", "").encode("latin-1"))[0]
    if kind == _FORM:
        if b"%00" not in body and b"\0" not in body:
            return None
        return problem(Request(scope), 400, "unparsable", "The form holds the character NUL.", hint="Leave it out.")
    if not is_json(kind):
        return None
    try:
        jsontext.read_stored(body)
    except jsontext.BadJson as error:
        hint = f"Send JSON (or YAML): UTF-8, finite numbers, at most {jsontext.DEPTH_MAX} levels of lists and objects."
        return problem(Request(scope), 400, error.code, f"The body is not valid JSON: {error}.", hint=hint)
    return None


def _too_large(scope: Scope) -> Response:
    return problem(
        Request(scope),
        413,
        "content_too_large",
        f"Of whom nobody knows, at most {STRANGERS_BYTES_MAX:,} bytes are taken.",
        hint="Sign in first, or send an API key that is valid in this tenant: Authorization: Bearer sw_...",
    )


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` as if the body had not been read yet."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def knows(state: Any, origin: str) -> IsKnown:
    """By an API key, an access token or a session, as the routes ask for them later. `state` is the application's."""

    async def is_known(scope: Scope) -> bool:
        headers = Headers(scope=scope)
        found = _IN_TENANT.match(scope["path"])
        if found is None:
            return False
        token = bearers.token_in(headers.get("authorization"))
        database = state.runtime.database
        try:
            if token is not None:
                await bearers.authenticate(database, state.oauth.verify, token, found[1])
                return True
        except NotAuthenticatedError:
            return False
        session = cookie_parser(headers.get("cookie", "")).get(session_name(origin), "")
        return bool(session) and await sessions.find_user(database, session) is not None

    return is_known
