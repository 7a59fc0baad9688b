"""One call, whole: from the client's own trace through gate, sandbox and host calls to another server, as a collector
is told of it by OTLP over HTTP; nothing of what it was called with; and the same ids in the lines of log."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import SecretStr

from api.processes import traces_of
from api.settings import Settings
from sandbox import Image, Url
from tenants.capabilities.bound import Bound
from tenants.capabilities.http import request_spans
from tenants.telemetry.exporting import Exporting
from tests.makers import CHECKOUT, TenantAccess, make_live, make_spec, served, sign_up

TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CARRIED = {"traceparent": f"00-{TRACE}-{ABOVE}-01", "tracestate": "vendor=of-the-client"}
# Stands for whatever a person might be recognised by.
PERSON = "jane-roe-4711"
SOURCE = '''
"""Look a price up, and whether it was seen before."""
from sealwright import ToolError, http, kv


def look_up(sku: str) -> dict[str, str]:
    """The price of one article."""
    answer = http.get("http://prices.internal:8080/of/" + sku, params={"sku": sku}, headers={"x-for": sku})
    if not answer.ok:
        raise ToolError("There is no price of " + sku + ".")
    kv.get("seen/" + sku)
    return {"price": answer.text}
'''
TEXT = {"type": "string", "maxLength": 40}
WORLD = {"http": {"GET http://prices.internal:8080/of/*": {"status": 200, "text": "12 EUR"}}}
SPEC = make_spec(
    "look_up",
    title="Look up a price",
    description="Looks up the price of one article, and whether it was seen.",
    input_schema={
        "type": "object", "properties": {"sku": {**TEXT, "pattern": "^[a-z0-9-]+$", "minLength": 1}},
        "required": ["sku"], "additionalProperties": False,
    },
    output_schema={"type": "object", "properties": {"price": TEXT}, "required": ["price"]},
    capabilities={"http": ["GET http://prices.internal:8080/of/*"], "kv": ["tool/*"]},
    effects="read",
    examples=[{"arguments": {"sku": sku}, "result": {"price": "12 EUR"}, "world": WORLD} for sku in ("a-1", "b-2")],
    holdouts=[{"arguments": {"sku": "c-3"}, "result": {"price": "12 EUR"}, "world": WORLD}],
)  # fmt: skip


@dataclass
class Told:
    """What came to a server on loopback that is a collector, and the prices."""

    port: int = 0
    spans: list[Span] = field(default_factory=list[Span])
    resource: dict[str, str] = field(default_factory=dict[str, str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    raw: bytes = b""

    def take(self, headers: dict[str, str], body: bytes) -> None:
        assert headers["content-type"] == "application/x-protobuf"
        plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        self.raw += plain
        self.headers.append(headers)
        for of_resource in ExportTraceServiceRequest.FromString(plain).resource_spans:
            self.resource |= {one.key: one.value.string_value for one in of_resource.resource.attributes}
            self.spans += [span for scope in of_resource.scope_spans for span in scope.spans]

    def of(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace_id.hex() == trace]

    def tree(self, trace: str, above: str, depth: int = 0) -> list[str]:
        """Names of spans, each indented below what it is a step of, by when they began."""
        found = sorted(
            (one for one in self.of(trace) if one.parent_span_id.hex() == above),
            key=lambda one: one.start_time_unix_nano,
        )
        return [
            line for one in found for line in ("  " * depth + one.name, *self.tree(trace, one.span_id.hex(), depth + 1))
        ]

    def named(self, name: str, trace: str = TRACE) -> dict[str, Any]:
        (span,) = (one for one in self.of(trace) if one.name == name)
        return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@contextmanager
def listening() -> Generator[tuple[Told, list[dict[str, str]]]]:
    """A collector and a server of prices; what the latter was asked with."""
    told, asked = Told(), list[dict[str, str]]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["content-length"]))
            told.take({name.lower(): text for name, text in self.headers.items()}, body)
            self._answer(200, b"")

        def do_GET(self) -> None:
            asked.append({name.lower(): text for name, text in self.headers.items()})
            self._answer(404 if "missing" in self.path else 200, b"9 EUR")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told, asked
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Whole:
    """All that was told of the calls of one server that has ended, and what it wrote to its log."""

    told: Told
    asked: list[dict[str, str]]
    answers: dict[str, Any]
    rest_trace: str
    tenant: TenantAccess


def parent(letter: str, flags: str = "01") -> str:
    """A client's trace of its own."""
    return f"00-{letter * 32}-{ABOVE}-{flags}"


