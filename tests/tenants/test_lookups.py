"""What is known of a tenant for a while: nobody goes on with what is too old, and it is read once for all who ask."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tenants.base import lookups
from tenants.base.lookups import Lookups


@dataclass
class Store:
    """Something to read, which answers when it is let."""

    value: int = 1
    readings: int = 0
    let: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    async def read(self) -> int:
        self.readings += 1
        value, fault = self.value, self.fault
        await self.let.wait()
        if fault is not None:
            raise fault
        return value


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its one place."""
    times = [0.0]
    monkeypatch.setattr(lookups, "monotonic", lambda: times[0])
    return times


async def asked(known: Lookups[int], store: Store, times: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(known.look("t", store.read)) for _ in range(times)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_it_is_read_once_for_all_who_ask_and_then_known(clock: list[float]) -> None:
    known, store = Lookups[int](5.0), Store()
    first = await asked(known, store, 4)
    store.let.set()
    assert await asyncio.gather(*first) == [1] * 4
    store.value, clock[0] = 2, 4.9
    assert await known.look("t", store.read) == 1
    assert store.readings == 1
    assert await known.look("another", store.read) == 2


async def test_nobody_goes_on_with_what_is_too_old(clock: list[float]) -> None:
    known, store = Lookups[int](5.0), Store()
    store.let.set()
    assert await known.look("t", store.read) == 1
    store.value, clock[0] = 2, 6.0
    store.let.clear()
    burst = await asked(known, store, 5)
    assert not any(one.done() for one in burst)
    assert known.last("t") == 1
    store.let.set()
    assert await asyncio.gather(*burst) == [2] * 5
    assert store.readings == 2


async def test_its_time_counts_from_before_the_reading(clock: list[float]) -> None:
    known, store = Lookups[int](5.0), Store()
    (reading,) = await asked(known, store, 1)
    store.value, clock[0] = 2, 4.0
    store.let.set()
    assert await reading == 1
    clock[0] = 5.5
    assert await known.look("t", store.read) == 2


async def test_who_leaves_takes_it_from_nobody(clock: list[float]) -> None:
    del clock
    known, store = Lookups[int](5.0), Store()
    leaver, stayer = await asked(known, store, 2)
    leaver.cancel()
    store.let.set()
    assert await stayer == 1
    assert leaver.cancelled()


async def test_a_reading_that_fails_is_told_to_all_and_tried_again(clock: list[float]) -> None:
    del clock
    known, store = Lookups[int](5.0), Store(fault=OSError("away"))
    both = await asked(known, store, 2)
    store.let.set()
    for one in both:
        with pytest.raises(OSError, match="away"):
            await one
    store.fault = None
    assert await known.look("t", store.read) == 1
