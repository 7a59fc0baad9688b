"""Traces by OpenTelemetry, sent by OTLP over HTTP from a thread of their own. Imported only where they are kept.

Nothing global is set: what libraries would trace of themselves is not ours to tell.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Self
from uuid import uuid4

import requests
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.sdk.version import __version__ as VERSION  # noqa: N812 - it is one
from opentelemetry.trace import Span as Kept
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tenants.telemetry.spans import Kind, Value

_KINDS = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT}
_READER = TraceContextTextMapPropagator()
# A collector that is away costs no more than this much memory, and what it did not take is lost.
_WAITING_MAX = 4_096
_SEND_S = 5.0
_EVERY_MS = 2_000
# Nothing that is noted is longer than a name.
_TEXT_MAX = 256
_SDK = {"telemetry.sdk.language": "python", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": VERSION}
_US = {"service.name": "sealwright", "service.version": version("sealwright")}
# What the other side carries along is its own; ours to keep, within reason.
_CARRIED_MAX = 512


class Exported:
    """A span that is sent when it has ended, if its trace was chosen to be kept."""

    __slots__ = ("_is_failed", "_kept", "_tracer")

    def __init__(self, kept: Kept, tracer: Tracer) -> None:
        self._kept, self._tracer, self._is_failed = kept, tracer, False

    @property
    def trace_id(self) -> str:
        return f"{self._kept.get_span_context().trace_id:032x}"

    @property
    def span_id(self) -> str:
        return f"{self._kept.get_span_context().span_id:016x}"

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self._kept.get_span_context().trace_flags & 1:02x}"

    def child(self, name: str, kind: Kind = "internal", began_ns: int | None = None) -> "Exported":
        above = set_span_in_context(self._kept)
        return Exported(self._tracer.start_span(name, above, _KINDS[kind], start_time=began_ns), self._tracer)

    def rename(self, name: str) -> None:
        self._kept.update_name(name)

    def note(self, about: Mapping[str, Value | None]) -> None:
        if self._kept.is_recording():
            self._kept.set_attributes({name: value for name, value in about.items() if value is not None})

    def fail(self, kind: str) -> None:
        if not self._is_failed and self._kept.is_recording():
            self._is_failed = True
            self._kept.set_attribute("error.type", kind)
            self._kept.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        self._kept.end()


class Exporting:
    """One process's traces. `close` sends what waits; it blocks."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("sealwright")

    @classmethod
    def open(cls, url: str, headers: Mapping[str, str], share: float) -> Self:
        """`url` is a collector's, without `/v1/traces`. `share`: of the traces that begin here, from 0 to 1.

        Whoever asks with a trace of their own has it kept, or not, as they say.
        """
        session = requests.Session()
        # No proxy and no password that this machine's environment names: the address is the operator's word.
        session.trust_env = False
        exporter = OTLPSpanExporter(
            f"{url.rstrip('/')}/v1/traces", headers=headers, timeout=_SEND_S, compression=Compression.Gzip,
            session=session,
        )  # fmt: skip
        provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)),
            resource=Resource({**_SDK, **_US, "service.instance.id": str(uuid4())}),
            span_limits=SpanLimits(max_attribute_length=_TEXT_MAX),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(BatchSpanProcessor(exporter, _WAITING_MAX, _EVERY_MS, _WAITING_MAX // 4))
        return cls(provider)

    def begin(self, name: str, kind: Kind, carried: Mapping[str, str], began_ns: int | None = None) -> Exported:
        sane = {key: text for key, text in carried.items() if len(text) <= _CARRIED_MAX}
        above = _READER.extract(sane)
        return Exported(self._tracer.start_span(name, above, _KINDS[kind], start_time=began_ns), self._tracer)

    def close(self) -> None:
        self._provider.shutdown()
