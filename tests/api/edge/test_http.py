"""HTTP as it is: upgrades that are not followed keep their bodies, HEAD where GET is, pages for browsers alone."""

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from api.pages import ROUTES
from tests.makers import Product, TenantAccess

H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA"]
UPGRADES: dict[str, list[str]] = {
    "h2c, as the JDK asks for it": H2C,
    "h2c, in another order": H2C[::-1],
    "small letters": [line.lower() for line in H2C],
    "keep-alive as well": ["Connection: keep-alive, Upgrade", "Upgrade: h2c"],
    "two lines of connection": ["Connection: Upgrade", "Connection: HTTP2-Settings", "Upgrade: h2c"],
    "several protocols": ["Connection: upgrade", "Upgrade: h2c, websocket"],
    "a websocket": ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"],
    "another protocol": ["Connection: Upgrade", "Upgrade: TLS/1.0"],
    "no word in connection": ["Upgrade: h2c"],
    "only the word in connection": ["Connection: Upgrade"],
}
PING = json.dumps({"jsonrpc": "2.0", "id": 5, "method": "ping"}).encode()
HELLO = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
).encode()


def asked(
    product: Product, path: str, body: bytes, *headers: str, kind: str = "application/json"
) -> tuple[bytes, bytes]:
    lines = [f"POST {path} HTTP/1.1", f"Host: {urlsplit(product.url).netloc}", f"Content-Type: {kind}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n", body


def sized(head: bytes, body: bytes) -> list[bytes]:
    return [head + b"Content-Length: %d\r\n\r\n" % len(body), body]


def chunked(head: bytes, body: bytes) -> list[bytes]:
    half = len(body) // 2
    parts = [b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:])]
    return [head + b"Transfer-Encoding: chunked\r\n\r\n", *parts, b"0\r\n\r\n"]


