"""Beside each kind of noise a quiet tenant's calls end, and so do short ones of the noisy tenant itself.

Nothing is timed here: `python -m tests.bench neighbours` has the same kinds and prints what they cost.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from sandbox import Call, Component, Grant, Image, Limits, Pool, Returned
from tests.bench.neighbours import GRANT, Napping, build, noisy
from tests.bench.noises import NOISES, Noise

ADDS = "def adds(a):\n    return a + 1\n"


@pytest.fixture(scope="module")
async def own(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Pool]:
    async with Pool.open(image, tmp_path_factory.mktemp("neighbours"), workers=1) as pool:
        yield pool


@asynccontextmanager
async def beside(pool: Pool, kind: str, noise: Noise, component: Component) -> AsyncGenerator[None]:
    """While the noise is there; some of each kind do, a test is no measurement."""
    times = min(noise.times, 24)
    tasks = [asyncio.create_task(noisy(pool.of("noisy"), component, noise, kind)) for _ in range(times)]
    try:
        while pool.running < min(times, 4) and not any(task.done() for task in tasks):
            await asyncio.sleep(0.01)
        yield
        assert not any(task.done() for task in tasks), "noise goes on until it is stopped"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    while pool.running:
        await asyncio.sleep(0.01)


async def called(pool: Pool, component: Component, number: int) -> None:
    call = Call(f'{{"a": {number}}}', bytes(32), 0)
    ran = await pool.run(component, call, grant=Grant.parse({}), limits=Limits.DEFAULT, host=Napping())
    assert ran.outcome == Returned(str(number + 1))


@pytest.mark.usefixtures("patient_stops")
@pytest.mark.parametrize("kind", NOISES)
async def test_calls_beside_noise_of_each_kind_end(own: Pool, kind: str) -> None:
    noise = NOISES[kind]
    lost, component, adds = own.workers_lost, await build(own, noise.source(kind), kind), await build(own, ADDS, "adds")
    async with asyncio.timeout(120), beside(own, kind, noise, component):
        for number in range(10):
            await called(own.of("quiet"), adds, number)
        for number in range(3):
            await called(own.of("noisy"), adds, number)
    assert own.workers_lost == lost, "what is stopped ends, without its worker"


def test_there_are_many_kinds_and_all_that_they_ask_for_is_granted() -> None:
    assert len(NOISES) >= 30
    assert GRANT.reaches.keys() == {"ledger", "kv"}
