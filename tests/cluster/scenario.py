"""What befalls a cluster under load, one after the other, and what came of it."""

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.load import LONG, Load
from tests.cluster.proxies import Proxy
from tests.cluster.topology import Node, opened
from tests.makers import make_live, make_spec, sign_up

CONNECTIONS = 8
_SOURCE = '''
"""Count in small steps, each of which asks the host."""
from sealwright import kv


def count_slowly(number: int) -> dict[str, int]:
    """The number, after many questions."""
    for step in range(300):
        kv.get("step/" + str(step))
    return {"number": number}
'''
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_SPEC = make_spec(
    LONG,
    title="Count slowly",
    description="Gives back the number that it was given, after three hundred small questions to its store.",
    input_schema={
        "type": "object", "properties": {"number": _NUMBER}, "required": ["number"], "additionalProperties": False,
    },
    output_schema={"type": "object", "properties": {"number": _NUMBER}, "required": ["number"]},
    capabilities={"kv": ["tool/*"]},
    limits={"host_calls": 1_000},
    effects="read",
    examples=[{"arguments": {"number": number}, "result": {"number": number}} for number in (1, 7)],
    holdouts=[{"arguments": {"number": 12}, "result": {"number": 12}}],
)  # fmt: skip


@dataclass
class Event:
    """`allowed`: calls that were under way at what was killed, or None where calls may fail while it lasts."""

    name: str
    began: float
    ended: float = 0.0
    allowed: int | None = 0
    back_s: float | None = None
    failed: list[str] = field(default_factory=list[str])
    first_ok_s: float | None = None

    @property
    def is_broken(self) -> bool:
        return self.allowed is not None and len(self.failed) > self.allowed

    def __str__(self) -> str:
        allowed = "any while it lasts" if self.allowed is None else str(self.allowed)
        back = "" if self.back_s is None else f", ready again after {self.back_s:.1f} s"
        ok = "" if self.first_ok_s is None else f", first good call {self.first_ok_s:.2f} s after it was back"
        kinds = f" {sorted(set(self.failed))}" if self.failed else ""
        return f"{self.name:28} failed calls {len(self.failed)} (allowed {allowed}){kinds}{back}{ok}"


@dataclass
class Report:
    events: list[Event] = field(default_factory=list[Event])
    ok: int = 0
    runs: int = 0
    lost: list[str] = field(default_factory=list[str])
    between: list[str] = field(default_factory=list[str])
    longest_pause_s: float = 0.0

    @property
    def faults(self) -> list[str]:
        broken = [f"{event.name}: {len(event.failed)} calls failed" for event in self.events if event.is_broken]
        lost = [f"{len(self.lost)} acknowledged runs did not return: {self.lost[:3]}"] if self.lost else []
        return broken + lost + ([f"failed outside of all events: {self.between[:3]}"] if self.between else [])

    def __str__(self) -> str:
        lines = [
            f"{self.ok:,} good calls, longest pause without one {self.longest_pause_s:.2f} s; "
            f"{self.runs} asynchronous runs acknowledged, {len(self.lost)} lost"
        ]
        return "\n".join([*lines, *(f"BROKEN: {fault}" for fault in self.faults)])


async def play(folder: Path, away_s: float, calm_s: float, *, is_short: bool = False) -> Report:
    """All of it on a fresh cluster. `is_short`: one server and one worker are killed, and nothing else."""
    async with opened(folder) as cluster:
        tenant = await sign_up(cluster.product(cluster.servers[0]))
        await make_live(tenant)
        await make_live(tenant, _SPEC, _SOURCE)
        load = Load(cluster, tenant.slug, tenant.token)
        running = asyncio.create_task(load.go(CONNECTIONS))
        report = Report()
        await asyncio.sleep(calm_s)
        for node in cluster.nodes[::2] if is_short else cluster.nodes:
            report.events.append(await _killed(load, node, calm_s))
        if not is_short:
            for node in cluster.nodes:
                report.events.append(await _rolled(load, node, calm_s))
            for name, proxy in (("database", cluster.database), ("storage", cluster.storage)):
                report.events.append(await _away(load, name, proxy, away_s, calm_s))
        running.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await running
        report.ok, report.runs, report.longest_pause_s = load.ok, len(load.runs), load.longest_pause
        report.lost = await load.lost(90)
        spans = [(event.began, event.ended) for event in report.events]
        for moment, kind, where in load.failed:
            if not any(began <= moment <= ended for began, ended in spans):
                report.between.append(f"{kind} {where}")
        return report


def _told(load: Load, event: Event) -> Event:
    event.ended = time.monotonic()
    event.failed = [f"{kind} {where}".strip() for moment, kind, where in load.failed if moment >= event.began]
    print(event, flush=True)
    return event


async def _killed(load: Load, node: Node, calm_s: float) -> Event:
    event = Event(f"kill -9 {node.name}", time.monotonic(), allowed=load.in_flight[node.name])
    node.process.kill()
    await asyncio.sleep(1)
    node.process.start()
    event.back_s = 1 + await node.until_ready()
    await asyncio.sleep(calm_s)
    return _told(load, event)


async def _rolled(load: Load, node: Node, calm_s: float) -> Event:
    """As a new release replaces it: asked to end, and another one started when it has."""
    event = Event(f"rolled {node.name}", time.monotonic())
    assert node.process.running is not None
    node.process.running.send_signal(signal.SIGTERM)
    await asyncio.to_thread(node.process.running.wait, 60)
    node.process.start()
    event.back_s = await node.until_ready()
    await asyncio.sleep(calm_s)
    return _told(load, event)


async def _away(load: Load, name: str, proxy: Proxy, away_s: float, calm_s: float) -> Event:
    """Storage is asked for by no call of these tools, so that none may fail without it."""
    event = Event(f"{name} away {away_s:.0f} s", time.monotonic(), allowed=None if name == "database" else 0)
    await proxy.end()
    await asyncio.sleep(away_s)
    await proxy.begin()
    back, before = time.monotonic(), load.last_ok
    while load.last_ok <= max(before, back) and time.monotonic() - back < 60:
        await asyncio.sleep(0.01)
    event.first_ok_s = load.last_ok - back
    for node in load.cluster.nodes:
        await node.until_ready()
    event.back_s = time.monotonic() - back
    await asyncio.sleep(calm_s)
    return _told(load, event)
