"""Where the loops of a function are charged: as a turn ends and the next one begins, or as any turn begins.

Most loops of an interpreter are left in their first turn. They are charged where code goes back to their beginning, so
that nothing is counted, and nobody looked for, until it does. Where code goes back from many places, it is charged at
the beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.image import opcodes, wasm
from sandbox.image.opcodes import LOOP
from sandbox.image.wasm import Malformed
from sandbox.machine.metering.bodies import INSTRUCTION_BYTES, TURN_LEAST, UNIT

BREAK, BREAK_IF, BREAK_TABLE, END = 0x0C, 0x0D, 0x0E, 0x0B
# Each place costs room; from so many on one at the beginning is better.
_WAYS_BACK_MAX = 3
_OPENING = {opcodes.BLOCK, LOOP, opcodes.IF}

Op = tuple[int, int, int]


@dataclass(slots=True)
class Loop:
    """One loop: where it begins and ends, and the branches back to it: (opcode, where it begins, its label's depth)."""

    op: Op
    end: int = 0
    ways_back: list[Op] = field(default_factory=list[Op])

    @property
    def turn_fuel(self) -> int:
        """What each turn costs, by what stands in the loop."""
        return min(UNIT, max(TURN_LEAST, (self.end - self.op[2]) // INSTRUCTION_BYTES))

    def is_charged_going_back(self, code: bytes) -> bool:
        """A loop that takes values is not: they could not be handed on."""
        takes_nothing = code[self.op[1] + 1] & 0xC0 == 0x40
        plain = all(opcode in (BREAK, BREAK_IF) for opcode, _, _ in self.ways_back)
        return takes_nothing and plain and len(self.ways_back) <= _WAYS_BACK_MAX


def loops(code: bytes, ops: tuple[Op, ...]) -> list[Loop]:
    """The loops of a function, by what opens, ends and branches in it. Raises Malformed for a label that is none."""
    found: list[Loop] = []
    open_: list[Loop | None] = [None]
    for op in ops:
        opcode, begin, _ = op
        if opcode in _OPENING:
            loop = Loop(op) if opcode == LOOP else None
            open_.append(loop)
            found += [loop] if loop else []
        elif opcode == END:
            loop = open_.pop()
            if loop is not None:
                loop.end = begin
        elif opcode in (BREAK, BREAK_IF, BREAK_TABLE):
            _note_ways_back(code, op, open_)
    return found


def _note_ways_back(code: bytes, op: Op, open_: list[Loop | None]) -> None:
    opcode, begin, end = op
    for depth in _depths(code, opcode, begin, end):
        if depth >= len(open_):
            raise Malformed(f"a branch to label {depth} of {len(open_)}")
        loop = open_[-1 - depth]
        if loop is not None:
            loop.ways_back.append((opcode, begin, depth))


def _depths(code: bytes, opcode: int, begin: int, end: int) -> Iterator[int]:
    depth, at = wasm.read_uint(code, begin + 1)
    if opcode != BREAK_TABLE:
        yield depth
        return
    while at < end:
        depth, at = wasm.read_uint(code, at)
        yield depth
