"""An MCP request as HTTP brings it: its headers, read in one pass, and its body, read once before anything answers."""

from dataclasses import dataclass
from typing import Any, cast

import orjson
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from api.edge.media import not_json
from api.mcp.tools import BUILTINS
from sandbox import jsontext
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, Permission

# Of JSON-RPC.
_PARSE_ERROR = -32_700
_JSON, _STREAM = b"application/json", b"text/event-stream"


@dataclass(frozen=True, slots=True)
class Head:
    """What the gate and the fast lane look at. Names are lower case, as ASGI gives them."""

    values: dict[bytes, bytes]
    is_doubtful: bool  # a routing header twice, or headers that mirror arguments: the SDK's to judge
    version: str | None
    is_modern: bool

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        values: dict[bytes, bytes] = {}
        is_doubtful = False
        for name, value in scope["headers"]:
            if name.startswith(b"mcp-"):
                is_doubtful = is_doubtful or name in values or name.startswith(b"mcp-param-")
            values[name] = value
        given = values.get(b"mcp-protocol-version")
        version = None if given is None else given.decode("latin-1").strip()
        return cls(values, is_doubtful, version, version in MODERN_PROTOCOL_VERSIONS)

    def text(self, name: bytes) -> str | None:
        value = self.values.get(name)
        return None if value is None else value.decode("latin-1").strip()

    @property
    def unreadable_body(self) -> str | None:
        """Why the body is none that we read, going by what the headers call it; None when it may be one."""
        return not_json(self.values.get(b"content-type", b""), self.values.get(b"content-encoding", b""))

    @property
    def is_plain(self) -> bool:
        """JSON that may be answered with JSON or a stream, in a version we know, with nothing to puzzle over."""
        accept, kind = self.values.get(b"accept", b""), self.values.get(b"content-type", b"")
        known = self.version is None or self.is_modern or self.version in HANDSHAKE_PROTOCOL_VERSIONS
        both = b"*/*" in accept or (_JSON in accept and _STREAM in accept)
        return known and both and not self.is_doubtful and kind.lower().startswith(_JSON)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes, and the JSON object in them when there is one."""

    raw: bytes
    message: dict[str, Any] | None

    @property
    def method(self) -> str | None:
        method = self.message.get("method") if self.message else None
        return method if isinstance(method, str) else None

    @property
    def params(self) -> dict[str, Any]:
        params = self.message.get("params") if self.message else None
        return cast("dict[str, Any]", params) if isinstance(params, dict) else {}

    def missing_scope(self, actor: Actor) -> str | None:
        """The scope that a token must have for this and `actor` has not, or None."""
        if self.method != "tools/call":
            return None
        builtin = BUILTINS.get(str(self.params.get("name")))
        needed = builtin.permission if builtin else Permission.TOOLS_CALL
        return None if needed in actor.permissions else scope_for(needed)


def scope_for(permission: Permission) -> str:
    """The scope to ask for when `permission` is missing."""
    if permission.value in SCOPE_PERMISSIONS:
        return permission.value
    return next(scope for scope, held in SCOPE_PERMISSIONS.items() if permission in held)


async def read_body(head: Head, receive: Receive) -> Body | Response:
    """Read the whole body; a response when it is none that we read. A client that went away sent nothing.

    How large it may be is held in front of every edge: see api/edge/requests.py.
    """
    unreadable = head.unreadable_body
    if unreadable is not None:
        return _refusal(415, unreadable)
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    raw = b"".join(parts)
    try:
        value = jsontext.read_stored(raw)
    except jsontext.BadJson as error:
        return _refusal(400, f"The body cannot be read: {error}.")
    return Body(raw, cast("dict[str, Any]", value) if isinstance(value, dict) else None)


def _refusal(status: int, message: str) -> Response:
    wire = {"jsonrpc": "2.0", "id": None, "error": {"code": _PARSE_ERROR, "message": message}}
    return Response(orjson.dumps(wire), status, media_type="application/json")


def replay(raw: bytes, receive: Receive) -> Receive:
    """`receive` as if the body had not been read yet; what follows (a disconnect) comes from the real one."""
    waiting: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
