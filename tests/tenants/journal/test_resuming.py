"""A run outlives the process that carries it, and repeats nothing that could do harm."""

import asyncio
import json
from datetime import timedelta

from sqlalchemy import select, update

from tenants.base.db import now
from tenants.models import JournalEntry, Run
from tenants.rights.access import Actor
from tenants.rules import policies
from tenants.runs import runs, takeovers
from tenants.runtime import Runtime
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, finished, make_tool

SIX_CHANGES = '''
"""Change six values."""
from sealwright import HostError, kv


def work(keyed: bool = False) -> dict:
    change = kv.set if keyed else (lambda key, value: kv.compare_and_set(key, None, value))
    seen = []
    for number in range(6):
        try:
            change(f"n{number}", number)
            seen.append("ok")
        except HostError as error:
            seen.append(error.code)
    return {"seen": seen}
'''
READS = '''
"""Read six values."""
from sealwright import kv


def work() -> list:
    return [kv.get(f"k{number}")["seq"] for number in range(6)]
'''
POSTS = '''
"""Post three orders, whatever is answered."""
from contextlib import suppress

from sealwright import http


def work() -> None:
    for number in range(3):
        with suppress(Exception):
            http.post(f"https://shop.example/orders/{number}")
'''
KV = {"kv": ["tool/*"]}


async def take_over(runtime: Runtime) -> None:
    await takeovers.resume(runtime, await claimed(runtime))


async def claimed(runtime: Runtime) -> Run:
    async with asyncio.timeout(120):
        # A row that its old process is writing at this moment is passed over, and found the next time.
        while not (found := await takeovers.claim(runtime, 10)):
            await asyncio.sleep(0.01)
    return found[0]


async def test_an_unsafe_call_cut_off_in_the_middle_is_uncertain_and_never_repeated(
    process: Process, actor: Actor
) -> None:
    world = World(stall_after=3)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {})).run
    await world.has_stalled()
    await take_over(second)
    ended = await finished(second, run)
    assert json.loads(ended.result or "")["seen"] == ["ok", "ok", "ok", "uncertain", "ok", "ok"]
    assert world.seqs == [0, 1, 2, 3]
    assert later.seqs == [4, 5]
    assert ended.fence == 1


async def test_an_unsafe_call_is_made_anew_where_the_tenant_prefers_twice_to_never(
    process: Process, actor: Actor
) -> None:
    world = World(stall_after=1)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, POSTS, {"http": ["POST https://shop.example/*"]})
    async with first.database.unit(actor.tenant_id) as session:
        await policies.change(session, actor, {"uncertain": {"http": "retry"}})
    run = (await runs.start(first, actor, "work", {})).run
    await world.has_stalled()
    await take_over(second)
    assert (await finished(second, run)).outcome == "returned"
    assert (world.seqs, later.seqs) == ([0, 1], [1, 2])


async def test_a_keyed_call_cut_off_in_the_middle_is_repeated_with_the_same_request(
    process: Process, actor: Actor
) -> None:
    world = World(stall_after=3)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {"keyed": True})).run
    await world.has_stalled()
    await take_over(second)
    ended = await finished(second, run)
    assert json.loads(ended.result or "")["seen"] == ["ok"] * 6
    assert later.seqs == [3, 4, 5]
    assert later.reached[0] == world.reached[3]


async def test_reads_write_no_intent_and_are_read_again(process: Process, actor: Actor) -> None:
    world = World(stall_before=2)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, READS, KV)
    run = (await runs.start(first, actor, "work", {})).run
    await world.has_stalled()
    await take_over(second)
    ended = await finished(second, run)
    assert ended.error is None
    assert json.loads(ended.result or "") == [0, 1, 2, 3, 4, 5]
    # An outcome of a read may still have been on its way to the disk: then it is read again, too.
    assert later.seqs[-4:] == [2, 3, 4, 5]
    async with second.database.reading(actor.tenant_id) as session:
        phases = (await session.scalars(select(JournalEntry.phase).where(JournalEntry.run_id == run.id))).all()
    assert phases == [1] * 6


