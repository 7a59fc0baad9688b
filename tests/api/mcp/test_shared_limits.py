"""Limits of a tenant hold for all servers together, on either database: requests, calls at once, asynchronous runs."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from api.auth import quotas
from api.auth.quotas import Quotas
from tenants.base.db import Database
from tenants.base.errors import BackgroundFullError, OverQuotaError
from tenants.models import UseTally
from tenants.rights.access import Actor, ActorKind
from tenants.rules.quotas import Allowance
from tenants.rules.tallies import Tallies
from tenants.runs import runs
from tests.api.mcp.test_gate import VERSIONS, request
from tests.api.mcp.test_limits import limit
from tests.api.mcp.test_transport import Gate, call
from tests.api.site import Home, serving
from tests.databases import RING

IDS = itertools.count(1)


@dataclass(frozen=True)
class Pair:
    """One tenant at two servers."""

    here: Home
    there: Home
    gate: Gate

    async def share(self, times: int = 1) -> None:
        """As each server's housekeeping does, twice a second."""
        for _ in range(times):
            for home in (self.here, self.there):
                await home.site.runtime.tallies.share(home.site.database)


@pytest.fixture
async def pair(database: Database) -> AsyncGenerator[Pair]:
    other = Database(database.url, RING)
    async with serving(database) as first, serving(other) as second:
        home = await first.home()
        await home.serve("gate")
        there = replace(home, site=second)
        second.functions.known["gate"] = second.functions.known["echo"]
        yield Pair(home, there, Gate(home, "gate"))
    await other.close()


async def asked(http: httpx2.AsyncClient, home: Home, times: int, version: str) -> list[int]:
    return [(await http.post(**request(home, version, "tools/list"))).status_code for _ in range(times)]


@pytest.mark.parametrize("version", VERSIONS)
async def test_requests_to_one_server_are_taken_off_what_the_other_admits(pair: Pair, version: str) -> None:
    await limit(pair.here, {"calls_per_minute": 30})
    async with httpx2.AsyncClient(timeout=60) as http:
        assert await asked(http, pair.here, 5, version) == [200] * 5
        assert await asked(http, pair.there, 5, version) == [200] * 5
        await pair.share(2)
        for home in (pair.here, pair.there):
            refused = await http.post(**request(home, version, "tools/list"))
            assert refused.status_code == 429
            # Five at once, one in two seconds: five too many take as long.
            assert 1 <= int(refused.headers["retry-after"]) <= 12


def called(home: Home) -> dict[str, Any]:
    """A call with an id of its own: with the same one it would be the first call, sent again."""
    given: Any = call(home, VERSIONS[1], "gate")
    given["json"]["id"] = next(IDS)
    return given


@pytest.mark.parametrize("limits", [{"runs_at_once": 2}, {"client_runs_at_once": 2}], ids=str)
async def test_calls_under_way_at_one_server_count_at_the_other(pair: Pair, limits: dict[str, int]) -> None:
    await limit(pair.here, limits)
    async with httpx2.AsyncClient(timeout=60) as http:
        first = asyncio.create_task(http.post(**called(pair.here)))
        async with asyncio.timeout(60):
            await pair.gate.begun.wait()
        assert (await http.post(**called(pair.there))).status_code == 200
        second = asyncio.create_task(http.post(**called(pair.here)))
        async with asyncio.timeout(30):
            while len(pair.here.site.runtime.running) < 2:
                await asyncio.sleep(0.01)
        await pair.share(2)
        refused = await http.post(**called(pair.there))
        assert refused.status_code == 429
        assert "2 calls under way" in refused.json()["error"]["message"]
        pair.gate.let.set()
        await asyncio.gather(first, second)
        await pair.share(2)
        assert (await http.post(**called(pair.there))).status_code == 200


