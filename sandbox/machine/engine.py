"""WebAssembly, behind one door: the only module that imports wasmtime.

wasmtime's Python package is thin: stack sizes, epoch callbacks and store addresses are reached under its surface.
"""

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, cast

from wasmtime import Config, Func, Memory, MemoryType, Module, Store, WasmtimeError, _bindings
from wasmtime import Engine as NativeEngine
from wasmtime import Instance as CoreInstance
from wasmtime import Limits as WasmLimits
from wasmtime import _ffi as ffi
from wasmtime.component import Component as NativeComponent
from wasmtime.component import ExportIndex, Linker, Record

from sandbox.contract.components import Call, Component
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Failed, Fault, Outcome, Trapped
from sandbox.image import memory_patches
from sandbox.image.artifacts import Image, Vault
from sandbox.image.page_readers import reader_module
from sandbox.machine import component_values
from sandbox.machine.component_values import Value
from sandbox.machine.fuel_rates import Pace
from sandbox.machine.meters import READ_NS, Bridge, Meter, Stopped, exhausted, read_answer
from sandbox.machine.native_keys import WASM_STACK_BYTES, native_key

Form = Literal["delta", "full"]

TICK_MS = 10
_ASYNC_STACK_BYTES = 8 << 20
_START_FUEL = 10_000_000_000
_NEVER = 1 << 40
_EXPORTS = ("load", "run", "pages", "globals", "size")
_STACK = "RecursionError: the tool recursed deeper than the sandbox's stack"

_running: dict[int, Meter] = {}
"""The meter of each started store, by the address that host functions are given."""


def _address(context: Any) -> int:
    return ctypes.cast(context, ctypes.c_void_p).value or 0


def _wall_clock(meter: Meter) -> Record:
    now = Record()
    now.__dict__["seconds"], now.__dict__["nanoseconds"] = divmod(meter.clock(), 1_000_000_000)
    return now


def _resolution(_: Meter) -> int:
    return READ_NS


def _random_u64(meter: Meter) -> int:
    return int.from_bytes(meter.random(8), "little")


def _nothing(_: Meter) -> list[Any]:
    return []


_WASI = "@0.2.9"  # what componentize-py's components import
_RANDOM = f"wasi:random/random{_WASI}"
_DOORS: dict[str, dict[str, Callable[..., Any]]] = {
    "sealwright:tool/host": {"call": Meter.call, "progress": Meter.progress, "log": Meter.write_log},
    f"wasi:cli/environment{_WASI}": {"get-environment": _nothing, "get-arguments": _nothing},
    f"wasi:clocks/wall-clock{_WASI}": {"now": _wall_clock},
    f"wasi:clocks/monotonic-clock{_WASI}": {"now": Meter.clock, "resolution": _resolution},
    f"wasi:filesystem/preopens{_WASI}": {"get-directories": _nothing},
    _RANDOM: {"get-random-u64": _random_u64},
}


def _enter(function: Callable[..., Any], context: Any, *arguments: Any) -> Any:
    """Any exception but WasmtimeError would travel through a variable that all threads share."""
    meter = _running[_address(context._context())]
    try:
        return function(meter, *arguments)
    except Stopped as order:
        meter.stopped = order.outcome
    except Exception as error:  # noqa: BLE001  (raised again by Instance.call)
        meter.broken = error
    raise WasmtimeError("stopped")


def _native(name: str, *kinds: Any, gives: Any = None) -> Any:
    """A function of wasmtime that takes addresses as they are: nothing is wrapped for it."""
    function: Any = cast(Any, _bindings).dll[name]
    function.argtypes, function.restype = kinds, gives
    return function


_PLACE, _COUNT = ctypes.c_void_p, ctypes.c_size_t
_find_function = _native("wasmtime_component_instance_get_func", *[_PLACE] * 4, gives=ctypes.c_bool)
_call_function = _native(
    "wasmtime_component_func_call", *[_PLACE] * 3, _COUNT, _PLACE, _COUNT, gives=ctypes.POINTER(ffi.wasmtime_error_t)
)
_reserve_text = _native("wasm_byte_vec_new_uninitialized", _PLACE, _COUNT)
_reserve_list = _native("wasmtime_component_vallist_new_uninit", _PLACE, _COUNT)
_release = _native("wasmtime_component_val_delete", _PLACE)
assert ctypes.sizeof(ffi.wasmtime_component_val_t) == component_values.SIZE  # noqa: S101  (or nothing below would hold)


