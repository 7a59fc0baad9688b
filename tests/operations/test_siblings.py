"""Several serving processes behind one port, as an operator starts them: `sealwright serve --processes 2`."""

import asyncio
import base64
import contextlib
import json
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.edge.throttle import Throttle
from api.settings import Settings
from api.watching.together import merged
from examples.world import mail
from tenants.base.db import Database
from tenants.base.events import Events
from tests.chaos.processes import Process
from tests.makers import CHECKOUT, Product, TenantAccess, make_live, make_source, make_spec, sign_up, unused_port
from tests.operations.test_watching import as_first_process, can_unshare, until_ready, values_of

MODERN, LEGACY = "2026-07-28", "2025-11-25"
_NUMBERS = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
SLOW = make_spec(
    "count_up",
    title="Count up",
    description="Counts up to a number and returns it.",
    input_schema={**_NUMBERS, "additionalProperties": False},
    output_schema={**_NUMBERS, "additionalProperties": False},
    examples=[{"arguments": {"count": 3}, "result": {"count": 3}}, {"arguments": {"count": 0}, "result": {"count": 0}}],
    holdouts=[{"arguments": {"count": 7}, "result": {"count": 7}}],
    limits={"wall_ms": 300_000, "fuel": 500_000_000_000},
)
SLOW_SOURCE = '''"""Count up."""


def count_up(count: int) -> dict[str, int]:
    """Return how far it was counted."""
    reached = 0
    while reached < count:
        reached += 1
    return {"count": reached}
'''
LONG = 1_000_000


@dataclass
class House:
    """The parent and its children, and a tenant of theirs with two live tools."""

    process: Process
    tenant: TenantAccess
    probe: str

    @property
    def children(self) -> list[int]:
        """The serving processes."""
        below = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in below.split()]

    async def ready(self) -> dict[str, Any]:
        async with httpx2.AsyncClient(timeout=30) as http:
            return (await http.get(f"{self.probe}/readyz")).json()

    async def until_there_are_two_again(self, killed: int) -> None:
        async with asyncio.timeout(120):
            while killed in self.children or len((await self.ready())["processes"]) < 2:
                await asyncio.sleep(0.05)

    async def counted(self, name: str) -> dict[str, float]:
        """A metric's values by process, over all other labels."""
        async with httpx2.AsyncClient(timeout=30) as http:
            text = (await http.get(f"{self.probe}/metrics")).text
        found: dict[str, float] = {}
        for labels, value in values_of(text, name).items():
            process = labels.partition('process="')[2].partition('"')[0]
            found[process] = found.get(process, 0) + value
        return found


@asynccontextmanager
async def house(database: Database, folder: Path, **settings: str) -> AsyncGenerator[House]:
    port, probe = unused_port(), unused_port()
    given = {
        "DATA_DIR": str(folder / "data"), "IMAGES_DIR": str(CHECKOUT / ".data" / "images"), "PORT": str(port),
        "METRICS_PORT": str(probe), "SANDBOX_WORKERS": "2", "PROCESSES": "2", "DATABASE_URL": database.url,
        "SECRETS_KEYS": "k1:" + base64.b64encode(b"k1".ljust(32, b".")).decode(), **settings,
    }  # fmt: skip
    given["DATABASE_URL"] = given["DATABASE_URL"].replace("+asyncpg", "")
    process = Process(["serve"], {f"SEALWRIGHT_{name}": value for name, value in given.items()}, folder / "log")
    process.start()
    async with mail.serve() as mailbox:
        try:
            async with asyncio.timeout(300):
                while not process.is_up():
                    assert process.running is not None
                    assert process.running.poll() is None, process.log.read_text()
                    await asyncio.sleep(0.05)
            tenant = await sign_up(Product(Settings(port=port), mailbox))
            yield House(process, tenant, f"http://127.0.0.1:{probe}")
        finally:
            process.end()


