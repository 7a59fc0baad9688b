"""A worker that runs tools: one instance each, thrown away afterwards."""

import threading
from pathlib import Path
from typing import Any

from sandbox.contract.components import Call
from sandbox.contract.limits import Limits
from sandbox.contract.recent import Lru
from sandbox.machine.engine import Engine, Loaded
from sandbox.process.memory import MemoryWatch
from sandbox.process.protocol import Reply, Run, Stop, Wire
from sandbox.worker.orders import answering, form_of
from sandbox.worker.running import Running
from sandbox.worker.scheduler import Turns
from sandbox.worker.threads import Threads, is_behind
from sandbox.worker.ticker import Ticker

_LOADED_MAX = 512


class Runner:
    """Runs tools: one instance each, thrown away afterwards."""

    def __init__(self, engine: Engine, wire: Wire, memory: MemoryWatch):
        self._engine, self._wire = engine, wire
        self._turns: Turns[Running] = Turns(self._summon, engine.tick, hasten=self._hasten)
        self._ticker = Ticker(engine, self._turns.look)
        self._running: dict[int, Running] = {}
        self._memory = memory
        memory.holders = lambda: self._running.copy().values()
        self._loaded: Lru[str, Loaded] = Lru(_LOADED_MAX)
        self._loading = threading.Lock()
        self._threads = Threads()

    def warm_up(self) -> None:
        """Call the image without a tool, so that the first real call finds its pages and threads in place."""
        called = threading.Event()
        self._threads.submit(lambda: self._call_nothing(called))
        called.wait()

    def _call_nothing(self, called: threading.Event) -> None:
        with self._engine.instantiate(self._engine.reader(), Limits.DEFAULT) as instance:
            nothing = Run(0, "", "delta", "{}", bytes(32), 0, Limits.DEFAULT, 0)
            instance.call(Call("{}", nothing.seed, 0), Running(nothing, self._wire, self._turns, self._memory))
        called.set()

    def hear(self, heard: Any) -> None:
        if isinstance(heard, Run):
            running = self._running[heard.run] = Running(heard, self._wire, self._turns, self._memory)
            self._turns.put(running, heard.share)
        elif isinstance(heard, Reply | Stop) and (running := self._running.get(heard.run)) is not None:
            running.hear(heard)
            if running.stop_unbegun():
                del self._running[heard.run]

    def _summon(self) -> None:
        self._threads.submit(self._work)

    def _hasten(self, within_s: float) -> None:
        self._ticker.hasten(within_s)

    def _work(self) -> None:
        """On one of the threads: one run after another, as long as it is this thread's turn."""
        given = self._turns.begin()
        while given is not None:
            running, turn = given
            running.turn = turn
            with self._ticker:
                answering(self._wire, running.order.run, lambda running=running: running.work(self._engine, self._load))
            del self._running[running.order.run]
            self._memory.forget(running)
            if is_behind():
                self._turns.leave(running.turn)  # what comes next is another thread's, that is not
                return
            given = self._turns.go_on(running.turn)

    def _load(self, order: Run) -> Loaded:
        """The component's code, mapped once and kept; the one unused for longest makes room."""
        with self._loading:
            loaded = self._loaded.get(order.artifact)
            if loaded is None:
                loaded = self._engine.load(Path(Path(order.artifact).name), form_of(order.form))
                self._loaded.put(order.artifact, loaded)
            return loaded
