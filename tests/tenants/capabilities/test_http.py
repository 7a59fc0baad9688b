"""HTTP against a real server: what leaves, what comes back, what is tried again, what never shows."""

import base64
import gzip
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import anyio
import httpcore2
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import HostCall, Placeholders
from sandbox.capabilities.syntax.slots import read_slots
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.http.http import Http, HttpLimits, RetryBudget
from tenants.capabilities.secrets import Secret
from tests.tenants.capabilities.kept import Kept

Call = Callable[..., HostCall]


@dataclass
class Server:
    """A server that echoes, fails and counts. `host` is `127.0.0.1:port`."""

    url: str
    hits: Counter[str]
    failures: dict[str, int]

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    hits: Counter[str] = Counter()
    failures: dict[str, int] = {}

    async def echo(request: Request) -> Response:
        hits["echo"] += 1
        body = (await request.body()).decode("latin-1")
        said = {"method": request.method, "query": request.url.query, "headers": dict(request.headers), "body": body}
        return JSONResponse(said, headers={"set-cookie": "session=1", "x-echo": request.headers.get("x-say", "")})

    async def flaky(request: Request) -> Response:
        hits["flaky"] += 1
        status = failures["status"] if hits["flaky"] <= failures["times"] else 200
        return JSONResponse({"key": request.headers.get("idempotency-key")}, status)

    async def slow(request: Request) -> Response:
        hits["slow"] += 1
        await anyio.sleep(float(request.query_params["s"]))
        return Response("late")

    together = anyio.Event()

    async def meeting(request: Request) -> Response:
        """Nobody is answered before all have come."""
        hits["meeting"] += 1
        if hits["meeting"] == int(request.query_params["of"]):
            together.set()
        await together.wait()
        return Response("met")

    async def big(request: Request) -> Response:
        packed = gzip.compress(b"0" * int(request.query_params["bytes"]))
        return Response(packed, headers={"content-encoding": "gzip"})

    async def raw(request: Request) -> Response:
        return Response(bytes.fromhex(request.query_params["hex"]), media_type=request.query_params.get("type"))

    async def away(request: Request) -> Response:
        return RedirectResponse(request.query_params["to"])

    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes = [Route(f"/{view.__name__}", view, methods=every) for view in (echo, flaky, slow, meeting, big, raw, away)]
    async with serve_app(Starlette(routes=routes)) as url:
        yield Server(url, hits, failures)


@pytest.fixture
async def http(tls: ssl.SSLContext) -> AsyncGenerator[Http]:
    http = Http(tls=tls, limits=HttpLimits(retry_wait_s=0.001))
    yield http
    await http.close()


@pytest.fixture
def bound(bound: Bound, server: Server) -> Bound:
    """The operator opened the test's server to this tenant."""
    return replace(bound, internal_hosts=frozenset({server.host}))


@dataclass
class Vault:
    secrets: tuple[Secret, ...]

    async def all(self) -> dict[str, Secret]:
        return {secret.name: secret for secret in self.secrets}


async def echoed(http: Http, call: HostCall, bound: Bound) -> dict[str, Any]:
    return httpx2.Response(200, text=(await http.request(call, bound))["text"]).json()


async def test_a_request_leaves_as_it_was_asked_for(http: Http, server: Server, call: Call, bound: Bound):
    payload = {
        "method": "POST",
        "url": f"{server.url}/echo?a=1",
        "params": {"b": ["x y", True], "c": "&="},
        "headers": {"X-Say": "hello"},
        "json": {"name": "Änn"},
    }

    value = await http.request(call("http.request", **payload), bound)

    said = httpx2.Response(200, text=value["text"]).json()
    assert (value["status"], value["headers"]["x-echo"]) == (200, "hello")
    assert value["url"] == f"{server.url}/echo?a=1&b=x%20y&b=true&c=%26%3D"
    assert said["method"] == "POST"
    assert said["query"] == "a=1&b=x%20y&b=true&c=%26%3D"
    assert said["body"].encode("latin-1").decode() == '{"name": "Änn"}'
    assert said["headers"]["content-type"] == "application/json"
    assert said["headers"]["host"] == server.host
    assert said["headers"]["idempotency-key"] == "run_1:0"


