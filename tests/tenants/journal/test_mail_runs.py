"""Whole runs that send mail on a mail server's bad day: nothing is lost, and what is said says what to do."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from examples.world import mail
from sandbox import Pool
from tenants.base.db import Database
from tenants.base.errors import InvalidError
from tenants.capabilities import Capabilities
from tenants.models import Run
from tenants.rights.access import Actor
from tenants.rules import policies
from tenants.runs import runs
from tenants.runtime import Runtime
from tests.tenants.workshop import make_tool

SENDS = '''
"""Send a letter to each, and say what became of it."""
from sealwright import email


def work(to: list[str], alone: bool = False) -> list:
    letters = [{"to": one, "subject": "Offer", "text": "Hi", "key": f"spring/{one}"} for one in to]
    if not alone:
        return email.send_many(letters)
    answers = []
    for letter in letters:
        try:
            answers.append({"status": "sent", **email.send(**letter)})
        except (email.Rejected, email.Unavailable) as error:
            answers.append({"status": error.code, "error": error.message, "hint": error.hint})
    return answers
'''
GRANT = {"email": ["from hello@acme.example"]}


@pytest.fixture
async def sink() -> AsyncGenerator[mail.Sink]:
    async with mail.serve() as sink:
        yield sink


@pytest.fixture
async def mailing(database: Database, pool: Pool, sink: mail.Sink, actor: Actor) -> AsyncGenerator[Runtime]:
    url = f"smtp://127.0.0.1:{sink.smtp_port}?from=hello%40acme.example"
    async with Capabilities.open(database, url, mail_domains=["acme.example"]) as effects:
        runtime = Runtime(database=database, pool=pool, image=pool.image, effects=effects)
        await make_tool(runtime, actor, SENDS, GRANT)
        yield runtime
        await runtime.close()


async def sent(runtime: Runtime, actor: Actor, *to: str, **more: Any) -> list[dict[str, Any]]:
    run = (await runs.call(runtime, actor, "work", {"to": list(to), **more})).run
    assert run.outcome == "returned", run.error
    return json.loads(run.result or "")


async def test_a_server_that_refuses_costs_only_what_it_refuses(
    mailing: Runtime, actor: Actor, sink: mail.Sink
) -> None:
    sink.behaviour.refused["gone@b.example"] = "550 5.1.1 No such user"
    sink.behaviour.closed = True
    closed = await sent(mailing, actor, "ann@b.example", "gone@b.example", alone=True)
    sink.behaviour.closed = False
    # The same call again, as whoever reads the message would do: nothing was sent, so everything is now.
    opened = await sent(mailing, actor, "ann@b.example", "gone@b.example", alone=True)

    assert [one["status"] for one in closed] == ["unavailable", "unavailable"]
    assert "421" in closed[0]["error"]
    assert closed[0]["hint"] == "Certainly not sent. Try again later."
    assert [one["status"] for one in opened] == ["sent", "rejected"]
    assert opened[1]["hint"] == "The mail server refused this for good; sending it again will not help."
    assert [message.recipient for message in sink.messages] == ["ann@b.example"]


async def test_a_server_that_hangs_up_or_resets_leaves_just_those_uncertain_and_says_so(
    mailing: Runtime, actor: Actor, sink: mail.Sink
) -> None:
    sink.behaviour.hang_up.append("cut@b.example")
    sink.behaviour.drop.append("reset@b.example")
    people = [f"p{n}@b.example" for n in range(10)]

    answers = await sent(mailing, actor, "cut@b.example", "reset@b.example", *people)
    again = await sent(mailing, actor, *people)

    assert [one["status"] for one in answers] == ["uncertain", "uncertain"] + ["sent"] * 10
    assert answers[0]["error"] == "the connection was lost before the server answered"
    assert answers[0]["hint"] == "It may have been sent. Do not send it again unasked; tell a person."
    assert [one["status"] for one in again] == ["sent"] * 10
    assert sorted(message.recipient for message in sink.messages) == ["cut@b.example", *people]


async def test_a_tenant_that_prefers_twice_to_never_has_what_is_uncertain_sent_again(
    mailing: Runtime, actor: Actor, sink: mail.Sink
) -> None:
    async with mailing.database.unit(actor.tenant_id) as session:
        await policies.change(session, actor, {"uncertain": {"email": "retry"}})
        with pytest.raises(InvalidError):
            await policies.change(session, actor, {"uncertain": {"kv": "retry"}})
    sink.behaviour.hang_up.append("cut@b.example")
    sending = asyncio.create_task(sent(mailing, actor, "cut@b.example"))
    await sink.wait_for(1)
    sink.behaviour.hang_up.clear()

    assert [one["status"] for one in await sending] == ["sent"]
    first, second = sink.to("cut@b.example")
    assert first.message_id == second.message_id


async def test_a_run_cancelled_in_the_middle_says_what_was_sent_and_what_nobody_knows_of(
    mailing: Runtime, actor: Actor, sink: mail.Sink
) -> None:
    people = [f"p{n}@b.example" for n in range(40)]
    run = (await runs.start(mailing, actor, "work", {"to": people})).run
    await sink.wait_for(10)
    sink.behaviour.delay_ms = 60_000
    kept = len(sink.messages)
    ended: Run = await runs.cancel(mailing, actor, run.id)

    error = ended.error or {}
    assert ended.outcome == "cancelled"
    told = error["details"]
    assert told["done"] + told["uncertain"] <= 40
    assert told["uncertain"] <= 8  # as many as there are connections
    assert kept - 8 <= told["done"] <= len(sink.messages)
    known = {message.recipient for message in sink.messages}
    named = {doubt["what"].partition(":")[0] for doubt in told["which"]}
    assert named <= set(people)
    assert len(known - named) <= told["done"]
    if told["uncertain"]:
        assert "nobody knows whether they did" in error["message"]
        assert error["hint"] == "Look at the other side before you do these again: details.which names them."
