"""The ASGI gate in front of the MCP server: who may come in, as whom, and with what."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
from sqlalchemy import select
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.auth import bearers, resources
from api.auth.bearers import Verify
from api.auth.quotas import Quotas
from api.edge.throttle import Throttle
from api.html import page
from api.logs import log, name_tenant
from api.mcp import callers, conventions, server
from api.mcp.callers import Caller, StillValid
from api.mcp.handlers import Handlers
from api.mcp.lane import Lane
from api.mcp.streams import StreamLimits
from api.mcp.transport import envelopes
from api.mcp.transport.exchanges import Exchange, Exchanges
from api.mcp.transport.incoming import Body, Head, read_body, refuse
from api.mcp.transport.sdk_leg import SdkLeg
from api.names import Names
from tenants.base.errors import NotAuthenticatedError, OverQuotaError
from tenants.models import Tenant
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime

_PATH = re.compile(r"/t/([A-Za-z0-9-]{1,40})/mcp/?")
# Of the range that JSON-RPC leaves to implementations.
_OVER_QUOTA = -32_003
_INVALID_REQUEST = -32_600
_HOSTS, _ORIGINS = "SEALWRIGHT_ALLOWED_HOSTS", "SEALWRIGHT_ALLOWED_ORIGINS"
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, "
    "Mcp-Session-Id, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}


class McpEdge:
    """Serves every tenant's MCP endpoint while it is `run`."""

    def __init__(
        self,
        origin: str,
        handlers: type[Handlers] = Handlers,
        quotas: Quotas | None = None,
        bytes_max: int = 4 << 20,
        *,
        names: Names | None = None,
        limits: StreamLimits | None = None,
    ) -> None:
        self.origin = origin
        self._names = names or Names(origin)
        self._limits = limits or StreamLimits()
        self._handlers = handlers
        # Anybody can send what is refused here, so the log says it a few times a minute.
        self._told = Throttle(often=5, seconds=60.0)
        self.quotas = quotas or Quotas()
        self._bytes_max = bytes_max

    def matches(self, path: str) -> bool:
        return _PATH.fullmatch(path) is not None

    @asynccontextmanager
    async def run(self, runtime: Runtime, verify: Verify | None = None) -> AsyncGenerator[None]:
        """Open what requests need; `verify` checks OAuth access tokens. Leaving it ends every open stream."""
        self._runtime = runtime
        self.quotas.tallies = runtime.tallies
        self._verify = verify
        self._own = self._handlers(runtime, self.origin, self._limits)
        self.exchanges = Exchanges(runtime.events)
        self._lane = Lane(self._own, self.exchanges)
        self._sdk = SdkLeg(server.build(self._own))
        with runtime.events.overheard(self.exchanges.hear):
            async with self._sdk.run():
                yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"])
        slug, head = found[1] if found else "", Head.of(scope)
        origin = head.text(b"origin")
        answer = self._foreign(head, origin)
        if answer is None:
            answer = _preflight(scope["method"])
            send = _with_cors(send, origin) if origin is not None else send
        if answer is not None:
            await answer(scope, receive, send)
            return
        try:
            actor = await self._authenticate(head, slug)
        except NotAuthenticatedError as error:
            await (await self._unknown(scope["path"], scope["method"], head, error))(scope, receive, send)
            return
        name_tenant(actor.tenant_id)
        caller = Caller(actor, self._still_valid(head, slug))
        if scope["method"] == "POST":
            await self._serve(caller, head, scope, receive, send)
        else:
            await self._stream(caller, head, scope, receive, send)

    async def _unknown(self, path: str, method: str, head: Head, error: NotAuthenticatedError) -> Response:
        """Nobody we know asks: lead them to where they can sign in, if there is anything here at all."""
        found = _PATH.fullmatch(path)
        slug = found[1] if found else ""
        async with self._runtime.database.system_reading() as session:
            name = await session.scalar(select(Tenant.name).where(Tenant.slug == slug))
        if name is None:
            return Response(orjson.dumps({"error": "not_found"}), 404, media_type="application/json")
        sent = b"authorization" in head.values
        if method == "GET" and not sent and b"text/html" in head.values.get(b"accept", b""):
            url = resources.resource_url(self.origin, slug)
            return page("connect", name=name, slug=slug, url=url, origin=self.origin)
        return resources.unauthorized(f"{self._asked(head)}{path}", error.message if sent else None)

    def _foreign(self, head: Head, origin: str | None) -> Response | None:
        """Refuse another site's page, and a name that was rebound to our address."""
        host = head.text(b"host") or ""
        if self._names.asked(host) is None:
            self._tell("a request called the server by a name that is not its own", host=host, setting=_HOSTS)
            return Response(f"This server is not called that. If it is, say so in {_HOSTS}.", 421)
        if origin and not self._names.admits(origin):
            self._tell("a page of another site was refused", origin=origin, setting=_ORIGINS)
            return Response(f"Pages of other sites cannot call this, but for those in {_ORIGINS}.", 403)
        return None

    def _tell(self, event: str, **said: str) -> None:
        if self._told.wait_s("") is None:
            log.warning(event, **{name: value[:200] for name, value in said.items()})

    def _asked(self, head: Head) -> str:
        """Our origin, by that of its names which this request used."""
        return self._names.asked(head.text(b"host") or "") or self.origin

    async def _authenticate(self, head: Head, slug: str) -> Actor:
        token = bearers.token_in(head.text(b"authorization"))
        if not token:
            raise NotAuthenticatedError("Send a bearer token.")
        return await bearers.authenticate(self._runtime.database, self._verify, token, slug)

    def _still_valid(self, head: Head, slug: str) -> StillValid:
        async def ask() -> bool:
            try:
                actor = await self._authenticate(head, slug)
            except NotAuthenticatedError:
                return False
            return Permission.TOOLS_READ in actor.permissions

        return ask

    async def _stream(self, caller: Caller, head: Head, scope: Scope, receive: Receive, send: Send) -> None:
        """The older era's stream of notifications; the newer one listens with a POST."""
        wants = b"text/event-stream" in head.values.get(b"accept", b"").lower()
        if scope["method"] != "GET" or head.is_modern or not wants:
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
        elif (fault := self._own.streams.fault_of(caller.actor)) is not None:
            await Response(fault, 429, {"Retry-After": "5"})(scope, receive, send)
        else:
            await self._own.streams.get(caller.actor, caller.still_valid, receive, send)

    async def _serve(self, caller: Caller, head: Head, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(head, receive, self._bytes_max)
        if isinstance(body, Response):
            await body(scope, receive, send)
        elif self._runtime.traces is None:
            await self._admit(caller, head, body, scope, receive, send)
        else:
            with conventions.served(self._runtime.traces, _described(head, body, caller)) as span:
                await self._admit(caller, head, body, scope, receive, conventions.watched(send, span))

    async def _admit(self, caller: Caller, head: Head, body: Body, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _unanswerable(head, body)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        missing = body.missing_scope(caller.actor)
        if missing is not None:
            message = f"This needs the scope {missing}."
            url = f"{self._asked(head)}{scope['path']}"
            await resources.insufficient(url, missing, message)(scope, receive, send)
            return
        if (
            body.method == "notifications/cancelled"
            and not head.is_modern
            and envelopes.is_id(body.params.get("requestId"))
        ):
            # Before anything is counted: it is no more work, but less.
            self.exchanges.cancel(head.key_of(caller.actor, body.params["requestId"]))
        allowance = await self.quotas.allowance(self._runtime.database, caller.actor.tenant_id)
        try:
            if body.method == "tools/call":
                with self.quotas.admitted(caller.actor, allowance):
                    await self._dispatch(caller, head, body, scope, receive, send)
            else:
                self.quotas.count(caller.actor, allowance)
                await self._dispatch(caller, head, body, scope, receive, send)
        except OverQuotaError as error:
            await _too_many(error, body)(scope, receive, send)

    async def _dispatch(
        self, caller: Caller, head: Head, body: Body, scope: Scope, receive: Receive, send: Send
    ) -> None:
        conventions.pass_gate(head.came_ns)
        with callers.acting_for(caller):
            if await self._lane.serve(caller, head, body, receive, send):
                return
        fault = envelopes.read_fault(body.value) or envelopes.read_version_fault(head.version, body.message or {})
        if fault is not None:
            await refuse(fault)(scope, receive, send)
        elif head.is_modern or body.method != "tools/call" or body.id is None:
            with callers.acting_for(caller):
                await self._sdk.serve(head, body, None, scope, receive, send)
        else:
            key = head.key_of(caller.actor, body.id)
            exchange = Exchange(body.params)
            with self.exchanges.opened(key, exchange), callers.acting_for(replace(caller, exchange=exchange)):
                await self._sdk.serve(head, body, exchange, scope, receive, send)


def _unanswerable(head: Head, body: Body) -> Response | None:
    """406 for who takes neither form of an answer, or no stream and asks for one."""
    accepts = head.accepts
    if accepts.stream or (accepts.json and body.method != "subscriptions/listen"):
        return None
    wanted = "text/event-stream" if body.method == "subscriptions/listen" else "application/json, text/event-stream"
    return refuse(envelopes.Fault(_INVALID_REQUEST, f"Answers come as {wanted}: let Accept name it.", body.id), 406)


def _described(head: Head, body: Body, caller: Caller) -> conventions.Asked:
    version = head.version if head.is_known else None
    return conventions.Asked(
        body.method, body.params, body.id, version, head.values, caller.actor.tenant_id, head.came_ns
    )


def _preflight(method: str) -> Response | None:
    if method == "OPTIONS":
        return Response(status_code=204, headers=_CORS)
    return None


def _too_many(error: OverQuotaError, body: Body) -> Response:
    """429, as HTTP says it and as JSON-RPC says it."""
    data = {"retry_after_s": error.retry_after_s, "hint": error.hint, "done": "This call did nothing."}
    wire = {
        "jsonrpc": "2.0",
        "id": body.id,
        "error": {"code": _OVER_QUOTA, "message": error.message, "data": data},
    }
    headers = {"Retry-After": str(error.retry_after_s)}
    return Response(orjson.dumps(wire), 429, headers, "application/json")


def _with_cors(send: Send, origin: str) -> Send:
    """Let a page that may call us read the answer, the challenge in it above all."""
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
