"""An MCP request as HTTP brings it: its headers, read in one pass, and its body, read once before anything answers."""

import time
from dataclasses import dataclass
from typing import Any, cast

from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.responses import Response
from starlette.types import Receive, Scope

from api.edge.media import not_json
from api.mcp.tools import BUILTINS
from api.mcp.transport import envelopes
from api.mcp.transport.accepts import BOTH, JSON, STREAM, Accepts, read_accept
from api.mcp.transport.exchanges import Key
from sandbox import jsontext
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, Permission

# Of JSON-RPC.
_PARSE_ERROR = -32_700


@dataclass(frozen=True, slots=True)
class Head:
    """What the gate and the fast lane look at. Names are lower case, as ASGI gives them."""

    values: dict[bytes, bytes]
    is_doubtful: bool  # a routing header twice, or headers that mirror arguments: the SDK's to judge
    version: str | None
    is_modern: bool
    came_ns: int
    """When, since the epoch."""

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        values: dict[bytes, bytes] = {}
        is_doubtful = False
        for name, value in scope["headers"]:
            if name.startswith(b"mcp-"):
                is_doubtful = is_doubtful or name in values or name.startswith(b"mcp-param-")
            values[name] = value
        given = values.get(b"mcp-protocol-version")
        # One that is there and empty says nothing.
        version = (given.decode("latin-1").strip() or None) if given else None
        return cls(values, is_doubtful, version, version in MODERN_PROTOCOL_VERSIONS, time.time_ns())

    def text(self, name: bytes) -> str | None:
        value = self.values.get(name)
        return None if value is None else value.decode("latin-1").strip()

    @property
    def unreadable_body(self) -> str | None:
        """Why the body is none that we read, going by what the headers call it; None when it may be one."""
        return not_json(self.values.get(b"content-type", b""), self.values.get(b"content-encoding", b""))

    @property
    def accepts(self) -> Accepts:
        """What the client takes for an answer."""
        accept = self.values.get(b"accept", b"")
        return BOTH if JSON in accept and STREAM in accept and b";" not in accept else read_accept(accept)

    @property
    def is_known(self) -> bool:
        """Whether it speaks a version that we do."""
        return self.version is None or self.is_modern or self.version in HANDSHAKE_PROTOCOL_VERSIONS

    @property
    def is_plain(self) -> bool:
        """JSON in a version we know, with nothing to puzzle over."""
        return self.is_known and not self.is_doubtful and self.values.get(b"content-type", b"").lower().startswith(JSON)

    def key_of(self, actor: Actor, request_id: str | int) -> Key:
        """What tells this request from all others that are under way."""
        client = b" ".join((self.values.get(b"mcp-session-id", b""), self.values.get(b"user-agent", b"")))
        return Key(actor.tenant_id, actor.id, client.decode("latin-1"), request_id)


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON that came, and the same as a message, if it is an object as messages are."""

    value: Any
    message: dict[str, Any] | None

    @property
    def id(self) -> str | int | None:
        """The id of a request; None when it is none, or has one that names nothing."""
        given = self.message.get("id") if self.message else None
        return cast("str | int", given) if envelopes.is_id(given) else None

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


async def read_body(head: Head, receive: Receive, bytes_max: int) -> Body | Response:
    """Read the whole body; a response when it is none that we read. A client that went away sent nothing."""
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
    if len(raw) > bytes_max:
        return _refusal(413, f"The body has {len(raw):,} bytes; at most {bytes_max:,} are taken.")
    try:
        value = jsontext.read_stored(raw)
    except jsontext.BadJson as error:
        return _refusal(400, f"The body cannot be read: {error}.")
    return Body(value, cast("dict[str, Any]", value) if isinstance(value, dict) else None)


def _refusal(status: int, message: str) -> Response:
    return refuse(envelopes.Fault(_PARSE_ERROR, message), status)


def refuse(fault: envelopes.Fault, status: int = 400) -> Response:
    """A message is none that is served."""
    return Response(jsontext.write(fault.wire()), status, media_type="application/json")
