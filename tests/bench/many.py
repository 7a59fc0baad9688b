"""Several serving processes behind one port: calls a second, what each process computes for a call, and what follows.

`./dev bench many [--processes=1,2] [--connections=8,16] [--rounds=3] [--database=sqlite]`. The model takes the measured
shares: a server's event loop is busy for `server` ms of each call, sandbox workers for `worker`; `database` is what
PostgreSQL's own processes compute. On SQLite all processes share one writer: see the measured rate.
"""

import asyncio
import contextlib
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tenants import migrations
from tenants.base.db import Database
from tests.bench.mcp import MODERN, Target, ask
from tests.databases import RING
from tests.makers import make_live, make_source, make_spec
from tests.operations.test_siblings import house
from tests.postgres import running

SECONDS, WARM_S = 3.0, 1.0
CORES = (2, 16, 64)


@dataclass
class Shares:
    """Milliseconds of CPU for one call, by kind of process."""

    rate: float
    parent: float
    server: float
    worker: float
    database: float
    client: float

    def __str__(self) -> str:
        return (
            f"{self.rate:6.0f}/s   CPU ms a call: servers {self.server:.2f}, sandbox workers {self.worker:.2f},"
            f" parent {self.parent:.3f}, database {self.database:.2f}, client {self.client:.2f}"
        )


def seconds_of(processes: list[psutil.Process]) -> float:
    found = 0.0
    for one in processes:
        with contextlib.suppress(psutil.Error):
            times = one.cpu_times()
            found += times.user + times.system
    return found


async def measure(target: Target, parent: psutil.Process, count: int, connections: int, place: str) -> Shares:
    request = target.request(MODERN)
    await ask(target, request, connections, WARM_S)
    servers = [parent] if count == 1 else parent.children()
    workers = [below for one in servers for below in one.children(recursive=True)]
    postgres = [one for one in psutil.process_iter(["cmdline"]) if place and _is_of(one, place)]
    postgres += [below for one in postgres for below in one.children(recursive=True)]
    groups = [[parent] if count > 1 else [], servers, workers, list(set(postgres)), [psutil.Process()]]
    before, started = [seconds_of(one) for one in groups], time.perf_counter()
    taken = await ask(target, request, connections, SECONDS)
    elapsed = time.perf_counter() - started
    each = [(seconds_of(one) - was) / len(taken) * 1_000 for one, was in zip(groups, before, strict=True)]
    return Shares(len(taken) / elapsed, *each)


def _is_of(process: psutil.Process, place: str) -> bool:
    return place in " ".join(process.info["cmdline"] or ())


@asynccontextmanager
async def served(database: Database, folder: Path, count: int) -> AsyncGenerator[tuple[Target, psutil.Process]]:
    cores = os.cpu_count() or 1
    async with house(database, folder, PROCESSES=str(count), SANDBOX_WORKERS=str(max(cores, count))) as here:
        limits = {"calls_per_minute": 600_000, "client_calls_per_minute": 600_000}
        answer = await here.tenant.person.patch(f"/tenants/{here.tenant.slug}/policy", json={"limits": limits})
        assert answer.status_code == 200, answer.text
        spec = make_spec(
            "echo",
            title="Echo",
            description="Returns the text that it is given.",
            input_schema=_of("text"),
            output_schema=_of("echo"),
            examples=[{"arguments": {"text": text}, "result": {"echo": text}} for text in ("a", "")],
            holdouts=[{"arguments": {"text": "b"}, "result": {"echo": "b"}}],
        )
        source = make_source("echo").replace("Add numbers", "Echo").replace("a: int, b: int", "text: str")
        source = source.replace('{"sum": a + b}', '{"echo": text}').replace("dict[str, int]", "dict[str, str]")
        await make_live(here.tenant, spec, source.replace("the sum of two whole numbers", "the text"))
        process = psutil.Process(here.process.pid)
        yield Target(f"{count} processes", here.tenant.mcp_url, process, here.tenant.token), process


def _of(name: str) -> dict[str, object]:
    return {
        "type": "object", "properties": {name: {"type": "string"}}, "required": [name], "additionalProperties": False,
    }  # fmt: skip


def modelled(found: Shares, cores: int) -> str:
    """Calls a second when every core is busy, the load coming from elsewhere; and with how many servers."""
    whole = found.server + found.worker + found.database
    rate = cores * 1_000 / whole
    servers = max(1, math.ceil(rate * found.server / 1_000))
    return (
        f"{cores} cores: {rate:,.0f}/s with {servers} serving processes (PostgreSQL's {found.database:.2f} ms included)"
    )


async def play(url: str, place: str, options: dict[str, str]) -> None:
    counts = [int(one) for one in options.get("processes", "1,2").split(",")]
    connections = [int(one) for one in options.get("connections", "8,16").split(",")]
    found: dict[tuple[int, int], list[Shares]] = {(count, at): [] for count in counts for at in connections}
    async with contextlib.AsyncExitStack() as stack:
        targets: dict[int, tuple[Target, psutil.Process]] = {}
        for count in counts:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            own = url or f"sqlite+aiosqlite:///{folder / 'bench.db'}"
            database = Database(own, RING)
            await migrations.upgrade(database)
            await database.close()
            targets[count] = await stack.enter_async_context(served(database, folder, count))
        for _ in range(int(options.get("rounds", "3"))):
            for (count, at), shares in found.items():
                shares.append(await measure(*targets[count], count, at, place))
    for (count, at), shares in found.items():
        middle = sorted(shares, key=lambda one: one.rate)[len(shares) // 2]
        print(f"{'PostgreSQL' if url else 'SQLite'}, {count} processes, {at:2} connections: {middle}", flush=True)
    first, *_, last = counts
    for at in connections:
        ratios = [b.rate / a.rate for a, b in zip(found[first, at], found[last, at], strict=True)]
        print(f"{at} connections: {last} processes against {first}: {statistics.median(ratios):.2f} x")
    best = max((one for shares in found.values() for one in shares), key=lambda one: one.rate)
    for cores in CORES:
        print(modelled(best, cores))


def main() -> None:
    options = dict(given[2:].split("=", 1) for given in sys.argv[1:] if given.startswith("--") and "=" in given)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the load comes from one process beside it")
    for kind in options.get("database", "sqlite,postgres").split(","):
        if kind == "sqlite":
            asyncio.run(play("", "", options))
        else:
            with running() as url:
                asyncio.run(play(url, url.partition("host=")[2], options))


if __name__ == "__main__":
    main()
