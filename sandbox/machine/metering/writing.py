"""Writes a function's body anew, with its charges."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.image import opcodes, wasm
from sandbox.image.opcodes import CALL
from sandbox.image.wasm import Section, name, uint, vector
from sandbox.machine.metering.bodies import COPY, FILL, INSTRUCTION_BYTES, LONG_RUN_BYTES, UNIT, Pieces
from sandbox.machine.metering.loops import BREAK, BREAK_IF, END, Op, loops

BULK = (COPY, FILL)
_UNLIKELY = b"\1\0"


@dataclass(frozen=True, slots=True)
class Body:
    """A function's code: where its locals are declared, where it begins and ends, and what in it counts."""

    declared: int
    start: int
    end: int
    ops: tuple[Op, ...]


@dataclass(slots=True)
class Writing:
    """One function's body as it is written anew. `unlikely` are the places of its charges' branches."""

    code: bytes
    done: int
    parts: list[bytes]
    size: int = 0
    unlikely: list[int] = field(default_factory=list[int])

    def copy(self, until: int) -> None:
        """What stands in the old body up to there."""
        self.add(self.code[self.done : until])
        self.done = until

    def add(self, piece: bytes) -> None:
        self.parts.append(piece)
        self.size += len(piece)

    def charge(self, pieces: Pieces, fuel: int) -> None:
        self.add(pieces.charge(fuel))
        self.unlikely.append(self.size - len(pieces.asked) + 1)


def write(code: bytes, body: Body, pieces: Pieces, *, is_entry: bool) -> Writing:
    """One function's body, its locals unchanged."""
    found = loops(code, body.ops)
    heads = {one.op[1]: one.turn_fuel for one in found if not one.is_charged_going_back(code)}
    back = {
        begin: (depth, one.turn_fuel)
        for one in found
        if one.is_charged_going_back(code)
        for _, begin, depth in one.ways_back
    }
    written = Writing(code, body.declared, [])
    written.copy(body.start)
    if is_entry:
        written.charge(pieces, UNIT)
    last = body.start
    for opcode, begin, end in body.ops:
        if begin - last > LONG_RUN_BYTES:
            written.copy(last)
            written.add(pieces.silent((begin - last) // INSTRUCTION_BYTES))
        last = end
        if begin in heads:
            written.copy(end)
            written.charge(pieces, heads[begin])
        elif begin in back:
            written.copy(begin)
            _go_back(written, pieces, opcode, *back[begin])
            written.done = end
        elif opcode in BULK:
            written.copy(begin)
            written.add(bytes([CALL]) + uint(pieces.asking + 1 + BULK.index(opcode)))
            written.done = end
    written.copy(body.end)
    return written


def _go_back(written: Writing, pieces: Pieces, opcode: int, depth: int, fuel: int) -> None:
    """A charged branch to a loop's beginning. One that depends on something is charged when it is taken."""
    if opcode == BREAK_IF:
        written.add(bytes([opcodes.IF, 0x40]))
        depth += 1
    written.charge(pieces, fuel)
    written.add(bytes([BREAK]) + uint(depth))
    if opcode == BREAK_IF:
        written.add(bytes([END]))


def hints(written: Sequence[Writing], imported: int) -> Section:
    """Tells a compiler that asking the host is rare, so that it does so out of the way."""
    functions = [
        uint(imported + at) + vector(uint(place) + _UNLIKELY for place in one.unlikely)
        for at, one in enumerate(written)
        if one.unlikely
    ]
    return Section(wasm.CUSTOM, name("metadata.code.branch_hint") + vector(functions))
