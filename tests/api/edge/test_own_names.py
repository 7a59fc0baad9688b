"""By which names the server is called, whose pages may call it, and what proxies in front may say of a request."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pydantic import ValidationError

from api.names import Names, listening_origin, page_origin, public_origin
from api.proxies import networks
from api.settings import Settings
from tests.makers import Product, TenantAccess, served, sign_up

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
async def known(product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[TenantAccess]:
    """A product that has further names, lets further pages call, and stands behind a proxy."""
    del product  # opened before, and closed after this one
    pages = "https://app.acme.com, https://*.tools.acme.com:8443, chrome-extension://abcdef, null, vscode-webview://*"
    changes: dict[str, Any] = {
        "allowed_hosts": ("http://host.docker.internal:8123", "Sealwright:8000", "bücher.example"),
        "allowed_origins": tuple(page_origin(one.strip()) for one in pages.split(",")),
        "trusted_proxies": networks(["127.0.0.0/8"]),
        "keep_alive_s": 1,
        "streams_max": 4,
    }
    async with served(tmp_path_factory.mktemp("names"), **changes) as opened:
        yield await sign_up(opened)


async def listing(tenant: TenantAccess, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=120) as http:
        bearer = {"Authorization": f"Bearer {tenant.token}"}
        return await http.post(tenant.mcp_url, json=LIST, headers={**ACCEPT, **bearer, **headers})


# --- hosts ---

OURS = [
    "127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}", "localhost.:{port}", "localhost",
    "127.0.0.1", "127.0.0.1:1", "host.docker.internal:8123", "HOST.Docker.Internal:8123", "sealwright:8000",
    "SEALWRIGHT:8000", "sealwright.:8000", "xn--bcher-kva.example",
    "XN--BCHER-KVA.example:80", "xn--bcher-kva.example.",
]  # fmt: skip
NOT_OURS = [
    "evil.example", "localhost.evil.example", "localhost.evil.example:{port}", "127.0.0.1.evil.example", "127.0.0.2",
    "0.0.0.0:{port}", "host.docker.internal", "host.docker.internal:8124", "sealwright", "sealwright:80",
    "x.sealwright:8000",
    "sealwright:8000@evil.example", "evil.example@127.0.0.1:{port}", "127.0.0.1:{port}/x", "127.0.0.1:x", "[::1", "::1",
    "[::2]:{port}", "bcher.example", "bucher.example", "localhost:{port}.evil.example", "2130706433", "0x7f.1", "127.1",
    "localhost#", "localhost?x", ".localhost", "localhost..", "sealwright:8000, 127.0.0.1", "-", "*", "tauri.localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", OURS)
async def test_a_name_of_ours_is_ours_in_any_spelling(known: TenantAccess, host: str) -> None:
    answer = await listing(known, Host=host.format(port=known.product.settings.port))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("host", NOT_OURS)
async def test_another_name_is_sent_away_and_told_which_setting_would_let_it_in(known: TenantAccess, host: str) -> None:
    answer = await listing(known, Host=host.format(port=known.product.settings.port))
    assert answer.status_code == 421, answer.text
    assert "SEALWRIGHT_ALLOWED_HOSTS" in answer.text


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}"),
        ("localhost:{port}", "http://localhost:{port}"),
        ("LocalHost:{port}", "http://localhost:{port}"),
        ("[::1]:{port}", "http://[::1]:{port}"),
        ("sealwright:8000", "http://sealwright:8000"),
        ("host.docker.internal:8123", "http://host.docker.internal:8123"),
        ("localhost:1", "http://127.0.0.1:{port}"),  # what listens there is not us
        ("evil.example", "http://127.0.0.1:{port}"),
    ],
)
async def test_a_client_is_told_the_name_by_which_it_asked_if_that_is_ours(
    known: TenantAccess, host: str, named: str, slash: str
) -> None:
    port = known.product.settings.port
    host, origin = host.format(port=port), named.format(port=port)
    path = f"/t/{known.slug}/mcp{slash}"
    async with httpx2.AsyncClient(base_url=known.product.url) as http:
        challenge = await http.post(path, json=LIST, headers={"Host": host})
        document = (await http.get(f"/.well-known/oauth-protected-resource{path}", headers={"Host": host})).json()
        server = (await http.get("/.well-known/oauth-authorization-server", headers={"Host": host})).json()
    assert document["resource"] == f"{origin}{path}"
    assert document["authorization_servers"] == [server["issuer"]] == [known.product.url]
    if host != "evil.example":
        assert challenge.status_code == 401
        where = f'resource_metadata="{origin}/.well-known/oauth-protected-resource{path}"'
        assert where in challenge.headers["www-authenticate"]


async def test_an_official_client_works_by_any_loopback_name(known: TenantAccess) -> None:
    url = f"http://localhost:{known.product.settings.port}/t/{known.slug}/mcp/"
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {known.token}"}) as http,
        streamable_http_client(url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        assert (await session.list_tools()).tools


# --- origins ---

ADMITTED = [
    "http://127.0.0.1:{port}", "http://localhost:6274", "HTTP://LOCALHOST", "https://localhost", "http://[::1]:3000",
    "http://127.0.0.1", "https://app.acme.com", "HTTPS://App.Acme.COM", "https://app.acme.com:443",
    "https://a.tools.acme.com:8443", "https://a.b.tools.acme.com:8443", "chrome-extension://abcdef", "null",
    "vscode-webview://1a2b3c", "vscode-webview://another-one", "capacitor://localhost", "http://sealwright:8000",
]  # fmt: skip
FOREIGN = [
    "https://evil.example", "http://app.acme.com", "https://app.acme.com:444", "https://x.app.acme.com",
    "https://app.acme.com.evil.example", "https://tools.acme.com:8443", "https://a.tools.acme.com",
    "https://a.tools.acme.com.evil.example:8443", "https://atools.acme.com:8443", "chrome-extension://abcdeg",
    "moz-extension://abcdef", "file://", "app://obsidian.md", "http://192.168.1.7:3000", "http://tauri.localhost",
    "http://localhost.evil.example", "http://localhost@evil.example", "http://evil.example@localhost", "http://[::1",
    "http://127.0.0.2", "http://localhost:x", "localhost", "http://", "https://app.acme.com/x", "NULL",
    "vscode-webview",
    "https://app.acme.com https://evil.example", "http://0.0.0.0:{port}", "http://2130706433", "*", "https://*",
]  # fmt: skip


@pytest.mark.parametrize("origin", ADMITTED)
async def test_a_page_that_may_call_calls_and_reads_the_answer(known: TenantAccess, origin: str) -> None:
    origin = origin.format(port=known.product.settings.port)
    answer = await listing(known, Origin=origin)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == origin
    async with httpx2.AsyncClient() as http:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert (await http.options(known.mcp_url, headers=asked)).status_code == 204


@pytest.mark.parametrize("origin", FOREIGN)
async def test_another_page_is_refused_and_reads_nothing(known: TenantAccess, origin: str) -> None:
    origin = origin.format(port=known.product.settings.port)
    answer = await listing(known, Origin=origin)
    assert answer.status_code == 403, answer.text
    assert "SEALWRIGHT_ALLOWED_ORIGINS" in answer.text
    assert "access-control-allow-origin" not in answer.headers
    async with httpx2.AsyncClient() as http:
        preflight = await http.options(known.mcp_url, headers={"Origin": origin})
    assert preflight.status_code == 403
    assert "access-control-allow-origin" not in preflight.headers


async def test_without_settings_only_ourselves_and_this_machine_are_let_in(tenant: TenantAccess) -> None:
    for origin in ("null", "https://app.acme.com", "chrome-extension://abcdef", "vscode-webview://x", "file://"):
        assert (await listing(tenant, Origin=origin)).status_code == 403
    for host in ("sealwright:8000", "host.docker.internal:8123", "tools.acme.com"):
        assert (await listing(tenant, Host=host)).status_code == 421


# --- what a proxy may say ---


async def test_a_trusted_proxy_says_by_which_name_it_was_called(known: TenantAccess) -> None:
    upstream = {"Host": "upstream.internal:9000"}
    assert (await listing(known, **upstream)).status_code == 421
    for said in ("sealwright:8000", "evil.example, sealwright:8000", "SEALWRIGHT:8000"):
        assert (await listing(known, **upstream, **{"X-Forwarded-Host": said})).status_code == 200
    for said in ("evil.example", "sealwright:8000, evil.example", "", "a b", "sealwright:8000/", "x" * 400):
        assert (await listing(known, **upstream, **{"X-Forwarded-Host": said})).status_code == 421


@pytest.mark.parametrize("proto", ["https", "http", "HTTPS", "wss", "javascript", ""])
async def test_what_a_proxy_says_of_the_scheme_changes_no_published_address(known: TenantAccess, proto: str) -> None:
    path = f"/.well-known/oauth-protected-resource/t/{known.slug}/mcp"
    async with httpx2.AsyncClient(base_url=known.product.url) as http:
        said = {"X-Forwarded-Proto": proto, "X-Forwarded-Prefix": "/x", "Forwarded": "host=evil.example;proto=https"}
        assert (await http.get(path, headers=said)).json()["resource"] == known.mcp_url


async def test_a_peer_that_is_no_proxy_says_nothing(tenant: TenantAccess) -> None:
    said = {"X-Forwarded-Host": f"127.0.0.1:{tenant.product.settings.port}", "X-Forwarded-For": "127.0.0.1"}
    assert (await listing(tenant, Host="evil.example", **said)).status_code == 421
    path = f"/.well-known/oauth-protected-resource/t/{tenant.slug}/mcp"
    async with httpx2.AsyncClient(base_url=tenant.product.url) as http:
        spoofed = {"X-Forwarded-Host": f"localhost:{tenant.product.settings.port}"}
        assert (await http.get(path, headers=spoofed)).json()["resource"] == tenant.mcp_url


async def test_behind_a_trusted_proxy_registrations_are_counted_by_caller(known: TenantAccess) -> None:
    body = {"redirect_uris": ["http://127.0.0.1/cb"]}
    async with httpx2.AsyncClient(base_url=known.product.url, timeout=60) as http:
        noisy = {"X-Forwarded-For": "203.0.113.9"}
        codes = [(await http.post("/oauth/register", json=body, headers=noisy)).status_code for _ in range(62)]
        quiet = await http.post("/oauth/register", json=body, headers={"X-Forwarded-For": "203.0.113.10"})
    assert codes[-1] == 429
    assert quiet.status_code == 201


# --- connections and streams ---


async def test_an_idle_connection_stays_open_as_long_as_the_setting_says(
    known: TenantAccess, tenant: TenantAccess
) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    opened = [await asyncio.open_connection("127.0.0.1", one.product.settings.port) for one in (known, tenant)]
    for reader, writer in opened:
        writer.write(request)
        await reader.readuntil(b"}")
    (short, first), (long, second) = opened
    async with asyncio.timeout(120):
        assert await short.read() == b""  # keep_alive_s is 1 there
    second.write(request)  # and 75 by default
    async with asyncio.timeout(120):
        assert (await long.readline()).startswith(b"HTTP/1.1 200")
    first.close()
    second.close()


async def test_one_client_takes_half_of_a_tenants_streams_and_another_has_the_rest(known: TenantAccess) -> None:
    made = await known.person.post(
        f"/tenants/{known.slug}/api-keys", json={"name": "another", "scopes": ["tools:call"]}
    )
    events = {"Accept": "text/event-stream"}
    keys = [{**events, "Authorization": f"Bearer {token}"} for token in (known.token, made.json()["token"])]
    async with httpx2.AsyncClient(timeout=60) as http:
        opened: list[httpx2.Response] = []
        lines: list[AsyncIterator[str]] = []  # who lets go of them closes the stream
        for headers in (keys[0], keys[0], keys[1], keys[1]):
            opened.append(await http.send(http.build_request("GET", known.mcp_url, headers=headers), stream=True))
            lines.append(opened[-1].aiter_lines())
            assert await anext(lines[-1]) == ": open"
        refused = [await http.get(known.mcp_url, headers=headers) for headers in keys]
        assert [answer.status_code for answer in refused] == [429, 429]
        assert "close one" in refused[0].text
        for answer in opened:
            await answer.aclose()


EVERYWHERE = "0.0.0.0"  # noqa: S104 - said, not listened on


# --- how a public URL is written ---

GOOD = {
    "https://tools.acme.com": "https://tools.acme.com",
    "https://tools.acme.com/": "https://tools.acme.com",
    "https://Tools.Example.com": "https://tools.example.com",
    "HTTPS://TOOLS.EXAMPLE.COM/": "https://tools.example.com",
    "https://x:443": "https://x",
    "http://x:80/": "http://x",
    "http://x:443": "http://x:443",
    "https://x:8443": "https://x:8443",
    "https://x.": "https://x",
    "https://bücher.example": "https://xn--bcher-kva.example",
    "https://BÜCHER.example": "https://xn--bcher-kva.example",
    "https://xn--bcher-kva.example:443/": "https://xn--bcher-kva.example",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://[::1]:8000": "http://[::1]:8000",
    "http://[0:0::1]": "http://[::1]",
    "http://my_host:1": "http://my_host:1",
}
BAD = [
    "tools.example.com", "tools.example.com:8443", "localhost:8000", "//tools.example.com", "ftp://tools.example.com",
    "https://", "https:///x", "https:tools.example.com", "https://tools.example.com/sealwright",
    "https://tools.example.com/sealwright/", "https://tools.example.com//", "https://tools.example.com/?", "https://x?y=1",
    "https://x#y", "https://user@x", "https://user:secret@x", "https://x:0", "https://x:65536", "https://x:port",
    "https://x:-1", "http://0.0.0.0:8000", "http://[::]:8000", "http://0:8000", "https://*.acme.com", "https://a..b",
    "https://-a.example", "https://a b", "https://x\\y", "https://[::1", "https://[x]", "https://256.1.1.1",
    "https://2130706433", "https://0x7f.1", "https://127.1", "https://x,https://y", "javascript:alert(1)", "https://ex%61mple.com",
    "https://" + "a" * 64 + ".example", "http://[fe80::1%25eth0]",
]  # fmt: skip


@pytest.mark.parametrize("given", GOOD)
def test_a_public_url_is_published_in_its_normal_form(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALWRIGHT_PUBLIC_URL", f" {given} ")
    assert Settings().origin == GOOD[given]
    assert public_origin(GOOD[given]) == GOOD[given]
    host = GOOD[given].partition("://")[2]
    assert Settings().names().asked(host.upper()) == GOOD[given]


@pytest.mark.parametrize("given", BAD)
def test_a_public_url_that_is_none_is_refused_at_the_start(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALWRIGHT_PUBLIC_URL", given)
    with pytest.raises(ValidationError):
        Settings()
    monkeypatch.setenv("SEALWRIGHT_PUBLIC_URL", "")
    monkeypatch.setenv("SEALWRIGHT_ALLOWED_HOSTS", f"tools.acme.com,{given}")
    if "," not in given and "://" in given:
        with pytest.raises(ValidationError):
            Settings()


@pytest.mark.parametrize(
    "given", ["acme.com", "https://", "https://*.", "https://a.*.com", "https://acme.com/x", "x y", "://x", "http://*x"]
)
def test_an_origin_that_is_none_is_refused_at_the_start(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALWRIGHT_ALLOWED_ORIGINS", f"https://good.example,{given}")
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"), (EVERYWHERE, "http://127.0.0.1:8000"), ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"), ("", "http://127.0.0.1:8000"), ("localhost", "http://localhost:8000"),
        ("fd00::7", "http://[fd00::7]:8000"), ("192.168.1.7", "http://192.168.1.7:8000"),
    ],
)  # fmt: skip
def test_what_is_listened_on_is_published_as_something_that_can_be_called(host: str, origin: str) -> None:
    assert listening_origin("http", host, 8000) == origin
    assert Names(origin).asked(origin.partition("://")[2]) == origin


def test_a_public_server_answers_this_machine_under_its_public_name_only() -> None:
    names = Names("https://tools.acme.com")
    assert (
        names.asked("localhost:8000") == names.asked("127.0.0.1") == names.asked("tools.acme.com:443") == names.origin
    )
    assert names.asked("tools.acme.com:80") is None
    assert names.canonical("https://localhost/t/x/mcp") is None
    assert names.canonical("https://TOOLS.acme.com:443/t/x/mcp/") == "https://tools.acme.com/t/x/mcp"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PUBLIC_URL", "ALLOWED_HOSTS", "ALLOWED_ORIGINS"):
        monkeypatch.delenv(f"SEALWRIGHT_{name}", raising=False)


def test_the_page_of_another_port_of_this_machine_is_not_ours_to_publish(product: Product) -> None:
    names = Names(product.url, pages=["*"])
    assert names.admits("https://anything.example")
    assert names.admits("null")
    assert names.canonical("http://localhost:1/t/x/mcp") is None
