"""Every file in `hostile/` names how it must end, under either meter. All run in a real pool beside a served neighbour.

A file's first lines: `# expect:` how it ends, alternatives split by `|` (`build` with words of its finding, else an
outcome with its fault's code or its result); `# says:` words of the fault; and what it is called with.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox import (
    BuildFailed,
    Call,
    Component,
    Execution,
    Exhausted,
    Failed,
    Grant,
    HostCall,
    HostReply,
    Image,
    Limits,
    Pool,
    Refused,
    Returned,
    Trapped,
)
from sandbox.worlds import Draws, World
from tests.samples import draw

FILES = sorted((Path(__file__).parent / "hostile").glob("*.py"))
# What a meter ends, and what it must count alike: tried under wasmtime's as well.
COUNTED = re.compile(r"loop|memory|recursion|host_call|same|build_(loop|memory|recursion|traces)")
THEIRS = draw("hostile under wasmtime's meter", [path for path in FILES if COUNTED.match(path.stem)], 24)
# Small, so that the whole suite is quick: a tenth of a second of computing.
FUEL = 1_000_000_000
# Of a few runs that may take ten seconds each by the clock, on a machine that has other things to do.
ENDED_S_MAX = 120
NEIGHBOUR = """
KEPT = "TENANT-A-KEEPS-THIS"

def neighbour(n):
    return {"n": n + 1, "mine": len(KEPT)}
