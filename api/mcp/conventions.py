"""OpenTelemetry's conventions for MCP: how a request is named and described in a trace.

https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/. Arguments, results and who asks are never told; of what a
client may choose freely there is only what has the form of a name.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from mcp_types import INTERNAL_ERROR, INVALID_PARAMS
from starlette.types import Message, Send

from api.mcp.messages import Answer, Refused, Unknown
from tenants.telemetry import spans
from tenants.telemetry.spans import Span, Traces

_METHODS = frozenset({
    "completion/complete", "initialize", "logging/setLevel", "notifications/cancelled", "notifications/initialized",
    "ping", "prompts/get", "prompts/list", "resources/list", "resources/read", "resources/subscribe",
    "resources/templates/list", "resources/unsubscribe", "server/discover", "subscriptions/listen", "tasks/cancel",
    "tasks/get", "tasks/list", "tasks/result", "tasks/update", "tools/call", "tools/list",
})  # fmt: skip
_OTHER = "_OTHER"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_CARRIED = ("traceparent", "tracestate")
_HTTP_ERRORS = 400


class Asked(NamedTuple):
    """A request, as far as it is described. `came_ns`: since the epoch."""

    method: str | None
    params: Mapping[str, Any]
    id: str | int | None
    version: str | None
    headers: Mapping[bytes, bytes]
    tenant_id: str
    came_ns: int


@contextmanager
def served(traces: Traces, asked: Asked) -> Generator[Span]:
    """The span of a request: everything that is done for it is inside."""
    method = asked.method if asked.method in _METHODS else _OTHER
    tool = _tool_of(asked) if method == "tools/call" else None
    span = traces.begin(f"{method} {tool}" if tool else method, "server", _carried(asked), asked.came_ns)
    request_id = "" if asked.id is None else str(asked.id)
    with spans.entered(span):
        span.note(
            {
                "mcp.method.name": method,
                "mcp.protocol.version": asked.version,
                "jsonrpc.request.id": request_id if _ID.fullmatch(request_id) else None,
                "gen_ai.operation.name": "execute_tool" if method == "tools/call" else None,
                "gen_ai.tool.name": tool,
                "network.transport": "tcp",
                "network.protocol.name": "http",
                "sealwright.tenant.id": asked.tenant_id,
            }
        )
        yield span


def pass_gate(came_ns: int) -> None:
    """It has come through the gate: who asks is known, and has something left of their allowance."""
    if (span := spans.current()) is not None:
        span.child("gate", began_ns=came_ns).end()


def tell(answer: Answer) -> None:
    """What a call came to, where it is no result."""
    if (span := spans.current()) is None:
        return
    if isinstance(answer, Refused):
        span.fail("tool_error")
    elif isinstance(answer, Unknown):
        span.note({"rpc.response.status_code": str(INVALID_PARAMS)})
        span.fail(str(INVALID_PARAMS))


def tell_of_fault() -> None:
    """It broke down, because of a defect of ours."""
    if (span := spans.current()) is not None:
        span.note({"rpc.response.status_code": str(INTERNAL_ERROR)})
        span.fail(str(INTERNAL_ERROR))


def watched(send: Send, span: Span) -> Send:
    """`send`, whose status is noted."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.note({"http.response.status_code": message["status"]})
            if message["status"] >= _HTTP_ERRORS:
                span.fail(str(message["status"]))
        await send(message)

    return sending


def _tool_of(asked: Asked) -> str | None:
    name = asked.params.get("name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def _carried(asked: Asked) -> dict[str, str]:
    """The client's own context: what the message says (SEP-414), else what its headers say; never some of both."""
    meta: Any = asked.params.get("_meta")
    of_message: Mapping[str, Any] = cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}
    if isinstance(of_message.get("traceparent"), str):
        return {name: text for name in _CARRIED if isinstance(text := of_message.get(name), str)}
    given = {name: asked.headers.get(name.encode()) for name in _CARRIED}
    return {name: text.decode("latin-1") for name, text in given.items() if text is not None}
