"""Instances of WebAssembly: made of an image and a delta, called once, dropped. This folder alone knows wasmtime."""

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from wasmtime import Module, Store, WasmtimeError
from wasmtime import _ffi as ffi
from wasmtime.component import Component as NativeComponent
from wasmtime.component import ExportIndex, Linker

from sandbox.contract.components import Call
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Failed, Fault, Outcome, Trapped
from sandbox.image.artifacts import Image
from sandbox.machine import component_values, host_functions, native_calls
from sandbox.machine.component_values import Value
from sandbox.machine.fuel_rates import Pace
from sandbox.machine.metering.wiring import READ_LEFT
from sandbox.machine.meters import Bridge, Meter, Stopped, Ticks, exhausted, read_answer
from sandbox.machine.native_code import Form, Natives, native_engine
from sandbox.machine.native_keys import USUAL_METER, MeterKind

TICK_MS = 10
_START_FUEL = 10_000_000_000
_NEVER = 1 << 40
_EXPORTS = ("load", "run", "pages", "globals", "size")
_STACK = "RecursionError: the tool recursed deeper than the sandbox's stack"


@dataclass(frozen=True, slots=True)
class Ran:
    """One call and what it cost. `memory_bytes_peak` of an instance that died is its least possible value."""

    outcome: Outcome
    fuel_used: int
    memory_bytes_peak: int
    host_calls: int
    log: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A component's code, mapped, and the linker that makes instances of it."""

    linker: Linker


