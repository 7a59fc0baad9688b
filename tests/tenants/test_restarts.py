"""What a server leaves behind when it is killed, and what is cleared away with time."""

import asyncio
import signal
import sys
from datetime import timedelta

from sqlalchemy import func, select, update

from tenants import housekeeping
from tenants.base.db import Database, now
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import Run, UserSession
from tenants.proving import pipeline
from tenants.rules import policies
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.tools import versions
from tests.tenants.people import SOURCE, Person, propose, publish

# A server in the middle of a check: it holds the version's lease and never comes back.
_DOOMED = """
import asyncio, sys
from types import SimpleNamespace
from tenants.base.db import Database
from tenants.base.leases import Owner
from tenants.proving import pipeline
from tests.databases import RING

async def main():
    runtime = SimpleNamespace(database=Database(sys.argv[1], RING), owner=Owner.of_this_process())
    version = await pipeline.claim(runtime)
    print(version.state, version.lease_owner, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_server_killed_during_a_build_goes_on_when_it_starts_again(runtime: Runtime, owner: Person) -> None:
    await propose(runtime, owner.actor)
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await versions.submit(session, owner.actor, "add_numbers", source=SOURCE)
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DOOMED, runtime.database.url, stdout=asyncio.subprocess.PIPE
    )
    assert doomed.stdout
    said = (await doomed.stdout.readline()).decode().split()
    assert said[0] == "checking"
    assert not await pipeline.step(runtime)
    doomed.send_signal(signal.SIGKILL)
    await doomed.wait()
    working = asyncio.create_task(pipeline.work(runtime))
    with runtime.events.subscribe(owner.actor.tenant_id) as events:
        async with asyncio.timeout(120):
            async for event in events:
                if event.kind == "version.moved" and event.data == {
                    "tool": "add_numbers",
                    "version": 2,
                    "state": "awaiting_approval",
                }:
                    break
    working.cancel()


async def test_old_runs_go_as_the_policy_says(runtime: Runtime, owner: Person) -> None:
    await publish(runtime, owner.actor)
    kept, gone = [(await runs.call(runtime, owner.actor, "add_numbers", {"a": n, "b": 0})).run for n in range(2)]
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        await policies.change(session, owner.actor, {"run_retention_days": 3})
        for run, days in ((kept, 2), (gone, 4)):
            await session.execute(update(Run).where(Run.id == run.id).values(finished_at=now() - timedelta(days=days)))
    assert await housekeeping.clear(runtime) == 1
    async with runtime.database.reading(owner.actor.tenant_id) as session:
        assert [run.id for run in (await past_runs.matching(session, owner.actor, Wanted())).items] == [kept.id]


async def test_sessions_long_over_are_forgotten(runtime: Runtime, owner: Person, database: Database) -> None:
    async with database.system() as session:
        for days in (29, 31):
            session.add(
                UserSession(token_hash=str(days), user_id=owner.user.id, expires_at=now() - timedelta(days=days))
            )
    await housekeeping.clear(runtime)
    async with database.system_reading() as session:
        assert await session.scalar(select(func.count()).select_from(UserSession)) == 1
