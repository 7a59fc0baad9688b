"""A worker that builds tools, one at a time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sandbox.contract.components import Component
from sandbox.machine.engine import Engine
from sandbox.machine.forks import fork
from sandbox.machine.native_code import Compiler
from sandbox.machine.native_keys import MeterKind
from sandbox.process.protocol import CODE_PART_BYTES, Code, Fork, Forked, Materialise, Materialised, Message, Wire
from sandbox.worker.orders import answering, form_of
from sandbox.worker.ticker import Ticker


class Builder:
    """Builds tools, one at a time."""

    def __init__(self, engine: Engine, wire: Wire, meter: MeterKind):
        self._engine, self._wire, self._compiler = engine, wire, Compiler(meter)
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
            answering(self._wire, order.run, work)

    def _fork(self, order: Fork) -> Message:
        """The component, and before it the native code that its first call needs."""
        built = fork(self._engine, order.source, order.name, order.limits)
        if not isinstance(built, Component):
            return Forked(order.run, findings=built.findings)
        self._say_code(order.run, self._compiler.materialise(self._engine.image, built, "delta"))
        return Forked(order.run, built)

    def _materialise(self, order: Materialise) -> Message:
        self._say_code(order.run, self._compiler.materialise(self._engine.image, order.component, form_of(order.form)))
        return Materialised(order.run)

    def _say_code(self, run: int, native: bytearray) -> None:
        with memoryview(native) as whole:
            for start in range(0, len(whole), CODE_PART_BYTES):
                self._wire.send(Code(run, bytes(whole[start : start + CODE_PART_BYTES])))