async def test_a_form_a_text_and_bytes_each_have_their_type(http: Http, server: Server, call: Call, bound: Bound):
    url = f"{server.url}/echo"
    form = await echoed(http, call("http.request", method="PUT", url=url, data={"a": "1 2", "b": ["x", "y"]}), bound)
    text = await echoed(http, call("http.request", method="PUT", url=url, data="täxt"), bound)
    raw = base64.b64encode(b"\x00\xff").decode()
    some = await echoed(http, call("http.request", method="PUT", url=url, data_base64=raw), bound)

    assert (form["headers"]["content-type"], form["body"]) == ("application/x-www-form-urlencoded", "a=1+2&b=x&b=y")
    assert text["headers"]["content-type"] == "text/plain; charset=utf-8"
    assert some["body"] == "\x00\xff"


async def test_no_cookie_is_kept_between_requests(http: Http, server: Server, call: Call, bound: Bound):
    await echoed(http, call("http.request", method="GET", url=f"{server.url}/echo"), bound)
    said = await echoed(http, call("http.request", method="GET", url=f"{server.url}/echo"), bound)

    assert "cookie" not in said["headers"]


@pytest.mark.parametrize(
    ("hex_content", "kind", "text"),
    [
        ("c3a4", None, "ä"),
        ("e4", "text/plain; charset=iso-8859-1", "ä"),
        ("ff00", "application/octet-stream", None),
        ("c3a4", "text/plain; charset=no-such", None),
    ],
)
async def test_text_comes_back_as_text_and_the_rest_as_base64(
    http: Http, server: Server, call: Call, bound: Bound, hex_content: str, kind: str | None, text: str | None
):
    params = {"hex": hex_content} | ({"type": kind} if kind else {})

    value = await http.request(call("http.request", method="GET", url=f"{server.url}/raw", params=params), bound)

    assert value.get("text") == text
    if text is None:
        assert base64.b64decode(value["base64"]) == bytes.fromhex(hex_content)


async def test_a_redirect_is_handed_back_and_not_followed(http: Http, server: Server, call: Call, bound: Bound):
    away = f"{server.url}/away?to=/echo"

    value = await http.request(call("http.request", method="GET", url=away), bound)

    assert (value["status"], value["headers"]["location"]) == (307, "/echo")
    assert server.hits["echo"] == 0


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_is_safe_to_repeat_is_tried_again(http: Http, server: Server, call: Call, bound: Bound, status: int):
    server.failures.update(status=status, times=2)

    value = await http.request(call("http.request", method="GET", url=f"{server.url}/flaky"), bound)

    assert (value["status"], server.hits["flaky"]) == (200, 3)


async def test_a_post_is_tried_again_only_under_a_key_of_the_tools_own(
    http: Http, server: Server, call: Call, bound: Bound
):
    server.failures.update(status=503, times=1)
    url = f"{server.url}/flaky"

    bare = await http.request(call("http.request", method="POST", url=url), bound)
    server.hits.clear()
    keyed = await http.request(call("http.request", method="POST", url=url, key="invoice/7"), bound)

    assert bare["status"] == 503
    assert (keyed["status"], keyed["text"], server.hits["flaky"]) == (200, '{"key":"invoice/7"}', 2)


async def test_retries_stop_when_the_budget_is_spent(tls: ssl.SSLContext, server: Server, call: Call, bound: Bound):
    server.failures.update(status=503, times=10_000)
    http = Http(tls=tls, limits=HttpLimits(retry_wait_s=0.001), now=lambda: 0.0)

    for _ in range(30):
        await http.request(call("http.request", method="GET", url=f"{server.url}/flaky"), bound)

    assert server.hits["flaky"] <= 30 + 10 + 3
    await http.close()


def test_a_retry_budget_comes_back_with_time_and_with_requests():
    moment = 0.0
    budget = RetryBudget(lambda: moment)
    while budget.spend("a"):
        pass

    moment = 100.0
    budget.earn("a")

    assert budget.spend("a")
    assert budget.spend("b")


async def test_a_server_that_is_too_slow_times_out_and_says_so(http: Http, server: Server, call: Call, bound: Bound):
    late = call("http.request", method="POST", url=f"{server.url}/slow?s=5", timeout_ms=100)

    with pytest.raises(Unable, match=r"did not answer within 0\.1 s") as slow:
        await http.request(late, bound)

    assert slow.value.fault.code == "timeout"
    assert slow.value.fault.details == {"retryable": False}
    assert "may have taken effect" in (slow.value.fault.hint or "")


