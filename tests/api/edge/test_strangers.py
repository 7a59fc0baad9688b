"""What a stranger can make us do: little, for a while, and never at the cost of others."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from api.edge import requests
from api.edge.bodies import STRANGERS_BYTES_MAX
from tenants.base.errors import OverQuotaError
from tenants.people import passwords
from tests.makers import Product, TenantAccess

LARGE = b'{"a": "' + b"x" * (STRANGERS_BYTES_MAX + 1) + b'"}'
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OPEN_TO_ANYBODY = {
    "/api/v1/session": JSON, "/api/v1/signup": JSON, "/api/v1/invitations/x/accept": JSON, "/oauth/token": FORM,
    "/oauth/register": JSON, "/register": JSON, "/token": FORM, "/oauth/revoke": FORM, "/oauth/introspect": FORM,
    "/oauth/device": FORM, "/oauth/device_authorization": FORM, "/oauth/authorize": FORM, "/api/v1/nothing": JSON,
}  # fmt: skip


async def in_parts(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(size >> 13):
        yield b"x" * (1 << 13)


@pytest.mark.parametrize("path", OPEN_TO_ANYBODY)
async def test_where_anybody_may_ask_only_little_is_read(product: Product, path: str) -> None:
    async with httpx2.AsyncClient(base_url=product.url, timeout=120) as http:
        said = await http.post(path, content=LARGE, headers=OPEN_TO_ANYBODY[path])
        unsaid = await http.post(path, content=in_parts(1 << 20), headers=OPEN_TO_ANYBODY[path])
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert "Sign in first" in said.text


PLACES = {"rest": "/api/v1/session", "oauth": "/oauth/token", "mcp": "/t/{slug}/mcp", "nowhere": "/nothing"}


async def send_slowly(tenant: TenantAccess, path: str, parts: AsyncIterator[bytes]) -> bytes:
    """Send a body of 100 bytes part by part; return the answer, which may come before the last of them."""
    url = httpx2.URL(tenant.product.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    kind = "application/x-www-form-urlencoded" if path == PLACES["oauth"] else "application/json"
    lines = [
        f"POST {path.format(slug=tenant.slug)} HTTP/1.1", f"Host: {url.host}:{url.port}", f"Content-Type: {kind}",
        f"Authorization: Bearer {tenant.token}", "X-Sealwright-Csrf: 1", "Content-Length: 100", "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode())

    async def send() -> None:
        async for part in parts:
            writer.write(part)

    sending = asyncio.create_task(send())
    said = await asyncio.wait_for(reader.readuntil(b"\r\n"), 120)
    sending.cancel()
    writer.close()
    return said


async def drip(every_s: float) -> AsyncIterator[bytes]:
    yield b"{"
    for _ in range(98):
        await asyncio.sleep(every_s)
        yield b" "
    yield b"}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("every_s", [0.1, 60.0])
async def test_a_body_that_comes_too_slowly_is_not_waited_for(
    tenant: TenantAccess, place: str, every_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_S_MAX", 0.2)
    said = await send_slowly(tenant, PLACES[place], drip(every_s))
    assert said.startswith(b"HTTP/1.1 408 ") or (place == "nowhere" and b" 404 " in said)


@pytest.mark.parametrize("place", ["rest", "mcp"])
async def test_a_body_that_comes_steadily_is_waited_for(
    tenant: TenantAccess, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_S_MAX", 2.0)
    monkeypatch.setattr(requests, "BODY_BYTES_A_S", 0.25)
    said = await send_slowly(tenant, PLACES[place], drip(0.05))
    assert not said.startswith(b"HTTP/1.1 408 ")
    assert said.startswith(b"HTTP/1.1 ")


CREDENTIALS = {
    "none": {},
    "a key that nobody has": {"Authorization": "Bearer sw_" + "x" * 43},
    "no token at all": {"Authorization": "Bearer x"},
    "a scheme alone": {"Authorization": "Bearer"},
    "another scheme": {"Authorization": "Basic eDp5"},
    "a session that nobody has": {"Cookie": "sealwright_session=" + "x" * 43},
    "a token of three parts": {"Authorization": "Bearer e30.e30.e30"},
}


@pytest.mark.parametrize("credentials", CREDENTIALS)
async def test_inside_a_tenant_only_who_is_known_is_read_at_length(tenant: TenantAccess, credentials: str) -> None:
    url = f"{tenant.product.url}/api/v1/tenants/{tenant.slug}/tools"
    headers = {**JSON, **CREDENTIALS[credentials]}
    async with httpx2.AsyncClient(timeout=120) as http:
        assert (await http.post(url, content=LARGE, headers=headers)).status_code == 413
        assert (await http.post(url, content=in_parts(1 << 20), headers=headers)).status_code == 413
    for known in (tenant.api, tenant.person):
        answer = await known.post(url, content=LARGE, headers=JSON)
        assert answer.status_code == 422, answer.text


async def test_a_key_of_another_tenant_opens_nothing_here(tenant: TenantAccess) -> None:
    url = f"{tenant.product.url}/api/v1/tenants/another/tools"
    assert (await tenant.api.post(url, content=LARGE, headers=JSON)).status_code == 413


@pytest.mark.parametrize("where", ["/tools", "/files/x.txt", "mcp"])
async def test_nobody_sends_more_than_the_limit_of_all(tenant: TenantAccess, where: str) -> None:
    url = tenant.mcp_url if where == "mcp" else where
    most = tenant.product.settings.request_bytes_max
    method = "PUT" if "files" in where else "POST"
    said = await tenant.api.request(method, url, content=b"x" * (most + 1), headers=JSON)
    unsaid = await tenant.api.request(method, url, content=in_parts(most + (1 << 20)), headers=JSON)
    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert said.json()["type"] == unsaid.json()["type"] == "urn:sealwright:problem:content_too_large"


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "٣", "99999999999999999999999", " ", "1, 1", "+5"])
async def test_a_length_that_is_none_is_refused(product: Product, length: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", product.settings.port)
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n{}")
    status = (await asyncio.wait_for(reader.readline(), 120)).split()[1]
    writer.close()
    assert status in {b"400", b"411", b"413"}


@pytest.mark.usefixtures("real_passwords")
async def test_a_crowd_at_the_door_is_sent_away_and_the_rest_is_answered() -> None:
    crowd = passwords.IN_HAND_MAX + 20
    answers = await asyncio.gather(*(passwords.verify(None, "x" * 12) for _ in range(crowd)), return_exceptions=True)
    refused = [one for one in answers if isinstance(one, OverQuotaError)]
    assert len(refused) == 20
    assert answers.count(False) == passwords.IN_HAND_MAX
    assert await passwords.verify(await passwords.hash("x" * 12), "x" * 12)  # the door is open again


async def test_codes_for_devices_are_not_to_be_had_without_end(product: Product) -> None:
    async with httpx2.AsyncClient(base_url=product.url, timeout=120) as http:
        answers = [await http.post("/oauth/device_authorization", data={"client_id": "x"}) for _ in range(62)]
    assert {answer.status_code for answer in answers[:50]} <= {400, 401}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
