"""Webhooks of one tenant, slow or many, and schedules of one tenant, all due at once, do not hold up another's."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import Pool
from tenants.base.db import Database, now
from tenants.base.errors import BackgroundFullError
from tenants.base.key_ring import Ring
from tenants.capabilities import Http
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import Delivery, Run, Schedule, Tenant
from tenants.notifications import notices, webhooks
from tenants.notifications.deliveries import Messenger
from tenants.rights.access import Actor
from tenants.rules.quotas import Allowance
from tenants.runs import runs, schedules
from tenants.runtime import Runtime
from tenants.stores.vault import Vault
from tests.tenants import workshop

EVENT = "schedule.missed"
WAITING = '''
"""Ask the host, which does not answer, or be done at once."""
from sealwright import ledger


def work(wait: bool = False) -> str:
    if wait:
        ledger.is_done("x")
    return "done"
'''


@dataclass
class Receivers:
    """What two tenants' webhooks call: the noisy one's answers when it is told to, the quiet one's at once."""

    url: str = ""
    heard: list[str] = field(default_factory=list[str])
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: Request) -> Response:
        who = request.path_params["who"]
        self.heard.append(who)
        if who == "noisy":
            await self.go_on.wait()
        return Response(status_code=204)

    async def have_heard(self, who: str, times: int) -> None:
        async with asyncio.timeout(120):
            while self.heard.count(who) < times:
                await asyncio.sleep(0.01)


@pytest.fixture
async def receivers() -> AsyncGenerator[Receivers]:
    made = Receivers()
    async with serve_app(Starlette(routes=[Route("/{who}", made.hear, methods=["POST"])])) as url:
        made.url = url
        yield made
        made.go_on.set()


@dataclass
class Scene:
    runtime: Runtime
    messenger: Messenger
    receivers: Receivers
    noisy: Actor
    quiet: Actor

    async def subscribe(self, actor: Actor, who: str, times: int = 1) -> None:
        vault = self.messenger.vault
        async with self.runtime.database.unit(actor.tenant_id) as session:
            for number in range(times):
                url = f"{self.receivers.url}/{who}?{number}"
                await webhooks.create(session, vault, actor, url, [EVENT])

    async def happen(self, actor: Actor, times: int) -> None:
        async with self.runtime.database.unit(actor.tenant_id) as session:
            for number in range(times):
                notices.tell(session, EVENT, schedule=str(number))

    async def make_tool(self, actor: Actor) -> None:
        await workshop.make_tool(self.runtime, actor, WAITING, {"ledger": ["*"]})

    async def states(self, actor: Actor) -> Counter[str]:
        async with self.runtime.database.reading(actor.tenant_id) as session:
            return Counter(await session.scalars(select(Delivery.state)))


@pytest.fixture
async def scene(database: Database, pool: Pool, receivers: Receivers) -> AsyncGenerator[Scene]:
    noisy, quiet = await workshop.make_tenant(database), await workshop.make_tenant(database)
    vault = Vault(database, Ring({"k1": bytes(32)}))
    runtime = Runtime(
        database=database, pool=pool, image=pool.image, effects=workshop.World(stall_before=0), vault=vault
    )
    http = Http()
    place = frozenset({receivers.url.removeprefix("http://")})
    async with AsyncExitStack() as ending:
        ending.push_async_callback(http.close)
        ending.push_async_callback(runtime.close)
        ending.callback(receivers.go_on.set)
        yield Scene(runtime, Messenger(runtime, vault, http, place), receivers, noisy, quiet)


