"""What an instance may ask of its host: the interfaces it imports, each answered from the meter of its run.

wasmtime's Python package is thin: epoch callbacks and store addresses are reached under its surface.
"""

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from wasmtime import Store, WasmtimeError, _bindings
from wasmtime import _ffi as ffi
from wasmtime.component import Record

from sandbox.image.host_interface import ENVIRONMENT, HOST, MONOTONIC_CLOCK, PREOPENS, RANDOM, WALL_CLOCK
from sandbox.machine import component_values, native_calls
from sandbox.machine.component_values import Value
from sandbox.machine.metering.wiring import REFILL
from sandbox.machine.meters import READ_NS, Meter, Stopped

running: dict[int, Meter] = {}
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


_INTERFACES: dict[str, dict[str, Callable[..., Any]]] = {
    HOST: {"call": Meter.call, "progress": Meter.progress, "log": Meter.write_log},
    ENVIRONMENT: {"get-environment": _nothing, "get-arguments": _nothing},
    WALL_CLOCK: {"now": _wall_clock},
    MONOTONIC_CLOCK: {"now": Meter.clock, "resolution": _resolution},
    PREOPENS: {"get-directories": _nothing},
    RANDOM: {"get-random-u64": _random_u64},
}


def _enter(function: Callable[..., Any], context: Any, *arguments: Any) -> Any:
    """Any exception but WasmtimeError would travel through a variable that all threads share."""
    meter = running[_address(context._context())]
    try:
        meter.asked()
        return function(meter, *arguments)
    except Stopped as order:
        meter.stopped = order.outcome
    except Exception as error:  # noqa: BLE001  (raised again by Instance.call)
        meter.broken = error
    raise WasmtimeError("stopped")


# What wasmtime calls: data, context, type, arguments and their number, results and theirs; an error, or 0.
_HOST_FUNCTION = ctypes.CFUNCTYPE(
    native_calls.COUNT,
    native_calls.PLACE,
    native_calls.PLACE,
    native_calls.PLACE,
    native_calls.PLACE,
    native_calls.COUNT,
    native_calls.PLACE,
    native_calls.COUNT,
)


def _stop() -> int:
    """An error for wasmtime, whose it is from then on."""
    return ctypes.cast(WasmtimeError("stopped")._consume(), ctypes.c_void_p).value or 0


@_HOST_FUNCTION
def _random_bytes(_data: Any, context: int, _type: Any, given: int, _count: int, place: int, _places: int) -> int:
    """Every run draws some: see component_values."""
    meter, result = running[context], Value.from_address(place)
    try:
        meter.asked()
        drawn = meter.random(Value.from_address(given).head)
    except Stopped as order:
        meter.stopped = order.outcome
        return _stop()
    native_calls.reserve_list(place + component_values.HEAD, len(drawn))
    ctypes.memmove(result.data or 0, component_values.of_bytes(drawn), component_values.SIZE * len(drawn))
    result.kind = component_values.LIST
    return 0


@_HOST_FUNCTION
def _refill(_data: Any, context: int, _type: Any, _given: int, _count: int, place: int, _places: int) -> int:
    """The next slice of a run that has used one up; an error ends it. What has no meter has nothing to compute."""
    meter, result = running.get(context), Value.from_address(place)
    given = 0 if meter is None else _next_slice(meter)
    if not given:
        return _stop()
    result.kind, result.head = component_values.S64, given
    return 0


def _next_slice(meter: Meter) -> int:
    try:
        return meter.next_slice()
    except Stopped as order:
        meter.stopped = order.outcome
    except Exception as error:  # noqa: BLE001  (raised again by Instance.call)
        meter.broken = error
    return 0


_RANDOM_BYTES: Any = ctypes.cast(_random_bytes, ffi.wasmtime_component_func_callback_t)
_REFILL: Any = ctypes.cast(_refill, ffi.wasmtime_component_func_callback_t)
_NO_END: Any = ctypes.cast(0, ctypes.CFUNCTYPE(None, ctypes.c_void_p))


def _add_random_bytes(instance: Any) -> None:
    _add(instance, b"get-random-bytes", _RANDOM_BYTES)


def _add(instance: Any, name: bytes, function: Any) -> None:
    add: Any = cast(Any, ffi).wasmtime_component_linker_instance_add_func
    error = add(instance.ptr(), name, len(name), function, None, _NO_END)
    assert not error  # noqa: S101  (we wrote the name)


_CALLBACK_TYPES: Any = _bindings._wasmtime_store_epoch_deadline_callback.argtypes
_Tick, _Finalizer = _CALLBACK_TYPES[1], _CALLBACK_TYPES[3]


@_Tick
def _on_tick(context: Any, _data: Any, delta: Any, kind: Any) -> int:
    """Every running instance, every tick: has it been cancelled, is its time up?"""
    meter = running.get(_address(context))
    delta[0], kind[0] = 1, 0
    if meter is not None and not meter.overdue():
        meter.bridge.pause()
    if meter is None or not meter.overdue():
        return 0
    return _stop()


_NO_FINALIZER: Any = ctypes.cast(0, _Finalizer)


def address_of(store: Store) -> int:
    """What host functions are given to know a store by."""
    return _address(store._context())


def begin(address: int, meter: Meter) -> None:
    """From now on what the store's instance asks, and how long it takes, is the meter's."""
    running[address] = meter


def look_on_ticks(store: Store) -> None:
    """Have wasmtime look, with every tick of its epoch, whether the store's instance must end."""
    ffi.wasmtime_store_epoch_deadline_callback(store.ptr(), _on_tick, None, _NO_FINALIZER)


def end(address: int) -> None:
    running.pop(address, None)


def answers() -> dict[str, set[str]]:
    """The functions of each interface that are answered."""
    found = {interface: set(functions) for interface, functions in _INTERFACES.items()}
    found[RANDOM].add("get-random-bytes")
    return found


def add_refill(root: Any) -> None:
    """Define what a metered template asks for its slices."""
    _add(root, REFILL.encode(), _REFILL)


def link(root: Any) -> None:
    """Define every interface in a linker's root."""
    for interface, functions in _INTERFACES.items():
        with root.add_instance(interface) as instance:
            for key, function in functions.items():
                instance.add_func(key, partial(_enter, function))
            if interface == RANDOM:
                _add_random_bytes(instance)
