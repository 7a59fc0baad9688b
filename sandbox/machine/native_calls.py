"""wasmtime's C functions that are called without its wrapping: they take addresses as they are."""

# pyright: reportPrivateUsage=false

import ctypes
from typing import Any, cast

from wasmtime import _bindings
from wasmtime import _ffi as ffi

from sandbox.machine import component_values


def _native(name: str, *kinds: Any, gives: Any = None) -> Any:
    """A function of wasmtime that takes addresses as they are: nothing is wrapped for it."""
    function: Any = cast(Any, _bindings).dll[name]
    function.argtypes, function.restype = kinds, gives
    return function


PLACE, COUNT = ctypes.c_void_p, ctypes.c_size_t
find_function = _native("wasmtime_component_instance_get_func", *[PLACE] * 4, gives=ctypes.c_bool)
call_function = _native(
    "wasmtime_component_func_call", *[PLACE] * 3, COUNT, PLACE, COUNT, gives=ctypes.POINTER(ffi.wasmtime_error_t)
)
reserve_text = _native("wasm_byte_vec_new_uninitialized", PLACE, COUNT)
reserve_list = _native("wasmtime_component_vallist_new_uninit", PLACE, COUNT)
release = _native("wasmtime_component_val_delete", PLACE)
assert ctypes.sizeof(ffi.wasmtime_component_val_t) == component_values.SIZE  # noqa: S101  (or nothing below would hold)
