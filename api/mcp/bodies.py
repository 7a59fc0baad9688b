"""The body of an MCP request, read once: to see what it needs before anything answers it."""

from dataclasses import dataclass
from typing import Any, cast

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive

from api.mcp.builtins import BUILTINS
from tenants.access import SCOPE_PERMISSIONS, Actor, Permission

BYTES_MAX = 4 << 20


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


async def read_body(receive: Receive) -> Body | Response:
    """Read the whole body; a response when it is too large. A client that went away sent nothing."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BYTES_MAX:
            return Response("Request body too large", 413)
        parts.append(part)
        if not message.get("more_body"):
            break
    raw = b"".join(parts)
    return Body(raw, _object(raw))


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def replay(raw: bytes, receive: Receive) -> Receive:
    """`receive` as if the body had not been read yet; what follows (a disconnect) comes from the real one."""
    waiting: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
