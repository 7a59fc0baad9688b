"""The fixed surface: search, describe, call, for clients that list once and never again."""

from typing import Any

import pytest
from mcp import MCPError

from tenants.catalog import search
from tests.api.mcp.shelf import ordinary, spec, stock
from tests.api.mcp.test_tools import ERAS, connected, legacy
from tests.api.site import Home


def data(result: Any) -> dict[str, Any]:
    return result.structured_content


@ERAS
async def test_a_tool_approved_mid_session_can_be_found_and_called_at_once(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        before = await client.list_tools()
        assert "echo" not in [tool.name for tool in before.tools]
        await home.serve("echo", description="Repeats what it is told, like an echo.")
        found = data(await client.call_tool("search_tools", {"query": "repeat what I say"}))
        assert found["tools"][0]["name"] == "echo"
        described = data(await client.call_tool("describe_tool", {"name": "echo"}))
        assert described["inputSchema"]["required"] == ["text"]
        result = await client.call_tool("call_tool", {"name": "echo", "arguments": {"text": "now"}})
        assert data(result) == {"echo": "now"}
        assert result.meta is not None


async def test_call_tool_is_recorded_as_the_inner_tool(home: Home) -> None:
    from tests.api.mcp.test_tools import newest

    await home.serve("echo")
    async with legacy(home) as client:
        await client.call_tool("call_tool", {"name": "echo", "arguments": {"text": "x"}})
    run = await newest(home)
    assert run.tool_name == "echo"
    assert run.caller["channel"] == "mcp"


async def test_call_tool_for_what_does_not_exist_names_what_is_near(home: Home) -> None:
    await home.serve("echo")
    async with legacy(home) as client:
        result = await client.call_tool("call_tool", {"name": "ecko", "arguments": {}})
    assert result.is_error is True
    assert data(result)["code"] == "not_found"
    assert "echo" in data(result)["hint"]


async def test_arguments_of_our_own_tools_are_checked(home: Home) -> None:
    async with legacy(home) as client:
        result = await client.call_tool("search_tools", {"query": 5, "limt": 3})
    assert data(result)["code"] == "invalid"
    assert {problem["path"] for problem in data(result)["details"]["problems"]} >= {"/query"}


async def test_asking_for_approval_says_who_can_give_it(home: Home) -> None:
    async with legacy(home) as client:
        with pytest.raises(MCPError, match="approver or owner"):
            await client.call_tool("approve_version", {"name": "echo"})


async def test_search_ranks_among_a_thousand_tools(home: Home) -> None:
    wanted = [*map(ordinary, range(999)), spec("chase_overdue_invoices", "Finds overdue invoices, sends reminders.")]
    await stock(home, wanted)
    hits = await search.search(home.site.database, home.tenant.id, "send a reminder for an overdue invoice")
    assert hits[0].name == "chase_overdue_invoices"
    async with legacy(home) as client:
        listed = await client.list_tools()
    assert len(listed.tools) > 1000
    assert [tool.name for tool in listed.tools] == sorted(tool.name for tool in listed.tools)


async def test_no_tenant_sees_what_another_has(home: Home) -> None:
    other = await home.site.home()
    await other.serve("echo", description="Secret sauce of another tenant.")
    async with legacy(home) as client:
        assert data(await client.call_tool("search_tools", {"query": "secret sauce"}))["tools"] == []
        assert data(await client.call_tool("describe_tool", {"name": "echo"}))["code"] == "not_found"


async def test_near_duplicates_are_found(home: Home) -> None:
    await home.serve("echo", description="Repeats what it is told, like an echo.")
    alike = await search.alike(
        home.site.database, home.tenant.id, "echo_text", "Echo text", "Repeats the text it is told."
    )
    assert [tool.name for tool in alike] == ["echo"]
