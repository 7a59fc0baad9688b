"""Queues that all tenants share: whoever has more waiting, or had it there earlier, waits no less than others."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tenants.base.db import now
from tenants.base.errors import OverQuotaError
from tenants.models import Run, Tenant, Version
from tenants.proving import pipeline
from tenants.rights.access import Actor
from tenants.rules.rounds import Rounds
from tenants.runs import runs, takeovers
from tenants.runtime import Runtime
from tenants.tools import specs, versions
from tests.tenants.people import SOURCE, Person, checked, publish, sign_up, spec


@pytest.fixture
async def quiet(runtime: Runtime) -> Person:
    return await sign_up(runtime.database, "bolt")


async def submitted(runtime: Runtime, actor: Actor, times: int, **changes: Any) -> list[str]:
    made: list[str] = []
    for number in range(times):
        async with runtime.database.unit(actor.tenant_id) as session:
            if not number:
                await specs.submit(session, actor, checked(spec(**changes)))
            made.append((await versions.submit(session, actor, "add_numbers", source=SOURCE)).id)
    return made


@pytest.mark.parametrize("backlog", [1, 5, 20])
async def test_a_backlog_holds_up_its_own_tenant_only(
    runtime: Runtime, owner: Person, quiet: Person, backlog: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in steps: the version of the other one is the second that is taken, or the first."""
    await submitted(runtime, owner.actor, backlog)
    (wanted,) = await submitted(runtime, quiet.actor, 1)
    taken: list[str] = []

    async def note(_: Runtime, version: Version) -> None:
        taken.append(version.id)

    monkeypatch.setattr(pipeline, "advance", note)
    for _ in range(2):
        assert await pipeline.step(runtime)
    assert wanted in taken


@pytest.mark.parametrize(("builds", "most"), [(1, 1), (2, 1), (4, 2), (8, 4)])
async def test_one_tenants_heavy_versions_leave_room_for_others(
    runtime: Runtime, owner: Person, quiet: Person, builds: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions that never end: they take half of what is done at a time, and the next one's is taken at once."""
    runtime.builds, heavy, taken = Rounds(builds), asyncio.Event(), Counter[str]()
    await submitted(runtime, owner.actor, 12)

    async def stuck(_: Runtime, version: Version) -> None:
        taken[version.tenant_id] += 1
        if version.tenant_id == owner.actor.tenant_id:
            await heavy.wait()

    monkeypatch.setattr(pipeline, "advance", stuck)
    steps = [asyncio.create_task(pipeline.step(runtime)) for _ in range(builds + 4)]
    async with asyncio.timeout(120):
        while sum(not step.done() for step in steps) > most or taken[owner.actor.tenant_id] < most:
            await asyncio.sleep(0.01)
    assert taken[owner.actor.tenant_id] == most
    if builds > 1:
        await submitted(runtime, quiet.actor, 1)
        assert await pipeline.step(runtime)
        assert taken[quiet.actor.tenant_id] == 1
    heavy.set()
    await asyncio.gather(*steps)
    assert runtime.builds.free == builds


async def test_how_many_versions_wait_is_bounded_and_said(runtime: Runtime, owner: Person, quiet: Person) -> None:
    async with runtime.database.system() as session:
        tenant = await session.get_one(Tenant, owner.actor.tenant_id)
        tenant.policy = {"limits": {"versions_waiting": 3}}
    await submitted(runtime, owner.actor, 3)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        with pytest.raises(OverQuotaError, match="3 versions of this tenant wait") as refused:
            await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)
    assert refused.value.retry_after_s > 0
    await submitted(runtime, quiet.actor, 4)
    assert await pipeline.step(runtime)
    while await pipeline.step(runtime):
        pass
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)


async def test_the_default_bounds_what_waits(runtime: Runtime, owner: Person) -> None:
    (first,) = await submitted(runtime, owner.actor, 1)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        row = await session.get_one(Version, first)
        names = [column.name for column in Version.__table__.columns if column.name != "patch"]
        copied = {name: getattr(row, name) for name in names}
        session.add_all(Version(**{**copied, "id": f"ver_{number}", "number": number}) for number in range(2, 101))
        await session.flush()
        with pytest.raises(OverQuotaError, match="100 versions"):
            await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)


