"""Each time of a schedule has one run, in its own time zone, whoever notices it."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from sandbox import Image, Pool
from tenants.base.db import Database, now
from tenants.base.errors import InvalidError, NotFoundError
from tenants.models import Run, Schedule
from tenants.rights.access import Actor
from tenants.runs import schedules
from tenants.runs.schedules import Timing
from tenants.runtime import Runtime
from tests.tenants.people import sign_up
from tests.tenants.workshop import World, finished, make_tool

TOOL = '''
"""Say what was asked."""


def work(n: int) -> dict:
    return {"n": n}
'''


def test_times_follow_the_zones_own_clock_through_the_year() -> None:
    timing = Timing("30 9 * * *", "Europe/Paris")
    winter = timing.after(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert winter.astimezone(UTC).hour == 7  # the clocks went forward that night
    assert winter.astimezone(ZoneInfo("Europe/Paris")).hour == 9


@pytest.mark.parametrize(
    "timing",
    [Timing("nonsense"), Timing("0 0 30 2 *"), Timing("* * * * *", "Mars/Base"), Timing("* * * * *", missed="x")],
)
def test_a_schedule_that_cannot_be_read_is_refused(timing: Timing) -> None:
    with pytest.raises(InvalidError):
        timing.after(now())


async def made(database: Database, pool: Pool, timing: Timing) -> tuple[Runtime, Actor, Schedule]:
    person = await sign_up(database)
    runtime = Runtime(database=database, pool=pool, image=pool.image, effects=World())
    await make_tool(runtime, person.actor, TOOL)
    async with database.unit(person.actor.tenant_id) as session:
        schedule = await schedules.create(session, person.actor, "work", {"n": 7}, timing)
    return runtime, person.actor, schedule


async def make_due(database: Database, ago: timedelta) -> None:
    async with database.system() as session:
        await session.execute(update(Schedule).values(next_at=now() - ago))


async def the_runs(database: Database) -> list[Run]:
    async with database.system_reading() as session:
        return list(await session.scalars(select(Run)))


async def test_a_time_has_one_run_although_two_processes_notice_it(
    database: Database, pool: Pool, image: Image
) -> None:
    runtime, actor, schedule = await made(database, pool, Timing("* * * * *"))
    other = Runtime(database=database, pool=pool, image=image, effects=World())
    await make_due(database, timedelta(seconds=1))
    await asyncio.gather(schedules.call_due(runtime), schedules.call_due(other))
    (run,) = await the_runs(database)
    ended = await finished(runtime, run)
    assert (ended.outcome, ended.principal, ended.caller["channel"]) == ("returned", schedule.id, "schedule")
    async with database.reading(actor.tenant_id) as session:
        (row,) = (await schedules.list_schedules(session, actor)).items
    assert (row.last_run_id, row.last_error) == (run.id, None)
    assert row.next_at is not None
    assert row.next_at > now()
    await runtime.close()
    await other.close()


@pytest.mark.parametrize(("missed", "count"), [("skip", 0), ("once", 1)])
async def test_times_that_nobody_was_there_for_go_by_the_schedules_word(
    database: Database, pool: Pool, missed: str, count: int
) -> None:
    runtime, _, _ = await made(database, pool, Timing("* * * * *", missed=missed))
    await make_due(database, timedelta(hours=5))
    assert await schedules.call_due(runtime) == 1
    assert await schedules.call_due(runtime) == 0
    assert len(await the_runs(database)) == count
    await runtime.close()


async def test_a_paused_schedule_calls_nothing_and_makes_nothing_up(database: Database, pool: Pool) -> None:
    runtime, actor, schedule = await made(database, pool, Timing("* * * * *", missed="once"))
    async with database.unit(actor.tenant_id) as session:
        await schedules.pause(session, actor, schedule.id, paused=True)
    await make_due(database, timedelta(minutes=1))
    assert await schedules.call_due(runtime) == 0
    async with database.unit(actor.tenant_id) as session:
        await schedules.pause(session, actor, schedule.id, paused=False)
    assert await schedules.call_due(runtime) == 0
    await runtime.close()


async def test_a_schedule_of_a_tool_that_is_not_live_is_refused(database: Database, pool: Pool) -> None:
    person = await sign_up(database)
    with pytest.raises(NotFoundError):
        async with database.unit(person.actor.tenant_id) as session:
            await schedules.create(session, person.actor, "nothing", {}, Timing("* * * * *"))