@ctypes.CFUNCTYPE(_COUNT, _PLACE, _PLACE, _PLACE, _PLACE, _COUNT, _PLACE, _COUNT)
def _random_bytes(_data: Any, context: int, _type: Any, given: int, _count: int, place: int, _places: int) -> int:
    """Every run draws some: see values."""
    meter, result = _running[context], Value.from_address(place)
    try:
        drawn = meter.random(Value.from_address(given).head)
    except Stopped as order:
        meter.stopped = order.outcome
        return ctypes.cast(WasmtimeError("stopped")._consume(), ctypes.c_void_p).value or 0
    _reserve_list(place + component_values.HEAD, len(drawn))
    ctypes.memmove(result.data or 0, component_values.of_bytes(drawn), component_values.SIZE * len(drawn))
    result.kind = component_values.LIST
    return 0


_RANDOM_BYTES: Any = ctypes.cast(_random_bytes, ffi.wasmtime_component_func_callback_t)
_NO_END: Any = ctypes.cast(0, ctypes.CFUNCTYPE(None, ctypes.c_void_p))


def _add_random_bytes(instance: Any) -> None:
    name = b"get-random-bytes"
    add: Any = cast(Any, ffi).wasmtime_component_linker_instance_add_func
    error = add(instance.ptr(), name, len(name), _RANDOM_BYTES, None, _NO_END)
    assert not error  # noqa: S101  (we wrote the name)


_CALLBACK_TYPES: Any = _bindings._wasmtime_store_epoch_deadline_callback.argtypes
_Tick, _Finalizer = _CALLBACK_TYPES[1], _CALLBACK_TYPES[3]


@_Tick
def _on_tick(context: Any, _data: Any, delta: Any, kind: Any) -> int:
    """Every running instance, every tick: has it been cancelled, is its time up?"""
    meter = _running.get(_address(context))
    delta[0], kind[0] = 1, 0
    if meter is not None and not meter.overdue():
        meter.bridge.pause()
    if meter is None or not meter.overdue():
        return 0
    return ctypes.cast(WasmtimeError("stopped")._consume(), ctypes.c_void_p).value or 0


_NO_FINALIZER: Any = ctypes.cast(0, _Finalizer)


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
        self._store.set_limits(memory_size=limits.memory_bytes)
        self._store.set_fuel(_START_FUEL)
        self._store.set_epoch_deadline(_NEVER)
        self._key = _address(self._store._context())
        self._instance = loaded.linker.instantiate(self._store, engine.template)

    def start(self, meter: Meter) -> None:
        """From here on fuel and time count."""
        meter.begin()
        self._meter = _running[self._key] = meter
        if self._cancelled:
            meter.stopped = Cancelled()
        self._store.set_fuel(self._limits.fuel)
        ffi.wasmtime_store_epoch_deadline_callback(self._store.ptr(), _on_tick, None, _NO_FINALIZER)
        self._store.set_epoch_deadline(1)

    def ask(self, export: str, *arguments: str) -> Any:
        """Call an export of the template. Raises Stopped when it traps, and what the bridge raised."""
        function, result = ffi.wasmtime_component_func_t(), Value()
        given = (Value * len(arguments))()
        for place, text in zip(given, arguments, strict=True):
            data = text.encode()
            _reserve_text(ctypes.addressof(place) + component_values.HEAD, len(data))
            ctypes.memmove(place.data or 0, data, len(data))
            place.kind = component_values.STRING
        instance, index = ctypes.byref(self._instance._instance), self._engine.exports[export].ptr()
        found = _find_function(instance, self._key, index, ctypes.byref(function))
        assert found  # noqa: S101  (the template exports them all)
        error = _call_function(ctypes.byref(function), self._key, given, len(arguments), ctypes.byref(result), 1)
        for place in given:
            _release(ctypes.byref(place))
        if error:
            raise self._trapped(str(WasmtimeError._from_ptr(error)))
        try:
            return component_values.text_or_number(result)
        finally:
            _release(ctypes.byref(result))

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
        try:
            outcome, size = read_answer(self.ask("run", call.arguments), limits), self.ask("size")
        except Stopped as end:
            outcome, size = end.outcome, self._engine.image.memory_pages
        left, computed_s = self._store.get_fuel(), time.thread_time() - began
        fuel_used = self._engine.pace.correct(limits.fuel - left, computed_s, limits, meter.stopped)
        return Ran(outcome, fuel_used, size << 16, meter.host_calls, meter.log)

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
        _running.pop(self._key, None)
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _native_engine() -> NativeEngine:
    config = Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    # Must not be below max_wasm_stack, or the process is aborted; the package has no property for it.
    ffi.wasmtime_config_async_stack_size_set(config.ptr(), _ASYNC_STACK_BYTES)
    config.max_wasm_stack = WASM_STACK_BYTES
    return NativeEngine(config)


