"""The same where it is run in earnest: PostgreSQL behind it, TLS in front of it, a live OpenID provider beside it.

The product is served whole: what is tried here is a sample of what is tried elsewhere, on the other floor.
"""

import asyncio
import json
import random
import socket
import ssl
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from pydantic import SecretStr

from sandbox import Image
from tests.api.edge.test_odd_requests import OPERATIONS, filled
from tests.api.oauth import provider as providers
from tests.api.oauth.party import REDIRECT, boxes, hidden, parameters
from tests.api.oauth.provider import CLIENT_ID, CLIENT_SECRET, Person, Provider, providing
from tests.api.oauth.test_flow import Browser, Memory
from tests.api.test_closed_doors import PEEK, SCRIPTS, asked, peek
from tests.hostile import requests
from tests.hostile.attempts import everything
from tests.hostile.certificates import certified
from tests.hostile.test_server import KINDS, Served, send
from tests.makers import Product, TenantAccess, make_live, make_spec, mcp_session, served, sign_up, unused_port

SEED = 20_261_128
SAMPLED = 6  # of each kind
GRACEFUL_S = 20  # how long a server waits for what is under way
RING = "k1:" + "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


@dataclass
class Earnest:
    """The served product, a tenant with a live tool, and the provider that it may trust."""

    product: Product
    tenant: TenantAccess
    provider: Provider


@pytest.fixture(scope="module")
async def earnest(image: Image, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Earnest]:
    del image
    folder = tmp_path_factory.mktemp("earnest")
    certificate, key = certified(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))  # whoever connects from here trusts it
        async with (
            providing() as provider,
            served(
                folder / "data",
                host="localhost",
                port=unused_port(),
                database_url=postgres,
                secrets_keys=SecretStr(RING),
                tls_certificate=certificate,
                tls_key=key,
                allowed_internal_hosts=(urlsplit(provider.issuer).netloc,),
            ) as product,
        ):
            tenant = await sign_up(product)
            await make_live(tenant)
            yield Earnest(product, tenant, provider)


async def test_stopping_does_not_wait_for_a_client_that_idles_and_never_says_goodbye(image: Image, tmp_path: Path):
    del image
    certificate, key = certified(tmp_path)
    given = {"host": "localhost", "port": unused_port(), "tls_certificate": certificate, "tls_key": key}
    async with served(tmp_path / "data", **given) as product:
        trusting = ssl.create_default_context(cafile=certificate)

        def idling() -> ssl.SSLSocket:
            there = socket.create_connection(("localhost", product.settings.port))
            connection = trusting.wrap_socket(there, server_hostname="localhost")
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            return connection

        connection = await asyncio.to_thread(idling)
        began = time.monotonic()
    assert time.monotonic() - began < GRACEFUL_S / 2
    connection.close()


def anybody(earnest: Earnest, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=earnest.product.url, headers=headers, timeout=60)


# --- TLS


async def test_it_speaks_tls_and_nothing_else(earnest: Earnest) -> None:
    assert earnest.product.url.startswith("https://localhost:")
    plain = earnest.product.url.replace("https:", "http:")
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        with pytest.raises(httpx2.HTTPError):
            await stranger.get(f"{plain}/healthz")
        with pytest.raises(httpx2.ConnectError):  # who does not trust the certificate
            await stranger.get(f"{earnest.product.url}/healthz")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_versions_of_tls_are_not_spoken(earnest: Earnest, version: ssl.TLSVersion) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = version
    with pytest.raises((ssl.SSLError, OSError)):
        await asyncio.open_connection("localhost", earnest.product.settings.port, ssl=old)


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/login", "/api/v1/session", "/api/v1/docs", "/oauth/authorize", "/t/acme/mcp", "/nothing",
     "/.well-known/oauth-authorization-server", "/oauth/jwks", "/api/v1/tenants/acme/runs", "/%00"],
)  # fmt: skip
async def test_every_answer_tells_browsers_to_use_no_other(earnest: Earnest, path: str) -> None:
    answer = await anybody(earnest).get(path)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in answer.headers.get("location", "")
    assert f"http://localhost:{earnest.product.settings.port}" not in answer.text


