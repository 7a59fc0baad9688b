"""Journals, replay, secrets, schedules and webhooks over HTTP."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, MCPError
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client

from tests.makers import TenantAccess, make_live, make_spec, mcp_session

SECRET = "sk_test_never_shown_4711"


async def test_a_run_started_behind_the_request_is_journalled_and_replays_identically(tenant: TenantAccess) -> None:
    await make_live(tenant)
    asked = await tenant.api.post(
        "/tools/add_numbers/runs",
        json={"arguments": {"a": 1, "b": 2}},
        headers={"Prefer": "respond-async", "Idempotency-Key": "k1"},
    )
    assert asked.status_code == 202, asked.text
    run: dict[str, Any] = asked.json()
    async with asyncio.timeout(120):
        while run["status"] != "finished":
            run = (await tenant.api.get(f"/runs/{run['id']}")).json()
    again = await tenant.api.post(f"/runs/{run['id']}/replay")
    assert again.status_code == 200, again.text
    assert (again.json()["identical"], again.json()["fuel_used"]) == (True, run["fuel_used"])
    journal = await tenant.api.get(f"/runs/{run['id']}/journal")
    assert journal.json() == {"items": [], "next_cursor": None}
    same = await tenant.api.post(
        "/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}}, headers={"Idempotency-Key": "k1"}
    )
    assert same.json()["id"] == run["id"]
    other = await tenant.api.post(
        "/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 3}}, headers={"Idempotency-Key": "k1"}
    )
    assert (other.status_code, other.json()["type"]) == (409, "urn:sealwright:problem:idempotency_key_reused")


async def test_a_secret_goes_in_and_never_comes_out(tenant: TenantAccess) -> None:
    put = await tenant.api.put("/secrets/stripe_key", json={"value": SECRET, "hosts": ["api.stripe.com"]})
    assert put.status_code == 200, put.text
    listed = await tenant.api.get("/secrets")
    assert [one["name"] for one in listed.json()["items"]] == ["stripe_key"]
    bad = await tenant.api.put("/secrets/other", json={"value": SECRET, "hosts": ["*"]})
    assert bad.status_code == 422
    audit = await tenant.api.get("/audit")
    for answer in (put, listed, bad, audit):
        assert SECRET not in answer.text
    assert (await tenant.api.delete("/secrets/stripe_key")).status_code == 204
    assert (await tenant.api.delete("/secrets/stripe_key")).status_code == 404


async def test_schedules_and_webhooks_are_made_listed_and_removed(tenant: TenantAccess) -> None:
    await make_live(tenant, make_spec())
    made = await tenant.api.post(
        "/schedules", json={"tool": "add_numbers", "arguments": {"a": 1, "b": 2}, "cron": "0 9 * * 1-5"}
    )
    assert made.status_code == 201, made.text
    paused = await tenant.api.patch(f"/schedules/{made.json()['id']}", json={"paused": True})
    assert paused.json()["paused"] is True
    hook = await tenant.api.post("/webhooks", json={"url": "https://hooks.example/x", "events": ["run.finished"]})
    assert hook.status_code == 201, hook.text
    key = hook.json()["signing_key"]
    assert key.startswith("whsec_")
    assert key not in (await tenant.api.get("/webhooks")).text
    assert (await tenant.api.get(f"/webhooks/{hook.json()['id']}/deliveries")).json()["items"] == []
    for path in (f"/schedules/{made.json()['id']}", f"/webhooks/{hook.json()['id']}"):
        assert (await tenant.api.delete(path)).status_code == 204
        assert (await tenant.api.delete(path)).status_code == 404


async def test_there_are_no_questions_and_nothing_unsettled_at_first(tenant: TenantAccess) -> None:
    for path in ("/questions?open=true", "/ledger/unsettled"):
        assert (await tenant.api.get(path)).json() == {"items": [], "next_cursor": None}
    answer = await tenant.api.post("/questions/qst_none/answer", json={"approved": True})
    assert answer.status_code == 404
    settle = await tenant.api.post("/ledger/settle", json={"key": "none", "happened": True})
    assert settle.status_code == 404


ASKER = '''"""Ask before paying."""

from sealwright import approvals


def pay(amount: int) -> dict[str, bool]:
    """Ask a person whether to pay."""
    return {"paid": approvals.ask(f"Pay {amount}?")["approved"]}
'''


def asking(of: str) -> tuple[dict[str, Any], str]:
    """A tool that asks before it pays: its spec and source."""
    one = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}
    two = {"type": "object", "properties": {"paid": {"type": "boolean"}}, "required": ["paid"]}
    yes: dict[str, Any] = {"approvals": [{"approved": True, "by": "Ann", "comment": ""}]}
    cases = [
        {
            "arguments": {"amount": n},
            "result": {"paid": True},
            "world": yes,
            "done": {"approvals": [{"question": f"Pay {n}?"}]},
        }
        for n in (1, 2)
    ]
    spec = make_spec(
        "pay",
        description="Pays an amount after a person has agreed to it.",
        input_schema={**one, "additionalProperties": False},
        output_schema={**two, "additionalProperties": False},
        examples=[*cases, {"arguments": {"amount": 3}, "result": {"paid": False}}],
        holdouts=[{"arguments": {"amount": 4}, "result": {"paid": False}}],
        capabilities={"approvals": [f"ask {of}"]},
        effects="destructive",
    )
    return spec, ASKER.replace('{amount}?"', f'{{amount}}?", of="{of}"')


async def test_a_run_waits_for_a_person_and_goes_on_by_itself(tenant: TenantAccess) -> None:
    await make_live(tenant, *asking("approver"))
    asked = await tenant.api.post("/tools/pay/runs", json={"arguments": {"amount": 70}})
    assert (asked.status_code, asked.json()["status"]) == (202, "suspended")
    async with mcp_session(tenant) as session:
        waiting = await session.call_tool("pay", {"amount": 80})
    assert waiting.is_error
    assert (waiting.meta or {})["sealwright/error"]["code"] == "suspended"
    questions = (await tenant.api.get("/questions?open=true")).json()["items"]
    assert [one["question"] for one in questions] == ["Pay 80?", "Pay 70?"]
    answer = await tenant.api.post(f"/questions/{questions[1]['id']}/answer", json={"approved": True})
    assert answer.status_code == 200, answer.text
    run = asked.json()
    async with asyncio.timeout(120):
        while run["status"] != "finished":
            run = (await tenant.api.get(f"/runs/{run['id']}")).json()
    assert run["result"] == {"paid": True}
    (entry,) = (await tenant.api.get(f"/runs/{run['id']}/journal")).json()["items"]
    assert (entry["operation"], entry["value"]["approved"]) == ("ask", True)


@asynccontextmanager
async def beside(tenant: TenantAccess, person: ElicitationFnT) -> AsyncGenerator[Client]:
    """An MCP client with a person in front of it, who is asked by `person`."""
    headers = {"Authorization": f"Bearer {tenant.token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(
            streamable_http_client(tenant.mcp_url, http_client=http), mode="2026-07-28", elicitation_callback=person
        ) as client,
    ):
        yield client


async def test_a_question_to_the_caller_comes_back_over_mcp_and_its_answer_goes_on(tenant: TenantAccess) -> None:
    await make_live(tenant, *asking("caller"))
    asked: list[str] = []

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        asked.append(params.message)
        if len(asked) == 2:
            return types.ElicitResult(action="decline")
        return types.ElicitResult(action="accept", content={"approved": True, "comment": "go"})

    async with beside(tenant, person) as client:
        yes = await client.call_tool("pay", {"amount": 70})
        no = await client.call_tool("pay", {"amount": 80})
    assert asked == ["Pay 70?", "Pay 80?"]
    assert (yes.structured_content, no.structured_content) == ({"paid": True}, {"paid": False})
    answers = [item["answer"] for item in (await tenant.api.get("/questions")).json()["items"]]
    assert [(one["approved"], one["comment"]) for one in answers] == [(False, ""), (True, "go")]


async def test_what_is_asked_of_an_approver_is_not_asked_over_mcp(tenant: TenantAccess) -> None:
    await make_live(tenant, *asking("approver"))

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        raise AssertionError(context, params)

    async with beside(tenant, person) as client:
        waiting = await client.call_tool("pay", {"amount": 70})
        said: dict[str, Any] = (waiting.meta or {})["sealwright/error"]
        assert said["code"] == "suspended"
        run = str(said["run_id"])
        # A state that somebody made up gets nobody anywhere.
        for state, amount in ((run, 71), ("run_none", 70)):
            with pytest.raises(MCPError, match="does not belong"):
                await client.session.call_tool("pay", {"amount": amount}, request_state=state, input_responses={})
        (question,) = (await tenant.api.get("/questions?open=true")).json()["items"]
        answer: types.InputResponses = {question["id"]: types.ElicitResult(action="accept", content={"approved": True})}
        with pytest.raises(MCPError, match="does not ask"):
            await client.session.call_tool("pay", {"amount": 70}, request_state=run, input_responses=answer)
