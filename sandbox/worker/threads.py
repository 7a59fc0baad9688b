"""A worker's threads: kept for the next work, and behind the others once they have computed for long.

What else is on the machine (the server, another worker with a short call) is not made to wait by a run that computes
for long: that has the processors which nobody else wants. A thread that was put behind cannot come forward again
without a right that a worker does not have, so it ends with its work, and another takes its place.
"""

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

# Seconds that a run has computed, and how far behind others (as `nice` counts) its thread is from then on. Waiting any
# longer with it costs a neighbour's slowest calls a third more; standing any further back wins nothing.
_BEHIND_AFTER_S, _BEHIND = 0.01, 5
_NICE = min(os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND, 19)  # asked before the walls are up
_mine = threading.local()


def fall_behind(computed_s: float) -> None:
    """Put the calling thread where a run belongs that has computed so long."""
    if computed_s < _BEHIND_AFTER_S or is_behind():
        return
    _mine.is_behind = True
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)  # of this thread alone, on Linux


def is_behind() -> bool:
    return getattr(_mine, "is_behind", False)


class Threads:
    """As many as there is work at a time."""

    def __init__(self) -> None:
        self._works: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def submit(self, work: Callable[[], None]) -> None:
        self._works.put(work)
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._works.get()()
            if is_behind():
                return
            self._idle.release()
