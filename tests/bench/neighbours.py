"""Neighbours: what a quiet tenant's calls take beside a noisy one of each kind, and beside nobody."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sandbox import Call, Component, Grant, HostCall, HostReply, Limits, Pool, images
from sandbox.worlds import World

CHECKOUT = Path(__file__).parents[2]
GRANT = Grant.parse({"ledger": ["*"]})
CALLS, WARM = 200, 60
ENDLESS = Limits.of({"wall_ms": 600_000, "fuel": 10**12, "host_calls": 100_000})
QUIET = "def quiet():\n    return sum(range(1000))\n"
# What each noisy tenant runs, and how often at once.
NOISY = {
    "sleepers": ("import time\ndef sleepers():\n    while True:\n        time.sleep(4)\n", 130),
    "loops": ("def loops():\n    while True:\n        pass\n", 60),
    "memory": ("def memory():\n    while True:\n        bytearray(50_000_000)[::4096] = b'1' * 12_208\n", 20),
    "host_calls": (
        "from sealwright import ledger\ndef host_calls():\n    while True:\n        ledger.is_done('x')\n",
        60,
    ),
    "logs": ("def logs():\n    while True:\n        print('x' * 1000)\n", 40),
}
HEAVY = "table = [n * n for n in range(2_000_000)]\ndef heavy():\n    return len(table)\n"


class Napping(World):
    """Sleeps for real, as the host of a live run does."""

    async def answer(self, call: HostCall) -> HostReply:
        if call.capability == "clock":
            await asyncio.sleep(call.payload["seconds"])
            return HostReply()
        return await super().answer(call)


async def build(pool: Pool, source: str, name: str) -> Component:
    built = await pool.fork(source, name)
    assert isinstance(built, Component), built
    return built


async def run(pool: Pool, component: Component) -> None:
    call = Call("{}", bytes(32), 0)
    await pool.run(component, call, grant=GRANT, limits=ENDLESS, host=Napping())


async def latencies(pool: Pool, quiet: Component) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    taken: list[float] = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await run(pool.of("quiet"), quiet)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[-1]


async def building(pool: Pool) -> None:
    for number in range(10_000):
        await pool.of("noisy").fork(f"{HEAVY}# {number}\n", "heavy")


async def beside(pool: Pool, quiet: Component, kind: str) -> None:
    alone = await latencies(pool, quiet)
    if kind == "builds":
        noise = [asyncio.create_task(building(pool)) for _ in range(8)]
    else:
        source, times = NOISY[kind]
        component = await build(pool, source, kind)
        noise = [asyncio.create_task(run(pool.of("noisy"), component)) for _ in range(times)]
    await asyncio.sleep(1)
    noisy = await latencies(pool, quiet)
    for task in noise:
        task.cancel()
    await asyncio.wait(noise)
    while pool.running:
        await asyncio.sleep(0.05)
    ratio = noisy[1] / alone[1]
    print(
        f"{len(noise):4} {kind:12} p50 {noisy[0]:7.2f} ms, p99 {noisy[1]:7.2f} ms; alone {alone[0]:.2f} and"
        f" {alone[1]:.2f} ms: p99 {ratio:.1f} x"
    )


async def measure(folder: Path) -> None:
    image = images.ensure(CHECKOUT / ".data" / "images", lambda line: print(line, file=sys.stderr))
    async with Pool.open(image, folder / "cache", workers=2) as pool:
        quiet = await build(pool, QUIET, "quiet")
        for _ in range(WARM):
            await run(pool.of("quiet"), quiet)
        for kind in (*NOISY, "builds"):
            await beside(pool, quiet, kind)
        print(f"workers lost: {pool.workers_lost}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        asyncio.run(measure(Path(folder)))
