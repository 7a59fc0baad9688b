"""The guide over MCP and REST: for clients with resources and for those with tools alone, and for editors."""

import json
from typing import Any

import pytest
from mcp import MCPError

from tenants.writing import guide
from tests.api.mcp.test_library import read
from tests.api.mcp.test_tools import ERAS, connected, legacy
from tests.api.site import Home
from tests.makers import TenantAccess, make_source, make_spec, mcp_session

TOPICS = ("guide", *guide.topics(), "tenant")


async def page(client: Any, **arguments: Any) -> str:
    answer = await client.call_tool("read_guide", arguments)
    assert answer.is_error is False, answer
    # A text is read; there is no data beside it.
    assert answer.structured_content is None
    (content,) = answer.content
    return content.text


@ERAS
async def test_every_topic_is_read_by_the_tool_and_as_a_resource(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        for topic in TOPICS:
            said = await page(client, topic=topic)
            assert said.startswith("#"), topic
            assert await read(client, f"sealwright://guide/{topic}") == said
        assert await page(client) == await read(client, "sealwright://guide")
        assert await page(client, topic="sdk") == await read(client, "sealwright://sdk")


@ERAS
async def test_a_page_that_is_not_there_is_answered_with_those_that_are(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        missing = await client.call_tool("read_guide", {"topic": "permits"})
        wrong = await client.call_tool("read_guide", {"topic": 5})
    assert missing.is_error is True
    assert missing.structured_content["code"] == "not_found"
    assert "spec" in missing.structured_content["hint"]
    assert wrong.structured_content["code"] == "invalid"


async def test_the_guide_names_the_tenants_senders_and_secrets(tenant: TenantAccess) -> None:
    kept = await tenant.api.put("/secrets/shop_key", json={"value": "s3cret-of-the-shop", "hosts": ["shop.example"]})
    assert kept.status_code < 300, kept.text
    async with mcp_session(tenant) as session:
        said = await page(session)
        alone = await page(session, topic="tenant")
    assert alone in said
    assert "`shop_key` (for shop.example)" in alone
    assert "Senders: any domain." in alone
    assert "s3cret-of-the-shop" not in said


async def test_a_tenant_hears_of_no_other_tenants_secrets(home: Home) -> None:
    other = await home.site.home()
    await other.serve("echo")
    async with legacy(home) as client:
        said = await page(client, topic="tenant")
    assert other.tenant.slug not in said
    assert "none. Mail from any domain is refused" in said


async def test_who_may_not_write_tools_is_not_told_what_there_is_to_write_with(home: Home) -> None:
    async with legacy(home, await home.key_with("tools:call")) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        with pytest.raises(MCPError):
            await client.call_tool("read_guide", {})
        said = await read(client, "sealwright://guide")
    assert "read_guide" not in listed
    assert "\n## What the tenant" not in said


@ERAS
async def test_tools_that_take_a_spec_show_its_form(home: Home, era: str) -> None:
    async with connected(home, era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name in ("propose_tool", "revise_tool", "dry_run"):
        spec = tools[name].input_schema["properties"]["spec"]
        assert spec["properties"]["effects"]["enum"] == ["read", "idempotent", "destructive"]
        # Words stand once, where a spec is first written.
        if name == "propose_tool":
            assert "http" in spec["properties"]["capabilities"]["description"]
            # A case is a call or a story of several.
            assert {"arguments", "calls"} <= spec["properties"]["examples"]["items"]["properties"].keys()
    assert "name" in tools["propose_tool"].input_schema["properties"]["spec"]["required"]
    assert "name" not in tools["revise_tool"].input_schema["properties"]["spec"]["required"]


async def test_a_spec_that_does_not_fit_its_form_still_hears_all_that_is_wrong(tenant: TenantAccess) -> None:
    wrong = make_spec(effects="read_only", capabilities={"htp": ["x"]}, nonsens=1)
    async with mcp_session(tenant) as session:
        answer = await session.call_tool("propose_tool", {"spec": wrong, "source": make_source()})
    fault: Any = answer.structured_content
    problems = fault["details"]["problems"]
    assert {"/effects", "/capabilities/htp", "/nonsens"} <= {problem["path"] for problem in problems}


async def test_the_schema_of_a_spec_is_published_for_editors(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        assert "/api/v1/schemas/spec.json" in await page(session)
    answer = await tenant.person.get(f"{tenant.product.url}/api/v1/schemas/spec.json", headers={"Cookie": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/schema+json")
    schema = json.loads(answer.text)
    assert schema["required"] == ["name", "description", "input_schema"]
    assert schema["properties"]["effects"]["description"]


@pytest.mark.parametrize("topic", ["../spec", "guide/guide", "", "runs/run_1", "spec?x=1"])
async def test_a_page_cannot_be_reached_by_another_way(home: Home, topic: str) -> None:
    async with legacy(home) as client:
        with pytest.raises(MCPError):
            await client.read_resource(f"sealwright://guide/{topic}")
