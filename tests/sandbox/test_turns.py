"""Who computes when in a worker."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.worker import ticker
from sandbox.worker.lines import LONG_S, TURN_S, Returning, Turn
from sandbox.worker.scheduler import Turns


class Desk:
    """Turns whose summons are counted, not followed."""

    def __init__(self) -> None:
        self.summoned = 0
        self.turns: Turns[str] = Turns(self._summon)

    def _summon(self) -> None:
        self.summoned += 1

    def begin(self) -> tuple[str, Turn]:
        given = self.turns.begin()
        assert given is not None
        return given


def test_one_thread_does_all_that_has_gathered_in_order() -> None:
    desk = Desk()
    for order in "abc":
        desk.turns.put(order)
    done: list[str] = []
    given = desk.turns.begin()
    while given is not None:
        done.append(given[0])
        given = desk.turns.go_on(given[1])

    assert done == ["a", "b", "c"]
    assert desk.summoned == 1


def test_who_comes_late_finds_nothing_to_do() -> None:
    desk = Desk()
    desk.turns.put("a")
    _, turn = desk.begin()
    desk.turns.put("b")

    assert desk.turns.begin() is None
    given = desk.turns.go_on(turn)
    assert given is not None
    assert given[0] == "b"
    assert desk.turns.go_on(given[1]) is None
    assert desk.summoned == 1


def test_who_waits_for_its_host_leaves_its_turn_to_the_next_order() -> None:
    desk = Desk()
    desk.turns.put("a")
    _, turn = desk.begin()
    desk.turns.put("b")
    desk.turns.leave(turn)

    assert desk.summoned == 2
    assert desk.begin()[0] == "b"
    assert desk.turns.go_on(turn) is None


def test_who_comes_back_takes_a_free_turn_at_once_and_waits_for_a_taken_one() -> None:
    desk = Desk()
    free = desk.turns.come_back()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(desk.turns.come_back)
        while not desk.turns.wanted:
            threading.Event().wait(0.001)
        assert not waiting.done()
        assert desk.turns.go_on(free) is None

        assert waiting.result(10) is not free


def test_a_turn_that_took_long_goes_to_who_waits_and_only_then() -> None:
    desk = Desk()
    desk.turns.put("long")
    _, turn = desk.begin()
    desk.turns.look()
    turn.since -= TURN_S
    desk.turns.look()
    assert desk.summoned == 1

    desk.turns.put("short")
    desk.turns.look()
    assert desk.summoned == 2
    order, other = desk.begin()
    assert order == "short"
    assert desk.turns.go_on(turn) is None  # the long one's end changes nothing
    assert desk.turns.go_on(other) is None


class Clock:
    """A worker in which time passes only when a run computes: who computed how long is counted, not measured."""

    def __init__(self) -> None:
        self.now, self.interrupted, self.looks_in_s = 0.0, 0, list[float]()
        self.turns: Turns[tuple[int, str]] = Turns(
            lambda: None, self._interrupt, lambda: self.now, self.looks_in_s.append
        )

    def _interrupt(self) -> None:
        self.interrupted += 1

    def put(self, share: int, name: str = "") -> None:
        self.turns.put((share, name), share)

    def next(self, turn: Turn | None = None) -> tuple[tuple[int, str], Turn] | None:
        return self.turns.begin() if turn is None or not self.turns.has(turn) else self.turns.go_on(turn)

    def compute(self, milliseconds: float) -> None:
        self.now += milliseconds / 1000
        self.turns.look()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("loops", [1, 2, 60, 500])
def test_however_many_runs_one_share_has_another_gets_half(clock: Clock, loops: int) -> None:
    """Slices of a share with many endless runs, beside those of a share with two."""
    for number in range(loops):
        clock.put(1, f"noisy {number}")
    for number in range(2):
        clock.put(2, f"quiet {number}")
    given, computed = clock.next(), Counter[int]()
    for _ in range(200):
        assert given is not None
        order, turn = given
        clock.put(*order)  # it is endless, so it wants another turn after this one
        while clock.turns.has(turn):
            clock.compute(5)
            computed[order[0]] += 5
        given = clock.next()
    assert 0.9 < computed[1] / computed[2] < 1.1


@pytest.mark.parametrize("loops", [1, 60])
@pytest.mark.parametrize("after_ms", [3, 10, 19])
def test_a_short_call_takes_the_turn_of_a_share_that_has_computed_more(
    clock: Clock, loops: int, after_ms: float
) -> None:
    for number in range(loops):
        clock.put(1, f"noisy {number}")
    given = clock.next()
    assert given is not None
    clock.compute(after_ms)
    clock.put(2, "quiet")

    assert not clock.turns.has(given[1])
    assert clock.interrupted == 1
    begun = clock.next()
    assert begun is not None
    assert begun[0] == (2, "quiet")


@pytest.mark.parametrize("more_ms", [1, 5, 12])
def test_a_short_call_of_a_share_that_has_computed_more_waits_for_the_difference_and_no_longer(
    clock: Clock, more_ms: float
) -> None:
    clock.put(2, "busy")
    begun = clock.next()
    assert begun is not None
    clock.put(1, "loop")
    clock.compute(more_ms)
    long = clock.next(begun[1])
    assert long is not None
    assert long[0] == (1, "loop")

    clock.put(2, "short")
    due_s = clock.looks_in_s[-1]
    clock.compute(1000 * due_s - 0.5)
    assert clock.turns.has(long[1])
    clock.compute(1)
    assert not clock.turns.has(long[1])
    assert due_s < (more_ms + 3) / 1000


def test_two_shares_that_both_compute_for_long_have_whole_turns(clock: Clock) -> None:
    waiting = Returning(1, LONG_S)
    clock.put(2, "long")
    given = clock.next()
    assert given is not None
    with ThreadPoolExecutor(1) as threads:
        coming = threads.submit(clock.turns.come_back, waiting)
        while not clock.turns.wanted:
            threading.Event().wait(0.001)
        clock.compute(15)
        kept = clock.turns.has(given[1])
        clock.compute(6)
        assert coming.result(10).share == 1
    assert kept
    assert not clock.looks_in_s


def test_within_a_share_nobody_takes_anybodys_turn_before_its_time(clock: Clock) -> None:
    clock.put(1, "long")
    given = clock.next()
    assert given is not None
    clock.compute(15)
    clock.put(1, "short")
    assert clock.turns.has(given[1])
    assert not clock.interrupted
    clock.compute(6)
    assert not clock.turns.has(given[1])


def test_nobody_saves_up_turns_by_doing_nothing(clock: Clock) -> None:
    clock.put(1)
    given = clock.next()
    clock.compute(60_000)  # the other one did nothing all that time
    assert given is not None
    for name in ("a", "b"):
        clock.put(2, name)
    order, turn = clock.next() or given
    assert order == (2, "a")
    clock.put(1)
    clock.compute(21)
    assert not clock.turns.has(turn)
    again = clock.next()
    assert again is not None
    assert again[0] == (1, "")


@pytest.mark.parametrize("each_ms", [0.1, 1, 4])
def test_giving_the_turn_up_again_and_again_wins_nothing(clock: Clock, each_ms: float) -> None:
    """A share whose run asks its host all the time pays for what it computes in between."""
    clock.put(1)
    given = clock.next()
    assert given is not None
    turn, computed = given[1], Counter[int]()
    for _ in range(300):
        clock.put(2) if not clock.turns.wanted else None
        clock.compute(each_ms)
        computed[1] += 1
        clock.turns.leave(turn)
        begun = clock.next()
        while begun is not None and begun[0][0] == 2:
            clock.compute(each_ms)
            computed[2] += 1
            clock.put(1) if not clock.turns.wanted else None
            begun = clock.turns.go_on(begun[1])
        if begun is None:
            clock.put(1)
            begun = clock.next()
        assert begun is not None
        turn = begun[1]
    assert 0.8 < computed[1] / computed[2] < 1.25


def test_an_order_that_nobody_began_can_be_taken_back_and_one_that_somebody_did_not() -> None:
    desk = Desk()
    for order in "ab":
        desk.turns.put(order)
    assert desk.begin()[0] == "a"
    assert not desk.turns.withdraw("a")
    assert desk.turns.withdraw("b")
    assert desk.turns.wanted == 0


@pytest.mark.parametrize("how", ["dismissed", "dismissed before", "out of time"])
def test_who_is_to_end_does_not_wait_for_a_turn(how: str) -> None:
    desk = Desk()
    desk.turns.put("busy")
    _, busy = desk.begin()
    returning = Returning()
    with ThreadPoolExecutor(1) as threads:
        if how == "dismissed before":
            desk.turns.dismiss(returning)
        waiting = threads.submit(desk.turns.come_back, returning, 0.01 if how == "out of time" else -1)
        if how == "dismissed":
            while not desk.turns.wanted:
                threading.Event().wait(0.001)
            desk.turns.dismiss(returning)
        turn = waiting.result(10)
    assert not desk.turns.has(turn)
    assert desk.turns.has(busy)
    assert desk.turns.wanted == 0
    assert desk.turns.go_on(turn) is None


def looping(clock: Clock, loops: int) -> None:
    """Endless runs of share 1, each of which has had a turn or more, and now waits for another or has one."""
    turns = clock.turns
    for _ in range(loops):
        turns._enqueue(Returning(1, LONG_S), 1)  # pyright: ignore[reportPrivateUsage] - come_back would wait here
    with turns._lock:  # pyright: ignore[reportPrivateUsage]
        turns._next()  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("loops", [1, 2, 10, 200])
@pytest.mark.parametrize("after_ms", [3, 12])
def test_own_loops_leave_their_turn_to_an_own_short_call(clock: Clock, loops: int, after_ms: float) -> None:
    """Before, the short one had its turn after each of the loops had had one: 200 of them are 4 s."""
    looping(clock, loops)
    clock.compute(after_ms)
    clock.put(1, "short")
    begun = clock.next()
    assert begun is not None
    assert begun[0] == (1, "short")
    assert clock.interrupted == 1


@pytest.mark.parametrize("each_ms", [1, 5, 15])
@pytest.mark.parametrize("loops", [1, 3, 40])
def test_ever_more_own_short_calls_leave_half_to_own_long_ones(clock: Clock, loops: int, each_ms: float) -> None:
    turns, computed = clock.turns, Counter[bool]()
    looping(clock, loops)
    clock.put(1, "short")
    for _ in range(400):
        given = clock.next()
        if given is not None:
            clock.compute(each_ms)
            computed[False] += 1
            clock.put(1, "short")
            turns.leave(given[1])
            continue
        held = turns._turn  # pyright: ignore[reportPrivateUsage]
        assert held is not None
        while turns.has(held):
            clock.compute(each_ms)
            computed[True] += 1
        turns._enqueue(Returning(1, held.computed_s), 1)  # pyright: ignore[reportPrivateUsage]
    assert 0.7 < computed[True] / computed[False] < 1.4


def test_what_a_run_computes_adds_up_over_its_turns(clock: Clock) -> None:
    """One that asks its host after each few milliseconds is no short one for ever."""
    turn = Turn(0.0)
    for _ in range(10):
        clock.put(1, "other")
        returning = Returning(1, turn.computed_s)
        clock.turns._enqueue(returning, 1)  # pyright: ignore[reportPrivateUsage]
        while (given := clock.next()) is not None:
            clock.turns.leave(given[1])
        turn = returning.turn
        clock.compute(4)
        clock.turns.leave(turn)
    assert turn.computed_s == pytest.approx(0.04)


class Ticked:
    """Stands for the engine, and says when it was ticked."""

    def __init__(self) -> None:
        self.ticks = threading.Semaphore(0)

    def tick(self) -> None:
        self.ticks.release()


@pytest.mark.parametrize("first", ["hastened, then a run", "a run, then hastened"])
def test_a_tick_that_is_hastened_comes_before_its_time(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "TICK_MS", 600_000)
    engine = Ticked()
    ticking = ticker.Ticker(engine)  # pyright: ignore[reportArgumentType] - it only ticks
    if first == "hastened, then a run":
        ticking.hasten(0.001)
    with ticking:
        if first == "a run, then hastened":
            ticking.hasten(0.001)
        assert engine.ticks.acquire(timeout=60)
        assert not engine.ticks.acquire(timeout=0)
