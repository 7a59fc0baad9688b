"""Past runs come out the same again; candidates are held against them."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import Component
from tenants.base import canonical
from tenants.base.db import Database
from tenants.base.errors import ConflictError
from tenants.capabilities import Capabilities, Http
from tenants.capabilities.secrets import Secret
from tenants.catalog import catalog
from tenants.catalog.catalog import LiveTool
from tenants.models import JournalEntry, Run
from tenants.proving import history
from tenants.rights.access import Actor
from tenants.runs import replays, runs
from tests.tenants.journal.conftest import Process
from tests.tenants.workshop import World, make_tool

BUSY = '''
"""Compute, read the clock and chance, ask the world, and print."""
import random
import time
import uuid

from sealwright import kv


def work(times: int, double: bool = False) -> dict:
    print("started at", time.time())
    total = 0
    for number in range(times):
        total += kv.get(f"k{number}")["nth"] * random.randint(1, 1000)
        kv.set(f"k{number}", total)
    print("total", total)
    if times == 3:
        raise ValueError("three is too many")
    return {"total": total, "id": str(uuid.uuid4()), "at": time.time()}
'''
KV = {"kv": ["tool/*"]}


async def test_a_replay_has_the_same_output_fuel_and_log_and_reaches_nothing(process: Process, actor: Actor) -> None:
    runtime = process(world := World())
    await make_tool(runtime, actor, BUSY, KV)
    for times in (0, 1, 2, 3, 4):
        run = (await runs.call(runtime, actor, "work", {"times": times})).run
        reached = len(world.reached)
        again = await replays.replay(runtime, actor, run.id)
        assert again.identical, again
        assert again.run is not None
        assert again.run.fuel_used == run.fuel_used > 0
        assert again.run.log == run.log
        assert len(world.reached) == reached


async def test_a_thousand_runs_replay_identically(process: Process, actor: Actor) -> None:
    runtime = process(World())
    if not runtime.database.is_sqlite:
        pytest.skip("what is replayed does not depend on the database")
    await make_tool(runtime, actor, BUSY, KV)
    waiting = iter(range(1_000))
    differing: list[replays.Replay] = []

    async def work() -> None:
        for number in waiting:
            run = (await runs.call(runtime, actor, "work", {"times": number % 5})).run
            again = await replays.replay(runtime, actor, run.id)
            if not again.identical:
                differing.append(again)

    await asyncio.gather(*(work() for _ in range(8)))
    assert differing == []


async def test_a_run_of_an_earlier_image_says_why_it_may_differ(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BUSY, KV)
    run = (await runs.call(runtime, actor, "work", {"times": 1})).run
    async with runtime.database.unit(actor.tenant_id) as session:
        (await session.get_one(Run, run.id)).component_digest = "0" * 64

    again = await replays.replay(runtime, actor, run.id)

    assert again.identical
    assert "on a later image" in (again.note or "")


async def test_a_run_that_another_meter_counted_says_so_and_its_fuel_is_not_compared(
    process: Process, actor: Actor
) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BUSY, KV)
    run = (await runs.call(runtime, actor, "work", {"times": 1})).run
    assert run.meter == runtime.pool.meter
    async with runtime.database.unit(actor.tenant_id) as session:
        kept = await session.get_one(Run, run.id)
        kept.meter, kept.fuel_used = "own-0", kept.fuel_used + 60

    again = await replays.replay(runtime, actor, run.id)

    assert again.identical
    assert f"counted by the meter own-0, and now by {runtime.pool.meter}" in (again.note or "")
    async with runtime.database.unit(actor.tenant_id) as session:
        (await session.get_one(Run, run.id)).meter = runtime.pool.meter
    again = await replays.replay(runtime, actor, run.id)
    assert [one["what"] for one in again.differences] == ["fuel_used"]


async def test_a_call_refused_before_anything_ran_has_nothing_to_replay(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BUSY, KV)
    run = (await runs.call(runtime, actor, "work", ["not an object"])).run
    assert run.outcome == "refused"
    with pytest.raises(ConflictError):
        await replays.replay(runtime, actor, run.id)


async def test_the_journal_shows_requests_and_replies_in_pages(process: Process, actor: Actor) -> None:
    runtime = process(World())
    await make_tool(runtime, actor, BUSY, KV)
    run = (await runs.call(runtime, actor, "work", {"times": 2})).run
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        async with runtime.database.reading(actor.tenant_id) as session:
            page = await replays.journal(session, actor, run.id, cursor, 3)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert [entry["seq"] for entry in seen] == [0, 1, 2, 3]
    assert [entry["state"] for entry in seen] == ["done"] * 4
    assert seen[0]["request"]["key"] == "k0"
    assert seen[0]["value"] == {"seq": 0, "nth": 1}
    assert json.loads(run.result or "")["total"] > 0


async def test_a_candidate_is_held_against_the_last_runs(process: Process, actor: Actor) -> None:
    runtime = process(world := World())
    await make_tool(runtime, actor, BUSY, KV)
    first = (await runs.call(runtime, actor, "work", {"times": 2})).run
    second = (await runs.call(runtime, actor, "work", {"times": 4})).run
    for change, expected in (
        (("print(", "_ = ("), {}),
        (('{"total": total', '{"total": total * 2'), {first.id: ["result"], second.id: ["result"]}),
        (("if times == 3", "if times == 2"), {first.id: ["outcome", "result", "error"]}),
        (('kv.set(f"k{number}", total)', 'kv.set(f"k{number}", -1)'), {first.id: ["asked"], second.id: ["asked"]}),
        (('kv.set(f"k{number}", total)', "pass"), {first.id: ["result", "effects"], second.id: ["result", "effects"]}),
    ):
        other = await _candidate(process, actor, BUSY.replace(*change))
        reached = len(world.reached)
        found = await history.compare(runtime, actor.tenant_id, *other)
        assert {one.run_id: [d["what"] for d in one.differences] for one in found if one.differences} == expected
        assert len(found) == 2
        assert len(world.reached) == reached


async def _candidate(process: Process, actor: Actor, source: str) -> tuple[LiveTool, Component]:
    runtime = process(World())
    live = (await catalog.live(runtime.database, actor.tenant_id)).tool("work")
    component = await runtime.pool.fork(source, "work")
    assert isinstance(component, Component)
    return replace(live, version_id="ver_candidate"), component


ASKING = """
from sealwright import http, secret

