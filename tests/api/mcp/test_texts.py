"""What agents are told: near misses by name, and hints that can be followed."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest

from sandbox import Grant, manuals
from sandbox.rules import imports
from tenants.catalog import names
from tenants.confined import spec_rules
from tenants.rules.mcp_tools import OwnTool
from tests.api.mcp.test_gate import VERSIONS, request, told
from tests.api.site import Home


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=120) as client:
        yield client


NEAR = {
    "Search_Tools": "search_tools",
    "search-tools": "search_tools",
    "searchTools": "search_tools",
    "SEARCH_TOOLS": "search_tools",
    "mcp__sealwright__search_tools": "search_tools",
    "sealwright.search_tools": "search_tools",
    "sealwright:call_tool": "call_tool",
    "sealwright/describe_tool": "describe_tool",
    "serach_tools": "search_tools",
    "describe_tools": "describe_tool",
    "mcp__sealwright__campaign_send": "campaign_send",
    "Campaign-Send": "campaign_send",
    "campaignSend": "campaign_send",
    "campaign_sent": "campaign_send",
    "acme.campaign_send": "campaign_send",
    "campaign send": "campaign_send",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NEAR)
async def test_a_near_miss_is_told_what_may_be_meant(
    home: Home, http: httpx2.AsyncClient, version: str, name: str
) -> None:
    await home.serve("campaign_send", "echo")
    answer = told(await http.post(**request(home, version, "tools/call", name=name, arguments={})))
    assert f"Did you mean {NEAR[name]}" in answer["error"]["message"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_is_not_there_is_no_ban(home: Home, http: httpx2.AsyncClient, version: str) -> None:
    answer = told(await http.post(**request(home, version, "tools/call", name="nope", arguments={})))
    assert answer["error"]["message"] == "Unknown tool: nope. search_tools finds what there is."


@pytest.mark.parametrize("by", ["call_tool", "describe_tool"])
@pytest.mark.parametrize("own", OwnTool)
async def test_a_tool_of_ours_is_no_tenants_tool(home: Home, http: httpx2.AsyncClient, by: str, own: str) -> None:
    answer = told(await http.post(**request(home, VERSIONS[0], "tools/call", name=by, arguments={"name": own})))
    text = answer["result"]["content"][0]["text"]
    assert answer["result"]["isError"]
    assert f"{own} is a tool of the endpoint itself" in text
    assert f"Call {own} by its own name" in text
    assert "no live tool" not in text


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("meta", [{}, {"progressToken": 1}], ids=["bytes", "models"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("search_tools", {"query": "x", "limit": None}),
        ("call_tool", {"name": "steps", "arguments": None}),
        ("describe_tool", {"name": "steps"}),
        ("list_versions", {"name": "steps"}),
        ("read_guide", {"topic": None}),
    ],
)
async def test_null_is_as_good_as_nothing(
    home: Home, http: httpx2.AsyncClient, version: str, meta: dict[str, Any], name: str, arguments: dict[str, Any]
) -> None:
    await home.serve("steps", input_schema={"type": "object"})
    answer = told(await http.post(**request(home, version, "tools/call", name=name, arguments=arguments, _meta=meta)))
    assert not answer["result"].get("isError"), answer


async def test_null_is_no_argument_that_is_required(home: Home, http: httpx2.AsyncClient) -> None:
    answer = told(
        await http.post(**request(home, VERSIONS[0], "tools/call", name="describe_tool", arguments={"name": None}))
    )
    assert "null is not" in answer["result"]["content"][0]["text"]


def problems_of(name: str) -> list[dict[str, str]]:
    """What is wrong with a spec's name."""
    return [one for one in spec_rules.problems({"name": name}) if one["path"] == "/name"]


@pytest.mark.parametrize(
    "given", ["class", "Class", "for", "search_tools!", "None", "is", "9lives", "a b", "with", "Call Tool"]
)
def test_the_name_that_is_suggested_is_one(given: str) -> None:
    (found,) = problems_of(given)
    suggested = re.search(r"For example (\w+)\.", found.get("hint") or "")
    assert suggested is not None
    assert problems_of(suggested[1]) == []


@pytest.mark.parametrize(
    ("capability", "permit", "cap", "said"),
    [
        ("kv", "tool/*", 1, "at most 1 time "),
        ("kv", "tool/*", 2, "at most 2 times "),
        ("email", "from @acme.com", 1, "for at most 1 recipient "),
        ("email", "from @acme.com", 1_500, "for at most 1,500 recipients "),
    ],
)
def test_once_is_no_plural(capability: str, permit: str, cap: int, said: str) -> None:
    for span in ("run", "day"):
        sentences = Grant.parse({capability: [permit, f"at most {cap} a {span}"]}).sentences()
        assert any(said in f"{sentence.rstrip('.')} " for sentence in sentences), sentences


def test_every_library_that_a_hint_names_is_there() -> None:
    offered = manuals.libraries().lower() + " zoneinfo bs4"
    words = r"\b(bs4|html5lib|lxml|defusedxml|fastjsonschema|attrs|zoneinfo|pydantic|jinja2|httpx|pytz)\b"
    for module, hint in imports.INSTEAD.items():
        assert all(one in offered for one in re.findall(words, hint)), (module, hint)


def test_names_are_compared_whatever_their_length() -> None:
    assert names.near("x" * 1_000_000, ["echo"]) == []
    assert names.near("", ["echo"]) == []
    assert names.near("mcp__" * 50_000, ["echo"]) == []
