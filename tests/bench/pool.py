"""The pool: what a call costs through a worker process, what a second worker adds, and that repeats are equal."""

import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sandbox import Call, Component, Execution, Grant, Image, Limits, Pool, images
from sandbox.worlds import World
from tests.bench.tools import TOOLS

CHECKOUT = Path(__file__).parents[2]
GRANT = Grant.parse({"kv": ["tool/*"], "ledger": ["*"]})
CALLS, AT_ONCE, ROUNDS = 400, 8, 3
REPEATS, RESTARTS = 1000, 4


async def build(pool: Pool, name: str) -> Component:
    built = await pool.fork(TOOLS[name][0], name)
    assert isinstance(built, Component), built
    return built


async def call(pool: Pool, component: Component) -> Execution:
    arguments = json.dumps(TOOLS[component.name][1])
    return await pool.run(component, Call(arguments, bytes(32), 0), grant=GRANT, limits=Limits.DEFAULT, host=World())


async def latency(pool: Pool, component: Component) -> list[float]:
    """Milliseconds of each call, one after another."""
    taken: list[float] = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await call(pool, component)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


async def throughput(pool: Pool, component: Component) -> float:
    """Calls a second, several at once."""

    async def caller() -> None:
        for _ in range(CALLS // AT_ONCE):
            await call(pool, component)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return CALLS / (time.perf_counter() - started)


def cpu_s(process: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def cold(image: Image, cache: Path) -> None:
    """The first call of a component that only its file knows."""
    taken: list[float] = []
    async with Pool.open(image, cache / "cold", workers=1) as pool:
        components = [await build(pool, name) for name in TOOLS]
    for component in components:
        async with Pool.open(image, cache / "cold", workers=1) as pool:
            started = time.perf_counter()
            await call(pool, component)
            taken.append((time.perf_counter() - started) * 1000)
    print(f"first call in a new worker, from disk: p50 {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms")


def spin(_: int) -> int:
    return sum(range(3_000_000))


def plain_scaling() -> float:
    """How much more two plain processes get done than one, on this machine at this moment."""
    rates: list[float] = []
    for processes in (1, 2):
        with multiprocessing.get_context("spawn").Pool(processes) as plain:
            plain.map(spin, range(2))
            started = time.perf_counter()
            plain.map(spin, range(24), chunksize=1)
            rates.append(24 / (time.perf_counter() - started))
    return rates[1] / rates[0]


async def speed(image: Image, cache: Path) -> None:
    one: list[float] = []
    two: list[float] = []
    plainly: list[float] = []
    async with Pool.open(image, cache / "1", workers=1) as single, Pool.open(image, cache / "2", workers=2) as double:
        trivial, beside = await build(single, "trivial"), await build(double, "trivial")
        await latency(single, trivial)
        (worker,) = single.process_ids
        before, ours = cpu_s(worker), time.process_time()
        taken = await latency(single, trivial)
        worker_ms = (cpu_s(worker) - before) * 1000 / CALLS
        parent_ms = (time.process_time() - ours) * 1000 / CALLS
        for _ in range(ROUNDS):  # turn and turn about, so that the machine's moods fall on both
            one.append(await throughput(single, trivial))
            two.append(await throughput(double, beside))
            plainly.append(plain_scaling())
    plain: dict[str, object] = {}
    exec(TOOLS["trivial"][0], plain)  # noqa: S102  (the peer: the same function, called directly)
    function = plain["trivial"]
    assert callable(function)
    started = time.perf_counter()
    for _ in range(100_000):
        function()
    plain_ms = (time.perf_counter() - started) / 100
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(f"trivial call through a worker: p50 {p50:.2f} ms, p95 {p95:.2f} ms (the plain function: {plain_ms:.5f} ms)")
    print(f"computing for one call: {worker_ms:.2f} ms in the worker, {parent_ms:.2f} ms in the parent")
    first, second = statistics.median(one), statistics.median(two)
    print(f"throughput: 1 worker {first:.0f}/s, 2 workers {second:.0f}/s: {second / first:.2f} x", end=" ")
    print(f"(two plain processes here and now: {statistics.median(plainly):.2f} x)")


async def repeat(pool: Pool, name: str, times: int) -> set[tuple[object, int, str]]:
    """What a tool's runs came to, without repeats: one entry when it is deterministic."""
    component = await build(pool, name)
    seen: set[tuple[object, int, str]] = set()

    async def caller() -> None:
        for _ in range(times // 4):
            ran = await call(pool, component)
            seen.add((repr(ran.outcome), ran.fuel_used, ran.log))

    await asyncio.gather(*(caller() for _ in range(4)))
    return seen


async def determinism(image: Image, cache: Path, repeats: int) -> None:
    seen: dict[str, set[tuple[object, int, str]]] = {name: set() for name in TOOLS}
    for restart in range(RESTARTS):
        async with Pool.open(image, cache / f"d{restart % 2}", workers=2) as pool:
            for name in TOOLS:
                seen[name] |= await repeat(pool, name, repeats // RESTARTS)
    odd = sorted(name for name, ends in seen.items() if len(ends) != 1)
    print(f"determinism: {len(TOOLS)} tools x {repeats} runs over {RESTARTS} sets of workers: {len(odd)} vary {odd}")


def main() -> None:
    image = images.ensure(CHECKOUT / ".data" / "images", lambda line: print(line, file=sys.stderr))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        asyncio.run(speed(image, Path(folder)))
        asyncio.run(cold(image, Path(folder)))
        asyncio.run(determinism(image, Path(folder), REPEATS))