"""


@dataclass(frozen=True)
class Header:
    said: Mapping[str, str]

    @classmethod
    def of(cls, source: str) -> "Header":
        lines = [line for line in source.splitlines() if line.startswith("# ")]
        return cls({key.strip("# "): value.strip() for key, _, value in (line.partition(":") for line in lines)})

    def data(self, key: str) -> Any:
        return json.loads(self.said.get(key, "{}"))


class SlowHost(World):
    async def answer(self, call: HostCall) -> HostReply:
        await asyncio.sleep(0.02)
        return await super().answer(call)


class Neighbour:
    """A well-behaved tool of another tenant, called again and again: right every time, and never kept waiting."""

    def __init__(self, pool: Pool, component: Component):
        self._pool, self._component = pool, component
        self.answers = 0
        self.wrong: list[Execution] = []
        self.slowest_s = 0.0

    async def live(self) -> None:
        while True:
            started = time.perf_counter()
            call = Call(json.dumps({"n": self.answers}), bytes(32), 0)
            ran = await self._pool.run(self._component, call, grant=Grant(), limits=Limits.DEFAULT, host=World())
            expected = Returned(json.dumps({"n": self.answers + 1, "mine": 19}))
            if not isinstance(ran.outcome, Returned) or json.loads(ran.outcome.result) != json.loads(expected.result):
                self.wrong.append(ran)
            self.answers += 1
            self.slowest_s = max(self.slowest_s, time.perf_counter() - started)
            await asyncio.sleep(0.005)  # a customer, not a load test: the cores are for the hostile


@pytest.fixture(scope="module")
async def hostile_pool(
    image: Image, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncGenerator[Pool]:
    async with Pool.open(image, tmp_path_factory.mktemp("hostile"), workers=2, meter=request.param) as pool:
        yield pool


@pytest.fixture(scope="module")
async def neighbour(hostile_pool: Pool) -> AsyncGenerator[Neighbour]:
    built = await hostile_pool.fork(NEIGHBOUR, "neighbour")
    assert isinstance(built, Component)
    lives = Neighbour(hostile_pool, built)
    living = asyncio.create_task(lives.live())
    yield lives
    living.cancel()
    await asyncio.wait([living])
    assert living.cancelled()
    assert lives.wrong == []
    assert lives.answers > len(THEIRS)


async def run(pool: Pool, built: Component, header: Header) -> tuple[Execution, World]:
    arguments = header.data("arguments")
    repeat = int(header.said.get("repeat", "1"))
    if repeat > 1:
        arguments = {key: value * repeat for key, value in arguments.items()}
    drawn = Draws(b"a gate".ljust(32), 1_796_000_000_000_000_000) if "drawn" in header.said else None
    world = SlowHost() if "slow" in header.said else World(draws=drawn)
    execution = await pool.run(
        built,
        Call(json.dumps(arguments), bytes(32), 1_700_000_000_000_000_000),
        grant=Grant.parse(header.data("grant")),
        limits=Limits.of({"fuel": FUEL, "wall_ms": 10_000, **header.data("limits")}),
        host=world,
    )
    return execution, world


def describe(ended: Execution | BuildFailed) -> tuple[str, str]:
    """How it ended, as a header says it, and everything it says."""
    if isinstance(ended, BuildFailed):
        return "build " + " ".join(found.message for found in ended.findings), str(ended.findings)
    outcome = ended.outcome
    if isinstance(outcome, Returned):
        return f"returned {outcome.result}", outcome.result
    if isinstance(outcome, Failed | Refused | Exhausted | Trapped):
        return f"{outcome.kind} {outcome.fault.code}", f"{outcome.fault.message} {outcome.fault.hint}"
    return outcome.kind, ""


def fits(expected: str, ended: str) -> bool:
    kind, _, rest = expected.partition(" ")
    if not ended.startswith(kind):
        return False
    if kind == "build":
        return rest.lower() in ended.lower()
    if kind == "returned" and rest:
        return json.loads(ended.partition(" ")[2]) == json.loads(rest)
    return not rest or ended == expected


def structured(ended: Execution | BuildFailed) -> None:
    """Whatever stopped it says what it was and, where something can be changed, how."""
    if isinstance(ended, BuildFailed):
        assert all(found.message and found.severity == "error" for found in ended.findings)
        assert all(found.hint for found in ended.findings if "limit" in found.message)
        return
    outcome = ended.outcome
    if isinstance(outcome, Exhausted):
        assert outcome.fault.code in Limits.DEFAULT.as_dict()
        assert f"limits.{outcome.fault.code}" in str(outcome.fault.hint)
    if isinstance(outcome, Refused):
        assert outcome.fault.details is not None
        assert outcome.fault.details["permit"] in str(outcome.fault.hint)
    if isinstance(outcome, Failed | Trapped):
        assert outcome.fault.message


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("hostile_pool", ["own"], indirect=True, scope="module")
async def test_a_hostile_tool_ends_as_it_must(path: Path, hostile_pool: Pool, neighbour: Neighbour):
    await end_as_it_must(path, hostile_pool, neighbour)


@pytest.mark.parametrize("path", THEIRS, ids=lambda path: path.stem)
@pytest.mark.parametrize("hostile_pool", ["wasmtime"], indirect=True, scope="module")
async def test_it_ends_alike_under_wasmtimes_meter(path: Path, hostile_pool: Pool, neighbour: Neighbour):
    await end_as_it_must(path, hostile_pool, neighbour)


async def end_as_it_must(path: Path, hostile_pool: Pool, neighbour: Neighbour) -> None:
    source = path.read_text()
    header = Header.of(source)
    if "nest" in header.said:
        source += f"DEEP = {'(' * int(header.said['nest'])}1{')' * int(header.said['nest'])}\n"
    lost = hostile_pool.workers_lost
    answers, started = neighbour.answers, time.perf_counter()

    built = await hostile_pool.fork(source, "run")
    ended, world = (built, World()) if isinstance(built, BuildFailed) else await run(hostile_pool, built, header)

    said, text = describe(ended)
    assert any(fits(one.strip(), said) for one in header.said["expect"].split("|")), (said[:2000], text[:2000])
    assert header.said.get("says", "").lower() in text.lower()
    structured(ended)
    if isinstance(ended, Execution):
        assert re.search(header.said.get("log", ""), ended.log)
        assert len(ended.log) < 70_000
        if "twice" in header.said:
            assert isinstance(built, Component)
            again, _ = await run(hostile_pool, built, header)
            assert (again.outcome, again.fuel_used) == (ended.outcome, ended.fuel_used)
        if "deeds" in header.said:
            assert len(world.deeds) == int(header.said["deeds"])
    assert hostile_pool.workers_lost == lost
    assert time.perf_counter() - started < ENDED_S_MAX
    if time.perf_counter() - started > 1:
        assert neighbour.answers > answers


def test_there_are_at_least_sixty_of_them_and_each_says_how_it_ends():
    assert len(FILES) >= 60
    assert all("expect" in Header.of(path.read_text()).said for path in FILES)
