"""Runs that wait for a time or a person hold no instance meanwhile, and go on where they were."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from tenants.base.db import now
from tenants.base.errors import ConflictError, NotAllowedError
from tenants.models import JournalEntry, Question, Run
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.runs import runs, suspensions, takeovers
from tenants.runtime import Runtime
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, finished, make_tool

SLEEPER = '''
"""Sleep between two effects."""
import time

from sealwright import clock, kv


def work(days: float) -> dict:
    kv.set("before", 1)
    began = time.time()
    clock.sleep(days=days)
    kv.set("after", 2)
    return {"slept": round(time.time() - began)}
'''
ASKER = '''
"""Ask before the effect."""
from sealwright import approvals, kv


def work(amount: int, within: float | None = None) -> dict:
    answer = approvals.ask(f"Pay {amount}?", {"amount": amount}, deadline_seconds=within)
    if answer["approved"]:
        kv.set("paid", amount)
    return answer
'''
KV = {"kv": ["tool/*"]}
ASKING = {**KV, "approvals": ["ask approver"]}


async def go_on(runtime: Runtime) -> None:
    (run,) = await takeovers.claim(runtime, 10)
    await takeovers.resume(runtime, run)


async def the_question(runtime: Runtime, actor: Actor) -> Question:
    async with runtime.database.reading(actor.tenant_id) as session:
        (question,) = (await suspensions.questions(session, actor, is_open=True)).items
    return question


async def test_a_long_sleep_puts_the_run_aside_and_it_wakes_elsewhere(process: Process, actor: Actor) -> None:
    first, second = process(world := World()), process(later := World())
    await make_tool(first, actor, SLEEPER, KV)
    run = (await runs.call(first, actor, "work", {"days": 3})).run
    assert (run.status, run.lease_owner) == ("suspended", None)
    assert first.running == {}
    assert await takeovers.claim(second, 10) == []
    three_days_ns = int(3 * 86_400e9)
    async with first.database.unit(actor.tenant_id) as session:  # three days pass
        await session.execute(update(Run).values(lease_until=now() - timedelta(seconds=1)))
        await session.execute(
            update(JournalEntry)
            .where(JournalEntry.capability == "clock")
            .values(written_at_ns=time.time_ns() - three_days_ns)
        )
    await go_on(second)
    ended = await finished(second, run)
    assert json.loads(ended.result or "") == {"slept": 3 * 86_400}
    assert (world.seqs, later.seqs) == ([0], [2])


async def test_a_run_asks_a_person_and_goes_on_with_the_answer(process: Process, actor: Actor) -> None:
    first, second = process(World()), process(later := World())
    await make_tool(first, actor, ASKER, ASKING)
    run = (await runs.call(first, actor, "work", {"amount": 70})).run
    assert run.status == "suspended"
    question = await the_question(first, actor)
    assert (question.question, question.details) == ("Pay 70?", '{"amount":70}')
    async with first.database.unit(actor.tenant_id) as session:
        await suspensions.answer(session, actor, question.id, approved=True, comment="fine")
    await go_on(second)
    ended = await finished(second, run)
    assert json.loads(ended.result or "") == {"approved": True, "by": "Ann", "comment": "fine"}
    assert len(later.reached) == 1


async def test_a_question_is_answered_once_and_by_who_may(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, ASKER, ASKING)
    await runs.call(runtime, actor, "work", {"amount": 70})
    question = await the_question(runtime, actor)
    viewer = replace(actor, permissions=frozenset({Permission.RUNS_READ}))
    agent = replace(actor, kind=ActorKind.AGENT)
    for nobody in (viewer, agent):
        with pytest.raises(NotAllowedError):
            async with runtime.database.unit(actor.tenant_id) as session:
                await suspensions.answer(session, nobody, question.id, approved=True)
    async with runtime.database.unit(actor.tenant_id) as session:
        await suspensions.answer(session, actor, question.id, approved=False)
    with pytest.raises(ConflictError):
        async with runtime.database.unit(actor.tenant_id) as session:
            await suspensions.answer(session, actor, question.id, approved=True)


async def test_nobodys_answer_by_the_deadline_counts_as_no(process: Process, actor: Actor) -> None:
    runtime = process(world := World())
    await make_tool(runtime, actor, ASKER, ASKING)
    run = (await runs.call(runtime, actor, "work", {"amount": 70, "within": 3600})).run
    async with runtime.database.unit(actor.tenant_id) as session:  # an hour passes
        await session.execute(update(Question).values(deadline=now() - timedelta(seconds=1)))
        await session.execute(update(Run).values(lease_until=now() - timedelta(seconds=1)))
    await go_on(runtime)
    ended = await finished(runtime, run)
    assert json.loads(ended.result or "")["approved"] is False
    assert world.reached == []


async def test_an_answer_that_comes_before_the_run_is_put_aside_is_not_lost(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, ASKER, ASKING)
    run = (await runs.call(runtime, actor, "work", {"amount": 70})).run
    question = await the_question(runtime, actor)
    async with runtime.database.unit(actor.tenant_id) as session:
        await session.execute(update(Run).values(status="running"))  # as it was a moment ago
        await suspensions.answer(session, actor, question.id, approved=True)
    await suspensions.put_aside(runtime, run, suspensions.SuspendedError(None))
    await go_on(runtime)
    assert (await finished(runtime, run)).outcome == "returned"


async def test_a_suspended_run_can_be_cancelled(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, ASKER, ASKING)
    run = (await runs.call(runtime, actor, "work", {"amount": 70})).run
    await runs.cancel(runtime, actor, run.id)
    ended = await finished(runtime, run)
    assert (ended.outcome, ended.lease_until) == ("cancelled", None)
    assert await takeovers.claim(runtime, 10) == []


NAPPER = '''
"""Sleep again and again."""
from sealwright import clock


def work(times: int) -> dict:
    for _ in range(times):
        clock.sleep(days=1)
    return {"times": times}
'''


async def test_a_run_that_went_on_six_times_says_that_it_was_executed_seven_times(
    process: Process, actor: Actor
) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, NAPPER)
    run = (await runs.call(runtime, actor, "work", {"times": 6})).run
    assert (run.status, run.executions) == ("suspended", 1)
    for nap in range(6):
        async with runtime.database.unit(actor.tenant_id) as session:  # a day passes
            await session.execute(update(Run).values(lease_until=now() - timedelta(seconds=1)))
            await session.execute(
                update(JournalEntry)
                .where(JournalEntry.seq == nap, JournalEntry.phase == 0)
                .values(written_at_ns=time.time_ns() - int(86_400e9))
            )
        await go_on(runtime)
    ended = await finished(runtime, run)
    assert (ended.outcome, ended.executions) == ("returned", 7)


async def test_a_run_that_was_never_executed_says_so(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, NAPPER, limits={"argument_bytes": 20})
    run = (await runs.call(runtime, actor, "work", {"times": 10**30})).run
    assert (run.outcome, run.executions) == ("refused", 0)