async def test_nobody_there_is_unreachable(http: Http, call: Call, bound: Bound):
    opened = replace(bound, internal_hosts=frozenset({"127.0.0.1:1"}))

    with pytest.raises(Unable, match="could not be reached") as nobody:
        await http.request(call("http.request", method="POST", url="http://127.0.0.1:1/"), opened)

    assert (nobody.value.fault.code, nobody.value.fault.details) == ("unreachable", {"retryable": True})


async def test_a_small_packed_response_that_unpacks_to_a_giant_is_refused(
    tls: ssl.SSLContext, server: Server, call: Call, bound: Bound
):
    http = Http(tls=tls, limits=HttpLimits(response_bytes=100_000))
    fits = await http.request(call("http.request", method="GET", url=f"{server.url}/big?bytes=100000"), bound)

    with pytest.raises(Unable, match="sent more than 100,000 bytes") as big:
        await http.request(call("http.request", method="GET", url=f"{server.url}/big?bytes=100001"), bound)

    assert len(fits["text"]) == 100_000
    assert big.value.fault.code == "response_too_large"
    await http.close()


async def test_many_requests_are_answered_one_by_one_in_order_and_in_parallel(
    http: Http, server: Server, call: Call, bound: Bound
):
    requests = [{"method": "GET", "url": f"{server.url}/meeting?of=16"} for _ in range(16)]
    requests.insert(3, {"method": "GET", "url": "http://10.0.0.1/"})
    requests.insert(5, {"method": "BREW", "url": f"{server.url}/echo"})

    answers = await http.send_many(call("http.send_many", requests=requests), bound)

    assert answers[3]["fault"]["code"] == "address_refused"
    assert answers[5]["fault"]["code"] == "malformed_request"
    assert [answer["value"]["text"] for answer in answers if "value" in answer] == ["met"] * 16


@pytest.mark.parametrize(
    "payload",
    [
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Content-Length": "0"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"Connection": "upgrade"}},
        {"headers": {"X-A": "1\r\nX-B: 2"}},
        {"headers": {"X-A\r\nX-B": "1"}},
        {"headers": {"X-A": "1\n"}},
        {"headers": {"X A": "1"}},
        {"headers": {"X-A": 7}},
        {"headers": {"X-A": "€"}},
        {"headers": ["X-A"]},
        {"method": "GET / HTTP/1.1\r\nX:"},
        {"method": "CONNECT"},
        {"method": None},
        {"params": {"a": {"b": 1}}},
        {"params": "a=1"},
        {"json": {}, "data": "x"},
        {"data": 7},
        {"data_base64": "not base64!"},
        {"timeout_ms": 0},
        {"timeout_ms": 10**9},
        {"timeout_ms": True},
        {"key": "a\r\nb"},
        {"key": ""},
        {"follow_redirects": True},
        {"url": None},
    ],
)
async def test_a_malformed_request_is_refused_before_a_byte_leaves(
    http: Http, server: Server, call: Call, bound: Bound, payload: dict[str, Any]
):
    asked = {"method": "POST", "url": f"{server.url}/echo"} | payload

    with pytest.raises(Unable) as refused:
        await http.request(call("http.request", **asked), bound)

    assert refused.value.fault.code == "malformed_request"
    assert server.hits == {}


RUN = Placeholders(b"a run of these tests".ljust(32))


def own(name: str) -> str:
    """What `secret(name)` gives a tool in this run."""
    return f"{{{{secret:{name}:{RUN.tag(name)}}}}}"


def with_slots(asked: HostCall) -> HostCall:
    """The call as it comes out of the sandbox."""
    payload, slots = read_slots(asked.operation, asked.payload, RUN)
    return replace(asked, payload=payload, secrets=slots)


OWN, SAID = own("stripe_key"), "{{secret:stripe_key}}"
KEY = Secret("stripe_key", 'sk_live_"51H/x+y=~', ("127.0.0.1", "*.stripe.example"))


