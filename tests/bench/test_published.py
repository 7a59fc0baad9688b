"""The machinery of `./dev bench tau2`, on a domain of our own: nothing is installed, and everything else is real."""

import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox import Image, Pool
from tenants import gates
from tenants.confinement import spec_fields
from tests.bench import tau2
from tests.bench.published import composed
from tests.bench.published.calls import Caller
from tests.bench.published.served import product, world
from tests.bench.published.trajectories import Lane, Tally, Task, play, play_killed
from tests.gates.suite import errors_of
from tests.makers import sign_up

SHOP = "tests.bench.programs.small_shop"


async def test_published_calls_end_as_published_also_when_the_server_is_killed(image: Image, tmp_path: Path) -> None:
    del image
    async with (
        world(sys.executable, {"shop": SHOP}, tmp_path) as side,
        product(tmp_path / "product", side.port) as served,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        tools, tasks, heard = await tau2.read(side, "shop")
        tenant = await sign_up(served.product)
        await tau2.seal(side, tenant, tools, heard)
        lane = Lane("shop", Caller(tenant.mcp_url, tenant.token, http), tasks, tenant)
        plain, killed = Tally(), Tally()
        await play(side, lane, plain, "plain")
        lane.tasks = tasks[:1]
        await play_killed(side, served, [lane], killed, "killed")
        await tenant.api.aclose()
        await tenant.person.aclose()
    assert (plain.tasks, plain.as_published, plain.calls, plain.unlike) == (4, 4, 8, [])
    assert (killed.kills, killed.cut_off, killed.as_published, killed.unlike) == (1, 1, 1, [])
    assert killed.repeats == 1  # the world had done it when the server died


async def test_an_end_that_is_another_is_seen(tmp_path: Path) -> None:
    async with world(sys.executable, {"shop": SHOP}, tmp_path) as side:
        _, (task, *_), _ = await tau2.read(side, "shop")
        await side.begin("shop", task.name)
        for call in task.calls[:-1]:
            await side.http.request(
                "POST" if call["name"] in task.changes else "GET", f"/shop/{call['name']}", **_given(call)
            )
        assert (await side.state("shop"))["hash"] not in {task.begins, task.ends}
        await side.http.post("/shop/take_items", json=task.calls[-1]["arguments"])
        assert (await side.state("shop"))["hash"] == task.ends


def _given(call: dict[str, Any]) -> dict[str, Any]:
    return {"json" if call["name"] == "take_items" else "params": call["arguments"]}


@pytest.mark.parametrize("name", [one.name for one in composed.TOOLS])
async def test_a_composed_tool_does_what_its_cases_state(name: str, pool: Pool, image: Image) -> None:
    spec, source = composed.read(name)
    chosen = [gate for gate in gates.EVERY if gate.name in {"contract", "safety", "examples", "holdouts", "effects"}]
    assert await errors_of(spec_fields.complete(spec), source, tuple(chosen), pool, image) == []


def published(*calls: tuple[str, dict[str, Any], Any]) -> Task:
    changes = frozenset({"exchange_delivered_order_items", "cancel_pending_order", "modify_user_address"})
    made = [{"name": name, "arguments": arguments} for name, arguments, _ in calls]
    return Task("retail", "1", made, "", "", [(200, answer) for _, _, answer in calls], changes)


def test_lookups_become_part_of_the_composed_call() -> None:
    task = published(
        ("find_user_id_by_email", {"email": "ann@example.com"}, {"result": "ann"}),
        ("get_user_details", {"user_id": "ann"}, {}),
        ("get_order_details", {"order_id": "#1"}, {}),
        ("get_product_details", {"product_id": "lamp"}, {}),
        ("get_product_details", {"product_id": "cup"}, {}),
        (
            "exchange_delivered_order_items",
            {"order_id": "#1", "item_ids": ["a"], "new_item_ids": ["b"], "payment_method_id": "card"},
            {"items": [{"item_id": "a", "product_id": "lamp"}]},
        ),
    )
    made = {"order_id": "#1", "payment_method_id": "card", "exchanges": [{"item_id": "a", "new_item_id": "b"}]}
    assert composed.rewritten(task) == [
        {"name": "get_product_details", "arguments": {"product_id": "cup"}},
        {"name": "exchange_items", "arguments": {**made, "email": "ann@example.com"}},
    ]


def test_what_is_not_composed_stays_with_what_it_needs() -> None:
    task = published(
        ("find_user_id_by_name_zip", {"first_name": "Ann", "last_name": "Lee", "zip": "1"}, {"result": "ann"}),
        ("get_order_details", {"order_id": "#1"}, {}),
        ("cancel_pending_order", {"order_id": "#1", "reason": "no longer needed"}, {}),
        ("modify_user_address", {"user_id": "ann"}, {}),
    )
    named = {"first_name": "Ann", "last_name": "Lee", "zip_code": "1"}
    assert composed.rewritten(task) == [
        task.calls[0],
        {"name": "cancel_order", "arguments": {"order_id": "#1", "reason": "no longer needed", **named}},
        task.calls[3],
    ]


def test_nothing_is_composed_where_nobody_says_who_asks() -> None:
    assert composed.rewritten(published(("cancel_pending_order", {"order_id": "#1", "reason": "x"}, {}))) is None