async def test_every_cookie_is_for_this_host_over_tls_alone(earnest: Earnest) -> None:
    browser = anybody(earnest, **{"X-Sealwright-Csrf": "1"})
    account = {"email": earnest.tenant.email, "password": earnest.tenant.password}
    answers = [await browser.post("/api/v1/session", json=account)]
    slug = await trusted(earnest)
    answers.append(await browser.get(f"/t/{slug}/sign-in/okta"))
    for answer in answers:
        set_cookies = answer.headers.get_list("set-cookie")
        assert set_cookies, answer.text
        for cookie in set_cookies:
            said = {part.strip().lower() for part in cookie.split(";")}
            assert cookie.startswith("__Host-sealwright")
            assert {"secure", "httponly", "path=/", "samesite=lax"} <= said
            assert not any(part.startswith("domain") for part in said)


# --- OAuth and MCP


async def test_the_metadata_says_https_everywhere(earnest: Earnest) -> None:
    for path in ("oauth-authorization-server", f"oauth-protected-resource/t/{earnest.tenant.slug}/mcp"):
        said = (await anybody(earnest).get(f"/.well-known/{path}")).text
        assert earnest.product.url in said
        assert "http://" not in said


class _Home:
    """What `Browser` needs of a home."""

    def __init__(self, browser: httpx2.AsyncClient) -> None:
        self.browser = browser


def signed_in(earnest: Earnest) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=earnest.product.url, cookies=earnest.tenant.person.cookies, timeout=60)


async def test_the_official_client_gets_in_and_calls_a_tool(earnest: Earnest) -> None:
    browser: Any = Browser(_Home(signed_in(earnest)))  # pyright: ignore[reportArgumentType] - all that it uses
    metadata = {"client_name": "Python client", "redirect_uris": ["http://127.0.0.1:1234/callback"]}
    provider = OAuthClientProvider(
        earnest.tenant.mcp_url, OAuthClientMetadata.model_validate(metadata), Memory(), browser.open, browser.answer
    )
    async with (
        httpx2.AsyncClient(auth=provider, timeout=60) as http,
        Client(streamable_http_client(earnest.tenant.mcp_url, http_client=http)) as client,
    ):
        result = await client.call_tool("add_numbers", {"a": 20, "b": 22})
    assert result.structured_content == {"sum": 42}


REDIRECTS = [
    "http://evil.example/cb", "http://localhost.evil.example/cb", "https://evil.example/cb#x", "javascript:alert(1)",
    "data:text/html,x", "file:///etc/passwd", "http://10.0.0.1/cb", "//evil.example", "/relative", "",
    "http://127.0.0.1.evil.example/", "http://[::ffff:8.8.8.8]/", "blob:https://x/y", "view-source:https://x/",
]  # fmt: skip


@pytest.mark.parametrize("uri", REDIRECTS)
async def test_no_client_is_registered_that_would_have_codes_sent_there(earnest: Earnest, uri: str) -> None:
    answer = await anybody(earnest).post("/oauth/register", json={"client_name": "x", "redirect_uris": [uri]})
    assert answer.status_code == 400, answer.text


