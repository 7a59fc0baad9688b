"""Tokens that the host fetches or signs for a tool, against a real server: fetched once, renewed once, never shown."""

# ruff: noqa: E501 - tables of cases

import base64
import json
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import CAPABILITIES, Grant, HostCall, Placeholders
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax.slots import read_slots
from sandbox.capabilities.traits import Misplaced
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.http.http import Http, HttpLimits
from tenants.capabilities.http.signatures import sign
from tenants.capabilities.secrets import Secret

Call = Callable[..., HostCall]
CLIENT_SECRET = "s3cret:with/odd=letters ü"


@dataclass
class Server:
    """Gives tokens `token-1`, `token-2`, ... and takes only the newest. `says` replaces parts of its answer."""

    url: str = ""
    hits: Counter[str] = field(default_factory=Counter[str])
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    says: dict[str, Any] = field(default_factory=dict[str, Any])
    status: int = 200
    revoked: set[str] = field(default_factory=set[str])

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def token(self, request: Request) -> Response:
        self.hits["token"] += 1
        self.asked.append({**dict(await request.form()), "authorization": request.headers.get("authorization", "")})  # pyright: ignore[reportArgumentType]
        said = {"access_token": f"token-{self.hits['token']}-long", "token_type": "Bearer", "expires_in": 3600}
        return JSONResponse(
            {name: value for name, value in (said | self.says).items() if value is not None}, self.status
        )

    async def api(self, request: Request) -> Response:
        self.hits["api"] += 1
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer != f"token-{self.hits['token']}-long" or bearer in self.revoked:
            return JSONResponse({"error": "expired"}, 401)
        return JSONResponse({"said": f"hello {bearer}", "method": request.method})

    async def echo(self, request: Request) -> Response:
        return JSONResponse({"authorization": request.headers.get("authorization", "")})


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    server = Server()
    every = ["GET", "POST"]
    routes = [Route(f"/{view.__name__}", view, methods=every) for view in (server.token, server.api, server.echo)]
    async with serve_app(Starlette(routes=routes)) as url:
        server.url = url
        yield server


@dataclass
class Vault:
    secrets: tuple[Secret, ...]

    async def all(self) -> dict[str, Secret]:
        return {secret.name: secret for secret in self.secrets}


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http(tls: ssl.SSLContext, clock: Clock) -> AsyncGenerator[Http]:
    http = Http(tls=tls, limits=HttpLimits(retry_wait_s=0.001), now=clock)
    yield http
    await http.close()


@pytest.fixture
def bound(bound: Bound, server: Server) -> Bound:
    return replace(bound, internal_hosts=frozenset({server.host}), secrets=Vault((Secret("crm", CLIENT_SECRET, ("127.0.0.1",)),)))  # fmt: skip


def with_secrets(call: Call, payload: dict[str, Any], operation: str = "request") -> HostCall:
    """A call as it is read when it is admitted: placeholders found, and shown by name."""
    own = Placeholders(bytes(32))
    text = json.dumps(payload)
    for name in ("crm", "key", "other"):
        text = text.replace(f"<{name}>", f"{{{{secret:{name}:{own.tag(name)}}}}}")
    shown, slots = read_slots(operation, json.loads(text), own)
    return replace(call(f"http.{operation}", **shown), secrets=slots)


def asking(server: Server, path: str = "api", method: str = "GET", **oauth: Any) -> dict[str, Any]:
    said = {"token_url": f"{server.url}/token", "client_id": "acme", "client_secret": "<crm>", **oauth}
    return {"method": method, "url": f"{server.url}/{path}", "auth": {"oauth": said}}


async def test_a_token_is_fetched_once_and_kept_while_it_lasts(
    http: Http, server: Server, call: Call, bound: Bound, clock: Clock
) -> None:
    for _ in range(3):
        value = await http.request(with_secrets(call, asking(server)), bound)
        assert value["status"] == 200
    assert (server.hits["token"], server.hits["api"]) == (1, 3)

    clock.now += 3_571  # in its last half a minute it is no longer used
    assert (await http.request(with_secrets(call, asking(server)), bound))["status"] == 200
    assert server.hits["token"] == 2


async def test_the_client_says_who_it_is_as_the_standard_has_it(
    http: Http, server: Server, call: Call, bound: Bound
) -> None:
    await http.request(with_secrets(call, asking(server, scope="a b", audience="https://api.example")), bound)
    await http.request(with_secrets(call, asking(server, **{"in": "body"})), bound)

    first, second = server.asked
    said = base64.b64decode(first.pop("authorization").removeprefix("Basic ")).decode()
    assert said == "acme:s3cret%3Awith%2Fodd%3Dletters+%C3%BC"
    assert first == {"grant_type": "client_credentials", "scope": "a b", "audience": "https://api.example"}
    assert second == {
        "grant_type": "client_credentials", "client_id": "acme", "client_secret": CLIENT_SECRET, "authorization": "",
    }  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_token_that_the_server_no_longer_knows_is_renewed_once(
    http: Http, server: Server, call: Call, bound: Bound, method: str
) -> None:
    await http.request(with_secrets(call, asking(server)), bound)
    server.revoked.add("token-1-long")
    value = await http.request(with_secrets(call, asking(server, method=method)), bound)

    assert value["status"] == 200
    assert json.loads(value["text"])["method"] == method
    assert server.hits["token"] == 2


