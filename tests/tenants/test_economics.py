"""What a tool costs and saves."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from tenants.base.db import Database, now
from tenants.base.key_ring import Ring
from tenants.models import Approval
from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, propose

SOURCE = '''"""Note a list of names."""

from sealwright import ledger


def names_note(names: list) -> dict:
    """Note each name once."""
    keys = [f"name/{name}" for name in dict.fromkeys(names)]
    mine = [key for key, state in zip(keys, ledger.claim(keys), strict=True) if state == "claimed"] if keys else []
    if mine:
        ledger.done(mine)
    return {"noted": len(mine)}
'''
SPEC: dict[str, Any] = {
    "name": "names_note",
    "input_schema": {
        "type": "object",
        "properties": {
            "names": {"type": "array", "maxItems": 300, "items": {"type": "string", "pattern": "^[a-z0-9]{1,9}$"}}
        },
        "required": ["names"],
    },
    "output_schema": {"type": "object", "properties": {"noted": {"type": "integer"}}, "required": ["noted"]},
    "examples": [
        {
            "arguments": {"names": ["ann", "bob", "ann"]},
            "result": {"noted": 2},
            "done": {"ledger": ["name/ann", "name/bob"]},
        },
        {"arguments": {"names": ["cy"]}, "world": {"ledger": {"done": ["name/cy"]}}, "result": {"noted": 0}},
    ],
    "holdouts": [{"arguments": {"names": []}, "result": {"noted": 0}}],
    "capabilities": {"ledger": ["name/*"]},
    "effects": "idempotent",
}


async def test_a_tool_that_reaches_nothing_saves_nothing_by_the_method(tenant: TenantAccess) -> None:
    await make_live(tenant)
    await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    answer = (await tenant.api.get("/tools/add_numbers/economics")).json()
    assert answer["runs"] == 1
    assert answer["per_run"]["saved_tokens"] == 0
    assert answer["break_even"] == {"runs": None, "reached": False}
    assert "lower bound" in answer["method"]


async def test_a_tool_that_stands_for_calls_saves_their_tokens(tenant: TenantAccess) -> None:
    await make_live(tenant, make_spec(**SPEC), SOURCE)
    answer = await tenant.api.post("/tools/names_note/runs", json={"arguments": {"names": ["ann", "bob", "cy"]}})
    assert answer.json()["result"] == {"noted": 3}, answer.text
    answer = (await tenant.api.get("/tools/names_note/economics")).json()
    assert answer["per_run"]["steps"] >= 2
    assert answer["per_run"]["stepwise_tokens"] > answer["per_run"]["tokens"] > 100
    # A person wrote it, so it has paid for itself with its first run.
    assert answer["break_even"] == {"runs": 0, "reached": True}


async def test_usage_counts_since_the_month_began(tenant: TenantAccess) -> None:
    await make_live(tenant)
    for _ in range(2):
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    used = (await tenant.api.get("/usage")).json()
    assert used["runs"] == 2
    assert (await tenant.api.get("/tools/add_numbers")).json()["runs_last_7_days"] == 2
    assert [tool["runs_last_7_days"] for tool in (await tenant.api.get("/tools")).json()["items"]] == [2]
    assert used["fuel_used"] > 0
    assert used["meter"] == (await tenant.api.get("/runs")).json()["items"][0]["meter"] is not None
    assert used["generation"] == {"tokens": 0, "usd": 0, "budget_usd": 50}


async def test_the_list_of_tools_says_what_its_rows_need(tenant: TenantAccess) -> None:
    """The newest version's state and the last run of each, so that nobody asks once more a tool."""
    await make_live(tenant)
    await propose(tenant, "add_numbers", "def add_numbers(a, b):\n    return 1\n")
    assert (await tenant.api.post("/tools", json=make_spec(name="not_written"))).status_code == 201
    before = {tool["name"]: tool for tool in (await tenant.api.get("/tools")).json()["items"]}
    assert (before["add_numbers"]["newest_state"], before["add_numbers"]["last_run_at"]) == ("rejected", None)
    assert (before["not_written"]["newest_state"], before["not_written"]["last_version"]) == (None, 0)
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})).json()
    after = {tool["name"]: tool for tool in (await tenant.api.get("/tools")).json()["items"]}
    assert after["add_numbers"]["last_run_at"] == run["created_at"]
    one = (await tenant.api.get("/tools/add_numbers")).json()
    assert one.pop("served")["version"] == 1, "the words of what serves come with one tool, not with each row"
    assert after["add_numbers"] == {**one, "served": None}
    assert after["not_written"]["last_run_at"] is None
    # Whoever may not read runs is told neither how many there were nor when.
    made = await tenant.api.post("/api-keys", json={"name": "author", "scopes": ["tools:author"]})
    key = {"Authorization": f"Bearer {made.json()['token']}", "Cookie": ""}
    (told,) = [
        tool for tool in (await tenant.api.get("/tools", headers=key)).json()["items"] if tool["name"] == "add_numbers"
    ]
    assert (told["runs_last_7_days"], told["last_run_at"], told["newest_state"]) == (None, None, "rejected")


async def test_tools_that_nobody_calls_and_tools_that_do_the_same_are_told(
    tenant: TenantAccess, product: Product
) -> None:
    await make_live(tenant)
    await make_live(tenant, make_spec("numbers_add", title="Add numbers"), make_source("numbers_add"))
    told = (await tenant.api.get("/usage/tidy")).json()
    assert told["alike"] == [{"tools": ["add_numbers", "numbers_add"]}]
    assert told["unused_days"] == 30
    assert told["unused"] == []  # they have only just come
    database = Database(product.settings.database, Ring.read(product.settings.keys_made_here))
    async with database.system() as session:
        await session.execute(update(Approval).values(created_at=now() - timedelta(days=40)))
    await database.close()
    await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    told = (await tenant.api.get("/usage/tidy")).json()
    assert told["unused"] == [{"tool": "numbers_add", "last_run_at": None}]
