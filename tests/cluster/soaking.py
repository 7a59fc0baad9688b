"""Load at seven tenths of the peak for a while: memory, descriptors and p99 stay as they are."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.load import Load
from tests.cluster.topology import Cluster, opened
from tests.makers import make_live, sign_up

CONNECTIONS = 16
_SHARE = 0.7
_GROWN = 1.10
_PEAK_S = 15.0


@dataclass(frozen=True)
class Look:
    at_s: float
    memory_mib: float
    descriptors: int
    p99_ms: float
    calls_a_s: float

    def __str__(self) -> str:
        return (
            f"{self.at_s:6.0f} s  {self.memory_mib:7.0f} MiB  {self.descriptors:5} descriptors"
            f"  p99 {self.p99_ms:6.1f} ms  {self.calls_a_s:6.1f} calls/s"
        )


async def soak(folder: Path, minutes: float) -> list[str]:
    """What did not stay as it was; empty when all did. Prints a line every tenth of the time."""
    async with opened(folder, servers=2, workers=1) as cluster:
        tenant = await sign_up(cluster.product(cluster.servers[0]))
        await make_live(tenant)
        load = Load(cluster, tenant.slug, tenant.token)
        running = asyncio.create_task(load.go(CONNECTIONS, with_runs=False))
        await asyncio.sleep(_PEAK_S / 3)
        before = load.ok
        await asyncio.sleep(_PEAK_S)
        peak = (load.ok - before) / _PEAK_S
        load.rate = peak * _SHARE / CONNECTIONS
        print(f"peak {peak:.0f} calls/s; from now on {peak * _SHARE:.0f}", flush=True)
        looks: list[Look] = []
        every_s, began = minutes * 60 / 10, time.monotonic()
        for _ in range(10):
            since, before = time.monotonic(), load.ok
            await asyncio.sleep(every_s)
            memory, descriptors = _held(cluster)
            rate = (load.ok - before) / every_s
            looks.append(Look(time.monotonic() - began, memory, descriptors, load.p99_ms(since), rate))
            load.took.clear()
            print(looks[-1], flush=True)
        running.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await running
        return _faults(looks, len(load.failed))


def _faults(looks: list[Look], failed: int) -> list[str]:
    """The last third against the first, which is allowed the first look to warm up."""
    early, late = looks[1:4], looks[-3:]
    found = [f"{failed} calls failed"] if failed else []
    for name in ("memory_mib", "descriptors", "p99_ms"):
        first, last = (sum(getattr(one, name) for one in some) / 3 for some in (early, late))
        print(f"{name}: {first:.1f} -> {last:.1f}")
        # Of times the machine's own noise is part.
        if last > first * (2.0 if name == "p99_ms" else _GROWN):
            found.append(f"{name} grew from {first:.1f} to {last:.1f}")
    return found


def _held(cluster: Cluster) -> tuple[float, int]:
    """Memory of all processes that is their own or their share of what is shared, in MiB; and open descriptors."""
    memory, descriptors = 0.0, 0
    for node in cluster.nodes:
        for pid in [node.process.pid, *node.process.children()]:
            with suppress(OSError, StopIteration, ValueError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                memory += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
                descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return memory, descriptors
