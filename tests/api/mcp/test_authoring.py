"""Authoring over MCP, on the whole product: real gates, real sandbox."""

from typing import Any

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
    assert "result" not in looked["spec"]["holdouts"][0]
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