async def send(product: Product, *parts: bytes) -> list[tuple[int, bytes]]:
    """Write the parts one after another; the statuses and bodies that come back until the connection is silent."""
    address = urlsplit(product.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    answers = list[tuple[int, bytes]]()
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        async with asyncio.timeout(120):
            answers.append(await _answer(reader))
            while len(answers) < sum(part.count(b" HTTP/1.1\r\n") for part in parts):
                answers.append(await _answer(reader))
    finally:
        writer.close()
    return answers


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    if length is not None:
        return int(head.split()[1]), await reader.readexactly(int(length[1]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return int(head.split()[1]), body


def requests_of(tenant: TenantAccess, *headers: str) -> dict[str, tuple[bytes, bytes]]:
    product = tenant.product
    key = f"Authorization: Bearer {tenant.token}"
    mcp = ("Accept: application/json", key)
    form = b"grant_type=authorization_code&code=x&client_id=y"
    return {
        "a handshake": asked(product, f"/t/{tenant.slug}/mcp", HELLO, *mcp, *headers),
        "a ping": asked(product, f"/t/{tenant.slug}/mcp", PING, *mcp, "MCP-Protocol-Version: 2025-11-25", *headers),
        "a token": asked(product, "/oauth/token", form, *headers, kind="application/x-www-form-urlencoded"),
        "a spec": asked(product, f"/api/v1/tenants/{tenant.slug}/tools", b'{"name": "class"}', key, *headers),
    }


@pytest.mark.parametrize("kind", UPGRADES)
async def test_a_request_that_asks_for_another_protocol_keeps_its_body(tenant: TenantAccess, kind: str) -> None:
    for name, plain in requests_of(tenant).items():
        (wanted,) = await send(tenant.product, b"".join(sized(*plain)))
        upgraded = requests_of(tenant, *UPGRADES[kind])[name]
        for write in (sized, chunked):
            parts = write(*upgraded)
            for spelled in (parts, [b"".join(parts)], [bytes([one]) for one in b"".join(parts)]):
                (came,) = await send(tenant.product, *spelled)
                assert _bare(came) == _bare(wanted), (name, write.__name__, len(spelled))


def _bare(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    return answer[0], re.sub(rb'"(request_id)":"[^"]*"', b"", answer[1])


async def test_requests_on_one_connection_stay_apart(tenant: TenantAccess) -> None:
    """One with an upgrade, one without, and so on, written at once."""
    plain = b"".join(sized(*requests_of(tenant)["a ping"]))
    upgraded = b"".join(sized(*requests_of(tenant, *H2C)["a ping"]))
    answers = await send(tenant.product, upgraded + plain + upgraded + plain)
    assert [status for status, _ in answers] == [200] * 4
    assert all(b'"id":5' in body for _, body in answers)


async def test_nothing_is_smuggled_in_the_head_of_an_upgrade(tenant: TenantAccess) -> None:
    """What the first reading refused, the second does not see otherwise."""
    head, body = requests_of(tenant, *H2C)["a ping"]
    both = head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    assert (await send(tenant.product, both))[0][0] == 400
    twice = head + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n" + body
    assert (await send(tenant.product, twice))[0][0] == 400


# HEAD.

GETS = [
    "/",
    "/login",
    "/nope",
    "/seal.svg",
    "/api/v1/openapi.json",
    "/api/v1/docs",
    "/api/v1/session",
    "/api/v1/nope",
    "/healthz",
    "/.well-known/oauth-authorization-server",
    "/.well-known/nope",
    "/oauth/nope",
    "/t/nope/mcp",
]


@pytest.mark.parametrize("path", GETS)
async def test_head_says_what_get_says(product: Product, path: str) -> None:
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as client:
        got, headed = await client.get(path), await client.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    for name in ("content-type", "content-length", "cache-control", "www-authenticate"):
        if path != "/api/v1/session" or name != "content-length":
            assert headed.headers.get(name) == got.headers.get(name), name


async def test_head_of_what_is_a_tenants(tenant: TenantAccess) -> None:
    for path in ("/tools", "/runs", "/members", "/tools/nope", "/runs/run_nope"):
        got, headed = await tenant.api.get(path), await tenant.api.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")


async def test_the_head_of_a_stream_ends(tenant: TenantAccess) -> None:
    async with asyncio.timeout(120):
        headed = await tenant.api.head("/events")
        assert headed.status_code == 200
        assert headed.headers["content-type"].startswith("text/event-stream")
        changes = await tenant.api.head(tenant.mcp_url, headers={"Accept": "text/event-stream"})
        assert changes.status_code == 200
        assert changes.headers["content-type"].startswith("text/event-stream")


# Pages.

PROBES = [
    "/mcp",
    "/sse",
    "/message",
    "/register",
    "/token",
    "/nope",
    "/favicon.ico",
    "/robots.txt",
    "/a/b/c",
    "/v1/models",
    "/t",
    "/api",
    "/sealwright",
    "/mcp/sse",
    "/messages/",
    "/health",
    "/.env",
    "/index.php",
]
PROGRAMS = [
    "application/json",
    "application/json, text/event-stream",
    "text/event-stream",
    "*/*",
    "application/json, text/plain, */*",
]


@pytest.mark.parametrize("path", PROBES)
async def test_programs_are_told_by_json_that_nothing_is_there(product: Product, path: str) -> None:
    async with httpx2.AsyncClient(base_url=product.url, timeout=60, follow_redirects=False) as client:
        for accept in PROGRAMS:
            answer = await client.get(path, headers={"Accept": accept})
            assert answer.status_code == 404, accept
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 404
        # Where clients of old register and fetch tokens, unless they are told otherwise.
        for method in ("PUT", "DELETE") if path in {"/register", "/token"} else ("POST", "PUT", "DELETE", "PATCH"):
            answer = await client.request(method, path, json={})
            assert answer.status_code in ({404, 405} if path in {"/register", "/token"} else {404}), method
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/", "/login", "/tenants/acme/tools", "/profile", "/invitations/x.y", "/nope", "/a/b"]
)
async def test_browsers_get_the_dashboard(product: Product, path: str) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    async with httpx2.AsyncClient(base_url=product.url, timeout=60) as client:
        answer = await client.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["vary"] == "Accept"


def test_the_dashboards_own_routes_are_known() -> None:
    source = (Path(__file__).parents[3] / "frontend/src/routes.tsx").read_text()
    roots = {path.split("/")[1] for path in re.findall(r'path: "(/[^"]*)"', source)}
    assert roots == ROUTES


async def test_a_method_that_a_route_has_not_is_refused_with_those_it_has(tenant: TenantAccess) -> None:
    answer = await tenant.api.put("/tools", json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]