class Instance:
    """A fresh instance. Call it once, then close it."""

    def __init__(self, engine: "Engine", loaded: Loaded, limits: Limits):
        self._engine, self._limits = engine, limits
        self._meter: Meter | None = None
        self._cancelled = False
        self._store = Store(engine.native)
        # What lies packed in the image is no use of the tool's: a library more must not leave it less.
        self._shelved_pages = engine.image.shelved_pages
        self._store.set_limits(memory_size=limits.memory_bytes + (self._shelved_pages << 16))
        if not engine.is_own_meter:
            self._store.set_fuel(_START_FUEL)
            self._store.set_epoch_deadline(_NEVER)
        self._key = host_functions.address_of(self._store)
        self._instance = loaded.linker.instantiate(self._store, engine.template)

    def start(self, meter: Meter) -> None:
        """From here on fuel and time count."""
        meter.begin()
        meter.ticks = self._engine.ticks
        self._meter = meter
        host_functions.begin(self._key, meter)
        if self._cancelled:
            meter.stopped = Cancelled()
        if not self._engine.is_own_meter:
            host_functions.look_on_ticks(self._store)
            self._store.set_fuel(self._limits.fuel)
            self._store.set_epoch_deadline(1)

    def ask(self, export: str, *arguments: str) -> Any:
        """Call an export of the template. Raises Stopped when it traps, and what the bridge raised."""
        function, result = ffi.wasmtime_component_func_t(), Value()
        given = (Value * len(arguments))()
        for place, text in zip(given, arguments, strict=True):
            data = text.encode()
            native_calls.reserve_text(ctypes.addressof(place) + component_values.HEAD, len(data))
            ctypes.memmove(place.data or 0, data, len(data))
            place.kind = component_values.STRING
        instance, index = ctypes.byref(self._instance._instance), self._engine.exports[export].ptr()
        found = native_calls.find_function(instance, self._key, index, ctypes.byref(function))
        assert found  # noqa: S101  (the template exports them all)
        count, answer = len(arguments), ctypes.byref(result)
        error = native_calls.call_function(ctypes.byref(function), self._key, given, count, answer, 1)
        for place in given:
            native_calls.release(ctypes.byref(place))
        if error:
            raise self._trapped(str(WasmtimeError._from_ptr(error)))
        try:
            return component_values.text_or_number(result)
        finally:
            native_calls.release(ctypes.byref(result))

    def _trapped(self, said: str) -> Exception:
        if self._meter is not None and self._meter.broken is not None:
            return self._meter.broken
        return Stopped(self._outcome_of(said))

    def call(self, call: Call, bridge: Bridge) -> Ran:
        """Run the tool. Raises nothing for what the tool does, only what the bridge raised."""
        limits = self._limits
        meter = Meter(limits, bridge, call.seed, call.started_at_ns)
        if len(call.arguments.encode()) > limits.argument_bytes:
            return Ran(exhausted("argument_bytes", limits), 0, 0, 0, "")
        self.start(meter)
        began = time.thread_time()
        left: int | None = None
        try:
            answer = self.ask("run", call.arguments)
            if self._engine.is_own_meter:
                left = self.ask(READ_LEFT)
            outcome, size = read_answer(answer, limits), self.ask("size")
            if left is not None and meter.granted - left > limits.fuel:  # what was lent while memory was handed over
                outcome = exhausted("fuel", limits)
        except Stopped as end:
            outcome, size = end.outcome, self._engine.image.memory_pages
        fuel_used = self._fuel_used(meter, left, time.thread_time() - began)
        return Ran(outcome, fuel_used, (size - self._shelved_pages) << 16, meter.host_calls, meter.log)

    def _fuel_used(self, meter: Meter, left: int | None, computed_s: float) -> int:
        """Exact for a run that returned. One that died has used, by our own meter, the slices that it was given."""
        if self._engine.is_own_meter:
            return min(meter.granted - (left or 0), self._limits.fuel)
        read = self._limits.fuel - self._store.get_fuel()
        return self._engine.pace.correct(read, computed_s, self._limits, meter.stopped)

    def cancel(self) -> None:
        """End the run within a tick. From any thread."""
        self._cancelled = True
        if self._meter is not None:
            self._meter.stopped = Cancelled()

    def _outcome_of(self, said: str) -> Outcome:
        """What a trap means."""
        if self._meter is not None and self._meter.stopped is not None:
            return self._meter.stopped
        if "all fuel consumed" in said:
            return exhausted("fuel", self._limits)
        if "call stack exhausted" in said:
            return Failed(Fault("recursion", _STACK, "Use a loop or an explicit stack."))
        cause = said.rstrip().rsplit("\n", 1)[-1].strip()
        message = "The Python interpreter crashed inside the sandbox."
        return Trapped(Fault("crashed", message, None, {"cause": cause}))

    def close(self) -> None:
        host_functions.end(self._key)
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Engine:
    """One image, ready to make instances. Compiles nothing."""

    def __init__(self, image: Image, natives: Natives, meter: MeterKind = USUAL_METER):
        self.image = image
        self.is_own_meter = meter == "own"
        self.native = native_engine(meter)
        self.pace, self.ticks = Pace(), Ticks()
        self.template = NativeComponent.deserialize_file(self.native, str(natives.template))
        self.exports: dict[str, ExportIndex] = {}
        for key in (*_EXPORTS, READ_LEFT) if self.is_own_meter else _EXPORTS:
            index = self.template.get_export_index(key)
            assert index is not None, key  # noqa: S101  (we wrote the template)
            self.exports[key] = index
        self._base = Module.deserialize_file(self.native, str(natives.image))
        self._nothing = Module.deserialize_file(self.native, str(natives.nothing))
        self._reader = Module.deserialize_file(self.native, str(natives.reader))

    @classmethod
    def open(cls, image: Image, meter: MeterKind = USUAL_METER) -> "Engine":
        """Milliseconds, once the image's native code is there."""
        return cls(image, Natives.ensure(image, meter=meter), meter)

    def load(self, artifact: Path, form: Form) -> Loaded:
        """Map what `Compiler.materialise` made. The file is machine code: it must be ours."""
        module = Module.deserialize_file(self.native, str(artifact))
        return self._link(module, self._nothing) if form == "full" else self._link(self._base, module)

    def reader(self) -> Loaded:
        """The base image with the delta that reads what a load left behind."""
        return self._link(self._base, self._reader)

    def _link(self, image: Module, delta: Module) -> Loaded:
        linker = Linker(self.native)
        with linker.root() as root:
            root.add_module("image", image)
            root.add_module("delta", delta)
            host_functions.link(root)
            if self.is_own_meter:
                host_functions.add_refill(root)
        linker.define_unknown_imports_as_traps(self.template)
        return Loaded(linker)

    def instantiate(self, loaded: Loaded, limits: Limits) -> Instance:
        """A fresh instance: a millisecond or two."""
        return Instance(self, loaded, limits)

    def tick(self) -> None:
        """Let every running instance look whether it must end. Call it each TICK_MS from a thread of its own."""
        self.ticks.count += 1
        if not self.is_own_meter:
            self.native.increment_epoch()