def call(house: House, version: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """What httpx2 needs for a call over MCP."""
    headers = {
        "Authorization": f"Bearer {house.tenant.token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": version,
    }
    params: dict[str, Any] = {"name": tool, "arguments": arguments}
    if version == MODERN:
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": tool}
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    return {"url": house.tenant.mcp_url, "json": body, "headers": headers}


def result(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    text = answer.text
    said = text if text.startswith("{") else [line[6:] for line in text.splitlines() if line.startswith("data: {")][-1]
    return json.loads(said)["result"]


class Stream:
    """A stream of changes, by turns of each kind: of either era, and of the dashboard."""

    def __init__(self, house: House, number: int) -> None:
        bearer = {"Authorization": f"Bearer {house.tenant.token}", "Accept": "text/event-stream"}
        self.method, self.wanted = "GET", "catalog.changed" if number % 3 == 2 else "list_changed"
        self.sent: dict[str, Any] = {"url": f"{str(house.tenant.api.base_url).rstrip('/')}/events", "headers": bearer}
        if number % 3 == 1:
            self.sent = {"url": house.tenant.mcp_url, "headers": {**bearer, "MCP-Protocol-Version": LEGACY}}
        elif number % 3 == 0:
            self.method, self.sent = "POST", call(house, MODERN, "x")
            self.sent["headers"]["Mcp-Method"] = self.sent["json"]["method"] = "subscriptions/listen"
            del self.sent["headers"]["Mcp-Name"]
            params = self.sent["json"]["params"]
            self.sent["json"]["params"] = {"_meta": params["_meta"], "notifications": {"toolsListChanged": True}}
        self.is_open = asyncio.Event()

    async def hear(self) -> None:
        """Until it has said what is wanted."""
        async with httpx2.AsyncClient(timeout=120) as http, http.stream(self.method, **self.sent) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                # What it says first is that it is open.
                if self.is_open.is_set() and self.wanted in line:
                    return
                if not line:
                    self.is_open.set()
        raise AssertionError("the stream has ended")


@pytest.mark.usefixtures("image")
async def test_all_of_them_answer_and_each_hears_what_the_others_did(database: Database, tmp_path: Path) -> None:
    async with house(database, tmp_path) as here, AsyncExitStack() as stack:
        await make_live(here.tenant)
        clients = [await stack.enter_async_context(httpx2.AsyncClient(timeout=120)) for _ in range(6)]
        asked = [
            client.post(**call(here, version, "add_numbers", a=number, b=1))
            for number, client in enumerate(clients)
            for version in (MODERN, LEGACY)
        ]
        sums = [result(answer)["structuredContent"]["sum"] for answer in await asyncio.gather(*asked)]
        assert sorted(sums) == sorted([1, 2, 3, 4, 5, 6] * 2)
        ran = await here.counted("sealwright_runs_total")
        assert set(ran) == {"0", "1"}
        assert min(ran.values()) > 0
        # Of each kind at each of them.
        streams = [Stream(here, number) for number in range(9)]
        async with asyncio.timeout(120), asyncio.TaskGroup() as hearing:
            for stream in streams:
                hearing.create_task(stream.hear())
            for stream in streams:
                await stream.is_open.wait()
            await make_live(here.tenant, make_spec("add_more"), make_source("add_more"))


@pytest.mark.usefixtures("image")
async def test_a_call_at_one_of_them_is_ended_by_a_word_to_another(database: Database, tmp_path: Path) -> None:
    async with house(database, tmp_path) as here:
        await make_live(here.tenant, SLOW, SLOW_SOURCE)
        async with httpx2.AsyncClient(timeout=120) as http:
            calling = asyncio.create_task(http.post(**call(here, LEGACY, "count_up", count=10**12)))
            async with asyncio.timeout(60):
                while sum((await here.counted("sealwright_runs_underway")).values()) < 1:
                    await asyncio.sleep(0.02)
            headers = call(here, LEGACY, "count_up")["headers"]
            said = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
            # That connection is the only one: the next ones go elsewhere first.
            async with AsyncExitStack() as stack:
                for _ in range(2):
                    other = await stack.enter_async_context(httpx2.AsyncClient(timeout=120))
                    answer = await other.post(here.tenant.mcp_url, json=said, headers=headers)
                    assert answer.status_code == 202
            ended = result(await calling)
        assert ended["isError"]
        assert "cancelled" in ended["content"][0]["text"]


@dataclass
class Load:
    """Connections that call without pause; each opens itself anew when it was cut off."""

    house: House
    ok: int = 0
    cut: int = 0
    _stop: bool = False

    async def call_on(self) -> None:
        while not self._stop:
            with contextlib.suppress(httpx2.HTTPError):
                async with httpx2.AsyncClient(timeout=120) as http:
                    while not self._stop:
                        self.cut += 1
                        answer = await http.post(**call(self.house, MODERN, "add_numbers", a=self.ok, b=1))
                        assert "sum" in result(answer)["structuredContent"]
                        self.cut -= 1
                        self.ok += 1

    def stop(self) -> None:
        self._stop = True

    async def until_more(self, calls: int) -> None:
        wanted = self.ok + calls
        async with asyncio.timeout(120):
            while self.ok < wanted:
                await asyncio.sleep(0.02)


@pytest.mark.usefixtures("image")
async def test_one_that_is_killed_loses_what_was_in_flight_there_and_is_begun_anew(
    database: Database, tmp_path: Path
) -> None:
    async with house(database, tmp_path) as here:
        await make_live(here.tenant)
        await make_live(here.tenant, SLOW, SLOW_SOURCE)
        load = Load(here)
        async with asyncio.TaskGroup() as calling:
            for _ in range(6):
                calling.create_task(load.call_on())
            await load.until_more(60)
            begun: list[str] = []
            for _ in range(6):
                answer = await here.tenant.api.post(
                    "/tools/count_up/runs", json={"arguments": {"count": LONG}}, headers={"Prefer": "respond-async"}
                )
                assert answer.status_code == 202, answer.text
                begun.append(answer.json()["id"])
            killed, other = here.children
            os.kill(killed, signal.SIGKILL)
            await here.until_there_are_two_again(killed)
            await load.until_more(60)
            load.stop()
        assert load.cut <= 6 // 2 + 1, "more calls failed than one of the two had in flight"
        assert other in here.children
        for run_id in begun:
            async with asyncio.timeout(120):
                while (run := (await here.tenant.api.get(f"/runs/{run_id}")).json())["status"] != "finished":
                    await asyncio.sleep(0.05)
            assert run["outcome"] == "returned", run
        assert "a serving process ended and is begun anew" in here.process.log.read_text()


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_all_of_them_go_on_for_a_while_and_answer_what_was_asked(database: Database, tmp_path: Path) -> None:
    async with house(database, tmp_path, DRAIN_S="3") as here, httpx2.AsyncClient(timeout=120) as watching:
        await make_live(here.tenant, SLOW, SLOW_SOURCE)
        children = here.children
        clients = [httpx2.AsyncClient(timeout=120) for _ in range(4)]
        asked = [asyncio.create_task(one.post(**call(here, MODERN, "count_up", count=LONG))) for one in clients]
        async with asyncio.timeout(60):
            while min((await here.counted("sealwright_runs_underway")).values()) < 1:
                await asyncio.sleep(0.02)
        os.kill(here.process.pid, signal.SIGTERM)
        async with asyncio.timeout(60):
            while (await watching.get(f"{here.probe}/readyz")).status_code == 200:
                await asyncio.sleep(0.02)
        # New connections are taken, and answered as before.
        assert (await here.tenant.api.get("/tools")).status_code == 200
        for answer in await asyncio.gather(*asked):
            assert result(answer)["structuredContent"] == {"count": LONG}
        for one in clients:
            await one.aclose()
        assert here.process.running is not None
        assert await asyncio.to_thread(here.process.running.wait, 60) == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
        assert "error" not in here.process.log.read_text()


@pytest.mark.usefixtures("image")
@pytest.mark.skipif(not can_unshare(), reason="making a PID namespace is root's")
async def test_the_parent_may_be_the_first_process_of_a_container(tmp_path: Path) -> None:
    port = unused_port()
    given = {"port": str(unused_port()), "metrics_port": str(port), "processes": "2", "log_json": "true"}
    async with as_first_process(tmp_path, "serve", **given) as (process, number), httpx2.AsyncClient() as http:
        await until_ready(http, f"http://127.0.0.1:{port}/readyz")
        os.kill(number, signal.SIGTERM)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert [line for line in said.decode().splitlines() if json.loads(line)["level"] == "error"] == []


async def test_a_start_that_cannot_be_says_why_and_ends(tmp_path: Path) -> None:
    wrong = {"SEALWRIGHT_DATA_DIR": str(tmp_path / "data"), "SEALWRIGHT_PROCESSES": "2", "SEALWRIGHT_SECRETS_KEYS": "x"}
    process = Process(["serve"], wrong | {"SEALWRIGHT_PORT": str(unused_port())}, tmp_path / "log")
    process.start()
    assert process.running is not None
    assert await asyncio.to_thread(process.running.wait, 120) == 1
    said = process.log.read_text()
    assert said.count("error: ") == 1
    assert "Traceback" not in said


def test_what_one_process_counts_the_others_count_too() -> None:
    here, there = Events(), Events()
    here.relay = lambda message: there.hear(*message[1:])
    there.relay = lambda message: here.hear(*message[1:])
    first, second, other = (Throttle(often=3, seconds=300) for _ in range(3))
    with first.shared(here, "a"), second.shared(there, "a"), other.shared(there, "b"):
        assert [first.wait_s("x") is None, second.wait_s("x") is None, first.wait_s("x") is None] == [True] * 3
        assert first.wait_s("x") is not None
        assert second.wait_s("x") is not None
        assert second.wait_s("y") is None
        assert other.wait_s("x") is None


def test_metrics_of_several_processes_stand_together_by_family() -> None:
    one = b'# HELP a A.\n# TYPE a counter\na_total 1.0\n# HELP b B.\n# TYPE b gauge\nb{q="} x"} 2.0\n'
    assert merged({1: one, 0: one}).decode().splitlines() == [
        "# HELP a A.", "# TYPE a counter", 'a_total{process="0"} 1.0', 'a_total{process="1"} 1.0',
        "# HELP b B.", "# TYPE b gauge", 'b{process="0",q="} x"} 2.0', 'b{process="1",q="} x"} 2.0',
    ]  # fmt: skip