async def call(http: httpx2.AsyncClient, tenant: TenantAccess, number: object, sku: str, **more: Any) -> Any:
    """As a client of the older era sends it; `meta` and `headers` carry its trace."""
    params = {"name": more.get("name", "look_up"), "arguments": {"sku": sku}, "_meta": more.get("meta", {})}
    headers = {"Authorization": f"Bearer {tenant.token}", "Accept": "application/json, text/event-stream"}
    headers |= {"MCP-Protocol-Version": "2025-06-18", **more.get("headers", {})}
    body = {"jsonrpc": "2.0", "id": number, "method": more.get("method", "tools/call"), "params": params}
    answer = await http.post(tenant.mcp_url, json=body, headers=headers)
    text = answer.text
    return json.loads(text.partition("data: ")[2] if "data: " in text else text)


@pytest.fixture(scope="module")
async def whole(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Whole]:
    del image
    folder = tmp_path_factory.mktemp("traced")
    with listening() as (told, asked):
        settings = {
            "otlp_url": f"http://127.0.0.1:{told.port}",
            "otlp_headers": SecretStr("Authorization=Bearer of-the-collector"),
            "allowed_internal_hosts": (f"prices.internal:8080=127.0.0.1:{told.port}",),
        }
        async with served(folder, **settings) as product, httpx2.AsyncClient(timeout=60) as http:
            tenant = await sign_up(product)
            await make_live(tenant, SPEC, SOURCE)
            answers = {
                "of the message": await call(
                    http, tenant, 7, PERSON, meta=CARRIED, headers={"traceparent": parent("a")}
                ),
                "of the headers": await call(http, tenant, "h", PERSON, headers={"traceparent": parent("b")}),
                "failed": await call(http, tenant, 8, f"missing-{PERSON}", meta={"traceparent": parent("c")}),
                "not kept": await call(http, tenant, 9, PERSON, meta={"traceparent": parent("d", "00")}),
                "unknown": await call(http, tenant, 10, "x", name=f"{PERSON} x", meta={"traceparent": parent("e")}),
                "no method": await call(
                    http, tenant, 11, "x", method=f"do/{PERSON}", meta={"traceparent": parent("f")}
                ),
            }
            rest = {"traceparent": parent("1")}
            await tenant.api.post("/tools/look_up/runs", json={"arguments": {"sku": PERSON}}, headers=rest)
        yield Whole(told, asked, answers, "1" * 32, tenant)


async def test_a_call_is_one_tree_from_the_clients_trace_to_the_other_server(whole: Whole) -> None:
    assert whole.answers["of the message"]["result"]["structuredContent"] == {"price": "9 EUR"}
    assert whole.told.tree(TRACE, ABOVE) == [
        "tools/call look_up",
        "  gate",
        "  run.begin",
        "  run look_up",
        "    sandbox",
        "      http.request",
        "        GET",
        "      kv.get",
        "    run.record",
    ]
    assert len(whole.told.of(TRACE)) == 9
    (first,) = (one for one in whole.told.of(TRACE) if one.parent_span_id.hex() == ABOVE)
    assert (first.kind, first.trace_state) == (Span.SPAN_KIND_SERVER, "vendor=of-the-client")
    # No step begins before what it is a step of, or ends after it.
    by_id = {one.span_id: one for one in whole.told.of(TRACE)}
    for one in by_id.values():
        above = by_id.get(one.parent_span_id, one)
        assert above.start_time_unix_nano <= one.start_time_unix_nano <= one.end_time_unix_nano
        assert one.end_time_unix_nano <= above.end_time_unix_nano
    assert whole.told.resource["service.name"] == "sealwright"
    assert {one["authorization"] for one in whole.told.headers} == {"Bearer of-the-collector"}


