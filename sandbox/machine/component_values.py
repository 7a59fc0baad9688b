"""Values of components, as wasmtime's C interface lays them out in memory.

For the few that every run exchanges: the package looks each value's type up, each time, and makes bytes one by one.
"""

import ctypes

U8, U32, S64, U64, STRING, LIST = 2, 6, 7, 8, 12, 13


class Value(ctypes.Structure):
    """One value. `head` is the number that it is, or the size of what lies at `data`."""

    _fields_ = (
        ("kind", ctypes.c_uint8),
        ("head", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
        ("_more", ctypes.c_uint64),
    )
    kind: int
    head: int
    data: int | None


SIZE = ctypes.sizeof(Value)
HEAD = 8


def of_bytes(data: bytes) -> bytes:
    """The values of a list of bytes, one after the other."""
    values = bytearray(SIZE * len(data))
    values[::SIZE] = bytes((U8,)) * len(data)
    values[HEAD::SIZE] = data
    return bytes(values)


def text_or_number(value: Value) -> str | int:
    """What a string or a number says. Raises TypeError for anything else."""
    if value.kind == STRING:
        return ctypes.string_at(value.data or 0, value.head).decode() if value.head else ""
    if value.kind == S64:
        return ctypes.c_int64(value.head).value
    if value.kind in {U32, U64}:
        return value.head & 0xFFFF_FFFF if value.kind == U32 else value.head
    raise TypeError(f"values of kind {value.kind} are not read here")
