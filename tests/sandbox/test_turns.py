"""Who computes when in a worker."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sandbox.turns import TURN_S, Turn, Turns


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
