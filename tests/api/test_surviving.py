"""Journals, replay, secrets, schedules and webhooks over HTTP."""

import asyncio
from typing import Any

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
    async with asyncio.timeout(20):
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


async def test_a_run_waits_for_a_person_and_goes_on_by_itself(tenant: TenantAccess) -> None:
    one = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}
    two = {"type": "object", "properties": {"paid": {"type": "boolean"}}, "required": ["paid"]}
    yes: dict[str, Any] = {"approvals": [{"approved": True, "by": "Ann", "comment": ""}]}
    cases = [{"arguments": {"amount": n}, "result": {"paid": True}, "world": yes} for n in (1, 2)]
    spec = make_spec(
        "pay",
        description="Pays an amount after a person has agreed to it.",
        input_schema={**one, "additionalProperties": False},
        output_schema={**two, "additionalProperties": False},
        examples=[*cases, {"arguments": {"amount": 3}, "result": {"paid": False}}],
        holdouts=[{"arguments": {"amount": 4}, "result": {"paid": False}}],
        capabilities={"approvals": ["ask approver"]},
        effects="destructive",
    )
    await make_live(tenant, spec, ASKER)
    asked = await tenant.api.post("/tools/pay/runs", json={"arguments": {"amount": 70}})
    assert (asked.status_code, asked.json()["status"]) == (202, "suspended")
    async with mcp_session(tenant) as session:
        waiting = await session.call_tool("pay", {"amount": 80})
    assert waiting.is_error
    assert (waiting.structured_content or {})["code"] == "suspended"
    questions = (await tenant.api.get("/questions?open=true")).json()["items"]
    assert [one["question"] for one in questions] == ["Pay 80?", "Pay 70?"]
    answer = await tenant.api.post(f"/questions/{questions[1]['id']}/answer", json={"approved": True})
    assert answer.status_code == 200, answer.text
    run = asked.json()
    async with asyncio.timeout(20):
        while run["status"] != "finished":
            run = (await tenant.api.get(f"/runs/{run['id']}")).json()
    assert run["result"] == {"paid": True}
    (entry,) = (await tenant.api.get(f"/runs/{run['id']}/journal")).json()["items"]
    assert (entry["operation"], entry["value"]["approved"]) == ("ask", True)