def page_hashes(memory: bytes | bytearray) -> bytes:
    """Eight bytes for each 4 KiB page, as the reader of a fork counts them."""
    native = NativeEngine()
    size = len(memory) >> 16
    module, store = Module(native, reader_module(size, 0, [], b"")), Store(native)
    plain = Memory(store, MemoryType(WasmLimits(size, None)))
    plain.write(store, memory, 0)
    reader = CoreInstance(store, module, [plain]).exports(store)
    pages, out = reader["pages"], reader["out"]
    assert isinstance(pages, Func)  # noqa: S101  (we wrote the module)
    assert isinstance(out, Memory)  # noqa: S101
    pages(store)
    at, length = (int.from_bytes(out.read(store, place, place + 4), "little") for place in (0, 4))
    return bytes(out.read(store, at, at + length))


class Compiler:
    """Makes native code of WebAssembly: for image builds, and for the components of a native cache."""

    def __init__(self) -> None:
        self._native = _native_engine()

    def component(self, binary: bytes) -> bytearray:
        with NativeComponent(self._native, binary) as compiled:
            return compiled.serialize()

    def module(self, binary: bytes | str) -> bytearray:
        with Module(self._native, binary) as compiled:  # pyright: ignore[reportArgumentType] (takes text too)
            return compiled.serialize()

    def materialise(self, image: Image, component: Component, form: Form) -> bytearray:
        """The native code of one component: its memory ("full") or what changed in it ("delta")."""
        changes = memory_patches.verified(component, image.memory)
        if form == "full":
            return self.module(memory_patches.image_module(image.memory, changes))
        return self.module(memory_patches.delta_module(changes))


@dataclass(frozen=True, slots=True)
class Natives:
    """Where an image's native code lies: the template and the three modules that plug into it."""

    template: Path
    image: Path
    nothing: Path
    reader: Path

    @classmethod
    def ensure(cls, image: Image, say: Callable[[str], None] = lambda _: None) -> "Natives":
        """Compile what is missing or is not ours; check the seals of the rest."""
        vault = Vault.open(image.root / f"native-{native_key()}")
        compiler = Compiler()

        def make(what: str, compile_it: Callable[[], bytearray]) -> bytearray:
            say(f"compiling the {what} for this machine")
            return compile_it()

        reader = reader_module(image.memory_pages, image.stack_high, image.watched, image.hashes)
        base = partial(memory_patches.image_module, image.memory, memory_patches.Changes(image.memory_pages, {}))
        return cls(
            vault.ensure("template", lambda: make("interpreter", lambda: compiler.component(image.template))),
            vault.ensure("image", lambda: make("base memory", lambda: compiler.module(base()))),
            vault.ensure("nothing", lambda: compiler.module(memory_patches.delta_module(None))),
            vault.ensure("reader", lambda: compiler.module(reader)),
        )


class Engine:
    """One image, ready to make instances. Compiles nothing."""

    def __init__(self, image: Image, natives: Natives):
        self.image = image
        self.native = _native_engine()
        self.pace = Pace()
        self.template = NativeComponent.deserialize_file(self.native, str(natives.template))
        self.exports: dict[str, ExportIndex] = {}
        for key in _EXPORTS:
            index = self.template.get_export_index(key)
            assert index is not None, key  # noqa: S101  (we wrote the template)
            self.exports[key] = index
        self._base = Module.deserialize_file(self.native, str(natives.image))
        self._nothing = Module.deserialize_file(self.native, str(natives.nothing))
        self._reader = Module.deserialize_file(self.native, str(natives.reader))

    @classmethod
    def open(cls, image: Image) -> "Engine":
        """Milliseconds, once the image's native code is there."""
        return cls(image, Natives.ensure(image))

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
            for interface, functions in _DOORS.items():
                with root.add_instance(interface) as instance:
                    for key, function in functions.items():
                        instance.add_func(key, partial(_enter, function))
                    if interface == _RANDOM:
                        _add_random_bytes(instance)
        linker.define_unknown_imports_as_traps(self.template)
        return Loaded(linker)

    def instantiate(self, loaded: Loaded, limits: Limits) -> Instance:
        """A fresh instance: a millisecond or two."""
        return Instance(self, loaded, limits)

    def tick(self) -> None:
        """Let every running instance look whether it must end. Call it each TICK_MS from a thread of its own."""
        self.native.increment_epoch()
