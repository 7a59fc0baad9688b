"""One run in a worker: the engine's bridge to the parent, its turn among others, and what stops it."""

import queue
import time
from collections.abc import Callable

from sandbox.contract.components import Call
from sandbox.contract.outcomes import Cancelled, Outcome
from sandbox.machine.engine import Engine, Instance, Loaded
from sandbox.machine.meters import Stopped, exhausted
from sandbox.process.memory import MemoryWatch
from sandbox.process.protocol import (
    Asked,
    Ended,
    Progressed,
    Reply,
    Run,
    Stop,
    Wire,
    end_of,
    outcome_of,
    scrubbed_end,
)
from sandbox.worker.lines import Returning, Turn
from sandbox.worker.scheduler import Turns
from sandbox.worker.threads import fall_behind

_PROGRESS_S = 0.05


class Running:
    """One run: the engine's bridge to the parent."""

    def __init__(self, order: Run, wire: Wire, turns: "Turns[Running]", memory: MemoryWatch):
        self.order, self._wire, self._turns, self._memory = order, wire, turns, memory
        self.held_bytes = 0
        self._deadline = time.monotonic() + order.limits.wall_ms / 1000
        self._inbox: queue.SimpleQueue[Reply | Stop] = queue.SimpleQueue()
        self.turn = Turn(0.0)
        self._told_at = 0.0
        self._untold: Progressed | None = None
        self._instance: Instance | None = None
        self.stopped: Outcome | None = None
        self._returning = Returning(order.share)

    # The engine calls these three, on the run's own thread.

    def host(self, request: str) -> tuple[str, int]:
        """Ask the parent; return its reply as JSON and how many ns it took. Raises Stopped, also when time is up."""
        self._memory.look(self)
        self._turns.leave(self.turn)
        try:
            self._wire.send(Asked(self.order.run, request))
            heard = self._inbox.get(timeout=max(self._deadline - time.monotonic(), 0.001))
        except queue.Empty:
            raise Stopped(exhausted("wall_ms", self.order.limits)) from None
        finally:
            self._come_back()
        if isinstance(heard, Stop):
            raise Stopped(outcome_of(heard.end))
        return heard.text, heard.elapsed_ns

    def pause(self) -> None:
        """Wait while others compute, when the turn has been taken away."""
        self._memory.look(self)
        if not self._turns.has(self.turn):
            self._come_back()
        fall_behind(self.turn.computed_s + time.monotonic() - self.turn.since)

    def _come_back(self) -> None:
        """For another turn, or without one to end at once: stopped, or out of time."""
        self._returning = Returning(self.order.share, self.turn.computed_s)
        if self.stopped is None:
            self.turn = self._turns.come_back(self._returning, max(self._deadline - time.monotonic(), 0.001))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell the parent, at most twenty times a second; the last word always gets there."""
        said = Progressed(self.order.run, done, total, None if message is None else message[:1000])
        now = time.monotonic()
        if now - self._told_at < _PROGRESS_S:
            self._untold = said
            return
        self._told_at, self._untold = now, None
        self._wire.send(said)

    # The watch over the memory sees these, and calls the last one.

    @property
    def share(self) -> int:
        return self.order.share

    @property
    def is_ending(self) -> bool:
        return self.stopped is not None

    def end(self, outcome: Outcome) -> None:
        self.hear(Stop(self.order.run, end_of(outcome)))

    # The wire's thread calls these two.

    def hear(self, heard: Reply | Stop) -> None:
        if isinstance(heard, Stop):
            self.stopped = outcome_of(heard.end)
            if self._instance is not None:
                self._instance.cancel()
            self._turns.dismiss(self._returning)
        self._inbox.put(heard)

    def stop_unbegun(self) -> bool:
        """Answer at once for a run that was stopped while it waited for its first turn."""
        if self.stopped is None or not self._turns.withdraw(self, self.order.share):
            return False
        self._wire.send(Ended(self.order.run, end_of(self.stopped), 0, 0, ""))
        return True

    def work(self, engine: Engine, load: Callable[[Run], Loaded]) -> None:
        """The whole run, on the calling thread."""
        with engine.instantiate(load(self.order), self.order.limits) as instance:
            self._wire.send(self._call(instance))

    def _call(self, instance: Instance) -> Ended:
        order, self._instance = self.order, instance
        self._deadline = time.monotonic() + order.limits.wall_ms / 1000  # as the engine counts it
        if self.stopped is not None:
            return Ended(order.run, end_of(self.stopped), 0, 0, "")
        ran = instance.call(Call(order.arguments, order.seed, order.started_at_ns), self)
        if self._untold is not None:
            self._wire.send(self._untold)
        # The engine knows only that it was cancelled; the parent may have had another reason.
        outcome = self.stopped if self.stopped and isinstance(ran.outcome, Cancelled) else ran.outcome
        return Ended(order.run, scrubbed_end(outcome), ran.fuel_used, ran.memory_bytes_peak, ran.log)
