"""The ASGI gate in front of the MCP server: who may come in, as whom, and with what."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from sqlalchemy import select
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.mcp import callers, challenges, server
from api.mcp.bearers import Bearers, Verify
from api.mcp.bodies import read_body, replay
from api.mcp.callers import Caller, StillValid
from api.mcp.handlers import Handlers
from tenants.access import Actor
from tenants.errors import NotAuthenticatedError
from tenants.models import Tenant
from tenants.runtime import Runtime

_PATH = re.compile(r"/t/([A-Za-z0-9-]{1,40})/mcp/?")
VERSION_HEADER = "mcp-protocol-version"
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
    "Mcp-Session-Id, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}


class McpEdge:
    """Serves every tenant's MCP endpoint while it is `run`."""

    def __init__(self, origin: str, handlers: type[Handlers] = Handlers) -> None:
        self.origin = origin
        self._handlers = handlers

    def matches(self, path: str) -> bool:
        return _PATH.fullmatch(path) is not None

    @asynccontextmanager
    async def run(self, runtime: Runtime, verify: Verify | None = None) -> AsyncGenerator[None]:
        """Open what requests need; `verify` checks OAuth access tokens. Leaving it ends every open stream."""
        self._runtime = runtime
        self._bearers = Bearers(runtime.database, verify)
        self._open = self._handlers(runtime, self.origin)
        manager = StreamableHTTPSessionManager(app=server.build(self._open), stateless=True, json_response=False)
        async with manager.run():
            self._sdk: ASGIApp = manager.asgi_app
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        slug = found[1] if found else ""
        headers = Headers(scope=scope)
        answer = self._foreign(headers) or await self._before(scope["method"], slug)
        send = _with_cors(send, headers.get("origin"))
        if answer is not None:
            await answer(scope, receive, send)
            return
        try:
            actor = await self._authenticate(headers, slug)
        except NotAuthenticatedError as error:
            sent = "authorization" in headers
            await challenges.unauthorized(self.origin, slug, error.message if sent else None)(scope, receive, send)
            return
        caller = Caller(actor, self._still_valid(headers, slug))
        if scope["method"] == "GET":
            await self._stream(caller, headers, scope, receive, send)
        else:
            await self._serve(caller, scope, receive, send)

    def _foreign(self, headers: Headers) -> Response | None:
        """Refuse another site's page, and a name that was rebound to our address."""
        own = urlsplit(self.origin).netloc
        host, origin = headers.get("host", ""), headers.get("origin")
        if host != own and not _is_local(host):
            return Response("This server is not called that.", 421)
        if origin and origin != self.origin and not _is_local(urlsplit(origin).netloc):
            return Response("Pages of other sites cannot call this.", 403)
        return None

    async def _before(self, method: str, slug: str) -> Response | None:
        """Answer what needs no token, and refuse what is not there."""
        if method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        async with self._runtime.database.system_reading() as session:
            name = await session.scalar(select(Tenant.name).where(Tenant.slug == slug))
        if name is None:
            return Response(orjson.dumps({"error": "not_found"}), 404, media_type="application/json")
        if method not in ("POST", "GET"):
            return Response(status_code=405, headers={"Allow": "GET, POST"})
        return None

    async def _authenticate(self, headers: Headers, slug: str) -> Actor:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticatedError("Send a bearer token.")
        return await self._bearers.actor(token.strip(), slug)

    def _still_valid(self, headers: Headers, slug: str) -> StillValid:
        async def ask() -> bool:
            try:
                await self._authenticate(headers, slug)
            except NotAuthenticatedError:
                return False
            return True

        return ask

    async def _stream(self, caller: Caller, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        """The older era's stream of notifications; the newer one listens with a POST."""
        tenant_id = caller.actor.tenant_id
        if (
            "text/event-stream" not in headers.get("accept", "")
            or headers.get(VERSION_HEADER) in MODERN_PROTOCOL_VERSIONS
        ):
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
        elif self._open.streams.is_full(tenant_id):
            await Response("Too many streams are open.", 429, {"Retry-After": "5"})(scope, receive, send)
        else:
            await self._open.streams.get(tenant_id, caller.still_valid, receive, send)

    async def _serve(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if isinstance(body, Response):
            await body(scope, receive, send)
            return
        missing = body.missing_scope(caller.actor)
        if missing is not None:
            message = f"This needs the scope {missing}."
            await challenges.insufficient(self.origin, caller.actor.tenant_slug, missing, message)(scope, receive, send)
            return
        with callers.acting_for(caller):
            await self._sdk(scope, replay(body.raw, receive), send)


def _is_local(netloc: str) -> bool:
    name = netloc if netloc.endswith("]") else netloc.rsplit(":", 1)[0]
    return name in _LOCAL


def _with_cors(send: Send, origin: str | None) -> Send:
    """Let a page that may call us read the answer, the challenge in it above all."""
    if origin is None:
        return send
    extra = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", b"WWW-Authenticate, Mcp-Session-Id, Retry-After"),
        (b"vary", b"Origin"),
    ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *extra]
        await send(message)

    return sending