async def test_asynchronous_runs_at_one_server_count_at_the_other_until_they_end(pair: Pair) -> None:
    await limit(pair.here, {"runs_in_background": 2})
    here, there, owner = pair.here.site.runtime, pair.there.site.runtime, pair.here.owner
    for _ in range(2):
        await runs.start(here, owner, "gate", {"text": "x"})
    # It knows of no such run yet; what it begins itself it counts at once.
    begun = await runs.start(there, owner, "gate", {"text": "x"})
    await pair.share(2)
    with pytest.raises(BackgroundFullError, match="2 runs going on") as refused:
        await runs.start(there, owner, "gate", {"text": "x"})
    assert refused.value.retry_after_s > 0
    assert there.background.full() == [owner.tenant_id]
    await runs.cancel(there, owner, begun.run.id)
    pair.gate.let.set()
    await _ended(here)
    await pair.share(2)
    assert there.background.full() == []
    await runs.start(there, owner, "gate", {"text": "x"})


async def _ended(runtime: Any) -> None:
    async with asyncio.timeout(30):
        while runtime.running:
            await asyncio.sleep(0.01)


ANN = Actor(ActorKind.API_KEY, "https://client.example/" + "x" * 500, "Ann", "ten_1", "t", None)


class Clock:
    """What the counting of requests goes by."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(quotas, "monotonic", clock)
    return clock


def counting(database: Database, name: str) -> Quotas:
    del database
    one = Quotas()
    one.tallies = Tallies(name)
    return one


def admitted(one: Quotas, allowance: Allowance, times: int) -> int:
    """How many of so many requests come through."""
    count = 0
    for _ in range(times):
        try:
            one.count(ANN, allowance)
        except OverQuotaError:
            continue
        count += 1
    return count


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize(
    "limits", [{"calls_per_minute": 2}, {"calls_per_minute": 600}, {"client_calls_per_minute": 6_000}], ids=str
)
async def test_a_flood_at_many_servers_gets_as_much_as_at_one(
    database: Database, clock: Clock, processes: int, limits: dict[str, int]
) -> None:
    """A minute of it: what is allowed in a minute, what may come at once, and a first look of each further server."""
    allowance, per_minute = Allowance(**limits), max(limits.values())
    servers = [counting(database, f"p{number}") for number in range(processes)]
    count = 0
    for _ in range(30):
        clock.s += 2
        for one in servers:
            count += admitted(one, allowance, min(per_minute, 500))
            await one.tallies.share(database)
    at_once = max(1.0, per_minute / 6)
    assert per_minute * 0.9 <= count <= per_minute + at_once * processes


async def test_who_uses_little_is_told_to_nobody(database: Database, clock: Clock) -> None:
    one = counting(database, "p0")
    for _ in range(20):
        clock.s += 0.5
        assert admitted(one, Allowance(), 20) == 20
        await one.tallies.share(database)
    async with database.system_reading() as session:
        assert (await session.scalars(select(UseTally))).all() == []


async def test_what_a_killed_server_had_is_over_soon_and_its_row_goes(database: Database, clock: Clock) -> None:
    allowance = Allowance(runs_at_once=4)
    killed, other = counting(database, "killed"), counting(database, "other")
    tally = killed.tallies.of(ANN.tenant_id)
    tally.running, tally.most_running = 4, 4
    await killed.tallies.share(database)
    held = other.admitted(ANN, allowance)
    held.__enter__()
    refused = 0
    for _ in range(20):
        clock.s += 0.5
        await other.tallies.share(database)
        try:
            with other.admitted(ANN, allowance):
                pass
        except OverQuotaError:
            refused += 1
    assert 1 <= refused <= 9
    held.__exit__(None, None, None)


async def test_a_server_that_comes_later_does_not_pay_for_what_was_before(database: Database, clock: Clock) -> None:
    """One has had half of the rate for a minute; the other may have the other half at once."""
    allowance = Allowance(calls_per_minute=600, client_calls_per_minute=600)
    first, second = counting(database, "first"), counting(database, "second")
    for _ in range(120):
        clock.s += 0.5
        assert admitted(first, allowance, 2) == 2
        await first.tallies.share(database)
    count = 0
    for _ in range(20):
        clock.s += 0.5
        admitted(first, allowance, 2)
        count += admitted(second, allowance, 2)
        for one in (first, second):
            await one.tallies.share(database)
    assert count >= 38
