"""Authoring over MCP, on the whole product: real gates, real sandbox."""

import json
from typing import Any

import pytest

from tests.makers import TenantAccess, make_source, make_spec, mcp_session


def data(result: Any) -> dict[str, Any]:
    assert result.structured_content is not None, result.content
    return result.structured_content


async def test_an_agent_proposes_a_tool_and_hears_what_the_gates_found(tenant: TenantAccess) -> None:
    seen: list[str | None] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append(message)

    async with mcp_session(tenant) as session:
        given = {"spec": make_spec(), "source": make_source()}
        told = data(await session.call_tool("propose_tool", given, progress_callback=on_progress))
    assert told["state"] == "awaiting_approval"
    assert told["number"] == 1
    assert "A person must approve it" in told["next"]
    assert f"/tenants/{tenant.slug}/tools/add_numbers/versions/1. No agent can." in told["next"]
    assert "spec" not in told
    assert "source" not in told
    assert any(message and "gate" in message for message in seen)


async def test_a_rejected_proposal_is_revised_until_it_passes(tenant: TenantAccess) -> None:
    wrong = make_source().replace("a + b", "a - b")
    async with mcp_session(tenant) as session:
        first = data(await session.call_tool("propose_tool", {"spec": make_spec(), "source": wrong}))
        assert first["state"] == "rejected"
        assert any(finding["gate"] == "examples" for finding in first["findings"])
        second = data(await session.call_tool("revise_tool", {"name": "add_numbers", "source": make_source()}))
        assert second["state"] == "awaiting_approval"
        looked = data(await session.call_tool("get_version", {"name": "add_numbers"}))
        bare = data(await session.call_tool("get_version", {"name": "add_numbers", "parts": ["source"]}))
    assert looked["number"] == 2
    assert looked["spec"]["holdouts"] == make_spec()["holdouts"]
    assert "findings" not in looked["report"]["gates"][0]
    assert bare["source"] == make_source()
    assert bare.keys() & {"spec", "report"} == set()