async def orphaned(runtime: Runtime, person: Person, times: int) -> None:
    """Runs that nobody carries, due since a while."""
    await publish(runtime, person.actor)
    run = (await runs.call(runtime, person.actor, "add_numbers", {"a": 1, "b": 2})).run
    async with runtime.database.unit(person.actor.tenant_id) as session:
        row = await session.get_one(Run, run.id)
        copied = {column.name: getattr(row, column.name) for column in Run.__table__.columns}
        queued = {"status": "suspended", "outcome": None, "lease_owner": None, "lease_until": now()}
        session.add_all(Run(**{**copied, **queued, "id": f"{run.id}{n:04}"}) for n in range(times))


@pytest.mark.parametrize(("noisy", "limit"), [(3, 2), (60, 4), (60, 10)])
async def test_runs_that_are_due_are_gone_on_with_by_turns(
    runtime: Runtime, owner: Person, quiet: Person, noisy: int, limit: int
) -> None:
    await orphaned(runtime, owner, noisy)
    await orphaned(runtime, quiet, 1)
    taken = await takeovers.claim(runtime, limit)
    assert len(taken) == limit or noisy < limit
    assert quiet.actor.tenant_id in {run.tenant_id for run in taken}


async def test_runs_that_never_end_leave_carriers_for_others(runtime: Runtime, owner: Person, quiet: Person) -> None:
    """Before, sixteen runs that nap again and again were all that a process went on with."""
    rounds = Rounds(8)
    await orphaned(runtime, owner, 20)
    assert len(await takeovers.claim(runtime, rounds.free, rounds)) == 4
    assert not await takeovers.claim(runtime, rounds.free, rounds)
    await orphaned(runtime, quiet, 3)
    taken = await takeovers.claim(runtime, rounds.free, rounds)
    assert [run.tenant_id for run in taken] == [quiet.actor.tenant_id] * 2
    assert rounds.free == 2
    async with runtime.database.system() as session:
        await session.execute(update(Run).where(Run.status == "running").values(status="finished"))
        left = await session.scalar(select(func.count()).select_from(Run).where(Run.status == "suspended"))
    assert left == 17


async def test_what_computes_for_long_has_few_places_and_one_tenant_not_all(runtime: Runtime) -> None:
    """Replays, comparisons, dry runs and exports: the noisy one waits and is then told, the quiet one comes in."""
    ended, begun = asyncio.Event(), Counter[str]()

    async def demand(tenant_id: str) -> None:
        async with runtime.demanding(tenant_id):
            begun[tenant_id] += 1
            await ended.wait()

    noisy = [asyncio.create_task(demand("noisy")) for _ in range(40)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    quiet = asyncio.create_task(demand("quiet"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert begun == {"noisy": 4, "quiet": 1}
    refused = [task.exception() for task in noisy if task.done()]
    assert len(refused) == 40 - 4 - 16
    assert all(isinstance(error, OverQuotaError) for error in refused)
    ended.set()
    await asyncio.gather(*noisy, quiet, return_exceptions=True)


async def test_writers_of_one_tenant_do_not_queue_before_anothers(
    runtime: Runtime, owner: Person, quiet: Person
) -> None:
    """SQLite has one writer: with a hundred units of the noisy waiting, the quiet one's comes after one of them."""
    if not runtime.database.is_sqlite:
        pytest.skip("PostgreSQL has many writers")
    order: list[str] = []

    async def write(tenant_id: str) -> None:
        async with runtime.database.unit(tenant_id):
            order.append(tenant_id)

    noisy_id, quiet_id = owner.actor.tenant_id, quiet.actor.tenant_id
    for tenant_id in (noisy_id, quiet_id):
        await write(tenant_id)  # what a first unit has to learn is learned
    async with runtime.database.unit(noisy_id):
        tasks = [asyncio.create_task(write(noisy_id)) for _ in range(100)]
        for _ in range(20):
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(write(quiet_id)))
        for _ in range(20):
            await asyncio.sleep(0)
        order.clear()
    await asyncio.gather(*tasks)
    assert order.index(quiet_id) <= 1


def test_rounds_take_the_fewest_under_way_first_then_the_longest_waiting() -> None:
    rounds = Rounds(8)
    assert rounds.order(["a", "b", "c"]) == ["a", "b", "c"]
    for tenant in "aab":
        assert rounds.begin(tenant)
    assert rounds.order(["a", "b", "c"]) == ["c", "b", "a"]
    rounds.end("a")
    rounds.end("a")
    rounds.end("b")
    assert rounds.order(["b", "a", "c"]) == ["c", "a", "b"]
    while rounds.begin("a"):
        pass
    assert rounds.full() == ["a"]
    assert rounds.order(["a", "b"]) == ["b"]
