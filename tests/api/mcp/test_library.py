"""Resources and prompts with the official client, in both eras: the manuals, a run's record, and what is not there."""

import json
from typing import Any

import pytest
from mcp import ClientSession, MCPError

from tests.api.mcp.test_tools import ERAS, connected, legacy
from tests.api.site import Home
from tests.makers import TenantAccess, make_live, make_source, make_spec, mcp_session, submit

MANUALS = {"sealwright://guide", "sealwright://sdk", "sealwright://libraries"}


async def read(client: Any, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    return content.text


async def called(home: Home, client: Any, tool: str = "echo") -> str:
    await home.serve(tool)
    return (await client.call_tool(tool, {"text": "noted"})).meta["sealwright/runId"]


@ERAS
async def test_the_manuals_are_listed_and_say_what_authors_need(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        listed = {str(one.uri) for one in (await client.list_resources()).resources}
        templates = [one.uri_template for one in (await client.list_resource_templates()).resource_templates]
        texts = {uri: await read(client, uri) for uri in sorted(listed)}
    assert listed == MANUALS
    assert templates == ["sealwright://guide/{topic}", "sealwright://runs/{run_id}"]
    assert "Writing a tool" in texts["sealwright://guide"]
    assert "claim(" in texts["sealwright://sdk"]
    assert "pydantic" in texts["sealwright://libraries"] or "jinja2" in texts["sealwright://libraries"].lower()
    # Each is printed once: who needs them reads them.
    assert "ledger.claim(keys)" in texts["sealwright://sdk"]
    assert "ledger.claim(keys)" not in texts["sealwright://guide"]


@ERAS
async def test_a_run_is_read_by_its_uri(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        run_id = await called(home, client)
        told = json.loads(await read(client, f"sealwright://runs/{run_id}"))
    assert (told["id"], told["tool"], told["outcome"]) == (run_id, "echo", "returned")
    assert told["result"] == {"echo": "noted"}
    assert told["log"] == ""


@ERAS
@pytest.mark.parametrize("uri", ["sealwright://runs/run_none", "sealwright://secrets/key", "file:///etc/passwd", "x:y"])
async def test_what_is_not_there_is_refused_with_its_uri(home: Home, era: str, uri: str) -> None:
    async with connected(home, era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    assert refused.value.code == -32602
    assert refused.value.error.data == {"uri": uri}


async def test_another_tenants_run_and_a_run_one_may_not_read_are_not_there(home: Home) -> None:
    other = await home.site.home()
    async with legacy(other) as theirs, legacy(home) as mine:
        uri = f"sealwright://runs/{await called(other, theirs)}"
        assert await read(theirs, uri)
        await refused(mine, uri)
        # Nor by any other way of writing it.
        await refused(mine, uri + "/")
        await refused(mine, uri.replace("runs/", "runs/../runs/"))
    async with legacy(other, await other.key_with("tools:author")) as narrow:
        with pytest.raises(MCPError, match="runs:read"):
            await narrow.read_resource(uri)


async def refused(client: ClientSession, uri: str) -> None:
    with pytest.raises(MCPError) as missing:
        await client.read_resource(uri)
    assert missing.value.code == -32602


@ERAS
async def test_the_prompt_to_write_a_tool_holds_the_task_and_the_guide(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        told = await client.get_prompt("write_tool", {"task": "Chase {overdue} invoices"})
        with pytest.raises(MCPError, match="task is missing"):
            await client.get_prompt("write_tool", {})
        with pytest.raises(MCPError, match="Unknown prompt"):
            await client.get_prompt("approve_tool", {})
        with pytest.raises(MCPError, match="no tool nothing"):
            await client.get_prompt("repair_tool", {"name": "nothing"})
    assert set(prompts) == {"write_tool", "repair_tool"}
    assert [(one.name, one.required) for one in prompts["repair_tool"].arguments or []] == [
        ("name", True), ("problem", None),
    ]  # fmt: skip
    (message,) = told.messages
    text: str = getattr(message.content, "text", "")
    assert "Chase {overdue} invoices" in text
    assert "search_tools" in text
    assert "sealwright" in text


async def test_who_may_not_write_tools_is_offered_no_prompt(home: Home) -> None:
    async with legacy(home, await home.key_with("tools:call")) as client:
        assert (await client.list_prompts()).prompts == []
        with pytest.raises(MCPError, match="tools:author"):
            await client.get_prompt("write_tool", {"task": "x"})


async def test_the_prompt_to_repair_a_tool_holds_what_was_found_and_the_hold_outs_of_whoever_asks(
    tenant: TenantAccess,
) -> None:
    await submit(tenant, make_spec(), make_source().replace("a + b", "a - b"))
    async with mcp_session(tenant) as client:
        told = await client.get_prompt("repair_tool", {"name": "add_numbers", "problem": "It subtracts."})
    text: str = getattr(told.messages[0].content, "text", "")
    assert "Its last version is 1, in the state rejected" in text
    assert "What is wrong: It subtracts." in text
    assert '"gate": "examples"' in text
    assert "a - b" in text
    assert '"sum": 42' in text  # test_own_hold_outs holds that nobody else's are shown


async def test_a_runs_log_is_read_after_it_printed(tenant: TenantAccess) -> None:
    source = make_source().replace("    return {", '    print("adding", a, b)\n    return {')
    await make_live(tenant, make_spec(), source)
    async with mcp_session(tenant) as client:
        result = await client.call_tool("add_numbers", {"a": 1, "b": 2})
        assert result.meta is not None
        told = json.loads(await read(client, f"sealwright://runs/{result.meta['sealwright/runId']}"))
    assert "adding 1 2" in told["log"]
