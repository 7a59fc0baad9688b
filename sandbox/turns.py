"""Who computes in a worker: one run at a time, as long as that is not for long.

Two runs that compute side by side in one process are slower than one after the other, and each change of thread costs
as much as a small part of a short run. So short runs queue for one thread, which goes from one straight to the next;
a run that computes for long loses its turn and goes on beside the others.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Order = TypeVar("Order")
# How long a run has the worker to itself while others wait for it.
TURN_S = 0.02


@dataclass(slots=True, eq=False)
class Turn:
    """Leave to compute. It may be taken away: who has it goes on, but others do not wait for that any more."""

    since: float = field(default_factory=time.monotonic)


class _Returning:
    """A run that comes back from its host, and waits for a turn on its own thread."""

    def __init__(self) -> None:
        self._granted = threading.Lock()
        self._granted.acquire()
        self._turn = Turn(0.0)

    def grant(self, turn: Turn) -> None:
        self._turn = turn
        self._granted.release()

    def wait(self) -> Turn:
        self._granted.acquire()
        return self._turn


class Turns(Generic[Order]):
    """One turn, and a queue of those who want it: orders not begun yet, and runs that come back from their hosts.

    `summon` has some thread call `work`; it is called whenever there are orders and nobody to take them.
    """

    def __init__(self, summon: Callable[[], None]):
        self._summon = summon
        self._lock = threading.Lock()
        self._queue: deque[Order | _Returning] = deque()
        self._turn: Turn | None = None
        self._is_coming = False

    @property
    def wanted(self) -> int:
        """How many wait for a turn."""
        return len(self._queue)

    def put(self, order: Order) -> None:
        """Have a new order worked on when its time comes."""
        with self._lock:
            self._queue.append(order)
            self._call_for_someone()

    def begin(self) -> tuple[Order, Turn] | None:
        """For a summoned thread: the first order, if it is still to be had."""
        with self._lock:
            self._is_coming = False
            return None if self._turn is not None else self._next()

    def go_on(self, turn: Turn) -> tuple[Order, Turn] | None:
        """One order is done. The next one for this thread; None: it has nothing more to do."""
        with self._lock:
            if self._turn is not turn:
                return None
            self._turn = None
            return self._next()

    def leave(self, turn: Turn) -> None:
        """Give the turn up, to wait for something."""
        with self._lock:
            if self._turn is turn:
                self._pass_on()

    def come_back(self) -> Turn:
        """Wait for a turn, behind those who already do."""
        with self._lock:
            if self._turn is None and not self._queue:
                self._turn = Turn()
                return self._turn
            returning = _Returning()
            self._queue.append(returning)
        return returning.wait()

    def look(self) -> None:
        """Take the turn from who has had it for too long. Call it every now and then."""
        with self._lock:
            if self._turn is not None and self._queue and time.monotonic() - self._turn.since >= TURN_S:
                self._pass_on()

    # With the lock held:

    def _pass_on(self) -> None:
        self._turn = None
        if self._queue and isinstance(self._queue[0], _Returning):
            self._next()
        else:
            self._call_for_someone()

    def _next(self) -> tuple[Order, Turn] | None:
        """Give the turn to the first in the queue; an order is the caller's to do."""
        if not self._queue:
            return None
        first, self._turn = self._queue.popleft(), Turn()
        if isinstance(first, _Returning):
            first.grant(self._turn)
            return None
        return first, self._turn

    def _call_for_someone(self) -> None:
        if self._queue and self._turn is None and not self._is_coming:
            self._is_coming = True
            self._summon()