async def test_it_says_what_the_conventions_want_and_which_run_it_was(whole: Whole) -> None:
    said = whole.told.named("tools/call look_up")
    tenant_id = said.pop("sealwright.tenant.id")
    assert said == {
        "mcp.method.name": "tools/call", "mcp.protocol.version": "2025-06-18", "jsonrpc.request.id": "7",
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up", "network.transport": "tcp",
        "network.protocol.name": "http", "http.response.status_code": 200,
    }  # fmt: skip
    run = whole.told.named("run look_up")
    assert run["sealwright.run.id"] == whole.answers["of the message"]["result"]["_meta"]["sealwright/runId"]
    assert (run["sealwright.run.outcome"], run["sealwright.run.channel"]) == ("returned", "mcp")
    assert run["sealwright.tenant.id"] == tenant_id
    assert (run["sealwright.tool.version"], run["sealwright.run.host_calls"]) == (1, 2)
    assert whole.told.named("GET") == {
        "http.request.method": "GET", "http.response.status_code": 200, "url.scheme": "http",
        "server.address": "prices.internal", "server.port": 8080,
    }  # fmt: skip


async def test_the_opened_server_is_told_the_trace_and_nothing_else_of_it(whole: Whole) -> None:
    (leaving,) = (one for one in whole.told.of(TRACE) if one.name == "GET")
    (told,) = (one for one in whole.asked if TRACE in one.get("traceparent", ""))
    assert told["traceparent"] == f"00-{TRACE}-{leaving.span_id.hex()}-01"
    assert all("tracestate" not in one and "baggage" not in one for one in whole.asked)


async def test_the_message_counts_before_the_headers_and_these_where_it_says_nothing(whole: Whole) -> None:
    assert whole.told.of("a" * 32) == []
    assert whole.told.tree("b" * 32, ABOVE)[0] == "tools/call look_up"
    assert whole.told.named("tools/call look_up", "b" * 32)["jsonrpc.request.id"] == "h"


async def test_a_trace_that_the_client_does_not_keep_is_not_kept_here_and_handed_on_as_such(whole: Whole) -> None:
    assert whole.told.of("d" * 32) == []
    (told,) = (one for one in whole.asked if "d" * 32 in one.get("traceparent", ""))
    assert told["traceparent"].endswith("-00")


async def test_what_fails_is_told_by_its_kind(whole: Whole) -> None:
    failed = {one.name: one for one in whole.told.of("c" * 32)}
    kinds = {name: whole.told.named(name, "c" * 32).get("error.type") for name in failed}
    assert kinds["tools/call look_up"] == "tool_error"
    assert kinds["run look_up"] == "failed"
    assert kinds["GET"] == "404"
    assert {name for name, one in failed.items() if one.status.code == 2} == {
        "tools/call look_up",
        "run look_up",
        "GET",
    }


async def test_what_a_client_calls_by_no_name_is_not_told(whole: Whole) -> None:
    assert whole.told.tree("e" * 32, ABOVE)[0] == "tools/call"
    assert whole.told.named("tools/call", "e" * 32)["error.type"] == "-32602"
    assert whole.told.tree("f" * 32, ABOVE)[0] == "_OTHER"


async def test_a_call_by_rest_is_told_by_its_routes_pattern(whole: Whole) -> None:
    tree = whole.told.tree(whole.rest_trace, ABOVE)
    assert tree[0] == "POST /api/v1/tenants/{tenant}/tools/{name}/runs"
    assert tree[-2:] == ["      kv.get", "    run.record"]


async def test_nothing_of_people_arguments_or_results_is_told(whole: Whole) -> None:
    for secret in (PERSON, "9 EUR", whole.tenant.slug, whole.tenant.email, whole.tenant.token, "Owner"):
        assert secret.encode() not in whole.told.raw
    assert len(whole.told.spans) > 40


PUBLIC, OPENED = Url.parse("https://api.acme.com/v1"), Url.parse("http://crm.internal:8080/x")
BOUND = Bound("t", "r", "n", internal_hosts=frozenset({"crm.internal:8080"}), named_hosts=frozenset({"api.acme.com"}))


