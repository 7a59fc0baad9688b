"""Who computes in a worker: one run at a time, and each share (a tenant) as much as the others.

Two runs that compute side by side in one process are slower than one after the other, and each change of thread costs
as much as a small part of a short run. So short runs queue for one thread, which goes from one straight to the next. A
run that computes for long loses its turn to others and is paused until it has another one. Turns go to the share that
has computed least: a run of a share that did little takes the turn of one that did much at once, and does not wait for
its end; a short run of a share that did more waits until the other has caught up, and no longer. Who waits for its host
has no turn.

Within a share it is the same once more, between runs that are short so far and those that have computed for long: its
own loops do not hold up its short calls, nor do ever more short calls keep a long one from going on.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Generic

from sandbox.worker.lines import LONG_S, TURN_S, Line, Order, Returning, Turn

# How much more than the share of whoever comes the present one may have computed, and keep its turn.
AHEAD_S = 0.002
_KNOWN_MAX = 1_000
# Just later than too early: what comes a moment before its time would come in vain.
_LATE_S = 0.0002


class Turns(Generic[Order]):
    """One turn, and for each share a queue of those who want it: orders not begun yet, and runs that come back.

    `summon` has some thread call `work`; it is called whenever there are orders and nobody to take them. `interrupt`
    has the run that computes look whether it still may. `hasten` has somebody call `look` in so many seconds.
    """

    def __init__(
        self,
        summon: Callable[[], None],
        interrupt: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        hasten: Callable[[float], None] = lambda _: None,
    ):
        self._summon, self._interrupt, self._clock, self._hasten = summon, interrupt, clock, hasten
        self._lock = threading.Lock()
        self._queues: dict[int, Line[Order]] = {}
        # Seconds that each share has computed, from where the others were when it began.
        self._used: dict[int, float] = {}
        self._least = 0.0
        self._turn: Turn | None = None
        self._is_coming = False

    @property
    def wanted(self) -> int:
        """How many wait for a turn."""
        return sum(map(len, self._queues.values()))

    def has(self, turn: Turn) -> bool:
        """Whether this turn has not been taken away."""
        return self._turn is turn

    def put(self, order: Order, share: int = 0) -> None:
        """Have a new order worked on when its time comes."""
        with self._lock:
            self._enqueue(order, share)
            self._call_for_someone()
            self._make_way(share)

    def withdraw(self, order: Order, share: int = 0) -> bool:
        """Take back an order. False: somebody has begun it."""
        with self._lock:
            return self._remove(order, share)

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
            self._end_turn()
            return self._next()

    def leave(self, turn: Turn) -> None:
        """Give the turn up, to wait for something."""
        with self._lock:
            if self._turn is turn:
                self._pass_on()

    def come_back(self, returning: Returning | None = None, timeout_s: float = -1) -> Turn:
        """Wait for a turn, behind others of the same share who already do.

        After `timeout_s`, or when it is dismissed, the run gets a turn that is none: it has to end.
        """
        returning = returning or Returning()
        with self._lock:
            if returning.is_dismissed:
                return returning.turn
            self._enqueue(returning, returning.share)
            if self._turn is None and len(self._queues) == 1 and len(self._queues[returning.share]) == 1:
                self._next()
            else:
                self._make_way(returning.share)
        if not returning.wait(timeout_s):
            self.dismiss(returning)
        return returning.turn

    def dismiss(self, returning: Returning) -> None:
        """Have a run that waits for a turn, or is about to, go on without one."""
        with self._lock:
            returning.is_dismissed = True
            if self._remove(returning, returning.share):
                returning.grant(returning.turn)

    def look(self) -> None:
        """Take the turn from who has had it for too long. Call it every now and then."""
        with self._lock:
            turn = self._turn
            if turn is None or not self._queues:
                return
            lead = self._lead(turn)
            if self._clock() - turn.since >= TURN_S or lead > AHEAD_S:
                self._pass_on()
            else:
                self._look_again(lead)

    # With the lock held:

    def _enqueue(self, one: Order | Returning, share: int) -> None:
        queue = self._queues.get(share)
        if queue is None:
            # Nobody saves up more than one turn while it has nothing to do.
            self._used[share] = max(self._used.get(share, 0.0), self._level() - TURN_S)
            queue = self._queues[share] = Line()
        queue.append(one)

    def _level(self) -> float:
        """How much those have computed who have computed least, of those who want to."""
        turn = self._turn
        if turn is None or self._queues:
            return self._least
        return max(self._least, self._used_with(turn))

    def _used_with(self, turn: Turn) -> float:
        """How much the share whose turn it is has computed, this turn included."""
        return self._used.get(turn.share, 0.0) + self._clock() - turn.since

    def _remove(self, one: Order | Returning, share: int) -> bool:
        queue = self._queues.get(share)
        if queue is None or not queue.remove(one):
            return False
        if not queue:
            del self._queues[share]
        return True

    def _make_way(self, share: int) -> None:
        """Take the turn away at once for a share that has had less, or in one share for a short run from a long one.

        Short ones of one share wait for each other: each change of thread costs as much as a part of them.
        """
        turn = self._turn
        if turn is None:
            return
        if turn.share == share:
            held = self._clock() - turn.since
            if held > AHEAD_S and turn.computed_s + held >= LONG_S and self._queues[share].has_short():
                self._pass_on()
                self._interrupt()
            return
        if self._used_with(turn) - self._used[share] > AHEAD_S:
            self._pass_on()
            self._interrupt()
        else:
            self._look_again(self._lead(turn))

    def _lead(self, turn: Turn) -> float:
        """How much more the share whose turn it is has computed than the least of those that wait with a short run."""
        others = (share for share, line in self._queues.items() if share != turn.share and line.has_short())
        least = min((self._used[share] for share in others), default=math.inf)
        return self._used_with(turn) - least

    def _look_again(self, lead: float) -> None:
        """Just after this has become long enough a lead."""
        if lead > AHEAD_S - TURN_S:
            self._hasten(max(AHEAD_S - lead, 0.0) + _LATE_S)

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            held = self._clock() - turn.since
            self._used[turn.share] = self._used.get(turn.share, self._least) + held
            if (line := self._queues.get(turn.share)) is not None:
                line.count(is_long=turn.computed_s >= LONG_S, computed_s=held)
            turn.computed_s += held

    def _pass_on(self) -> None:
        self._end_turn()
        if self._queues and isinstance(self._queues[self._first()].first(), Returning):
            self._next()
        else:
            self._call_for_someone()

    def _first(self) -> int:
        """The share whose turn it is: the one that has computed least."""
        return next(iter(self._queues)) if len(self._queues) == 1 else min(self._queues, key=self._used.__getitem__)

    def _next(self) -> tuple[Order, Turn] | None:
        """Give the turn to the first in the queue; an order is the caller's to do."""
        if not self._queues:
            return None
        share = self._first()
        queue = self._queues[share]
        first = queue.pop()
        self._turn = Turn(self._clock(), share, first.computed_s if isinstance(first, Returning) else 0.0)
        if not queue:
            del self._queues[share]
        if self._queues:
            self._look_again(self._lead(self._turn))
        self._least = max(self._least, self._used[share])
        if len(self._used) > _KNOWN_MAX:
            self._used = {one: used for one, used in self._used.items() if used > self._least or one in self._queues}
            self._used.setdefault(share, self._least)
        if isinstance(first, Returning):
            first.grant(self._turn)
            return None
        return first, self._turn

    def _call_for_someone(self) -> None:
        if self._queues and self._turn is None and not self._is_coming:
            self._is_coming = True
            self._summon()