@pytest.mark.parametrize(("events", "hooks"), [(1, 1), (9, 1), (60, 1), (3, 20), (1, 50)])
async def test_a_receiver_that_does_not_answer_delays_its_own_tenant_only(
    scene: Scene, events: int, hooks: int
) -> None:
    """Before, one notice after the other was told, all tenants': each could take fifteen seconds."""
    await scene.subscribe(scene.noisy, "noisy", hooks)
    await scene.subscribe(scene.quiet, "quiet")
    await scene.happen(scene.noisy, events)
    await scene.happen(scene.quiet, 3)
    working = asyncio.create_task(scene.messenger.work())
    try:
        await scene.receivers.have_heard("quiet", 3)
        await scene.receivers.have_heard("noisy", min(events * hooks, 10))
        assert scene.receivers.heard.count("noisy") == min(events * hooks, 10)  # half of the places, and no more
        assert not scene.receivers.go_on.is_set()
        scene.receivers.go_on.set()
        await scene.receivers.have_heard("noisy", min(events * hooks, 30))
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.parametrize("events", [1, 19, 120, 400])
async def test_many_notices_of_one_tenant_are_told_by_turns_with_anothers(scene: Scene, events: int) -> None:
    """Counted in attempts: the quiet one's is among the first that are begun, however many were there before it."""
    scene.receivers.go_on.set()
    await scene.subscribe(scene.noisy, "noisy")
    await scene.happen(scene.noisy, events)
    await scene.messenger.collect()
    await scene.subscribe(scene.quiet, "quiet")
    await scene.happen(scene.quiet, 1)
    await scene.messenger.collect()

    await scene.messenger.deliver()
    assert scene.receivers.heard.count("quiet") == 1
    while await scene.messenger.deliver():
        pass
    assert scene.receivers.heard.count("noisy") == min(events, 200)


async def test_of_many_notices_some_are_written_down_at_a_time_and_none_is_lost(scene: Scene) -> None:
    """SQLite has one writer: a tenant with many events does not keep it for all of them."""
    await scene.subscribe(scene.noisy, "noisy")
    await scene.happen(scene.noisy, 450)
    written: list[int] = []
    while not written or written[-1] < 450:
        await scene.messenger.collect()
        written.append((await scene.states(scene.noisy))["waiting"])
    assert written == [100, 200, 300, 400, 450]
    await scene.messenger.collect()
    assert (await scene.states(scene.noisy))["waiting"] == 450


async def test_a_delivery_that_breaks_gives_its_place_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.subscribe(scene.noisy, "noisy")
    await scene.happen(scene.noisy, 30)
    await scene.messenger.collect()

    async def broken(_: Delivery) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(scene.messenger, "_attempt", broken)  # nothing else breaks on demand
    for _ in range(3):
        assert await scene.messenger.deliver() == 10
    assert scene.messenger.rounds.free == 20


async def scheduled(scene: Scene, actor: Actor, times: int, **changes: Any) -> None:
    async with scene.runtime.database.unit(actor.tenant_id) as session:
        plan: dict[str, Any] = {"tool_name": "work", "arguments": {}, "cron": "0 0 1 1 *", "zone": "UTC"}
        due = {"missed": "skip", "next_at": now() - timedelta(seconds=2), "created_by": actor.who(), **changes}
        session.add_all(Schedule(**{**plan, **due}) for _ in range(times))


async def served(scene: Scene) -> Counter[str]:
    """How many schedules of each tenant have been called."""
    async with scene.runtime.database.system_reading() as session:
        return Counter(await session.scalars(select(Schedule.tenant_id).where(Schedule.last_run_id.is_not(None))))


@pytest.mark.parametrize("many", [1, 49, 50, 51, 300])
async def test_many_schedules_due_at_one_moment_do_not_go_before_anothers(scene: Scene, many: int) -> None:
    for actor in (scene.noisy, scene.quiet):
        await scene.make_tool(actor)
    await scheduled(scene, scene.noisy, many)
    await scheduled(scene, scene.quiet, 2, next_at=now() - timedelta(seconds=1))
    await schedules.call_due(scene.runtime)
    assert (await served(scene))[scene.quiet.tenant_id] == 2


async def restrict(scene: Scene, actor: Actor, most: int) -> None:
    async with scene.runtime.database.system() as session:
        tenant = await session.get_one(Tenant, actor.tenant_id)
        tenant.policy = {"limits": {"runs_in_background": most}}


