"""The main job, over HTTP and MCP only, with the official MCP client and real mail."""

from api import packages
from api.demo import story
from tenants.confinement.reading import Reader
from tests.makers import CHECKOUT, TenantAccess, make_live, make_source, make_spec, mcp_session, propose, submit


async def test_a_spec_becomes_an_approved_tool_that_an_mcp_client_calls(tenant: TenantAccess) -> None:
    spec = make_spec()
    version = await submit(tenant, spec, make_source())
    assert version["state"] == "awaiting_approval"
    assert [finding for finding in version["findings"] if finding["severity"] == "error"] == []

    async with mcp_session(tenant) as session:
        listed = await session.list_tools()
        assert "add_numbers" not in [tool.name for tool in listed.tools]

        approved = await tenant.api.post("/tools/add_numbers/versions/1/approve", json={"digest": version["digest"]})
        assert approved.status_code == 200
        assert approved.json()["state"] == "live"

        listed = await session.list_tools()
        tool = next(tool for tool in listed.tools if tool.name == "add_numbers")
        assert tool.input_schema == spec["input_schema"]
        assert tool.output_schema == spec["output_schema"]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True

        result = await session.call_tool("add_numbers", {"a": 40, "b": 2})
        assert result.is_error is False
        assert result.structured_content == {"sum": 42}

    newest = (await tenant.api.get("/runs?tool=add_numbers")).json()["items"][0]
    run = (await tenant.api.get(f"/runs/{newest['id']}")).json()
    assert run["status"] == "finished"
    assert run["outcome"] == "returned"
    assert run["result"] == {"sum": 42}
    assert run["arguments"] == {"a": 40, "b": 2}
    assert run["version"] == 1
    assert run["digest"] == version["digest"]
    assert run["caller"]["kind"] == "api_key"
    assert run["fuel_used"] > 0
    assert run["memory_bytes_peak"] > 0
    assert run["wall_ms"] > 0
    assert run["host_calls"] == 0


async def test_a_rollback_takes_effect_at_once(tenant: TenantAccess) -> None:
    await make_live(tenant)
    worse = make_source().replace('{"sum": a + b}', '{"sum": b + a}')
    second = await propose(tenant, "add_numbers", worse)
    await tenant.api.post("/tools/add_numbers/versions/2/approve", json={"digest": second["digest"]})
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 1}})).json()
    assert run["version"] == 2

    rolled = await tenant.api.post("/tools/add_numbers/rollback", json={"version": 1})
    assert rolled.status_code == 200, rolled.text
    assert rolled.json()["live_version"] == 1
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 1}})).json()
    assert run["version"] == 1


async def test_a_campaign_reaches_200_recipients_once_and_a_second_call_sends_none(tenant: TenantAccess) -> None:
    async with Reader.open() as reader:
        package = await packages.read_package(reader, CHECKOUT / "examples" / "email_campaign")
    await make_live(tenant, package.spec, package.source)
    mailbox = tenant.product.mailbox
    mailbox.behaviour.refused.update({f"closed-{n}@example.com": "550 5.1.1 Closed" for n in (1, 2)})
    before = len(mailbox.messages)
    arguments = {
        "template_id": "welcome",
        "campaign_id": "launch",
        "variables": {"product": "Ledgerly"},
        "recipients": story.recipients(),
    }
    async with mcp_session(tenant) as session:
        first = await session.call_tool("campaign_send_bulk", arguments)
        assert first.structured_content is not None, first.content
        assert {key: first.structured_content[key] for key in ("sent", "skipped", "failed", "retry_queue")} == {
            "sent": 190,
            "skipped": 5,
            "failed": 5,
            "retry_queue": [],
        }
        assert len(mailbox.messages) - before == 190
        assert len({message.recipient for message in mailbox.messages[before:]}) == 190

        second = await session.call_tool("campaign_send_bulk", arguments)
        assert second.structured_content is not None, second.content
        assert second.structured_content["sent"] == 0
        assert second.structured_content["skipped"] == 195
        assert len(mailbox.messages) - before == 190