@pytest.mark.parametrize(
    ("url", "host", "is_told"),
    [
        (PUBLIC, "api.acme.com", False),
        (OPENED, "crm.internal", True),
        # A part of it may be what the tool was called with: the grant says *.acme.com.
        (Url.parse("https://jane.acme.com/"), None, False),
        (Url.parse("http://crm.internal:8081/x"), None, False),
        (Url.parse("https://crm.internal/x"), None, False),
    ],
)
def test_only_servers_that_the_operator_opened_are_told(url: Url, host: str | None, *, is_told: bool) -> None:
    assert request_spans.traced(url, BOUND) == (host, is_told)


@asynccontextmanager
async def exporting(told: Told) -> AsyncGenerator[Exporting]:
    traces = traces_of(Settings(otlp_url=f"http://127.0.0.1:{told.port}"))
    assert traces is not None
    yield traces
    traces.close()


ODD = {
    "nothing": "", "no ids": "00-1-2-01", "zeros": f"00-{'0' * 32}-{ABOVE}-01", "no span": f"00-{TRACE}-{'0' * 16}-01",
    "a forbidden version": f"ff-{TRACE}-{ABOVE}-01", "capitals": f"00-{TRACE.upper()}-{ABOVE}-01",
    "too long": "0" * 100_000,
    "more than there is in version 0": f"00-{TRACE}-{ABOVE}-01-x", "no hexadecimal": f"00-{'g' * 32}-{ABOVE}-01",
    "half a character": "00-\ud800", "lines": f"00-{TRACE}-{ABOVE}-01\r\nx: y",
}  # fmt: skip


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD.keys())
async def test_a_trace_that_is_none_begins_anew(sent: str) -> None:
    with listening() as (told, _):
        async with exporting(told) as traces:
            traces.begin("x", "server", {"traceparent": sent, "tracestate": "a=b"}).end()
    (span,) = told.spans
    assert span.trace_id.hex() != TRACE
    assert span.parent_span_id == b""
    assert span.trace_state == ""


@pytest.mark.parametrize("url", ["collector:4318", "ftp://collector", "http://", "http://c:4318/?key=x", "https://a b"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="SEALWRIGHT_OTLP_URL"):
        traces_of(Settings(otlp_url=url))


def test_headers_that_are_no_pairs_are_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="SEALWRIGHT_OTLP_HEADERS") as refused:
        traces_of(Settings(otlp_url="http://collector:4318", otlp_headers=SecretStr("Bearer of-ours")))
    assert "of-ours" not in str(refused.value)


LINES = """
import logging, sys
from api import logs
from tenants.telemetry import spans, subjects
from tenants.telemetry.exporting import Exporting
logs.configure(as_json=True)
traces = Exporting.open(sys.argv[1], {}, 1.0)
with spans.entered(traces.begin("x", "server", {"traceparent": sys.argv[2]})) as span:
    logs.name_tenant("ten_1")
    logs.log.warning("of the request", span=span.span_id)
    with subjects.carrying("ten_1", "run_1"), spans.inside("step") as step:
        logging.getLogger("tenants.runs").error("of the run")
        logs.log.warning("of the step", span=step.span_id)
logs.log.warning("of nobody")
traces.close()
"""


def test_lines_of_log_name_trace_span_run_and_tenant() -> None:
    with listening() as (told, _):
        argv = (sys.executable, "-c", LINES, f"http://127.0.0.1:{told.port}", CARRIED["traceparent"])
        said = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    request, run, step, nobody = (json.loads(line) for line in said.stderr.splitlines())
    named = {one.name: one.span_id.hex() for one in told.spans}
    assert (request["trace_id"], request["span_id"], request["tenant"]) == (TRACE, named["x"], "ten_1")
    assert "run" not in request
    for line in (run, step):
        ids = {"trace_id": TRACE, "span_id": named["step"], "run": "run_1", "tenant": "ten_1"}
        assert ids.items() <= line.items()
    assert {"trace_id", "span_id", "run"}.isdisjoint(nobody)


def test_where_no_traces_are_kept_nothing_of_it_is_imported() -> None:
    script = (
        "import sys, api.cli.serve, api.cli.worker, api.app, api.processes; from api.settings import Settings;"
        "api.processes.traces_of(Settings());"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter',"
        " 'google.protobuf', 'tenants.telemetry.exporting'))])"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
