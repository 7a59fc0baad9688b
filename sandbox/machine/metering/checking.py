"""Holds a metered module against what it must be, reading it anew: an endless loop that is not charged is a hole.

A way that computes without end goes round a loop, or round a circle of calls, again and again: memory is moved in parts
of bounded size, and everything else is a finite row of instructions.
"""

from sandbox.image import opcodes, wasm
from sandbox.image.wasm import Malformed, Module
from sandbox.machine.metering.bodies import Pieces
from sandbox.machine.metering.call_graphs import circle
from sandbox.machine.metering.charging import BULK, LEFT, Body, Reading

_CHECKED = {opcodes.GLOBAL_SET, *BULK, *opcodes.TABLE_WRITES}


def check(module: Module) -> None:
    """Raises Malformed, naming the function, where a metered module could compute without being charged."""
    reading, imported = Reading.of(module), module.imported(wasm.FUNC)
    counter = module.imported(wasm.GLOBAL) + len(module.globals) - 1
    left = next((one.index for one in module.exports if one.name == LEFT), 0)
    pieces = Pieces(counter, left - 3)
    own = range(left - 3 - imported, len(reading.bodies))
    if any(one.kind == wasm.GLOBAL and one.index == counter for one in module.exports):
        raise Malformed("the counter is shown to others")
    for at, body in enumerate(reading.bodies):
        _check_loops(reading.code, at, body, pieces)
        if at not in own:
            _check_writes(reading.code, at, body, pieces)
    # The meter's own call nobody but each other and what the host calls back: those are in the walk all the same.
    free = {at for at, body in enumerate(reading.bodies) if not _is_charged(reading.code, body.start, pieces)}
    if found := circle(reading.calls, reading.table, free):
        raise Malformed(f"functions {sorted(found)[:9]} can call each other without end and are not charged")


def _is_charged(code: bytes, at: int, pieces: Pieces) -> bool:
    return code.startswith(pieces.charge, at)


def _check_loops(code: bytes, function: int, body: Body, pieces: Pieces) -> None:
    for opcode, _, end in body.ops:
        if opcode == opcodes.LOOP and not _is_charged(code, end, pieces):
            raise Malformed(f"function {function} has a loop at {end - body.start} that is not charged")


def _check_writes(code: bytes, function: int, body: Body, pieces: Pieces) -> None:
    """The guest's own code only ever lowers the counter, and moves no memory but by the meter's functions."""
    for opcode, begin, end in opcodes.find(code, body.start, body.end, _CHECKED):
        if opcode in BULK:
            raise Malformed(f"function {function} moves memory that is not charged")
        if opcode in opcodes.TABLE_WRITES:
            raise Malformed(f"function {function} writes a table (opcode {opcode:#x})")
        if code[begin:end] == pieces.write and not _lowers(code, body, begin, pieces):
            raise Malformed(f"function {function} writes the counter")


def _lowers(code: bytes, body: Body, begin: int, pieces: Pieces) -> bool:
    """Whether a write of the counter ends `counter - constant`, the constant positive."""
    start = code.rfind(pieces.read, body.start, begin)
    if start < 0 or code[start + len(pieces.read)] != 0x42 or code[begin - 1] != 0x7D:
        return False
    number, end = wasm.read_sint(code, start + len(pieces.read) + 1)
    return number > 0 and end == begin - 1
