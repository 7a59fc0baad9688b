"""The heart of the endpoint on both databases: everything else runs on SQLite only. And a crowd, of several tenants."""

import asyncio
import json
from collections.abc import AsyncGenerator

import httpx2
import pytest
from mcp import MCPError

from tenants.base.db import Database
from tests.api.mcp.shelf import ordinary, stock
from tests.api.mcp.test_gate import VERSIONS, request
from tests.api.mcp.test_tools import ERAS, connected, legacy, newest
from tests.api.site import Home, Site, serving
from tests.bench.listing import Door, crowd


@pytest.fixture
async def site(database: Database) -> AsyncGenerator[Site]:
    async with serving(database) as running:
        yield running


@ERAS
async def test_a_tool_is_listed_found_and_called_and_the_call_recorded(home: Home, era: str) -> None:
    other = await home.site.home()
    await other.serve("secret", "echo", description="Repeats what only the other tenant may hear.")
    async with connected(home, era) as client:
        await home.serve("echo", description="Repeats what it is told.")
        assert "echo" in [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool("search_tools", {"query": "repeat what I say"})
        result = await client.call_tool("call_tool", {"name": "echo", "arguments": {"text": "héllo"}})
        with pytest.raises(MCPError):
            await client.call_tool("secret", {"text": "x"})
    assert found.structured_content is not None
    assert '"secret"' not in json.dumps(found.structured_content)
    assert found.structured_content["tools"][0]["name"] == "echo"
    assert result.structured_content == {"echo": "héllo"}
    run = await newest(home)
    assert (run.tool_name, run.outcome, run.caller["channel"]) == ("echo", "returned", "mcp")


async def test_a_run_is_read_by_its_tenant_only(home: Home) -> None:
    await home.serve("fail")
    other = await home.site.home()
    async with legacy(home) as mine, legacy(other) as theirs:
        result = await mine.call_tool("fail", {"text": "that"})
        uri = f"sealwright://runs/{(result.meta or {})['sealwright/runId']}"
        (content,) = (await mine.read_resource(uri)).contents
        assert json.loads(getattr(content, "text", ""))["error"]["message"] == "cannot do that"
        with pytest.raises(MCPError):
            await theirs.read_resource(uri)


async def test_the_same_key_gives_the_same_run(home: Home) -> None:
    await home.serve("echo")
    given = request(
        home, VERSIONS[0], "tools/call", name="echo", arguments={"text": "once"},
        _meta={"sealwright/idempotencyKey": "k1"},
    )  # fmt: skip
    async with httpx2.AsyncClient(timeout=120) as http:
        answers = [(await http.post(**given)).json() for _ in range(2)]
    first, again = [answer["result"]["_meta"]["sealwright/runId"] for answer in answers]
    assert first == again


async def test_listeners_hear_of_a_tool_that_went_live(home: Home) -> None:
    headers = {**home.bearer, "Accept": "text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    async with (
        asyncio.timeout(120),
        httpx2.AsyncClient(timeout=120) as http,
        http.stream("GET", home.url, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == ": open"
        await home.serve("echo")
        async for line in lines:
            if "notifications/tools/list_changed" in line:
                return


async def test_a_crowd_of_two_tenants_gets_its_own_tools_and_no_error(site: Site) -> None:
    """A short piece of `./dev bench listing`: the same clients, the same checks of every answer."""
    doors: list[Door] = []
    for tenant in ("north", "south"):
        home = await site.home(tenant)
        await stock(home, [ordinary(number, tenant) for number in range(40)])
        doors.append(Door(tenant, home.url, [await home.key_with("tools:call") for _ in range(3)], 40))
    tally = await crowd(doors, clients=20, rounds=2, seed=4)
    assert +tally.wrong == {}
    assert len(tally.took["tools/list"]) == 40
