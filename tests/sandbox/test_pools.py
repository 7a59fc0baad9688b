"""The pool, with real worker processes."""

import asyncio
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sandbox import (
    BuildFailed,
    Call,
    Cancelled,
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
    Returned,
    Trapped,
    WorkerFailed,
)
from sandbox.worlds import World

NOW_NS = 1_750_000_000_000_000_000
LEDGER = Grant.parse({"ledger": ["*"]})
# What is waited for comes at once on a quiet machine. Nothing that is waited for ends by its own limits meanwhile.
PATIENCE_S = 240
ENDLESS = Limits.of({"wall_ms": 600_000, "fuel": 10**12, "host_calls": 100_000})
ASKS = "from sealwright import ledger\ndef asks(n=1):\n    return [ledger.is_done(str(i)) for i in range(n)]\n"
LOOPS = "def loops():\n    while True:\n        pass\n"
ADDS = "def adds(a, b=1):\n    print('adding', a)\n    return a + b\n"


class Gate(World):
    """A host that answers only once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.open, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(self, call: HostCall) -> HostReply:
        self.asked.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        return await super().answer(call)


class Suspend(Exception):  # noqa: N818  (an order, as tenants/ gives one)
    pass


class Failing(World):
    """A host that cannot answer."""

    def __init__(self, error: BaseException):
        super().__init__()
        self.error = error

    async def answer(self, call: HostCall) -> HostReply:
        del call
        raise self.error


class Crashing(World):
    """A host that kills the worker which asks."""

    def __init__(self, victim: int):
        super().__init__()
        self.victim = victim

    async def answer(self, call: HostCall) -> HostReply:
        del call
        os.kill(self.victim, signal.SIGKILL)
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture(scope="module")
async def own(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Pool]:
    async with Pool.open(image, tmp_path_factory.mktemp("own"), workers=1) as pool:
        yield pool


async def build(pool: Pool, source: str, name: str) -> Component:
    built = await pool.fork(source, name)
    assert isinstance(built, Component), built
    return built


async def run(
    pool: Pool,
    component: Component,
    host: World | None = None,
    *,
    arguments: object = None,
    limits: Limits = Limits.DEFAULT,
    seed: bytes = bytes(32),
) -> Execution:
    return await pool.run(
        component,
        Call(json.dumps(arguments or {}), seed, NOW_NS),
        grant=LEDGER,
        limits=limits,
        host=host or World(),
    )


async def test_a_tool_is_built_and_called(own: Pool):
    ran = await run(own, await build(own, ADDS, "adds"), arguments={"a": 2, "b": 40})

    assert ran.outcome == Returned("42")
    assert ran.log == "adding 2\n"
    assert ran.fuel_used > 0
    assert ran.memory_bytes_peak > 1 << 20
    assert 0 < ran.wall_ms < 60_000


async def test_an_image_that_is_its_owners_alone_builds_and_runs(image: Image, tmp_path: Path):
    # Nobody, who runs tools, may open none of it: what a server started by root keeps is for root.
    mine = Image.read(Path(shutil.copytree(image.root, tmp_path / "image")))
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    async with Pool.open(mine, tmp_path / "cache", workers=1) as pool:
        ran = await run(pool, await build(pool, ADDS, "adds"), arguments={"a": 2, "b": 40})
    assert ran.outcome == Returned("42")


async def test_the_same_source_makes_the_same_component_and_another_name_another(own: Pool):
    one, again = await build(own, ADDS, "adds"), await build(own, ADDS, "adds")
    other = await build(own, ADDS + "\n# a remark\n", "adds")

    assert one == again
    assert other.digest != one.digest


async def test_a_source_that_does_not_load_is_a_finding(own: Pool):
    failed = await own.fork("def adds(:\n", "adds")

    assert isinstance(failed, BuildFailed)
    assert failed.findings[0].line == 1


@pytest.mark.parametrize("source", ["x = '\ud800'", "a\x00b"])
async def test_a_source_that_is_no_text_is_a_finding(own: Pool, source: str):
    assert isinstance(await own.fork(source, "adds"), BuildFailed)


async def test_arguments_that_are_no_text_fail(own: Pool):
    component = await build(own, ADDS, "adds")
    call = Call('{"a": "\ud800"}', bytes(32), 0)
    ran = await own.run(component, call, grant=LEDGER, limits=Limits.DEFAULT, host=World())

    assert isinstance(ran.outcome, Failed)
    assert ran.outcome.fault.code == "invalid_arguments"


async def test_several_runs_wait_for_their_hosts_in_one_worker_at_the_same_time(own: Pool):
    component = await build(own, ASKS, "asks")
    gates = [Gate() for _ in range(20)]
    running = [asyncio.create_task(run(own, component, gate, limits=ENDLESS)) for gate in gates]
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(gate.asked.wait() for gate in gates))
    for gate in gates:
        gate.open.set()

    assert {ran.outcome for ran in await asyncio.gather(*running)} == {Returned("[false]")}


@pytest.mark.usefixtures("patient_stops")
async def test_a_long_computation_does_not_hold_up_a_short_one(own: Pool):
    loops, adds = await build(own, LOOPS, "loops"), await build(own, ADDS, "adds")
    long = asyncio.create_task(run(own, loops, limits=ENDLESS))
    for n in range(5):
        assert (await run(own, adds, arguments={"a": n})).outcome == Returned(str(n + 1))

    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


def nices(process: int) -> list[int]:
    """How far behind the first thread of a process each of them is, the first of all last."""
    threads = Path(f"/proc/{process}/task").glob("*/stat")
    found = [int(thread.read_text().rpartition(")")[2].split()[16]) for thread in threads]
    return sorted(nice - min(found) for nice in found)


@pytest.mark.usefixtures("patient_stops")
async def test_a_run_that_computes_for_long_stands_behind_others_and_the_next_one_does_not(own: Pool):
    """The server, and a short call at another worker, do not wait for a processor that a loop has."""
    loops, (worker,) = await build(own, LOOPS, "loops"), own.process_ids
    running = [asyncio.create_task(run(own, loops, limits=ENDLESS)) for _ in range(2)]
    tests = os.getpriority(os.PRIO_PROCESS, 0)
    behind = min(5, 19 - tests)  # nobody stands behind 19
    async with asyncio.timeout(PATIENCE_S):
        while nices(worker).count(behind) < 2:  # whichever of its threads they are
            await asyncio.sleep(0.01)
        assert set(nices(worker)) == {0, behind}
        for one in running:
            one.cancel()
        await asyncio.wait(running)
        while set(nices(worker)) != {0}:
            await asyncio.sleep(0.01)
    assert (await run(own, await build(own, ASKS, "asks"), World())).outcome == Returned("[false]")
    assert set(nices(worker)) == {0}


@pytest.mark.usefixtures("patient_stops")
async def test_cancelling_stops_a_computation_and_spares_the_worker(own: Pool):
    loops, lost = await build(own, LOOPS, "loops"), own.workers_lost
    running = asyncio.create_task(run(own, loops, limits=ENDLESS))
    beside = asyncio.create_task(run(own, await build(own, ASKS, "asks"), gate := Gate(), limits=ENDLESS))
    async with asyncio.timeout(PATIENCE_S):
        await gate.asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        while own.running > 1:
            await asyncio.sleep(0.01)
    gate.open.set()

    assert (await beside).outcome == Returned("[false]")
    assert own.workers_lost == lost


@pytest.mark.usefixtures("patient_stops")
async def test_cancelling_stops_a_run_that_waits_for_its_host_and_the_host(own: Pool):
    component, gate, lost = await build(own, ASKS, "asks"), Gate(), own.workers_lost
    running = asyncio.create_task(run(own, component, gate, limits=ENDLESS))
    async with asyncio.timeout(PATIENCE_S):
        await gate.asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await gate.left.wait()
        while own.running:
            await asyncio.sleep(0.01)

    assert own.workers_lost == lost


async def test_waiting_for_the_host_counts_as_time(own: Pool):
    ran = await run(own, await build(own, ASKS, "asks"), Gate(), limits=Limits.of({"wall_ms": 200}))

    assert isinstance(ran.outcome, Exhausted)
    assert ran.outcome.fault.code == "wall_ms"


@pytest.mark.usefixtures("patient_stops")
@pytest.mark.parametrize("error", [Suspend(), asyncio.CancelledError()])
async def test_what_the_host_raises_ends_the_run_and_comes_out(own: Pool, error: BaseException):
    component, lost = await build(own, ASKS, "asks"), own.workers_lost
    with pytest.raises(type(error)):
        await run(own, component, Failing(error))

    assert (await run(own, component)).outcome == Returned("[false]")
    assert own.workers_lost == lost


async def test_what_the_host_answers_must_be_json(own: Pool):
    class Odd(World):
        async def answer(self, call: HostCall) -> HostReply:
            del call
            return HostReply(value=object())

    ran = await run(own, await build(own, ASKS, "asks"), Odd())
    assert not isinstance(ran.outcome, Returned)


async def test_a_crashed_worker_fails_its_own_runs_and_is_replaced(image: Image, tmp_path: Path):
    async with Pool.open(image, tmp_path / "cache", workers=2) as pool:
        component = await build(pool, ASKS, "asks")
        doomed, safe = pool.process_ids
        gate = Gate()
        crash = asyncio.create_task(run(pool, component, Crashing(doomed)))  # the first goes to the first worker
        other = asyncio.create_task(run(pool, component, gate))
        ran = await crash
        gate.open.set()

        assert isinstance(ran.outcome, Trapped)
        assert ran.outcome.fault.code == "worker_crashed"
        assert (await other).outcome == Returned("[false]")
        for _ in range(4):
            assert (await run(pool, component)).outcome == Returned("[false]")
        assert pool.workers_lost == 1
        assert safe in pool.process_ids
        assert doomed not in pool.process_ids


async def _kill_the_first(role: str, times: int) -> None:
    """End workers of this role as soon as they are there, long before they are ready."""
    killed: set[int] = set()
    async with asyncio.timeout(PATIENCE_S):
        while len(killed) < times:
            for child in psutil.Process().children():
                with suppress(psutil.Error):
                    if child.pid not in killed and f'"role": "{role}"' in " ".join(child.cmdline()):
                        child.kill()
                        killed.add(child.pid)
            await asyncio.sleep(0.002)


async def test_a_worker_that_ends_while_it_starts_is_started_once_more(image: Image, tmp_path: Path):
    killing = asyncio.create_task(_kill_the_first("builder", 1))
    async with Pool.open(image, tmp_path / "cache", workers=1) as pool:
        await killing
        assert (await run(pool, await build(pool, ADDS, "adds"), arguments={"a": 1})).outcome == Returned("2")


async def test_a_pool_whose_workers_end_again_and_again_does_not_open(image: Image, tmp_path: Path):
    killing = asyncio.create_task(_kill_the_first("builder", 3))
    with pytest.raises(WorkerFailed):
        async with Pool.open(image, tmp_path / "cache", workers=1):
            pass
    await killing


async def test_a_worker_that_does_not_listen_is_killed_when_its_run_is_cancelled(image: Image, tmp_path: Path):
    async with Pool.open(image, tmp_path / "cache", workers=1) as pool:
        component, gate = await build(pool, ASKS, "asks"), Gate()
        (deaf,) = pool.process_ids
        # Ten minutes of its own: what ends it within this test is not that they are over.
        running = asyncio.create_task(run(pool, component, gate, limits=ENDLESS))
        await gate.asked.wait()
        os.kill(deaf, signal.SIGSTOP)  # as deaf as a worker can be
        running.cancel()
        await asyncio.wait([running])
        async with asyncio.timeout(PATIENCE_S):
            while pool.running:
                await asyncio.sleep(0.01)

        assert (await run(pool, component)).outcome == Returned("[false]")


async def test_a_deaf_worker_is_killed_when_the_wall_time_is_over(image: Image, tmp_path: Path):
    async with Pool.open(image, tmp_path / "cache", workers=1) as pool:
        component, gate = await build(pool, ASKS, "asks"), Gate()
        (deaf,) = pool.process_ids
        running = asyncio.create_task(run(pool, component, gate, limits=Limits.of({"wall_ms": 100})))
        await gate.asked.wait()
        os.kill(deaf, signal.SIGSTOP)

        assert isinstance((await running).outcome, Exhausted)


async def test_nothing_of_a_run_is_left_for_the_next(own: Pool):
    component = await build(own, "kept = []\ndef keeps():\n    kept.append(1)\n    return len(kept)\n", "keeps")

    assert [(await run(own, component)).outcome for _ in range(3)] == [Returned("1")] * 3


async def test_a_run_is_a_function_of_its_call_and_the_replies(own: Pool):
    source = (
        "import random, time, uuid\nfrom sealwright import ledger\n"
        "def draws():\n    ledger.is_done('a')\n    return [random.random(), str(uuid.uuid4()), time.time()]\n"
    )
    component = await build(own, source, "draws")
    one, again = await run(own, component), await run(own, component)
    other = await run(own, component, seed=bytes([1]) * 32)

    assert (one.outcome, one.fuel_used) == (again.outcome, again.fuel_used)
    assert other.outcome != one.outcome


async def test_native_code_comes_back_from_disk_and_is_made_again_when_forged(image: Image, tmp_path: Path):
    async with Pool.open(image, tmp_path, workers=1) as pool:
        component = await build(pool, ADDS, "adds")
    async with Pool.open(image, tmp_path, workers=1) as pool:
        assert (await run(pool, component, arguments={"a": 1})).outcome == Returned("2")
        (native,) = [path for path in tmp_path.rglob("*") if len(path.name) == 64]
    native.chmod(0o600)
    native.write_bytes(b"forged")
    async with Pool.open(image, tmp_path, workers=1) as pool:
        assert (await run(pool, component, arguments={"a": 1})).outcome == Returned("2")


async def test_a_component_from_elsewhere_runs_without_being_built_here(own: Pool, image: Image, tmp_path: Path):
    component = await build(own, ADDS, "adds")
    async with Pool.open(image, tmp_path, workers=1) as pool:
        assert (await run(pool, component, arguments={"a": 1})).outcome == Returned("2")


async def test_a_cancelled_build_leaves_a_pool_that_builds(own: Pool):
    building = asyncio.create_task(own.fork("while True:\n    pass\n", "x"))
    await asyncio.sleep(0)
    building.cancel()
    await asyncio.wait([building])

    assert isinstance(await own.fork(ADDS, "adds"), Component)


def test_a_cancelled_outcome_has_no_fault():
    assert Cancelled().kind == "cancelled"


async def test_what_is_called_often_gets_its_fast_form_and_answers_alike(own: Pool):
    component = await build(own, ADDS + "TABLE = {n: str(n) for n in range(5000)}\n", "adds")
    seen: set[tuple[object, int, str]] = set()
    async with asyncio.timeout(PATIENCE_S):
        while own.form(component) == "delta":
            ran = await run(own, component, arguments={"a": 1})
            seen.add((ran.outcome, ran.fuel_used, ran.log))
            assert len(seen) == 1
    ran = await run(own, component, arguments={"a": 1})

    assert {(ran.outcome, ran.fuel_used, ran.log)} == seen


NAPS = "import time\ndef naps():\n    for _ in range(1000):\n        time.sleep(0.5)\n"
ASKS_ON = "from sealwright import ledger\ndef asks_on():\n    while True:\n        ledger.is_done('x')\n"
AWAKES = "import asyncio\nasync def wait():\n    await asyncio.sleep(900)\ndef awakes():\n    asyncio.run(wait())\n"
HOGS = {
    "naps": (NAPS, 130),
    "awakes": (AWAKES, 130),
    "asks_on": (ASKS_ON, 60),
    "loops": (LOOPS, 60),
    "regex": ("import re\ndef regex():\n    re.match(r'(a+)+$', 'a' * 60 + 'b')\n", 40),
    "sorts": ("def sorts():\n    while True:\n        sorted(range(100_000, 0, -1))\n", 40),
    "swells": ("def swells():\n    while True:\n        x = bytearray(30_000_000)\n", 12),
    "prints": ("def prints():\n    while True:\n        print('x' * 1000)\n", 40),
    "tells": ("from sealwright import progress\ndef tells():\n    while True:\n        progress(1)\n", 40),
    "dices": ("import random\ndef dices():\n    while True:\n        random.randbytes(100_000)\n", 40),
    "clocks": ("import time\ndef clocks():\n    while True:\n        time.time()\n", 40),
    "recurses": (
        "def dig(n):\n    return n and dig(n - 1)\ndef recurses():\n    while True:\n        dig(500)\n",
        40,
    ),
}


class Sleepy(Gate):
    """Sleeps as long as a tool wants, which is longer than this test; answers the rest at once."""

    async def answer(self, call: HostCall) -> HostReply:
        return await super().answer(call) if call.capability == "clock" else await World.answer(self, call)


@pytest.mark.usefixtures("patient_stops")
@pytest.mark.parametrize("hog", HOGS)
async def test_a_noisy_share_leaves_places_and_turns_to_a_quiet_one(own: Pool, hog: str):
    """Counted in calls that end at all: before, the first one waited for the hogs to end, which they never do."""
    source, times = HOGS[hog]
    noisy, quiet = await build(own, source, hog), await build(own, ADDS, "adds")
    lost = own.workers_lost
    hogs = [asyncio.create_task(run(own.of("noisy"), noisy, Sleepy(), limits=ENDLESS)) for _ in range(times)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            while own.running < min(times, own.places):
                await asyncio.sleep(0.01)
            for number in range(20):
                ran = await run(own.of("quiet"), quiet, arguments={"a": number})
                assert ran.outcome == Returned(str(number + 1))
            # And another one of the noisy's own, as long as it only sleeps.
            if hog in {"naps", "awakes"}:
                assert (await run(own.of("noisy"), quiet, arguments={"a": 1})).outcome == Returned("2")
    finally:
        for task in hogs:
            task.cancel()
        await asyncio.wait(hogs)
    async with asyncio.timeout(PATIENCE_S):
        while own.running:
            await asyncio.sleep(0.01)
    assert own.workers_lost == lost, "what is stopped ends, without its worker"


async def test_runs_that_wait_for_runs_of_their_own_do_not_wait_for_ever(own: Pool):
    """Callers may hold every place of their share: whom they call has places of its own."""
    asks, adds = await build(own, ASKS, "asks"), await build(own, ADDS, "adds")
    inner: list[Execution] = []

    class Calling(World):
        async def answer(self, call: HostCall) -> HostReply:
            inner.append(await run(own.of("busy", 1), adds, arguments={"a": 1}, limits=ENDLESS))
            return await super().answer(call)

    count = own.places + 20
    async with asyncio.timeout(PATIENCE_S):
        ran = await asyncio.gather(*(run(own.of("busy"), asks, Calling(), limits=ENDLESS) for _ in range(count)))
    assert {one.outcome for one in ran} == {Returned("[false]")}
    assert len(inner) == count


HOLDS = """
from sealwright import ledger