async def test_the_process_that_lost_a_run_can_write_nothing_any_more(process: Process, actor: Actor) -> None:
    world = World(stall_after=0)
    first, second = process(world), process(World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    call = asyncio.create_task(runs.call(first, actor, "work", {}))
    await world.has_stalled()
    await take_over(second)
    world.go_on.set()
    # What the first process says of the run is that it is going on: it cannot know how.
    lost = (await call).run
    assert lost.status == "running"
    assert lost.result is None
    ended = await finished(second, lost)
    assert json.loads(ended.result or "")["seen"][0] == "uncertain"
    assert world.seqs == [0]


async def test_a_run_of_a_living_process_is_left_alone(process: Process, actor: Actor) -> None:
    world = World(stall_after=0)
    runtime = process(world)
    await make_tool(runtime, actor, SIX_CHANGES, KV)
    run = (await runs.start(runtime, actor, "work", {})).run
    await world.has_stalled()
    async with runtime.database.unit(actor.tenant_id) as session:
        await session.execute(update(Run).values(lease_until=now() - timedelta(seconds=1)))
    # Its lease has lapsed, but it is carried right here.
    assert await takeovers.claim(runtime, 10) == []
    world.go_on.set()
    await finished(runtime, run)


async def test_a_process_that_ends_in_good_order_gives_its_runs_back_at_once(process: Process, actor: Actor) -> None:
    world = World(stall_after=2)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {"keyed": True})).run
    await world.has_stalled()
    first.grace_s = 0.05
    await first.close()
    async with second.database.reading(actor.tenant_id) as session:
        assert (await session.get_one(Run, run.id)).status == "queued"
    await take_over(second)
    assert (await finished(second, run)).outcome == "returned"
    assert later.seqs == [2, 3, 4, 5]


async def test_a_process_that_ends_lets_the_call_under_way_come_to_its_end(process: Process, actor: Actor) -> None:
    world = World(stall_after=2)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {})).run
    await world.has_stalled()
    closing = asyncio.create_task(first.close())
    world.go_on.set()
    await closing
    await take_over(second)
    ended = await finished(second, run)
    # Unsafe calls all, and none of them is uncertain.
    assert json.loads(ended.result or "")["seen"] == ["ok"] * 6
    assert (world.seqs, later.seqs) == ([0, 1, 2], [3, 4, 5])


async def test_a_run_that_ends_every_process_that_carries_it_is_given_up(process: Process, actor: Actor) -> None:
    world = World(stall_after=0)
    first = process(world)
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {"keyed": True})).run
    await world.has_stalled()
    for _ in range(takeovers.TAKEOVERS_MAX + 1):
        world.stalled.clear()
        carrier = process(world)
        task = carrier.spawn(takeovers.resume(carrier, await claimed(carrier)), "resume")
        await asyncio.wait(
            {task, stalled := asyncio.ensure_future(world.stalled.wait())}, return_when="FIRST_COMPLETED"
        )
        stalled.cancel()
    ended = await finished(first, run)
    assert (ended.error or {})["code"] == "gave_up"


async def test_replay_that_asks_for_something_else_stops_with_both_requests(process: Process, actor: Actor) -> None:
    world = World(stall_after=1)
    first, second = process(world), process(later := World())
    await make_tool(first, actor, SIX_CHANGES, KV)
    run = (await runs.start(first, actor, "work", {})).run
    await world.has_stalled()
    async with first.database.unit(actor.tenant_id) as session:
        for entry in await session.scalars(select(JournalEntry).where(JournalEntry.seq == 0)):
            entry.request_hash = "0" * 64
    await take_over(second)
    error = (await finished(second, run)).error or {}
    assert error["code"] == "nondeterministic"
    assert json.loads(error["details"]["recorded"]["request"])["key"] == "n0"
    assert later.seqs == []