def work(times):
    said = []
    for number in range(times):
        headers = {"Authorization": f"Bearer {secret('shop_key')}"}
        answer = http.post("http://shop.example/orders", json={"n": number, "key": secret("shop_key")}, headers=headers)
        said.append(answer.json()["sees"])
    print("asked with", headers if times else None)
    many = [{"url": "http://shop.example/a", "params": {"key": secret("shop_key"), "n": n}} for n in range(times)]
    return {"said": said, "many": [one.status for one in http.send_many(many)] if many else []}
"""
SHOP_KEY = Secret("shop_key", "live-shop-key-0123456789", ("shop.example",))


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {"shop_key": SHOP_KEY, "other": Secret("other", "live-other-key-012345", ("shop.example",))}


def vault(*run: str) -> Vault:
    del run
    return Vault()


async def test_runs_with_secrets_replay_identically_and_their_journal_names_them(
    process: Process, actor: Actor, database: Database
) -> None:
    asked: list[str] = []

    async def shop(request: Request) -> Response:
        asked.append(request.headers.get("authorization") or request.query_params.get("key", ""))
        return JSONResponse({"sees": asked[-1]})

    routes = [Route("/orders", shop, methods=["POST"]), Route("/a", shop)]
    async with serve_app(Starlette(routes=routes)) as url:
        place = "shop.example:80"
        capabilities = Capabilities(
            database,
            http=Http(detours={place: url.removeprefix("http://")}),
            secrets=vault,
            internal_hosts=frozenset({place}),
        )
        runtime = process(capabilities)
        await make_tool(runtime, actor, ASKING, {"http": [f"* http://{place}/*"], "secret": ["shop_key"]})
        done = [(await runs.call(runtime, actor, "work", {"times": number % 4})).run for number in range(20)]
        reached = len(asked)
        for run in done:
            assert run.outcome == "returned", run.error
            again = await replays.replay(runtime, actor, run.id)
            assert again.identical, again
        assert len(asked) == reached > 30
        await capabilities.close()
    assert set(asked) == {f"Bearer {SHOP_KEY.value}", SHOP_KEY.value}
    assert json.loads(done[1].result or "")["said"] == ["Bearer {{secret:shop_key}}"]
    assert (done[1].log or "").count("the answer repeats a secret") == 2
    async with runtime.database.reading(actor.tenant_id) as session:
        entries = (await session.scalars(select(JournalEntry).where(JournalEntry.run_id == done[1].id))).all()
        page = await replays.journal(session, actor, done[1].id)
    assert SHOP_KEY.value not in str([(entry.request, entry.reply) for entry in entries])
    # What was recorded before placeholders had tags: a replay of such a run finds what it asks for.
    before = {
        "method": "POST",
        "url": "http://shop.example/orders",
        "headers": {"Authorization": "Bearer {{secret:shop_key}}"},
        "json": {"n": 0, "key": "{{secret:shop_key}}"},
    }
    assert entries[0].request_hash == canonical.digest(["http", "request", before])
    assert page.items[0]["request"] == before
