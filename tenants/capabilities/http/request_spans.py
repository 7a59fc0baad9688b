"""Requests of tools in a trace: that there was one, and what became of it.

Of the address there is at most the host, where the tool's grant names it in full. Path, query, headers and body may
hold what the tool was called with, and secrets.

A server learns of a trace only where the operator opened it to tools. A trace's ids are random numbers and give nothing
away by themselves; but a trace may begin with a client, who chooses them: a stranger's server would be told what the
client wrote there, and which requests belong together. What a client carries beside them (tracestate, baggage) goes
nowhere.
"""

from typing import NamedTuple

from sandbox import Url
from tenants.capabilities.addresses import place
from tenants.capabilities.bound import Bound
from tenants.telemetry.spans import Span

_ERRORS = 400


class Traced(NamedTuple):
    """What of a request is told to whom. By default nothing, to nobody."""

    host: str | None = None
    is_told: bool = False


NOT_TRACED = Traced()


def traced(url: Url, bound: Bound) -> Traced:
    is_opened = place(url.host.strip("[]"), url.port) in bound.internal_hosts
    return Traced(url.host if is_opened or url.host in bound.named_hosts else None, is_opened)


def headers(span: Span | None, told: Traced) -> dict[str, str]:
    """What a request says of its trace."""
    return {"traceparent": span.traceparent} if span is not None and told.is_told else {}


def tell(span: Span | None, method: str, url: Url, told: Traced, status: int) -> None:
    """What came back."""
    if span is None:
        return
    span.note(
        {
            "http.request.method": method,
            "http.response.status_code": status,
            "url.scheme": url.scheme,
            "server.address": told.host,
            "server.port": url.port,
        }
    )
    if status >= _ERRORS:
        span.fail(str(status))
