"""Who gets a place, counted: nothing here looks at a clock."""

import asyncio
import random
from collections import Counter
from itertools import pairwise

import pytest

from sandbox import Shares


async def settle() -> None:
    """Let everybody who can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def filled(shares: Shares, *greedy: str) -> Counter[str]:
    """Have each take as much as it gets, in turn."""
    held = Counter[str]()
    while took := [share for share in greedy if shares.take_now(share)]:
        held.update(took)
    return held


@pytest.mark.parametrize(("places", "ratio"), [(1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (8, 2), (64, 2), (512, 2)])
def test_one_alone_never_takes_the_last_place_of_several(places: int, ratio: float) -> None:
    shares = Shares(places, ratio)
    held = filled(shares, "greedy")
    most = ratio / (ratio + 1) * places
    assert most <= held["greedy"] < most + 1
    assert shares.take_now("quiet") is (shares.free >= 0 and held["greedy"] < places)


@pytest.mark.parametrize("crowd", [1, 2, 3, 5, 10, 40])
def test_however_many_conspire_whoever_comes_new_finds_a_place(crowd: int) -> None:
    shares = Shares(512)
    held = filled(shares, *map(str, range(crowd)))
    assert max(held.values()) - min(held.values()) <= 1
    assert sum(held.values()) < 512
    assert shares.take_now("new")
    assert shares.take_now("newer")


async def test_a_place_that_gets_free_goes_to_who_holds_least_and_within_a_share_in_order() -> None:
    shares, served = Shares(3, 100), list[str]()

    async def caller(share: str, name: str) -> None:
        await shares.take(share)
        served.append(name)

    filled(shares, "noisy")
    waiting = [asyncio.create_task(caller("noisy", f"n{number}")) for number in range(3)]
    await settle()
    waiting += [asyncio.create_task(caller("quiet", f"q{number}")) for number in range(2)]
    await settle()
    assert not served
    for _ in range(3):
        shares.give_back("noisy")
        await settle()

    assert served == ["q0", "n0", "q1"]
    assert shares.waiting("noisy") == 2
    for task in waiting:
        task.cancel()


async def test_equals_are_served_turn_and_turn_about() -> None:
    shares, served = Shares(1), list[str]()
    await shares.take("holder")

    async def caller(share: str) -> None:
        async with shares.place(share):
            served.append(share)

    tasks = [asyncio.create_task(caller(share)) for share in "aaaabbc"]
    await settle()
    shares.give_back("holder")
    await asyncio.gather(*tasks)
    assert served == ["a", "b", "c", "a", "b", "a", "a"]
    assert shares.free == 1


async def test_a_lock_is_not_held_by_the_one_who_asks_most() -> None:
    """One place: with a hundred of the noisy waiting, the quiet one waits for one of them."""
    lock, before = Shares(1), Counter[str]()

    async def caller(share: str, times: int) -> None:
        for _ in range(times):
            async with lock.place(share):
                before[share] += 1
                await asyncio.sleep(0)

    noisy = [asyncio.create_task(caller("noisy", 50)) for _ in range(100)]
    await settle()
    seen = [before["noisy"]]
    for _ in range(30):
        await caller("quiet", 1)
        seen.append(before["noisy"])
    assert max(later - earlier for earlier, later in pairwise(seen)) <= 2
    for task in noisy:
        task.cancel()
    await asyncio.gather(*noisy, return_exceptions=True)
    assert lock.free == 1


@pytest.mark.parametrize("when", ["waiting", "granted"])
async def test_who_goes_away_leaves_nothing_behind(when: str) -> None:
    shares = Shares(1)
    await shares.take("first")
    waiting = asyncio.create_task(shares.take("second"))
    await settle()
    if when == "granted":
        shares.give_back("first")
        waiting.cancel()
    else:
        waiting.cancel()
        await settle()
        shares.give_back("first")
    await asyncio.wait([waiting])
    assert (shares.free, shares.held("second"), shares.waiting("second")) == (1, 0, 0)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_places_are_neither_lost_nor_made(seed: int) -> None:
    dice, shares, most = random.Random(seed), Shares(7), 0  # noqa: S311

    async def caller(share: str) -> None:
        nonlocal most
        async with shares.place(share):
            most = max(most, sum(shares.held(one) for one in "abcd"))
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)

    tasks = [asyncio.create_task(caller(dice.choice("aaaabcd"))) for _ in range(200)]
    for task in tasks:
        if dice.random() < 0.3:
            await asyncio.sleep(0)
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert most <= 7
    assert shares.free == 7
    assert not shares.full()