async def test_a_server_that_takes_no_token_is_not_asked_for_ever(
    http: Http, server: Server, call: Call, bound: Bound
) -> None:
    server.revoked |= {f"token-{n}-long" for n in range(9)}
    value = await http.request(with_secrets(call, asking(server)), bound)

    assert value["status"] == 401
    assert (server.hits["token"], server.hits["api"]) == (2, 2)


async def test_the_tool_never_sees_the_token(http: Http, server: Server, call: Call, bound: Bound) -> None:
    value = await http.request(with_secrets(call, asking(server, "echo")), bound)
    greeted = await http.request(with_secrets(call, asking(server)), bound)

    assert "token-1" not in json.dumps([value, greeted])
    assert json.loads(value["text"])["authorization"] == "Bearer {{secret:access_token}}"
    assert value["repeated_secrets"] == ["access_token"]


async def test_many_requests_at_once_wait_for_one_token(http: Http, server: Server, call: Call, bound: Bound) -> None:
    payload = {"requests": [asking(server) for _ in range(12)]}
    answers = await http.send_many(with_secrets(call, payload, "send_many"), bound)

    assert [one["value"]["status"] for one in answers] == [200] * 12
    assert server.hits["token"] == 1


async def test_who_asks_with_another_secret_scope_or_client_gets_a_token_of_its_own(
    http: Http, server: Server, call: Call, bound: Bound
) -> None:
    other = replace(bound, secrets=Vault((Secret("crm", "another secret", ("127.0.0.1",)),)))
    await http.request(with_secrets(call, asking(server)), bound)
    await http.request(with_secrets(call, asking(server)), other)
    await http.request(with_secrets(call, asking(server, client_id="b")), bound)
    await http.request(with_secrets(call, asking(server, scope="x")), bound)

    assert server.hits["token"] == 4


@pytest.mark.parametrize(
    ("status", "says", "told"),
    [
        (401, {"access_token": None, "error": "invalid_client"}, "401 (invalid_client)"),
        (400, {"access_token": None, "error": "<b>odd</b>"}, "400."), (200, {"access_token": None}, "200."),
        (200, {"access_token": 5}, "200."), (200, {"access_token": "a b"}, "200."), (200, {"access_token": "a\r\nX: y"}, "200."),
        (200, {"token_type": "mac"}, "200."), (302, {}, "302."), (200, {"access_token": ""}, "200."),
    ],
)  # fmt: skip
async def test_no_token_is_said_and_nothing_is_sent(
    http: Http, server: Server, call: Call, bound: Bound, status: int, says: dict[str, Any], told: str
) -> None:
    server.status, server.says = status, says
    with pytest.raises(Unable) as refused:
        await http.request(with_secrets(call, asking(server)), bound)

    assert refused.value.fault.code == "token_refused"
    assert told in refused.value.fault.message
    assert "s3cret" not in str(refused.value.fault)
    assert "odd" not in str(refused.value.fault)
    assert server.hits["api"] == 0


@pytest.mark.parametrize(
    "lasts", [None, "3600", "soon", -1, 0, True, 10**12, 1e400, 10**400, -(10**400), "9" * 5_000, [], {}]
)
async def test_how_long_a_token_lasts_may_be_said_in_any_way(
    http: Http, server: Server, call: Call, bound: Bound, lasts: object
) -> None:
    server.says = {"expires_in": lasts if lasts != 1e400 else "1e400"}
    for _ in range(2):
        assert (await http.request(with_secrets(call, asking(server)), bound))["status"] == 200
    assert server.hits["token"] == 1


async def test_the_clients_secret_goes_where_it_is_bound_to_and_that_is_not_the_api(
    http: Http, server: Server, call: Call, bound: Bound
) -> None:
    elsewhere = replace(bound, secrets=Vault((Secret("crm", CLIENT_SECRET, ("api.example",)),)))
    with pytest.raises(Unable) as refused:
        await http.request(with_secrets(call, asking(server)), elsewhere)

    assert refused.value.fault.code == "secret_refused"
    assert server.hits == {}


async def test_a_tool_that_gives_up_leaves_no_lock_behind(http: Http, server: Server, call: Call, bound: Bound) -> None:
    with anyio.move_on_after(0):
        await http.request(with_secrets(call, asking(server)), bound)
    assert (await http.request(with_secrets(call, asking(server)), bound))["status"] == 200


READ = CAPABILITIES["http"].read


