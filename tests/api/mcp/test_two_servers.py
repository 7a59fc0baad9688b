"""Two servers on one database: whichever of them is told, the call that the other serves ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from tenants import housekeeping
from tenants.base.db import Database
from tenants.base.relay import Relay
from tenants.runs import runs
from tests.api.mcp.test_gate import VERSIONS, told
from tests.api.mcp.test_transport import TOKENS, Gate, call, cancelled, until
from tests.api.site import Home, Site, serving
from tests.databases import RING

MODERN, LEGACY = VERSIONS
pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@dataclass(frozen=True)
class Pair:
    """One tenant at both servers, and a tool that the first of them runs."""

    here: Home
    there: Home
    gate: Gate


@pytest.fixture
async def pair(database: Database) -> AsyncGenerator[Pair]:
    other = Database(database.url, RING)
    async with serving(database) as first, serving(other) as second, hearing(first), hearing(second):
        home = await first.home()
        await home.serve("gate")
        yield Pair(home, replace(home, site=second), Gate(home, "gate"))
    await other.close()


@asynccontextmanager
async def hearing(site: Site) -> AsyncGenerator[None]:
    """As the processes of an installation hear of one another."""
    relay = Relay(site.database.url, site.runtime.events)
    working = asyncio.create_task(relay.work())
    await relay.listening.wait()
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait({working})


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(timeout=120) as client:
        yield client


@TOKENS
async def test_a_notification_to_the_other_server_ends_the_call(
    pair: Pair, http: httpx2.AsyncClient, meta: dict[str, Any]
) -> None:
    calling = asyncio.create_task(http.post(**call(pair.here, LEGACY, "gate", _meta=meta)))
    await pair.gate.begun.wait()
    assert (await http.post(**cancelled(pair.there, 7))).status_code == 202
    answer = told(await calling)["result"]
    assert answer["isError"]
    assert "cancelled" in answer["content"][0]["text"]
    await until(lambda: pair.gate.was_cancelled)


@pytest.mark.parametrize("stranger", ["another request", "another key", "another client", "another session"])
async def test_a_strangers_notification_to_the_other_server_ends_nothing(
    pair: Pair, http: httpx2.AsyncClient, stranger: str
) -> None:
    calling = asyncio.create_task(http.post(**call(pair.here, LEGACY, "gate")))
    await pair.gate.begun.wait()
    headers = {
        "another key": {"Authorization": f"Bearer {await pair.here.key_with('tools:call')}"},
        "another client": {"User-Agent": "two"},
        "another session": {"Mcp-Session-Id": "s"},
    }.get(stranger, {})
    told_of = cancelled(pair.there, 8 if stranger == "another request" else 7, **headers)
    assert (await http.post(**told_of)).status_code == 202
    # What is told after it is heard after it: then it has been heard, too.
    with pair.here.site.runtime.events.subscribe(pair.here.tenant.id) as events:
        pair.there.site.runtime.events.publish(pair.here.tenant.id, "after", {})
        async with asyncio.timeout(120):
            while (await anext(events)).kind != "after":
                pass
    pair.gate.let.set()
    assert told(await calling)["result"]["structuredContent"] == {"echo": "through"}
    assert not pair.gate.was_cancelled


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_run_that_is_cancelled_at_the_other_server_ends_with_the_next_sign_of_life(
    pair: Pair, http: httpx2.AsyncClient, version: str
) -> None:
    calling = asyncio.create_task(http.post(**call(pair.here, version, "gate")))
    await pair.gate.begun.wait()
    (run_id,) = pair.here.site.runtime.running
    asked = await runs.cancel(pair.there.site.runtime, pair.here.owner, run_id)
    assert asked.status == "running"
    await housekeeping.beat(pair.here.site.runtime)
    answer = told(await calling)["result"]
    assert answer["isError"]
    assert "The run was cancelled." in answer["content"][0]["text"]
    async with pair.there.site.database.reading(pair.here.tenant.id) as session:
        assert (await runs.read(session, pair.here.owner, run_id)).outcome == "cancelled"
