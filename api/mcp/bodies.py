"""The body of an MCP request, read once: to see what it needs before anything answers it."""

from dataclasses import dataclass
from typing import Any, cast

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive

from api.mcp.builtins import BUILTINS
from api.mcp.heads import Head
from sandbox import jsontext
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, Permission

# Of JSON-RPC.
_PARSE_ERROR = -32_700


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
