"""Requests to the REST API as spans, by their route's pattern: never by their path, which names things of tenants."""

from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenants.telemetry import spans
from tenants.telemetry.spans import Span, Traces

_ERRORS = 500
_METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
_CARRIED = ("traceparent", "tracestate")


class TracedRoutes:
    """Right in front of the routes. `traces` is asked with each request: they are opened after the routes are made."""

    def __init__(self, app: ASGIApp, traces: Callable[[], Traces | None]) -> None:
        self._app, self._traces = app, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        traces = self._traces() if scope["type"] == "http" and scope["path"].startswith("/api/") else None
        if traces is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        carried = {name: headers[name] for name in _CARRIED if name in headers}
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with spans.entered(traces.begin(method, "server", carried)) as span:
            span.note({"http.request.method": method})
            try:
                await self._app(scope, receive, _watched(send, span))
            finally:
                route: Any = getattr(scope.get("route"), "path", None)
                if isinstance(route, str):
                    span.rename(f"{method} {route}")
                    span.note({"http.route": route})


def _watched(send: Send, span: Span) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.note({"http.response.status_code": message["status"]})
            if message["status"] >= _ERRORS:
                span.fail(str(message["status"]))
        await send(message)

    return sending
