"""Neighbours: what a quiet tenant's calls take beside a noisy one of each kind, and beside nobody.

Alone and beside alternate, so that the machine's moods fall on both; each kind's figure is the ratio of the medians
over the rounds. The floor is what the same calls take beside plain processes that compute, one for each core, and
know nothing of the product: no neighbour can cost less on a machine whose cores are all taken.

The last figures are of another clock, which stands still while other programs have the processors: what all processes
of the product computed, together, from a quiet call's beginning to its end. Beside a neighbour who takes all cores,
that divided by their number is how long the call took on a machine of its own.

`--rounds=3 --calls=150 --kinds=loops,memory`; `--own` has the quiet calls made by the noisy tenant itself.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import Call, Component, Grant, HostCall, HostReply, Limits, Pool, images
from sandbox.worlds import World
from tests.bench.noises import CHEAP, HEAVY, NOISES, Noise

CHECKOUT = Path(__file__).parents[2]
GRANT = Grant.parse({"ledger": ["*"], "kv": ["tool/*"]})
WARM = 60
ENDLESS = Limits.of({"wall_ms": 600_000, "fuel": 10**12, "host_calls": 100_000})
QUIET = "def quiet():\n    return sum(range(1000))\n"
BUILDS = {"builds": HEAVY, "cheap_builds": CHEAP}
FLOOR = "floor"
KINDS = (FLOOR, *NOISES, *BUILDS)


class Napping(World):
    """Sleeps for real, as the host of a live run does."""

    async def answer(self, call: HostCall) -> HostReply:
        if call.capability == "clock":
            await asyncio.sleep(call.payload["seconds"])
            return HostReply()
        return await super().answer(call)


@dataclass(frozen=True, slots=True)
class Taken:
    wall_ms: list[float]
    computed_ms: list[float]


@dataclass
class Bench:
    pool: Pool
    quiet: Component
    calls: int
    sharer: str
    built: dict[str, Component] = field(default_factory=dict[str, Component])

    async def component(self, kind: str) -> Component:
        if kind not in self.built:
            self.built[kind] = await build(self.pool, NOISES[kind].source(kind), kind)
        return self.built[kind]

    async def latencies(self) -> Taken:
        """Of one quiet call after another."""
        taken = Taken([], [])
        for _ in range(self.calls):
            started, computed = time.perf_counter(), self._computed_s()
            await run(self.pool.of(self.sharer), self.quiet)
            taken.wall_ms.append((time.perf_counter() - started) * 1000)
            taken.computed_ms.append((self._computed_s() - computed) * 1000)
        return taken

    def _computed_s(self) -> float:
        """What this process and the workers have computed so far."""
        clocks = [(~process << 3) | 2 for process in self.pool.process_ids]  # as clock_getcpuclockid gives them
        return time.process_time() + sum(map(time.clock_gettime, clocks))

    @asynccontextmanager
    async def beside(self, kind: str) -> AsyncGenerator[None]:
        if kind == FLOOR:
            endless = [sys.executable, "-c", "while True: pass"]
            plain = [subprocess.Popen(endless) for _ in range(os.cpu_count() or 1)]  # noqa: ASYNC220 - at once there
            yield
            for one in plain:
                one.kill()
                one.wait()
            return
        tasks = await self._begin(kind)
        await asyncio.sleep(1)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        while self.pool.running:
            await asyncio.sleep(0.05)

    async def _begin(self, kind: str) -> list[asyncio.Task[None]]:
        pool = self.pool.of("noisy")
        if kind in BUILDS:
            name = BUILDS[kind].partition("def ")[2].partition("(")[0]
            return [asyncio.create_task(building(pool, BUILDS[kind], name, caller)) for caller in range(8)]
        noise, component = NOISES[kind], await self.component(kind)
        return [asyncio.create_task(noisy(pool, component, noise, kind)) for _ in range(noise.times)]


async def build(pool: Pool, source: str, name: str) -> Component:
    built = await pool.fork(source, name)
    assert isinstance(built, Component), built
    return built


async def run(pool: Pool, component: Component) -> None:
    call = Call("{}", bytes(32), 0)
    await pool.run(component, call, grant=GRANT, limits=ENDLESS, host=Napping())


async def noisy(pool: Pool, component: Component, noise: Noise, kind: str) -> None:
    while True:
        if kind == "cancelled":
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await run(pool, component)
        else:
            await run(pool, component)


async def building(pool: Pool, source: str, name: str, caller: int) -> None:
    for number in range(10_000):
        await pool.fork(f"{source}# {caller} {number}\n", name)


def centile(taken: list[float], which: int) -> float:
    return statistics.quantiles(taken, n=100)[which - 1]


def told(alone: list[list[float]], noisy: list[list[float]], which: int) -> str:
    """The median over the rounds of one centile, alone and beside, and how many times more that is."""
    before, after = (statistics.median(centile(one, which) for one in some) for some in (alone, noisy))
    return f"{before:7.2f} -> {after:7.2f} ({after / before:4.1f} x)"


async def compare(bench: Bench, kind: str, rounds: int) -> None:
    alone: list[Taken] = []
    noisy: list[Taken] = []
    for _ in range(rounds):
        alone.append(await bench.latencies())
        async with bench.beside(kind):
            noisy.append(await bench.latencies())
    wall = [one.wall_ms for one in alone], [one.wall_ms for one in noisy]
    computed = [one.computed_ms for one in alone], [one.computed_ms for one in noisy]
    print(
        f"{kind:14} p50 {told(*wall, 50)} ms   p99 {told(*wall, 99)} ms   computed p50 {told(*computed, 50)} ms"
        f"   p99 {told(*computed, 99)} ms   load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def option(name: str, default: str) -> str:
    given = [one.partition("=")[2] for one in sys.argv if one.startswith(f"--{name}=")]
    return given[-1] if given else default


async def measure(folder: Path) -> None:
    image = images.ensure(CHECKOUT / ".data" / "images", lambda line: print(line, file=sys.stderr))
    kinds = option("kinds", ",".join(KINDS)).split(",")
    async with Pool.open(image, folder / "cache", workers=2) as pool:
        quiet = await build(pool, QUIET, "quiet")
        sharer = "noisy" if "--own" in sys.argv else "quiet"
        bench = Bench(pool, quiet, int(option("calls", "150")), sharer)
        for _ in range(WARM):
            await run(pool.of(sharer), quiet)
        for kind in kinds:
            await compare(bench, kind, int(option("rounds", "3")))
        print(f"workers lost: {pool.workers_lost}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        asyncio.run(measure(Path(folder)))
