"""A worker process: runs tools or builds them for a parent, and holds nothing of its own.

`python -c "from sandbox.workers import main; main()" JSON` with the parent's socket inherited. What it imports, it
imports before the walls go up. It ends when the parent's end of the socket does.
"""

import gc
import json
import math
import os
import queue
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sandbox.contract.components import Call, Component
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Outcome
from sandbox.contract.recent import Lru
from sandbox.image.artifacts import Image
from sandbox.machine.engine import TICK_MS, Engine, Instance, Loaded
from sandbox.machine.forks import fork
from sandbox.machine.meters import Stopped, exhausted
from sandbox.machine.native_code import Compiler, Form, Natives
from sandbox.process import hardening
from sandbox.process.memory import MemoryWatch
from sandbox.process.protocol import (
    CODE_PART_BYTES,
    Asked,
    Broken,
    Code,
    Ended,
    Fork,
    Forked,
    Materialise,
    Materialised,
    Message,
    Progressed,
    Ready,
    Reply,
    Run,
    Stop,
    Wire,
    end_of,
    outcome_of,
    scrubbed_end,
)
from sandbox.process.scheduler import Returning, Turn, Turns
from sandbox.process.threads import Threads, fall_behind, is_behind

# A thread's C stack must hold the 4 MiB that wasm may use, and Python above it.
_STACK_BYTES = 16 << 20
_LOADED_MAX = 512
_PROGRESS_S = 0.05
# Who is called waits for an answer; who submits a tool waits for its gates in any case.
_BUILDER_NICE = 5


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
                _answering(
                    self._wire, running.order.run, lambda running=running: running.work(self._engine, self._load)
                )
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
                loaded = self._engine.load(Path(Path(order.artifact).name), _form(order.form))
                self._loaded.put(order.artifact, loaded)
            return loaded


class Builder:
    """Builds tools, one at a time."""

    def __init__(self, engine: Engine, wire: Wire):
        self._engine, self._wire, self._compiler = engine, wire, Compiler()
        self._ticker = Ticker(engine)
        self._threads = ThreadPoolExecutor(1)

    def warm_up(self) -> None:
        """Map what every build compares with, while the way to it is still open: it may be its owner's alone."""
        _ = self._engine.image.memory

    def hear(self, heard: Any) -> None:
        if isinstance(heard, Fork | Materialise):
            self._threads.submit(self._work, heard)

    def _work(self, order: Fork | Materialise) -> None:
        def work() -> None:
            self._wire.send(self._fork(order) if isinstance(order, Fork) else self._materialise(order))

        with self._ticker:
            _answering(self._wire, order.run, work)

    def _fork(self, order: Fork) -> Message:
        """The component, and before it the native code that its first call needs."""
        built = fork(self._engine, order.source, order.name, order.limits)
        if not isinstance(built, Component):
            return Forked(order.run, findings=built.findings)
        self._say_code(order.run, self._compiler.materialise(self._engine.image, built, "delta"))
        return Forked(order.run, built)

    def _materialise(self, order: Materialise) -> Message:
        self._say_code(order.run, self._compiler.materialise(self._engine.image, order.component, _form(order.form)))
        return Materialised(order.run)

    def _say_code(self, run: int, native: bytearray) -> None:
        with memoryview(native) as whole:
            for start in range(0, len(whole), CODE_PART_BYTES):
                self._wire.send(Code(run, bytes(whole[start : start + CODE_PART_BYTES])))


def _form(said: str) -> Form:
    return "full" if said == "full" else "delta"


def _answering(wire: Wire, key: int, work: Callable[[], None]) -> None:
    """What fails here is ours, and for the operator to see; the parent must hear of it all the same."""
    try:
        work()
    except ConnectionError:
        os._exit(1)  # the parent is gone
    except Exception:  # noqa: BLE001  (the top of a thread)
        wire.send(Broken(key, traceback.format_exc(limit=-8)[-4000:]))


def main() -> None:
    """Raise the walls, open the image, serve the parent until it goes."""
    told = json.loads(sys.argv[1])
    hardening.close_descriptors(told["socket"])
    threading.stack_size(_STACK_BYTES)
    # Threads wait for one another in steps of this; the default of 5 ms is longer than a whole call.
    sys.setswitchinterval(0.0005)
    image = Image.read(Path(told["image"]))
    natives = Natives(**{name: Path(path) for name, path in told["natives"].items()})
    folders = [image.root, natives.template.parent, Path(told["cache"])]
    memory = MemoryWatch(told["memory_bytes"])
    walls = hardening.confine(folders)
    engine = Engine(image, natives)
    wire = Wire(socket.socket(fileno=told["socket"]))
    serving: Runner | Builder = Runner(engine, wire, memory) if told["role"] == "runner" else Builder(engine, wire)
    if isinstance(serving, Builder):
        os.nice(_BUILDER_NICE)
    serving.warm_up()
    # Nobody may not walk the way to it, through a folder that is its owner's alone; being there is enough.
    os.chdir(told["cache"])
    walls |= hardening.seal([Path()])
    # What is here now stays: no collection needs to look at it again.
    gc.collect()
    gc.freeze()
    wire.send(Ready(0, walls))
    while (heard := wire.receive()) is not None:
        serving.hear(heard)
    os._exit(0)
