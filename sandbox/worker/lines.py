"""Who waits in a worker for a turn: runs not begun yet and runs that come back, in one line for each share."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

Order = TypeVar("Order")
# How long a run has the worker to itself while others wait for it.
TURN_S = 0.02
# A run that has computed so long is a long one, and leaves its turn to a short one of the same share that comes.
LONG_S = TURN_S


@dataclass(slots=True, eq=False)
class Turn:
    """Leave to compute, for one run of `share`. It may be taken away; then its run has to come back for another.

    computed_s: what the run has computed in the turns before this one.
    """

    since: float
    share: int = 0
    computed_s: float = 0.0


class Returning:
    """A run that wants to go on, and waits for a turn on its own thread."""

    def __init__(self, share: int = 0, computed_s: float = 0.0) -> None:
        self.share, self.computed_s = share, computed_s
        self.is_dismissed = False
        self._granted = threading.Lock()
        self._granted.acquire()
        # Never anybody's turn: who is sent away without one has to end.
        self.turn = Turn(0.0, share, computed_s)

    def grant(self, turn: Turn) -> None:
        self.turn = turn
        self._granted.release()

    def wait(self, timeout_s: float) -> bool:
        return self._granted.acquire(timeout=timeout_s)


class Line(Generic[Order]):
    """Those of one share who want a turn: the short ones in their order, and the long ones in theirs."""

    def __init__(self) -> None:
        self._waiting: tuple[deque[Order | Returning], deque[Order | Returning]] = (deque(), deque())
        # Seconds that the short and the long ones have computed, as far as both wanted to.
        self._used = [0.0, 0.0]

    def __len__(self) -> int:
        return len(self._waiting[0]) + len(self._waiting[1])

    def append(self, one: Order | Returning) -> None:
        is_long = isinstance(one, Returning) and one.computed_s >= LONG_S
        if not self._waiting[is_long]:
            # Neither saves up more than one turn while it has nothing to do.
            self._used[is_long] = max(self._used[is_long], self._used[not is_long] - TURN_S)
        self._waiting[is_long].append(one)

    def remove(self, one: Order | Returning) -> bool:
        for waiting in self._waiting:
            if one in waiting:
                waiting.remove(one)
                return True
        return False

    def first(self) -> Order | Returning:
        return self._next()[0]

    def pop(self) -> Order | Returning:
        return self._next().popleft()

    def count(self, *, is_long: bool, computed_s: float) -> None:
        self._used[is_long] += computed_s

    def has_short(self) -> bool:
        return bool(self._waiting[0])

    def _next(self) -> deque[Order | Returning]:
        short, long = self._waiting
        return short if short and (not long or self._used[0] <= self._used[1]) else long
