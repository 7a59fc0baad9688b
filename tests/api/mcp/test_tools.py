"""tools/list and tools/call, in both protocol eras, with the official client."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client, ClientSession, MCPError
from mcp.client.streamable_http import streamable_http_client
from sqlalchemy import select

from tenants.models import Run
from tests.api.site import Home


@asynccontextmanager
async def legacy(home: Home, key: str | None = None) -> AsyncGenerator[ClientSession]:
    headers = {"Authorization": f"Bearer {key or home.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        streamable_http_client(home.url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        yield session


@asynccontextmanager
async def modern(home: Home, key: str | None = None) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {key or home.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        Client(streamable_http_client(home.url, http_client=http), mode="2026-07-28") as client,
    ):
        yield client


@asynccontextmanager
async def connected(home: Home, era: str) -> AsyncGenerator[ClientSession | Client]:
    async with (modern if era == "modern" else legacy)(home) as session:
        yield session


ERAS = pytest.mark.parametrize("era", ["legacy", "modern"])


@ERAS
async def test_a_live_tool_is_listed_with_its_schemas_and_hints(home: Home, era: str) -> None:
    await home.serve("echo")
    async with connected(home, era) as client:
        listed = await client.list_tools()
    tool = next(tool for tool in listed.tools if tool.name == "echo")
    assert tool.title == "Echo"
    assert tool.input_schema["required"] == ["text"]
    assert tool.output_schema is not None
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint is True


@ERAS
async def test_calling_a_tool_gives_structured_content_and_the_same_as_text(home: Home, era: str) -> None:
    await home.serve("echo")
    async with connected(home, era) as client:
        result = await client.call_tool("echo", {"text": "héllo"})
    assert result.is_error is False
    assert result.structured_content == {"echo": "héllo"}
    assert result.meta is not None
    run_id = result.meta["sealwright/runId"]
    async with home.site.database.reading(home.tenant.id) as session:
        run = await session.scalar(select(Run).where(Run.id == run_id))
    assert run is not None
    assert run.caller["channel"] == "mcp"


def fault_in(result: Any) -> Any:
    """The data of an error. Clients hold structured content against the tool's output schema."""
    assert result.structured_content is None
    return result.meta["sealwright/error"]


@ERAS
async def test_a_failure_says_what_went_wrong_and_what_was_done(home: Home, era: str) -> None:
    await home.serve("fail")
    async with connected(home, era) as client:
        result = await client.call_tool("fail", {"text": "that"})
    assert result.is_error is True
    fault = fault_in(result)
    assert fault["code"] == "failed"
    assert fault["message"] == "cannot do that"
    assert fault["hint"] == "Send something else."
    assert fault["run_id"].startswith("run_")
    assert "2 calls" in fault["done"]


@ERAS
async def test_arguments_that_do_not_fit_are_refused_with_the_path(home: Home, era: str) -> None:
    await home.serve("echo")
    async with connected(home, era) as client:
        result = await client.call_tool("echo", {"text": 5})
    assert result.is_error is True
    fault = fault_in(result)
    assert fault["code"] == "invalid_arguments"
    assert fault["details"]["problems"][0]["path"] == "/text"
    assert "Nothing outside" in fault["done"]


@ERAS
async def test_an_unknown_tool_is_a_protocol_error_that_says_where_to_look(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("nothing", {})
    assert refused.value.code == -32602


@ERAS
async def test_progress_reaches_a_client_that_asked_for_it(home: Home, era: str) -> None:
    await home.serve("steps")
    seen: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with connected(home, era) as client:
        result = await client.call_tool("steps", {"text": ""}, progress_callback=on_progress)
    assert result.structured_content == {"echo": "done"}
    assert seen[-1] == (3, 3, "step 3")


async def test_a_client_that_goes_away_cancels_the_run(home: Home) -> None:
    """In the newer era alone: see test_transport.py for the older one."""
    version = "2026-07-28"
    await home.serve("hang", "hang")
    headers = {
        **home.bearer,
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": version,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "hang",
    }
    meta: dict[str, Any] = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": 1,
    }
    call: dict[str, Any] = {"name": "hang", "arguments": {"text": ""}, "_meta": meta}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    before = len(home.site.functions.cancelled)
    async with (
        httpx2.AsyncClient(timeout=120) as http,
        http.stream("POST", home.url, json=body, headers=headers) as answer,
    ):
        async for line in answer.aiter_lines():
            if "notifications/progress" in line:
                break
    async with asyncio.timeout(120):
        while len(home.site.functions.cancelled) == before:
            await asyncio.sleep(0.01)
        while (run := await newest(home)).status != "finished":
            await asyncio.sleep(0.01)
    assert run.outcome == "cancelled"


async def newest(home: Home) -> Run:
    async with home.site.database.reading(home.tenant.id) as session:
        found = await session.scalar(select(Run).order_by(Run.id.desc()))
    assert found is not None
    return found


@ERAS
async def test_a_key_without_the_scope_to_call_sees_no_tool_of_the_tenant(home: Home, era: str) -> None:
    await home.serve("echo")
    narrow = await home.key_with("runs:read")
    async with (modern if era == "modern" else legacy)(home, narrow) as client:
        assert "echo" not in [tool.name for tool in (await client.list_tools()).tools]
