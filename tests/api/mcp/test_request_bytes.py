"""SEALWRIGHT_REQUEST_BYTES_MAX holds for MCP, too, whether it is less than the default or more."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.api.mcp.test_gate import ACCEPT, VERSIONS
from tests.makers import TenantAccess, served, sign_up


@pytest.fixture(scope="module", params=[30_000, 6 << 20], ids=["less", "more"])
async def tenant(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[TenantAccess]:
    async with served(tmp_path_factory.mktemp("bytes"), request_bytes_max=request.param) as product:
        yield await sign_up(product)


def body_of(version: str, size: int, meta: dict[str, Any]) -> bytes:
    """A call of so many bytes."""
    if version == VERSIONS[0]:
        protocol = "io.modelcontextprotocol/"
        meta = meta | {f"{protocol}protocolVersion": version, f"{protocol}clientCapabilities": {}}
    params = {"name": "search_tools", "arguments": {"query": "x"}, "_meta": meta | {"x.example/filling": ""}}
    bare = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    return bare.replace('filling": ""', f'filling": "{"x" * (size - len(bare))}"').encode()


async def in_parts(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1 << 16):
        yield body[start : start + (1 << 16)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("meta", [{}, {"progressToken": 1}], ids=["bytes", "models"])
@pytest.mark.parametrize("length", ["said", "unsaid"])
async def test_a_call_may_have_as_many_bytes_as_the_setting_says_and_no_more(
    tenant: TenantAccess, version: str, meta: dict[str, Any], length: str
) -> None:
    most = tenant.product.settings.request_bytes_max
    headers = {
        "Authorization": f"Bearer {tenant.token}",
        "Content-Type": "application/json",
        "Accept": ACCEPT,
        "MCP-Protocol-Version": version,
    }
    if version == VERSIONS[0]:
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "search_tools"}
    async with httpx2.AsyncClient(timeout=120) as http:
        for size, status in ((most, 200), (most + 1, 413)):
            body = body_of(version, size, meta)
            assert len(body) == size
            content = body if length == "said" else in_parts(body)
            answer = await http.post(tenant.mcp_url, content=content, headers=headers)
            assert answer.status_code == status, answer.text[:300]
            assert ('"isError":false' in answer.text.replace(" ", "")) is (status == 200), answer.text[:300]
