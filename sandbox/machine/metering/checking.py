"""Holds a metered module against what it must be, reading it anew: an endless loop that is not charged is a hole.

A way that computes without end goes round a loop, or round a circle of calls, again and again: memory is moved in parts
of bounded size, and everything else is a finite row of instructions.
"""

from sandbox.image import opcodes, wasm
from sandbox.image.wasm import Malformed, Module
from sandbox.machine.metering.bodies import UNIT, Pieces
from sandbox.machine.metering.call_graphs import circle
from sandbox.machine.metering.charging import LEFT, Reading
from sandbox.machine.metering.loops import BREAK, loops
from sandbox.machine.metering.writing import BULK, Body

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
    return _charge_end(code, at, pieces) is not None


def _charge_end(code: bytes, at: int, pieces: Pieces) -> int | None:
    """Where a charge that begins there ends: of any amount above nothing. None: there is none."""
    head = len(pieces.read) + 1
    if not code.startswith(pieces.read + b"\x42", at):
        return None
    fuel, _ = wasm.read_sint(code, at + head)
    charge = pieces.charge(fuel)
    return at + len(charge) if fuel > 0 and code.startswith(charge, at) else None


def _check_loops(code: bytes, function: int, body: Body, pieces: Pieces) -> None:
    """A charge stands at a loop's beginning, or directly before each branch that goes back there."""
    for loop in loops(code, body.ops):
        if _is_charged(code, loop.op[2], pieces):
            continue
        for opcode, begin, _ in loop.ways_back:
            # An amount is a number of one byte or two.
            places = [begin - len(pieces.charge(fuel)) for fuel in (1, UNIT, 1 << 10)]
            if opcode != BREAK or not any(_charge_end(code, at, pieces) == begin for at in places):
                raise Malformed(f"function {function} has a loop at {loop.op[1] - body.start} that is not charged")


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