def holds(mebibytes):
    kept = bytearray(mebibytes << 20)
    kept[::4096] = b"1" * len(kept[::4096])
    return [ledger.is_done("x"), len(kept)]
"""


@pytest.mark.parametrize(("runs", "mebibytes"), [(12, 60), (30, 60), (60, 30)])
async def test_a_tenant_that_fills_a_workers_memory_ends_its_own_runs_and_nobody_elses(
    image: Image, tmp_path: Path, runs: int, mebibytes: int
):
    """Each run within its limit, and together more than the worker may have: before, only the kernel ended it."""
    async with Pool.open(image, tmp_path, workers=1, memory_bytes=500 << 20) as pool, asyncio.timeout(PATIENCE_S):
        holds, (worker,) = await build(pool, HOLDS, "holds"), pool.process_ids
        gate = Gate()
        quiet = asyncio.create_task(run(pool.of("quiet"), holds, gate, arguments={"mebibytes": 20}))
        await gate.asked.wait()
        gates = [Gate() for _ in range(runs)]
        noisy = [
            asyncio.create_task(run(pool.of("noisy"), holds, one, arguments={"mebibytes": mebibytes})) for one in gates
        ]
        while not all(one.asked.is_set() or task.done() for one, task in zip(gates, noisy, strict=True)):
            await asyncio.sleep(0.01)
        assert psutil.Process(worker).memory_info().rss < 900 << 20
        for one in (gate, *gates):
            one.open.set()
        assert (await quiet).outcome == Returned(f"[false,{20 << 20}]")
        outcomes = [(await task).outcome for task in noisy]
        ended = [one for one in outcomes if isinstance(one, Exhausted)]
        assert {one.fault.code for one in ended} == {"worker_memory"}
        assert "500 MiB" in ended[0].fault.message
        assert sum(isinstance(one, Returned) for one in outcomes) == runs - len(ended) >= 3
        assert pool.workers_lost == 0
        # What has ended holds nothing any more.
        again = await run(pool.of("noisy"), holds, arguments={"mebibytes": mebibytes})
        assert isinstance(again.outcome, Returned)


NAPS_ONCE = "import time\ndef naps_once():\n    time.sleep(0.5)\n"


class Counting(World):
    """A host that notes whose calls it has under way, and answers when it is told to."""

    def __init__(self, name: str, under_way: list[str], go_on: asyncio.Event):
        super().__init__()
        self.name, self.under_way, self.go_on = name, under_way, go_on

    async def answer(self, call: HostCall) -> HostReply:
        self.under_way.append(self.name)
        await self.go_on.wait()
        return await super().answer(call)


@pytest.mark.parametrize(("source", "most"), [(ASKS, 22), (NAPS_ONCE, 40)], ids=["our own", "somebody else"])
async def test_runs_that_only_ask_their_host_leave_room_for_anothers_call(own: Pool, source: str, most: int):
    """Counted in calls that are answered at a time: of our own database's some, of what waits outside all."""
    component = await build(own, source, source.partition("def ")[2].partition("(")[0])
    under_way, go_on = list[str](), asyncio.Event()
    noisy = [
        asyncio.create_task(run(own.of("noisy"), component, Counting("noisy", under_way, go_on))) for _ in range(40)
    ]
    async with asyncio.timeout(PATIENCE_S):
        while len(under_way) < most:
            await asyncio.sleep(0.01)
        quiet = asyncio.create_task(run(own.of("quiet"), component, Counting("quiet", under_way, go_on)))
        while "quiet" not in under_way:
            await asyncio.sleep(0.01)
        assert under_way.count("noisy") == most
        go_on.set()
        assert all(isinstance(ran.outcome, Returned) for ran in await asyncio.gather(*noisy, quiet))
    assert Counter(under_way) == {"noisy": 40, "quiet": 1}