async def test_a_secret_goes_in_on_the_way_out_and_never_comes_back(
    http: Http, server: Server, call: Call, bound: Bound
):
    seen: list[bytes] = []

    async def listen(request: Request) -> Response:
        seen.append(request.headers["authorization"].encode() + request.url.query.encode() + await request.body())
        value = KEY.value
        leaks = [
            value,
            value.encode().hex(),
            base64.b64encode(f"user:{value}".encode()).decode(),
            *request.headers.values(),
        ]
        return JSONResponse({"leaks": leaks, value: 1}, headers={"x-leak": value})

    routes = [Route("/listen", listen, methods=["POST"])]
    async with serve_app(Starlette(routes=routes)) as url:
        opened = replace(bound, internal_hosts=frozenset({url.removeprefix("http://")}), secrets=Vault((KEY,)))
        payload = {
            "method": "POST",
            "url": f"{url}/listen?k={OWN}",
            "params": {"p": OWN},
            "headers": {"Authorization": f"Bearer {OWN}"},
            "json": {"deep": [{"key": OWN}, SAID]},
        }
        value = await http.request(with_slots(call("http.request", **payload)), opened)

    escaped = KEY.value.replace('"', '\\"')
    quoted = "sk_live_%2251H%2Fx%2By%3D~"
    assert seen == [f'Bearer {KEY.value}k={quoted}&p={quoted}{{"deep": [{{"key": "{escaped}"}}, "{SAID}"]}}'.encode()]
    shown = str(value)
    for spelling in (
        KEY.value,
        escaped,
        quoted,
        KEY.value.encode().hex(),
        base64.b64encode(KEY.value.encode()).decode(),
    ):
        assert spelling not in shown
    middle = base64.b64encode(f"user:{KEY.value}".encode()).decode()[8:-4]
    assert middle not in shown
    assert "{{secret:stripe_key}}" in value["headers"]["x-leak"]
    assert "={{secret:stripe_key}}&p=%7B%7Bsecret%3Astripe_key%7D%7D" in value["url"]
    assert value["repeated_secrets"] == ["stripe_key"]


@pytest.mark.parametrize(
    ("url", "hosts", "code"),
    [
        ("https://api.stripe.example.evil.example/", ("*.stripe.example",), "secret_refused"),
        ("https://stripe.example/", ("*.stripe.example",), "secret_refused"),
        ("https://evilstripe.example/", ("*.stripe.example", "stripe.example"), "secret_refused"),
        ("https://api.stripe.example/", (), "secret_refused"),
        ("http://api.stripe.example/", ("*.stripe.example",), "secret_refused"),
    ],
)
async def test_a_secret_goes_nowhere_else(
    http: Http, call: Call, bound: Bound, url: str, hosts: tuple[str, ...], code: str
):
    holding = replace(bound, secrets=Vault((Secret("stripe_key", "sk_live_123456", hosts),)))
    payload = {"method": "GET", "url": url, "headers": {"Authorization": OWN}}

    with pytest.raises(Unable) as refused:
        await http.request(with_slots(call("http.request", **payload)), holding)

    assert refused.value.fault.code == code
    assert "sk_live" not in str(refused.value.fault)


async def test_a_secret_with_a_line_break_cannot_split_a_header(http: Http, server: Server, call: Call, bound: Bound):
    holding = replace(bound, secrets=Vault((Secret("odd", "value\r\nX-Evil: 1", ("127.0.0.1",)),)))
    payload = {"method": "GET", "url": f"{server.url}/echo", "headers": {"X-Key": own("odd")}}

    with pytest.raises(Unable, match="on one line"):
        await http.request(with_slots(call("http.request", **payload)), holding)

    assert server.hits == {}


async def test_a_secret_that_does_not_exist_is_named(http: Http, server: Server, call: Call, bound: Bound):
    payload = {"method": "GET", "url": f"{server.url}/echo", "headers": {"X-Key": own("nope")}}

    with pytest.raises(Unable, match="There is no secret 'nope'"):
        await http.request(with_slots(call("http.request", **payload)), bound)


class Answering(httpcore2.AsyncNetworkBackend):
    """A network on which every address leads to one local server; it notes which were dialled."""

    def __init__(self, server: Server) -> None:
        self.port = int(server.host.rpartition(":")[2])
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore2.AsyncNetworkStream:
        del more, named
        self.dialled.append(f"{host}:{port}")
        real = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())
        return await real.connect_tcp("127.0.0.1", self.port)


@dataclass
class Names:
    """A resolver under the test's control: each look-up of a name takes its next answer."""

    answers: dict[str, list[list[str]]]

    async def addresses(self, host: str, port: int) -> list[str]:
        del port
        given = self.answers[host]
        return given.pop(0) if len(given) > 1 else given[0]


