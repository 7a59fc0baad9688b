"""Processes on one PostgreSQL hear of each other at once; here they would look for work only once an hour."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from sandbox import Pool
from tenants.base.db import Database
from tenants.base.events import Event, Subscription
from tenants.base.leases import Owner
from tenants.base.relay import Relay, packed
from tenants.proving import pipeline
from tenants.rights.access import Actor
from tenants.runs import runs, suspensions, takeovers
from tenants.runtime import Runtime
from tenants.tools import versions
from tests.databases import RING
from tests.tenants.workshop import World, make_tool

ASKER = '''
"""Ask before the end."""
from sealwright import approvals


def work() -> bool:
    return approvals.ask("Go on?")["approved"]
'''
pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@pytest.fixture(autouse=True)
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_POLL_S", 3_600.0)
    monkeypatch.setattr(takeovers, "LOOK_EVERY_S", 3_600.0)


@asynccontextmanager
async def another_process(url: str, pool: Pool) -> AsyncGenerator[Runtime]:
    database = Database(url, RING)
    # Of another place: of two with one process number, each would take the other for gone, and its runs for free.
    owner = Owner(f"place-{id(database)}", os.getpid(), "here")
    runtime = Runtime(database=database, pool=pool, image=pool.image, effects=World(), owner=owner)
    relay = Relay(url, runtime.events)
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        tasks = [group.create_task(relay.work())]
        await relay.listening.wait()
        yield runtime
        tasks += [task for task in asyncio.all_tasks() if task.get_name() == f"worker {id(runtime)}"]
        for task in tasks:
            task.cancel()
    await runtime.close()
    await database.close()


async def heard(events: Subscription, kind: str) -> Event:
    async with asyncio.timeout(120):
        while (event := await anext(events)).kind != kind:
            pass
    return event


async def test_what_one_process_queues_another_begins(database: Database, pool: Pool, actor: Actor) -> None:
    async with another_process(database.url, pool) as front, another_process(database.url, pool) as back:
        await make_tool(front, actor, ASKER, {"approvals": ["ask approver"]})
        working = asyncio.create_task(pipeline.work(back), name=f"worker {id(back)}")
        with front.events.subscribe(actor.tenant_id) as events:
            for number in (2, 3):  # the second one finds the other process asleep, whatever the first one found
                async with front.database.unit(actor.tenant_id) as session:
                    await versions.submit(session, actor, "work", source=f"# {number}\n{ASKER}")
                while (await heard(events, "version.moved")).data != {
                    "tool": "work", "version": number, "state": "checking",
                }:  # fmt: skip
                    pass
        working.cancel()


async def test_a_run_goes_on_elsewhere_as_soon_as_a_person_has_answered(
    database: Database, pool: Pool, actor: Actor
) -> None:
    async with another_process(database.url, pool) as front, another_process(database.url, pool) as back:
        await make_tool(front, actor, ASKER, {"approvals": ["ask approver"]})
        working = asyncio.create_task(takeovers.work(back), name=f"worker {id(back)}")
        with front.events.subscribe(actor.tenant_id) as events:
            for approved in (False, True):
                run = (await runs.call(front, actor, "work", {})).run
                assert run.status == "suspended"
                async with front.database.unit(actor.tenant_id) as session:
                    (question,) = (await suspensions.questions(session, actor, is_open=True)).items
                    await suspensions.answer(session, actor, question.id, approved=approved)
                while (await heard(events, "run.finished")).data["run"] != run.id:
                    pass
                async with front.database.reading(actor.tenant_id) as session:
                    ended = await runs.read(session, actor, run.id)
                assert json.loads(ended.result or "") is approved
        working.cancel()


async def test_a_connection_that_is_cut_is_made_again_and_watchers_read_anew(
    database: Database, pool: Pool, actor: Actor
) -> None:
    async with another_process(database.url, pool) as front, another_process(database.url, pool) as back:
        with back.events.subscribe(actor.tenant_id) as events:
            async with database.system() as session:
                cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                await (await session.connection()).execute(text(cut))
            await heard(events, "events.missed")
            front.events.publish(actor.tenant_id, "run.started", {"run": "run_1"})
            assert (await heard(events, "run.started")).data == {"run": "run_1"}


async def test_messages_are_packed_into_what_postgres_takes(database: Database) -> None:
    del database
    messages = [("event", "ten_1", "run.progress", {"message": "ü" * 50})] * 200
    payloads = list(packed("me", [*messages, ("event", "ten_1", "version.gate", {"message": "x" * 9_000})]))

    assert max(map(len, payloads)) < 8_000
    told = [message for payload in payloads for message in json.loads(payload)["messages"]]
    assert [tuple(message) for message in told[:-1]] == messages
    assert told[-1] == ["event", "ten_1", "events.missed", {}]