async def test_a_code_is_worth_nothing_without_all_that_it_was_bound_to(earnest: Earnest) -> None:
    stranger, browser = anybody(earnest), signed_in(earnest)
    registered = await stranger.post(
        "/oauth/register",
        json={"client_name": "x", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"},
    )
    client = registered.json()["client_id"]
    verifier = "v" * 64
    challenge = "x5Yn44hrELgZGqOkFFCKjN7PMDBJ6b5MwnOa9VZpGjE"  # of something else
    ask = {
        "response_type": "code", "client_id": client, "redirect_uri": REDIRECT, "scope": "tools:call",
        "code_challenge": challenge, "code_challenge_method": "S256", "resource": earnest.tenant.mcp_url, "state": "s",
    }  # fmt: skip
    page = await browser.get("/oauth/authorize", params=ask)
    form = {**hidden(page.text), "decision": "approve", "scope": boxes(page.text)}
    sent = parameters(await browser.post("/oauth/authorize", data=form))
    assert sent["iss"] == earnest.product.url
    redeem = {"grant_type": "authorization_code", "client_id": client, "code": sent["code"], "redirect_uri": REDIRECT}
    for more in ({}, {"code_verifier": verifier}, {"code_verifier": challenge}, {"code_verifier": ""}):
        answer = await stranger.post("/oauth/token", data={**redeem, **more})
        assert answer.status_code == 400, answer.text
    for downgrade in ({"code_challenge_method": "plain"}, {"code_challenge": ""}, {"response_type": "token"}):
        refused = await browser.get("/oauth/authorize", params={**ask, **downgrade})
        assert "code=" not in refused.headers.get("location", "")
        assert 'name="decision"' not in refused.text


# --- a live OpenID provider


async def trusted(earnest: Earnest) -> str:
    """A fresh tenant that trusts the provider; its slug."""
    tenant = await sign_up(earnest.product)
    body = {
        "title": "Staff", "issuer": earnest.provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "email_domains": ["acme.example"], "newcomer_role": "author",
    }  # fmt: skip
    answer = await tenant.person.put(f"/tenants/{tenant.slug}/identity-providers/okta", json=body)
    assert answer.status_code == 200, answer.text
    return tenant.slug


async def arrived(earnest: Earnest, slug: str) -> tuple[httpx2.AsyncClient, httpx2.Response]:
    browser = anybody(earnest)
    leaving = await browser.get(f"/t/{slug}/sign-in/okta")
    assert leaving.status_code == 303, leaving.text
    async with httpx2.AsyncClient() as there:
        back = (await there.get(leaving.headers["location"])).headers["location"]
    assert back.startswith(f"{earnest.product.url}/t/{slug}/sign-in/okta/callback?")
    return browser, await browser.get(back)


async def test_a_person_of_the_provider_signs_in(earnest: Earnest) -> None:
    earnest.provider.behave()
    earnest.provider.person = Person("sub-tls", "tls@acme.example")
    browser, answer = await arrived(earnest, await trusted(earnest))
    assert answer.status_code == 303, answer.text
    assert (await browser.get("/api/v1/session")).json()["user"]["email"] == "tls@acme.example"


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "a slash more": {"iss": "ISSUER/"},
    "another audience": {"aud": "somebody-else"},
    "many audiences": {"aud": [CLIENT_ID, "somebody-else"]},
    "no audience": {"aud": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "another nonce": {"nonce": "n" * 40},
    "no nonce": {"nonce": None},
    "over": {"exp": -600},
    "without an end": {"exp": None},
    "of tomorrow": {"iat": 86_400},
    "not yet": {"nbf": 600},
    "another domain": {"email": "mallory@evil.example"},
    "two addresses": {"email": "a@acme.example, b@evil.example"},
    "a look-alike domain": {"email": "a@\u0430cme.example"},
    "an unproved address": {"email_verified": False},
    "an address that is no text": {"email": {"a": "b@acme.example"}},
}
SIGNATURES = ["unsigned", "garbage", "nothing", "keyed_by_the_public_key", "signed_by_another"]


@pytest.mark.parametrize("lie", LIES)
async def test_a_provider_that_says_something_else_lets_nobody_in(earnest: Earnest, lie: str) -> None:
    earnest.provider.behave()
    earnest.provider.person = Person("sub-lie", "lie@acme.example")
    earnest.provider.spoiled = LIES[lie]
    browser, answer = await arrived(earnest, await trusted(earnest))
    assert answer.status_code in {400, 403, 502}, answer.text
    assert (await browser.get("/api/v1/session")).status_code == 401
    earnest.provider.behave()


@pytest.mark.parametrize("how", SIGNATURES)
async def test_a_token_that_is_not_the_providers_lets_nobody_in(earnest: Earnest, how: str) -> None:
    earnest.provider.behave()
    earnest.provider.sign = getattr(providers, how)
    browser, answer = await arrived(earnest, await trusted(earnest))
    assert answer.status_code in {400, 403, 502}, answer.text
    assert (await browser.get("/api/v1/session")).status_code == 401
    earnest.provider.behave()


# --- PostgreSQL: the walls between tenants, and a sample of what strangers send


@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if "{tenant}" in one[1]], ids=lambda one: one)
async def test_no_route_of_a_tenant_is_anothers(earnest: Earnest, method: str, path: str) -> None:
    stranger = await neighbour(earnest)
    url = f"{earnest.product.url}{filled(path, earnest.tenant.slug, 'add_numbers')}"
    keyed, browsing, nobody = stranger.api, stranger.person, anybody(earnest, **{"X-Sealwright-Csrf": "1"})
    # Which ways in there are is told to whoever is at the door.
    open_to_all = {200} if path.endswith("/sign-in") else set[int]()
    for client, refused in ((keyed, {401, 404}), (browsing, {404}), (nobody, {401, 404})):
        given: dict[str, Any] = {"json": {}} if method in {"post", "put", "patch"} else {}
        answer = await client.request(method.upper(), url, **given)
        assert answer.status_code in refused | open_to_all, (answer.status_code, answer.text)
        assert earnest.tenant.email not in answer.text