async def test_a_draft_is_tried_without_being_submitted(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        told = data(
            await session.call_tool(
                "dry_run",
                {"spec": make_spec(), "source": make_source(), "cases": [{"arguments": {"a": 5, "b": 6}}]},
            )
        )
        listed = await session.list_tools()
    assert told["runs"][0]["outcome"] == "returned"
    assert told["runs"][0]["result"] == {"sum": 11}
    assert "add_numbers" not in [tool.name for tool in listed.tools]


async def test_a_spec_that_is_not_valid_is_refused_with_every_problem(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        result = await session.call_tool(
            "propose_tool", {"spec": make_spec(name="Not A Name", effects="maybe"), "source": make_source()}
        )
    assert result.is_error is True
    paths = {problem["path"] for problem in data(result)["details"]["problems"]}
    assert {"/name", "/effects"} <= paths


async def test_without_a_model_a_draft_is_refused_with_what_to_do_instead(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        refused = await session.call_tool("draft_spec", {"text": "Add two numbers."})
        empty = await session.call_tool("draft_spec", {"text": ""})
    assert refused.is_error is True
    assert data(refused)["code"] == "model_unavailable"
    assert "Write the spec yourself" in data(refused)["hint"]
    assert data(empty)["code"] == "invalid"


def as_shown(holdout: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in holdout.items() if name not in ("result", "error", "done", "after")}


async def second_author(tenant: TenantAccess) -> str:
    """The token of another key of the same person: it writes for itself, and sees what it has written."""
    asked = {"name": "second", "scopes": ["tools:author"]}
    return (await tenant.person.post(f"/tenants/{tenant.slug}/api-keys", json=asked)).json()["token"]


HOLDOUT: dict[str, Any] = {"arguments": {"a": 40, "b": 2}, "result": {"sum": 42}}


async def test_an_author_sees_what_becomes_of_hold_outs_of_their_own_and_of_nobody_elses(tenant: TenantAccess) -> None:
    spec, source = make_spec("sums_own", holdouts=[HOLDOUT]), make_source("sums_own")
    wrong = {**spec, "holdouts": [{**HOLDOUT, "result": {"sum": 43}}]}
    told: list[list[dict[str, Any]]] = []
    for token in (None, await second_author(tenant)):
        async with mcp_session(tenant, token) as session:
            if token is None:
                await session.call_tool("propose_tool", {"spec": spec, "source": source})
            shown = data(await session.call_tool("get_version", {"name": "sums_own"}))["spec"]
            asked = [{"spec": wrong}, {"spec": shown}, {"name": "sums_own"}]
            told.append([data(await session.call_tool("dry_run", {"source": source, **one})) for one in asked])
    ran = [["Hold-out 1" in [run["case"] for run in one["runs"]] for one in several] for several in told]
    assert ran == [[True, True, True], [True, False, False]]
    assert told[0][0]["runs"][-1]["otherwise"] == ["the result differs at /sum: expected 43, got 42."]
    assert shown["holdouts"] == [as_shown(HOLDOUT)]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"sum": {"type": "string"}}},
        {"type": "object", "properties": {"sum": {"maximum": 5}}},
        {"type": "object", "properties": {"sum": {"const": 41}}},
        {"type": "object", "properties": {}, "additionalProperties": False},
    ],
    ids=str,
)
async def test_a_schema_that_a_hold_out_does_not_fit_tells_nothing_of_what_it_expects(
    tenant: TenantAccess, schema: dict[str, Any]
) -> None:
    """What a hold-out expects is put back after the check: neither a message nor a yes or no can tell of it."""
    name = "sums_" + "".join(filter(str.isalpha, str(schema)))[-40:].lower()
    spec, source = make_spec(name, holdouts=[HOLDOUT]), make_source(name)
    async with mcp_session(tenant) as session:
        await session.call_tool("propose_tool", {"spec": spec, "source": source})
    async with mcp_session(tenant, await second_author(tenant)) as session:
        shown = data(await session.call_tool("get_version", {"name": name}))["spec"]
        other: dict[str, Any] = {**shown, "output_schema": schema, "examples": []}
        answers = [
            await session.call_tool("revise_tool", {"name": name, "spec": other, "source": source}),
            await session.call_tool("dry_run", {"spec": other, "source": source}),
        ]
    for answer in answers:
        assert answer.is_error is not True
        assert "42" not in json.dumps(data(answer).get("findings"))


async def test_a_spec_that_was_given_out_can_be_sent_back_as_it_is(tenant: TenantAccess) -> None:
    story: dict[str, Any] = {
        "calls": [{**HOLDOUT, "done": {}}, {**HOLDOUT, "meanwhile": {"later": "1 day"}}],
        "world": {"now": "2026-06-01T09:00:00Z"},
    }
    name = "sums_back"
    spec, source = make_spec(name, holdouts=[HOLDOUT, story]), make_source(name)
    async with mcp_session(tenant) as session:
        await session.call_tool("propose_tool", {"spec": spec, "source": source})
    async with mcp_session(tenant, await second_author(tenant)) as session:
        shown = data(await session.call_tool("get_version", {"name": name}))["spec"]
        again = await session.call_tool("revise_tool", {"name": name, "spec": shown, "source": source + "\n"})
        tried = await session.call_tool("dry_run", {"spec": shown, "source": source})
        unknown = {**shown, "holdouts": [{"arguments": {"a": 1, "b": 1}}]}
        refused = await session.call_tool("revise_tool", {"name": name, "spec": unknown, "source": source})
    assert data(again)["state"] == "awaiting_approval", data(again)
    assert tried.is_error is not True
    assert refused.is_error is True
    assert data(refused)["details"]["problems"][0]["path"] == "/holdouts/0"
    kept = await tenant.api.get(f"/tools/{name}")
    assert kept.json()["spec"]["holdouts"] == [HOLDOUT, story]