def test_where_a_token_is_fetched_is_a_place_that_the_grant_has_to_name() -> None:
    payload = {
        "method": "GET", "url": "https://api.example/deals",
        "auth": {"oauth": {"token_url": "https://login.example/token", "client_id": "a", "client_secret": "b"}},
    }  # fmt: skip
    needs = READ("request", payload).needs
    assert [need.line for need in needs] == ["GET https://api.example/deals", "POST https://login.example/token"]

    narrow = Grant.parse({"http": ["GET https://api.example/*"]})
    whole = Grant.parse({"http": ["GET https://api.example/*", "POST https://login.example/token"]})
    call = HostCall(0, "http", "request", payload)
    fault = narrow.refusal(call)
    assert fault is not None
    assert "POST https://login.example/token" in f"{fault.message} {fault.hint}"
    assert whole.refusal(call) is None


WHOLE = {"token_url": "https://a.example/t", "client_id": "a", "client_secret": "b"}


@pytest.mark.parametrize(
    "said",
    [
        None, {}, [], "x", {"token_url": "https://a.example"}, WHOLE | {"token_url": 5}, WHOLE | {"client_id": ""},
        WHOLE | {"client_secret": 5}, WHOLE | {"token_url": "ftp://a.example"}, WHOLE | {"scope": ["a"]},
        WHOLE | {"token_url": "https://user:pw@a.example"}, WHOLE | {"in": "query"}, WHOLE | {"more": 1},
        WHOLE | {"scope": ""}, WHOLE | {"scope": "x" * 5_000}, WHOLE | {"token_url": "no url"},
        WHOLE | {"grant_type": "password"}, WHOLE | {"client_id": None}, WHOLE | {"in": ["body"]},
    ],
)  # fmt: skip
def test_what_asks_for_no_token_is_refused(said: object) -> None:
    with pytest.raises(Malformed):
        READ("request", {"method": "GET", "url": "https://b.example/", "auth": {"oauth": said}})


@pytest.mark.parametrize("field", ["token_url", "scope", "audience", "in"])
def test_a_secret_is_the_clients_id_or_secret_and_nothing_else_of_it(call: Call, field: str) -> None:
    server = Server("http://127.0.0.1:1")
    with pytest.raises(Misplaced):
        with_secrets(call, asking(server, **{field: "<other>"}))


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - it is refused
CURVE = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any, form: Any = serialization.PrivateFormat.PKCS8) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", pem(RSA)), ("RS256", pem(RSA, serialization.PrivateFormat.TraditionalOpenSSL)), ("ES256", pem(CURVE)),
        ("ES256", pem(CURVE, serialization.PrivateFormat.TraditionalOpenSSL)),
    ],
)  # fmt: skip
async def test_a_jwt_is_signed_with_a_private_key_that_the_tool_never_has(
    http: Http, server: Server, call: Call, bound: Bound, algorithm: str, key: str
) -> None:
    bound = replace(bound, secrets=Vault((Secret("key", key, ("127.0.0.1",)),)))
    auth = {"jwt": {"key": "<key>", "algorithm": algorithm, "claims": {"iss": "ü", "exp": 1}, "headers": {"kid": "7"}}}
    payload = {"method": "POST", "url": f"{server.url}/echo", "auth": auth}
    value = await http.request(with_secrets(call, payload), bound)

    token = json.loads(value["text"])["authorization"].removeprefix("Bearer ")
    head, claims, mark = token.split(".")
    raw, signed = base64.urlsafe_b64decode(f"{mark}=="), f"{head}.{claims}".encode()
    assert json.loads(base64.urlsafe_b64decode(f"{head}==")) == {"alg": algorithm, "typ": "JWT", "kid": "7"}
    if algorithm == "RS256":
        RSA.public_key().verify(raw, signed, padding.PKCS1v15(), hashes.SHA256())
        with pytest.raises(InvalidSignature):
            RSA.public_key().verify(raw, signed + b"x", padding.PKCS1v15(), hashes.SHA256())
    else:
        assert len(raw) == 64
        pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        CURVE.public_key().verify(pair, signed, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", "no key at all"), ("RS256", pem(CURVE)), ("ES256", pem(RSA)), ("RS256", pem(RSA)[:400]), ("ES256", ""),
        ("ES256", pem(ec.generate_private_key(ec.SECP384R1()))), ("RS256", pem(SHORT)),
        ("RS256", RSA.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")).decode()),
        ("RS256", RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()),
    ],
)  # fmt: skip
def test_a_key_that_cannot_sign_is_told_of_and_not_shown(algorithm: str, key: str) -> None:
    with pytest.raises(Malformed) as refused:
        sign(algorithm, key, b"x")

    assert refused.value.fault.code == "secret_refused"
    assert "PRIVATE" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_a_private_key_is_a_secret_and_no_text_of_the_tool() -> None:
    from sandbox import web_requests

    said: dict[str, Any] = {"key": pem(CURVE), "algorithm": "ES256", "claims": {}}
    with pytest.raises(Malformed) as refused:
        web_requests.Request.parse({"method": "GET", "url": "https://a.example/", "auth": {"jwt": said}})

    assert "secret(" in str(refused.value)