_neighbours: dict[str, TenantAccess] = {}


async def neighbour(earnest: Earnest) -> TenantAccess:
    if earnest.product.url not in _neighbours:
        _neighbours[earnest.product.url] = await sign_up(earnest.product)
    return _neighbours[earnest.product.url]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_strangers_send_is_answered(earnest: Earnest, kind: str) -> None:
    drawn = random.Random(f"{SEED}/{kind}")  # noqa: S311 - the same ones each time
    attempts = everything(str(earnest.product.settings.data_dir))[kind]
    sent_to: Any = Served(None, earnest.tenant, earnest.product.settings.data_dir)  # pyright: ignore[reportArgumentType]
    async with httpx2.AsyncClient(timeout=60) as http:
        said = [await send(sent_to, http, one) for one in drawn.sample(attempts, min(SAMPLED, len(attempts)))]
    assert [one for one in said if one] == []
    assert (await anybody(earnest).get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "hostile",
    random.Random(SEED).sample(requests.every(), 30),  # noqa: S311 - the same ones each time
    ids=lambda one: one.name,
)
async def test_more_of_what_strangers_send_is_answered(earnest: Earnest, hostile: requests.Hostile) -> None:
    tenant, headers = earnest.tenant, {"Content-Type": hostile.content_type}
    body, path = hostile.body, hostile.door.format(slug=tenant.slug)
    path = {"spec": f"/api/v1/tenants/{tenant.slug}/tools", "source": f"{tenant.slug}"}.get(hostile.door, path)
    if hostile.door == "source":
        path = f"/api/v1/tenants/{tenant.slug}/tools/add_numbers/versions"
    if hostile.door == "draft":
        path = f"/t/{tenant.slug}/mcp"
        params = {"name": "dry_run", "arguments": body}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    if path.endswith("/mcp"):
        headers |= {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    if hostile.signed_in:
        headers["Authorization"] = f"Bearer {tenant.token}"
    async with anybody(earnest) as client:
        answer = await client.post(path, content=requests.as_text(body), headers=headers)
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("spelling", random.Random(SEED).sample(sorted(SCRIPTS), 12))  # noqa: S311
async def test_a_canned_database_opens_nothing_there_either(earnest: Earnest, spelling: str) -> None:
    folder = earnest.product.settings.data_dir.absolute()
    before = sorted(path.name for path in folder.iterdir())
    script = SCRIPTS[spelling].replace("{db}", "/etc/passwd").replace("{new}", str(folder / "new.db"))
    script = script.replace("{folder}", str(folder)).replace("{codes}", "47, 101")
    world = {"sql": {"db": script}}
    said = await asked(earnest.tenant, "dry_run", source=PEEK, spec=peek(), cases=[{"arguments": {}, "world": world}])
    assert "argon2" not in said
    assert "root:" not in said
    assert sorted(path.name for path in folder.iterdir()) == before


async def test_what_runs_hold_lies_sealed_there_too_and_honest_work_goes_on(earnest: Earnest) -> None:
    run = await earnest.tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 915_700, "b": 157}})
    assert run.json()["result"] == {"sum": 915_857}
    async with mcp_session(earnest.tenant) as session:
        called = await session.call_tool("add_numbers", {"a": 1, "b": 2})
    assert called.structured_content == {"sum": 3}
    import asyncpg

    driver: Any = asyncpg  # it has no types
    database = await driver.connect(earnest.product.settings.database.replace("+asyncpg", ""))
    try:
        await database.execute("SELECT set_config('app.system', 'on', false)")
        rows = [
            str(tuple(row)) for name in ("runs", "journal_entries") for row in await database.fetch(f"TABLE {name}")
        ]
    finally:
        await database.close()
    assert rows
    assert "915857" not in "".join(rows)
    made = await earnest.tenant.api.post("/tools", json=make_spec("add_over_tls"))
    assert made.status_code == 201, made.text
    assert json.loads(made.text)["name"] == "add_over_tls"