async def test_schedules_of_a_tenant_with_all_the_runs_it_may_wait_and_are_not_lost(scene: Scene) -> None:
    await restrict(scene, scene.noisy, 2)
    for actor in (scene.noisy, scene.quiet):
        await scene.make_tool(actor)
    await scheduled(scene, scene.noisy, 5, arguments={"wait": True})
    await scheduled(scene, scene.quiet, 3)

    while await schedules.call_due(scene.runtime):
        pass
    assert await served(scene) == {scene.noisy.tenant_id: 2, scene.quiet.tenant_id: 3}
    async with scene.runtime.database.reading(scene.noisy.tenant_id) as session:
        waiting = (await session.scalars(select(Schedule).where(Schedule.last_run_id.is_(None)))).all()
        under_way = (await session.scalars(select(Run))).all()
    assert [(one.last_error, one.next_at is not None and one.next_at < now()) for one in waiting] == [(None, True)] * 3

    for run in under_way:
        await runs.cancel(scene.runtime, scene.noisy, run.id)
    async with asyncio.timeout(120):
        while scene.runtime.background.under_way(scene.noisy.tenant_id):
            await asyncio.sleep(0.01)
    while await schedules.call_due(scene.runtime):
        pass
    assert (await served(scene))[scene.noisy.tenant_id] == 4


@pytest.mark.parametrize("most", [1, 3, 40])
async def test_runs_that_nobody_waits_for_have_a_number(scene: Scene, most: int) -> None:
    """Asked for all at once: so many begin, the others are told so and leave nothing behind."""
    await restrict(scene, scene.noisy, most)
    for actor in (scene.noisy, scene.quiet):
        await scene.make_tool(actor)
    asked = [runs.start(scene.runtime, scene.noisy, "work", {"wait": True}) for _ in range(most + 20)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BackgroundFullError)]
    begun = [answer.run for answer in answers if isinstance(answer, runs.Called)]
    assert (len(begun), len(refused)) == (most, 20)
    assert f"{most:,} runs" in refused[0].message
    assert refused[0].retry_after_s > 0
    async with scene.runtime.database.reading(scene.noisy.tenant_id) as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == most

    # Neither another tenant's nor its own calls, which somebody waits for, are refused.
    assert (await runs.start(scene.runtime, scene.quiet, "work", {})).run.status == "running"
    assert (await runs.call(scene.runtime, scene.noisy, "work", {})).run.outcome == "returned"
    await runs.cancel(scene.runtime, scene.noisy, begun[0].id)
    async with asyncio.timeout(120):
        while scene.runtime.background.under_way(scene.noisy.tenant_id) == most:
            await asyncio.sleep(0.01)
    await runs.start(scene.runtime, scene.noisy, "work", {})


async def test_the_same_key_holds_one_place_and_a_refused_call_none(scene: Scene) -> None:
    await scene.make_tool(scene.noisy)
    background, tenant_id = scene.runtime.background, scene.noisy.tenant_id
    first = (await runs.start(scene.runtime, scene.noisy, "work", {"wait": True}, idempotency_key="one")).run
    again = (await runs.start(scene.runtime, scene.noisy, "work", {"wait": True}, idempotency_key="one")).run
    assert (again.id, background.under_way(tenant_id)) == (first.id, 1)
    with pytest.raises(Exception, match="missing"):
        await runs.start(scene.runtime, scene.noisy, "missing", {})
    assert background.under_way(tenant_id) == 1
    await runs.cancel(scene.runtime, scene.noisy, first.id)


def test_what_goes_on_in_the_background_is_bounded_by_default() -> None:
    assert Allowance().runs_in_background == 500
    assert Allowance.of({"runs_in_background": 10**9}).runs_in_background == 10_000


@pytest.mark.parametrize("sizes", [[10] * 5, [600_000] * 3, [10, 10, 900_000, 10]])
async def test_a_list_of_large_runs_reads_nothing_of_what_they_were_given(scene: Scene, sizes: list[int]) -> None:
    """One list of a hundred runs with arguments of a megabyte was 60 s of the server, and nobody else was served."""
    await scene.make_tool(scene.noisy)
    made = [(await runs.call(scene.runtime, scene.noisy, "work", {"no such": "x" * size})).run.id for size in sizes]
    found: list[list[str]] = []
    cursor = None
    while not found or cursor is not None:
        async with scene.runtime.database.reading(scene.noisy.tenant_id) as session:
            page = await past_runs.matching(session, scene.noisy, Wanted(), cursor=cursor, limit=100)
        found.append([run.id for run in page.items])
        assert all("arguments" not in vars(run) for run in page.items)
        cursor = page.next_cursor
    assert len(found) == 1
    assert [run_id for one in found for run_id in one] == made[::-1]
