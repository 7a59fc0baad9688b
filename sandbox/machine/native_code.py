"""Native code: what an image and its components are compiled to, for this machine."""

# pyright: reportPrivateUsage=false

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from wasmtime import Config, Func, Memory, MemoryType, Module, Store
from wasmtime import Engine as NativeEngine
from wasmtime import Instance as CoreInstance
from wasmtime import Limits as WasmLimits
from wasmtime import _ffi as ffi
from wasmtime.component import Component as NativeComponent

from sandbox.contract.components import Component
from sandbox.image import memory_patches
from sandbox.image.artifacts import Image, Vault
from sandbox.image.page_readers import reader_module
from sandbox.machine.metering import is_one_module, metered
from sandbox.machine.native_keys import USUAL_METER, WASM_STACK_BYTES, MeterKind, native_key

Form = Literal["delta", "full"]

_ASYNC_STACK_BYTES = 8 << 20


def native_engine(meter: MeterKind = USUAL_METER) -> NativeEngine:
    config = Config()
    config.consume_fuel = config.epoch_interruption = meter == "wasmtime"
    # Must not be below max_wasm_stack, or the process is aborted; the package has no property for it.
    ffi.wasmtime_config_async_stack_size_set(config.ptr(), _ASYNC_STACK_BYTES)
    # A component's charges say that asking the host is rare: sandbox/machine/metering.
    ffi.wasmtime_config_wasm_branch_hinting_set(config.ptr(), meter == "own")
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

    def __init__(self, meter: MeterKind = USUAL_METER) -> None:
        self._native = native_engine(meter)

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


def meter_of(image: Image, wished: MeterKind) -> MeterKind:
    """What counts on an image: what is wished, unless an earlier release built it so that only wasmtime can."""
    return wished if wished == "wasmtime" or is_one_module(image.template) else "wasmtime"


def _counting(image: Image, meter: MeterKind) -> bytes:
    return metered(image.template) if meter == "own" else image.template


@dataclass(frozen=True, slots=True)
class Natives:
    """Where an image's native code lies: the template and the three modules that plug into it."""

    template: Path
    image: Path
    nothing: Path
    reader: Path

    @classmethod
    def ensure(
        cls, image: Image, say: Callable[[str], None] = lambda _: None, meter: MeterKind = USUAL_METER
    ) -> "Natives":
        """Compile what is missing or is not ours; check the seals of the rest."""
        meter = meter_of(image, meter)
        vault = Vault.open(image.root / f"native-{native_key(meter)}")
        compiler = Compiler(meter)

        def make(what: str, compile_it: Callable[[], bytearray]) -> bytearray:
            say(f"compiling the {what} for this machine")
            return compile_it()

        reader = reader_module(image.memory_pages, image.stack_high, image.watched, image.hashes)
        base = partial(memory_patches.image_module, image.memory, memory_patches.Changes(image.memory_pages, {}))
        return cls(
            vault.ensure("template", lambda: make("interpreter", lambda: compiler.component(_counting(image, meter)))),
            vault.ensure("image", lambda: make("base memory", lambda: compiler.module(base()))),
            vault.ensure("nothing", lambda: compiler.module(memory_patches.delta_module(None))),
            vault.ensure("reader", lambda: compiler.module(reader)),
        )
