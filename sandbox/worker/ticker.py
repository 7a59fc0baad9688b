"""The engine's clock: how runs that compute are looked at, again and again."""

import math
import threading
import time
from collections.abc import Callable

from sandbox.machine.engine import TICK_MS, Engine


class Ticker:
    """Advances the engine's epoch while anything runs, and calls `also` before each tick; asleep otherwise.

    A tick comes each TICK_MS, and sooner when somebody hastens it.
    """

    def __init__(self, engine: Engine, also: Callable[[], None] = lambda: None):
        self._engine, self._also = engine, also
        self._busy = threading.Condition()
        self._running, self._is_asleep, self._hastened_to = 0, False, math.inf
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while True:
            with self._busy:
                self._is_asleep = True
                self._busy.wait_for(lambda: self._running > 0)
                self._is_asleep = False
                tick = time.monotonic() + TICK_MS / 1000
                while (left_s := min(tick, self._hastened_to) - time.monotonic()) > 0:
                    self._busy.wait(left_s)
                self._hastened_to = math.inf
            self._also()
            self._engine.tick()

    def hasten(self, within_s: float) -> None:
        due = time.monotonic() + within_s
        with self._busy:
            if due < self._hastened_to:
                self._hastened_to = due
                self._busy.notify()

    def __enter__(self) -> None:
        with self._busy:
            self._running += 1
            if self._is_asleep:
                self._busy.notify()

    def __exit__(self, *_: object) -> None:
        with self._busy:
            self._running -= 1
