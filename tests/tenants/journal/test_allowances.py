"""At most so many a day: one count for all runs of a tool, whoever carries them and however often they resume."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from tenants.base.db import now
from tenants.models import DayUse, Run, Tenant
from tenants.rights.access import Actor
from tenants.runs import daily_counts, runs, takeovers
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, finished, make_tool

SENDS = '''
"""Send so many messages, one by one or all at once."""
from sealwright import CapabilityRefused, email


def work(count: int, at_once: bool = False) -> dict:
    message = {"subject": "s", "text": "t", "sender": "a@acme.example"}
    messages = [{"to": f"p{n}@b.example", **message} for n in range(count)]
    try:
        if at_once:
            email.send_many(messages)
        else:
            for message in messages:
                email.send(**message)
    except CapabilityRefused as refused:
        return {"refused": refused.message, "left": refused.details.get("left")}
    return {"refused": None}
'''
GRANT = {"email": ["from @acme.example", "at most 10 a day"]}


async def used(process: Process, actor: Actor) -> int:
    runtime = process(World())
    async with runtime.database.reading(actor.tenant_id) as session:
        return await daily_counts.used_of(session, "work", "email", now())


async def test_all_runs_of_a_day_share_one_count_and_the_next_day_begins_anew(process: Process, actor: Actor) -> None:
    runtime = process(world := World())
    await make_tool(runtime, actor, SENDS, GRANT)
    await runs.call(runtime, actor, "work", {"count": 6, "at_once": True})
    refused = (await runs.call(runtime, actor, "work", {"count": 5, "at_once": True})).run
    one_by_one = (await runs.call(runtime, actor, "work", {"count": 5})).run

    message = "This tool may use email for at most 10 recipients a day; 6 are used, and this call asks for 5 more."
    assert json.loads(refused.result or "") == {"refused": message, "left": 4}
    assert json.loads(one_by_one.result or "")["left"] == 0
    assert len(world.reached) == 1 + 4
    async with runtime.database.unit(actor.tenant_id) as session:
        await session.execute(update(DayUse).values(day=(now() - timedelta(days=1)).date().isoformat()))
    again = (await runs.call(runtime, actor, "work", {"count": 10, "at_once": True})).run
    assert json.loads(again.result or "") == {"refused": None}


@pytest.mark.parametrize("whose", ["policy", "allotted", "both"])
async def test_all_tools_of_a_tenant_share_one_count_of_recipients(process: Process, actor: Actor, whose: str) -> None:
    """Another tool is another count of its grant, and no other tenant."""
    runtime, sends = process(World()), SENDS.replace("def work(", "def other(")
    await make_tool(runtime, actor, SENDS, GRANT)
    await make_tool(runtime, actor, sends, GRANT, "other")
    async with runtime.database.system() as session:
        tenant = await session.get_one(Tenant, actor.tenant_id)
        limits = {"mail_recipients_a_day": 7}
        tenant.policy = {"limits": limits if whose == "policy" else {"mail_recipients_a_day": 90_000}}
        tenant.allotted = {} if whose == "policy" else {"limits": limits}
    first = (await runs.call(runtime, actor, "work", {"count": 5, "at_once": True})).run
    refused = (await runs.call(runtime, actor, "other", {"count": 3, "at_once": True})).run
    fits = (await runs.call(runtime, actor, "other", {"count": 2, "at_once": True})).run
    assert json.loads(first.result or "") == json.loads(fits.result or "") == {"refused": None}
    assert json.loads(refused.result or "") == {
        "refused": "All tools of this tenant together may use email for at most 7 recipients a day; 5 are used, and"
        " this call asks for 3 more.",
        "left": 2,
    }
    assert await used(process, actor) == 5, "what the tenant's count refuses is not counted for the tool either"


async def test_many_runs_at_once_use_no_more_than_the_day_holds(process: Process, actor: Actor) -> None:
    carriers = [process(World()) for _ in range(2)]
    await make_tool(carriers[0], actor, SENDS, GRANT)
    await asyncio.gather(*(runs.call(carriers[n % 2], actor, "work", {"count": 3, "at_once": True}) for n in range(8)))

    assert await used(process, actor) == 9


async def test_a_call_made_anew_after_a_crash_is_not_counted_again(process: Process, actor: Actor) -> None:
    first, second = process(world := World(stall_after=0)), process(World())
    await make_tool(first, actor, SENDS, GRANT)
    run = (await runs.start(first, actor, "work", {"count": 7, "at_once": True})).run
    await world.has_stalled()
    async with asyncio.timeout(120):
        while not (taken := await takeovers.claim(second, 10)):
            await asyncio.sleep(0.01)
    await takeovers.resume(second, taken[0])

    assert (await finished(second, run)).outcome == "returned"
    assert await used(process, actor) == 7


async def test_without_a_days_cap_nothing_is_counted(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, SENDS, {"email": ["from @acme.example"]})
    run: Run = (await runs.call(runtime, actor, "work", {"count": 2})).run

    assert run.outcome == "returned"
    assert await used(process, actor) == 0
