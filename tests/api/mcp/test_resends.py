"""A call that was cut off and is sent again to another server runs once; what only looks like it runs anew."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from tenants.base import leases
from tenants.base.db import Database, now
from tenants.models import Run
from tenants.runs import beginnings, takeovers
from tenants.runs.beginnings import Asked, Begun
from tests.api.mcp.test_gate import VERSIONS, told
from tests.api.mcp.test_transport import Gate, call, until
from tests.api.mcp.test_two_servers import Pair, hearing
from tests.api.site import Home, serving
from tests.databases import RING

MODERN, LEGACY = VERSIONS
pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


async def runs_of(home: Home) -> list[Run]:
    async with home.site.database.reading(home.tenant.id) as session:
        return list(await session.scalars(select(Run).order_by(Run.id)))


async def cut_off(pair: Pair, calling: "asyncio.Task[Any]") -> None:
    """End the connection of a call that is under way here, and wait until that is written down."""
    await pair.gate.begun.wait()
    calling.cancel()
    with suppress(asyncio.CancelledError):
        await calling
    async with asyncio.timeout(30):
        while not any("cut_off" in run.caller for run in await runs_of(pair.here)):
            await asyncio.sleep(0.02)


def sent(home: Home, **more: Any) -> dict[str, Any]:
    given = call(home, LEGACY, "gate", **{name: value for name, value in more.items() if name != "headers"})
    return {**given, "headers": {**given["headers"], **more.get("headers", {})}}


@pytest.fixture
async def other(database: Database) -> AsyncGenerator[Pair]:
    """One tenant at two servers, of which the second one can run the tool, too: so it would be seen if it did."""
    second = Database(database.url, RING)
    async with serving(database) as site, serving(second) as elsewhere, hearing(site), hearing(elsewhere):
        home = await site.home()
        await home.serve("gate")
        elsewhere.functions.known["gate"] = site.functions.known["echo"]
        yield Pair(home, replace(home, site=elsewhere), Gate(home, "gate"))
    await second.close()


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=120) as client:
        yield client


@pytest.mark.parametrize("is_over", [False, True], ids=["while it runs", "after it has ended"])
async def test_a_call_that_was_cut_off_here_is_found_there(
    other: Pair, http: httpx2.AsyncClient, *, is_over: bool
) -> None:
    first = asyncio.create_task(http.post(**sent(other.here)))
    await cut_off(other, first)
    if is_over:
        other.gate.let.set()
        await until(lambda: not other.here.site.runtime.running)
    again = asyncio.create_task(http.post(**sent(other.there)))
    other.gate.let.set()
    assert told(await again)["result"]["structuredContent"] == {"echo": "through"}
    assert (other.gate.times, other.there.site.functions.ran) == (1, [])
    assert len(await runs_of(other.here)) == 1


OTHERS: dict[str, dict[str, Any]] = {
    "another request": {"arguments": {"text": "y"}},
    "another client": {"headers": {"User-Agent": "two"}},
    "another session": {"headers": {"Mcp-Session-Id": "s"}},
    "other metadata": {"_meta": {"x": 1}},
}


@pytest.mark.parametrize("more", OTHERS.values(), ids=OTHERS.keys())
async def test_another_call_is_not_taken_for_it(other: Pair, http: httpx2.AsyncClient, more: dict[str, Any]) -> None:
    first = asyncio.create_task(http.post(**sent(other.here)))
    await cut_off(other, first)
    answer = told(await http.post(**sent(other.there, **more)))["result"]["structuredContent"]
    assert answer == {"echo": more.get("arguments", {"text": "x"})["text"]}
    assert len(await runs_of(other.here)) == 2


async def test_another_principal_does_not_find_it(other: Pair, http: httpx2.AsyncClient) -> None:
    first = asyncio.create_task(http.post(**sent(other.here)))
    await cut_off(other, first)
    theirs = {"Authorization": f"Bearer {await other.here.key_with('tools:call')}"}
    answer = told(await http.post(**sent(other.there, headers=theirs)))["result"]["structuredContent"]
    assert answer == {"echo": "x"}


async def test_a_new_client_that_counts_from_one_again_runs_anew(other: Pair, http: httpx2.AsyncClient) -> None:
    other.gate.let.set()
    assert told(await http.post(**sent(other.here)))["result"]["structuredContent"] == {"echo": "through"}
    for home, said in ((other.there, "x"), (other.here, "through"), (other.there, "x")):
        assert told(await http.post(**sent(home)))["result"]["structuredContent"] == {"echo": said}
    assert len(await runs_of(other.here)) == 4


async def test_two_clients_with_one_id_at_two_servers_both_run(other: Pair, http: httpx2.AsyncClient) -> None:
    first = asyncio.create_task(http.post(**sent(other.here)))
    await other.gate.begun.wait()
    second = asyncio.create_task(http.post(**sent(other.there)))
    while not second.done():
        # Signs of life, which say that the first one's client is still there.
        async with other.here.site.database.system() as session:
            await session.execute(update(Run).where(Run.status == "running").values(lease_until=leases.until()))
        await asyncio.wait({second}, timeout=0.05)
    assert told(await second)["result"]["structuredContent"] == {"echo": "x"}
    other.gate.let.set()
    assert told(await first)["result"]["structuredContent"] == {"echo": "through"}


async def test_a_call_whose_server_was_killed_is_found_when_it_is_taken_over(
    other: Pair, http: httpx2.AsyncClient
) -> None:
    # What a killed server leaves: a run that has begun, and nobody who carries it.
    other.gate.let.set()
    await http.post(**sent(other.here))
    (known,) = await runs_of(other.here)
    assert known.idempotency_key is not None
    async with other.here.site.database.system() as session:
        await session.execute(update(Run).values(idempotency_key=None))
    caller = {**other.here.owner.who(), "channel": "mcp"}
    asked = Asked(known.tenant_id, known.principal, caller, "gate", {"text": "x"}, known.idempotency_key)
    begun = await beginnings.begin(other.here.site.runtime, asked)
    assert isinstance(begun, Begun)
    again = asyncio.create_task(http.post(**sent(other.there)))
    async with other.here.site.database.system() as session:
        over = update(Run).where(Run.id == begun.run.id).values(lease_until=now() - timedelta(seconds=1))
        await session.execute(over)
    looking = asyncio.create_task(takeovers.work(other.there.site.runtime))
    answer = told(await again)["result"]
    looking.cancel()
    assert answer["_meta"]["sealwright/runId"] == begun.run.id
    assert len(await runs_of(other.here)) == 2


async def test_in_the_newer_era_a_call_that_is_left_ends_and_is_not_found(
    other: Pair, http: httpx2.AsyncClient
) -> None:
    first = asyncio.create_task(http.post(**call(other.here, MODERN, "gate")))
    await other.gate.begun.wait()
    first.cancel()
    await until(lambda: other.gate.was_cancelled)
    answer = told(await http.post(**call(other.there, MODERN, "gate")))["result"]["structuredContent"]
    assert answer == {"echo": "x"}
    assert {run.idempotency_key for run in await runs_of(other.here)} == {None}
