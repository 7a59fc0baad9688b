"""The ledger on both databases: a claim is given out once, whatever happens around it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from sandbox import HostCall
from tenants.base.db import Database
from tenants.base.errors import NotFoundError
from tenants.capabilities import ledger as entries
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.ledger import Ledger
from tenants.models import Run

Call = Callable[..., HostCall]


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def other(bound: Bound) -> Bound:
    """Another run of the same tenant."""
    return replace(bound, run_id="run_2")


async def test_a_key_is_claimed_once(ledger: Ledger, call: Call, bound: Bound, other: Bound):
    first = await ledger.claim(call("ledger.claim", keys=["a", "b"]), bound)
    second = await ledger.claim(call("ledger.claim", keys=["b", "c", "a"]), other)

    assert first == ["claimed", "claimed"]
    assert second == ["in_flight", "claimed", "in_flight"]


async def test_what_is_done_stays_done_and_what_is_released_can_be_claimed(
    ledger: Ledger, call: Call, bound: Bound, other: Bound
):
    await ledger.claim(call("ledger.claim", keys=["a", "b"]), bound)
    await ledger.done(call("ledger.done", keys=["a"]), bound)
    await ledger.release(call("ledger.release", keys=["a", "b"]), bound)

    assert await ledger.claim(call("ledger.claim", keys=["a", "b"]), other) == ["done", "claimed"]
    assert await ledger.is_done(call("ledger.is_done", key="a"), other)
    assert not await ledger.is_done(call("ledger.is_done", key="b"), other)
    assert not await ledger.is_done(call("ledger.is_done", key="never"), other)


async def test_a_key_named_twice_in_one_call_is_given_once(ledger: Ledger, call: Call, bound: Bound):
    assert await ledger.claim(call("ledger.claim", keys=["a", "a"]), bound) == ["claimed", "in_flight"]


async def test_the_same_call_repeated_after_a_crash_keeps_its_claims(ledger: Ledger, bound: Bound):
    claim = HostCall(3, "ledger", "claim", {"keys": ["a", "b"]})
    await ledger.claim(claim, bound)

    assert await ledger.claim(claim, bound) == ["claimed", "claimed"]


async def test_a_later_call_of_the_same_run_does_not_get_the_claim_again(ledger: Ledger, call: Call, bound: Bound):
    await ledger.claim(call("ledger.claim", keys=["a"]), bound)

    assert await ledger.claim(call("ledger.claim", keys=["a"]), bound) == ["in_flight"]


async def test_done_is_recorded_without_a_claim_and_twice(ledger: Ledger, call: Call, bound: Bound):
    for _ in range(2):
        await ledger.done(call("ledger.done", keys=["a"]), bound)

    assert await ledger.claim(call("ledger.claim", keys=["a"]), bound) == ["done"]


async def test_what_another_run_holds_is_its_own_to_settle(ledger: Ledger, call: Call, bound: Bound, other: Bound):
    await ledger.claim(call("ledger.claim", keys=["held"]), bound)

    await ledger.release(call("ledger.release", keys=["held"]), other)
    with pytest.raises(Unable, match="Another run holds 'held'") as refused:
        await ledger.done(call("ledger.done", keys=["mine", "held"]), other)

    assert refused.value.fault.details == {"keys": ["held"]}
    assert await ledger.claim(call("ledger.claim", keys=["held", "mine"]), other) == ["in_flight", "done"]


async def test_tenants_do_not_see_each_other(ledger: Ledger, call: Call, bound: Bound):
    stranger = replace(bound, tenant_id="tenant_other")
    await ledger.claim(call("ledger.claim", keys=["a"]), bound)
    await ledger.done(call("ledger.done", keys=["a"]), bound)

    assert not await ledger.is_done(call("ledger.is_done", key="a"), stranger)
    assert await ledger.claim(call("ledger.claim", keys=["a"]), stranger) == ["claimed"]


async def test_thousands_of_keys_go_in_one_call(ledger: Ledger, call: Call, bound: Bound, other: Bound):
    keys = [f"campaign/spring/p{n}@example.com" for n in range(5_000)]

    assert set(await ledger.claim(call("ledger.claim", keys=keys), bound)) == {"claimed"}
    await ledger.done(call("ledger.done", keys=keys[:2_500]), bound)
    await ledger.release(call("ledger.release", keys=keys[2_500:]), bound)

    states = await ledger.claim(call("ledger.claim", keys=keys), other)
    assert states == ["done"] * 2_500 + ["claimed"] * 2_500


async def test_runs_that_claim_the_same_keys_at_once_share_them_without_overlap(ledger: Ledger, bound: Bound):
    keys = [f"k{n}" for n in range(300)]
    won: list[str] = []

    async def race(number: int) -> None:
        mine = keys if number % 2 else list(reversed(keys))
        call = HostCall(0, "ledger", "claim", {"keys": mine})
        states = await ledger.claim(call, replace(bound, run_id=f"run_{number}"))
        won.extend(key for key, state in zip(mine, states, strict=True) if state == "claimed")

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(race, number)

    assert sorted(won) == sorted(keys)


@pytest.mark.parametrize("keys", ["a", None, *(["good", bad] for bad in (1, "", "x" * 501, "a\0b", ["a"]))])
async def test_keys_that_are_none_are_refused_whole(ledger: Ledger, call: Call, bound: Bound, keys: Any):
    with pytest.raises(Unable) as refused:
        await ledger.claim(call("ledger.claim", keys=keys), bound)

    assert refused.value.fault.code == "malformed_request"
    assert await ledger.claim(call("ledger.claim", keys=["good"]), bound) == ["claimed"]


async def test_no_keys_are_no_trouble(ledger: Ledger, call: Call, bound: Bound):
    assert await ledger.claim(call("ledger.claim", keys=[]), bound) == []
    await ledger.done(call("ledger.done", keys=[]), bound)
    await ledger.release(call("ledger.release", keys=[]), bound)


def a_run(run_id: str, status: str) -> Run:
    return Run(
        id=run_id,
        tool_id="tool_1",
        tool_name="campaign_send_bulk",
        version_id="ver_1",
        version_number=1,
        digest="0" * 64,
        component_digest="0" * 64,
        principal="user_1",
        caller={},
        arguments="{}",
        arguments_hash="0" * 64,
        seed="0" * 64,
        started_at_ns=0,
        status=status,
        created_at=datetime.now(UTC),
    )


async def test_what_a_finished_run_left_open_is_for_a_person_to_settle(
    ledger: Ledger, database: Database, call: Call, bound: Bound, other: Bound
):
    async with database.unit(bound.tenant_id) as session:
        session.add_all([a_run("run_1", "finished"), a_run("run_2", "running")])
    await ledger.claim(call("ledger.claim", keys=["a", "b", "done"]), bound)
    await ledger.done(call("ledger.done", keys=["done"]), bound)
    await ledger.claim(call("ledger.claim", keys=["under way"]), other)

    async with database.unit(bound.tenant_id) as session:
        open_ones = await entries.unsettled(session)
        await entries.settle(session, "a", happened=True)
        await entries.settle(session, "b", happened=False)
        with pytest.raises(NotFoundError):
            await entries.settle(session, "done", happened=False)

    assert [(one.key, one.run_id) for one in open_ones] == [("a", "run_1"), ("b", "run_1")]
    assert await ledger.claim(call("ledger.claim", keys=["a", "b"]), other) == ["done", "claimed"]