async def test_a_public_name_is_dialled_at_the_address_that_was_checked(
    tls: ssl.SSLContext, server: Server, call: Call, bound: Bound
):
    network = Answering(server)
    # Rebinding: whoever looks the name up again would be led inside.
    names = Names({"shop.example": [["93.184.215.14"], ["127.0.0.1"]]})
    http = Http(tls=tls, resolver=names, network=network)

    said = await echoed(http, call("http.request", method="GET", url="http://shop.example/echo"), bound)

    assert network.dialled == ["93.184.215.14:80"]
    assert said["headers"]["host"] == "shop.example"
    await http.close()


async def test_a_rebound_name_is_refused_at_its_next_connection(
    tls: ssl.SSLContext, server: Server, call: Call, bound: Bound
):
    network = Answering(server)
    http = Http(tls=tls, resolver=Names({"shop.example": [["93.184.215.14"], ["127.0.0.1"]]}), network=network)
    await http.request(call("http.request", method="GET", url="http://shop.example/echo"), bound)
    await http.close()

    with pytest.raises(Unable, match=r"leads to 127\.0\.0\.1") as refused:
        await http.request(call("http.request", method="GET", url="http://shop.example/echo"), bound)

    assert refused.value.fault.code == "address_refused"
    assert network.dialled == ["93.184.215.14:80"]
    await http.close()


async def test_the_next_address_is_tried_when_the_first_does_not_answer(
    tls: ssl.SSLContext, server: Server, call: Call, bound: Bound
):
    class Half(Answering):
        async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore2.AsyncNetworkStream:
            stream = await super().connect_tcp(host, port, *more, **named)
            if host == "93.184.215.14":
                raise httpcore2.ConnectError("refused")
            return stream

    network = Half(server)
    names = Names({"shop.example": [["93.184.215.14", "93.184.215.15"]]})
    http = Http(tls=tls, resolver=names, network=network)

    value = await http.request(call("http.request", method="GET", url="http://shop.example/echo"), bound)

    assert value["status"] == 200
    assert network.dialled == ["93.184.215.14:80", "93.184.215.15:80"]
    await http.close()


async def test_what_is_opened_to_one_tenant_stays_shut_to_another(http: Http, server: Server, call: Call, bound: Bound):
    await http.request(call("http.request", method="GET", url=f"{server.url}/echo"), bound)
    other = replace(bound, tenant_id="tenant_other", internal_hosts=frozenset())

    with pytest.raises(Unable) as refused:
        await http.request(call("http.request", method="GET", url=f"{server.url}/echo"), other)

    assert refused.value.fault.code == "address_refused"


async def test_a_detour_answers_for_a_name_that_the_operator_opened(
    server: Server, call: Call, bound: Bound, tls: ssl.SSLContext
):
    http = Http(tls=tls, detours={"crm.internal:80": server.host, "shut.internal:80": server.host})
    opened = replace(bound, internal_hosts=frozenset({"crm.internal:80"}))

    said = await echoed(http, call("http.request", method="GET", url="http://crm.internal/echo"), opened)
    with pytest.raises(Unable):
        await http.request(call("http.request", method="GET", url="http://shut.internal/echo"), opened)
    with pytest.raises(Unable, match="not a public address"):
        await http.request(call("http.request", method="GET", url=f"{server.url}/echo"), opened)

    assert said["headers"]["host"] == "crm.internal"
    assert server.hits["echo"] == 1
    await http.close()


async def test_many_requests_repeated_after_a_crash_repeat_only_what_may_be(
    http: Http, server: Server, bound: Bound, kept: Kept
):
    url = f"{server.url}/echo"
    requests = [
        {"method": "POST", "url": url, "data": "came to its end"},
        {"method": "POST", "url": url, "data": "begun, without a key"},
        {"method": "POST", "url": url, "data": "begun, with a key", "key": "invoice/7"},
        {"method": "POST", "url": url, "data": "not begun"},
        {"method": "GET", "url": url},
    ]
    call = HostCall(0, "http", "send_many", {"requests": requests})
    first = await http.send_many(call, replace(bound, parts=kept))
    kept.done = {place: value for place, value in kept.done.items() if place == (0, 0)}
    kept.begun = {(0, 0), (0, 1), (0, 2)}
    server.hits.clear()

    again = await http.send_many(call, replace(bound, parts=kept))

    assert again[0] == first[0]
    assert again[1]["fault"]["code"] == "uncertain"
    assert [answer["value"]["status"] for answer in again[2:]] == [200, 200, 200]
    assert server.hits["echo"] == 3
