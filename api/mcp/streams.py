"""Telling clients that a tenant's tools changed: a listen stream in the new era, a GET stream in the old one."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import mcp_types as types
import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError
from starlette.types import Receive, Send

from api.mcp.callers import StillValid
from api.mcp.transport.departures import STREAM_HEADERS, departure
from tenants.catalog import catalog
from tenants.rights.access import Actor
from tenants.runtime import Runtime

# Changes made by another process, and tokens that were revoked, are seen by looking.
_LOOK_EVERY_S = 1.0
_CHANGED = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """`open_max` of one tenant at this process, of which one client has half; `heartbeat_s` without anything to say."""

    open_max: int = 512
    heartbeat_s: float = 15.0


class Streams:
    """The open streams of every tenant."""

    def __init__(self, runtime: Runtime, limits: StreamLimits) -> None:
        self._runtime = runtime
        self.limits = limits
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def _counted(self, actor: Actor) -> Any:
        names = (actor.tenant_id, f"{actor.tenant_id} {actor.id}")
        self._open.update(names)
        try:
            yield
        finally:
            self._open.subtract(names)
            for name in names:
                if not self._open[name]:
                    del self._open[name]

    def fault_of(self, actor: Actor) -> str | None:
        """Why no more streams are opened for an actor; None when there is room."""
        most = self.limits.open_max
        if self._open[f"{actor.tenant_id} {actor.id}"] >= most // 2:
            return f"This client has {most // 2} streams open, which is all at one server; close one."
        if self._open[actor.tenant_id] >= most:
            return f"This tenant has {most} streams open, which is all at one server; close one."
        return None

    async def changes(self, tenant_id: str, still_valid: StillValid) -> AsyncIterator[bool]:
        """Yield True whenever the tenant's tools have changed and False now and then; end with the token."""
        known = (await catalog.live(self._runtime.database, tenant_id)).version
        with self._runtime.events.subscribe(tenant_id) as events:
            while True:
                await events.until(lambda event: event.kind in {"catalog.changed", "events.missed"}, _LOOK_EVERY_S)
                # What came while we waited is told to who may still hear it.
                if not await still_valid():
                    return
                version = (await catalog.live(self._runtime.database, tenant_id)).version
                yield version != known
                known = version

    async def listen(
        self,
        context: ServerRequestContext[Any, Any],
        params: types.SubscriptionsListenRequestParams,
        actor: Actor,
        still_valid: StillValid,
    ) -> types.SubscriptionsListenResult:
        """Serve one `subscriptions/listen`: its own bus, fed from its own tenant only."""
        fault = self.fault_of(actor)
        if fault is not None:
            raise MCPError(types.INTERNAL_ERROR, fault)
        bus = InMemorySubscriptionBus()
        handler = ListenHandler(bus, max_subscriptions=1)
        with self._counted(actor):
            async with _beside(self._feed(bus, handler, actor.tenant_id, still_valid)):
                return await handler(context, _served(params))

    async def _feed(
        self, bus: InMemorySubscriptionBus, handler: ListenHandler, tenant_id: str, still_valid: StillValid
    ) -> None:
        async for changed in self.changes(tenant_id, still_valid):
            if changed:
                await bus.publish(ToolsListChanged())
        handler.close()

    async def get(self, actor: Actor, still_valid: StillValid, receive: Receive, send: Send) -> None:
        """Serve the older era's GET stream: server-sent events until the client or its token goes away."""
        with self._counted(actor):
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            await send({"type": "http.response.body", "body": b": open\r\n\r\n", "more_body": True})
            writing = asyncio.create_task(self._write(actor.tenant_id, still_valid, send))
            leaving = asyncio.create_task(departure(receive))
            try:
                await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                writing.cancel()
                leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, tenant_id: str, still_valid: StillValid, send: Send) -> None:
        quiet = 0.0
        async for changed in self.changes(tenant_id, still_valid):
            quiet = 0.0 if changed else quiet + _LOOK_EVERY_S
            if changed or quiet >= self.limits.heartbeat_s:
                frame = b"event: message\r\ndata: " + orjson.dumps(_CHANGED) if changed else b": ping"
                quiet = 0.0
                await send({"type": "http.response.body", "body": frame + b"\r\n\r\n", "more_body": True})


def _served(params: types.SubscriptionsListenRequestParams) -> types.SubscriptionsListenRequestParams:
    """What of it comes: that the tools have changed. Nothing else is acknowledged."""
    wanted = types.SubscriptionFilter(tools_list_changed=params.notifications.tools_list_changed)
    return params.model_copy(update={"notifications": wanted})


@asynccontextmanager
async def _beside(work: Any) -> AsyncGenerator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
