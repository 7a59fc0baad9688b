"""The pieces of code that a meter consists of. `counter` is the number of the global that counts down."""

from dataclasses import dataclass

from sandbox.image import opcodes
from sandbox.image.wasm import sint, uint

# What a call costs, and a turn of a long loop. Chosen so that programs use about what they used of wasmtime's fuel:
# limits that were asked for mean what they meant. See docs/decisions/010.
UNIT = 60
# A turn of a short loop costs as much as it has instructions, each so long on average.
INSTRUCTION_BYTES, TURN_LEAST = 3, 8
# What is longer without a branch than this is charged for by its length.
LONG_RUN_BYTES = 192
# Memory moved or filled in one instruction, which nothing interrupts; and how much of it costs a unit.
BULK_BYTES_MAX = 1 << 20
BULK_SHIFT = 6
# While memory is handed over, the host cannot be asked for more: there the counter may go this far below zero.
RESERVE = UNIT << 20

FILL, COPY = 0xFC0B, 0xFC0A
_VOID, _I32 = b"\x40", b"\x7f"
_I64_CONST, _I64_SUB, _I64_ADD, _I64_MUL, _I64_LESS, _EXTEND = b"\x42", b"\x7d", b"\x7c", b"\x7e", b"\x53", b"\xad"
_LOOP, _IF, _ELSE, _END, _BREAK_IF, _RETURN, _SELECT = b"\x03", b"\x04", b"\x05", b"\x0b", b"\x0d", b"\x0f", b"\x1b"
_ADD, _SUB, _SHIFT, _LESS, _AT_MOST = b"\x6a", b"\x6b", b"\x76", b"\x49", b"\x4d"
_BYTES = {COPY: b"\xfc\x0a\0\0", FILL: b"\xfc\x0b\0"}


def get(local: int) -> bytes:
    return b"\x20" + uint(local)


def _set(local: int) -> bytes:
    return b"\x21" + uint(local)


def _const(number: int) -> bytes:
    return b"\x41" + sint(number)


@dataclass(frozen=True, slots=True)
class Pieces:
    """`asking` is the number of the function that has the host fill the counter."""

    counter: int
    asking: int

    @property
    def read(self) -> bytes:
        return bytes([opcodes.GLOBAL_GET]) + uint(self.counter)

    @property
    def write(self) -> bytes:
        return bytes([opcodes.GLOBAL_SET]) + uint(self.counter)

    def silent(self, fuel: int) -> bytes:
        """Counts, and leaves it to the next charge to see that there is no more."""
        return self.read + _I64_CONST + sint(fuel) + _I64_SUB + self.write

    @property
    def look(self) -> bytes:
        return self.read + _I64_CONST + b"\0" + self.asked

    @property
    def asked(self) -> bytes:
        """The end of a charge, in which its branch is the second instruction."""
        return _I64_LESS + _IF + _VOID + bytes([opcodes.CALL]) + uint(self.asking) + _END

    def charge(self, fuel: int = UNIT) -> bytes:
        return self.silent(fuel) + self.look

    def refill(self, ask_type: int) -> bytes:
        """The body of `asking`: through the second table, whose only slot is the host's."""
        asked = b"\x41\0" + bytes([opcodes.CALL_INDIRECT]) + uint(ask_type) + b"\1"
        return b"\0" + self.read + asked + _I64_ADD + self.write + _END

    @property
    def left(self) -> bytes:
        return b"\0" + self.read + _END

    def lent(self, function: int, parameters: int) -> bytes:
        """Calls a function while the host cannot be asked: what it uses is lent, and taken back."""
        reserve = _I64_CONST + sint(RESERVE)
        lend, take = (self.read + reserve + how + self.write for how in (_I64_ADD, _I64_SUB))
        given = b"".join(map(get, range(parameters)))
        return b"\0" + lend + given + bytes([opcodes.CALL]) + uint(function) + take + _END

    def bulk(self, opcode: int) -> bytes:
        """memory.copy or memory.fill as a function: charged by length before it begins, done in parts when it is long.

        Of what overlaps the part that would be overwritten first is moved first, as the one instruction does it.
        """
        to, source, size, part = range(4)
        units = get(size) + _const(BULK_SHIFT) + _SHIFT + _EXTEND + _I64_CONST + sint(UNIT) + _I64_MUL
        charged = self.read + units + _I64_SUB + self.write + self.look
        whole = get(to) + get(source) + get(size) + _BYTES[opcode]
        short = get(size) + _const(BULK_BYTES_MAX) + _AT_MOST + _IF + _VOID + whole + _RETURN + _END
        measured = (
            get(size) + _const(BULK_BYTES_MAX) + get(size) + _const(BULK_BYTES_MAX) + _LESS + _SELECT + _set(part)
        )
        shrunk = get(size) + get(part) + _SUB + _set(size)
        again = get(size) + _BREAK_IF + b"\0"
        turn = _LOOP + _VOID + self.charge() + measured
        moved = b"".join(get(one) + get(part) + _ADD + _set(one) for one in ((to, source) if opcode == COPY else (to,)))
        up = turn + get(to) + get(source) + get(part) + _BYTES[opcode] + moved + shrunk + again + _END
        if opcode == COPY:
            ends = b"".join(get(one) + get(size) + _ADD for one in (to, source))
            down = turn + shrunk + ends + get(part) + _BYTES[opcode] + again + _END
            up = get(to) + get(source) + _AT_MOST + _IF + _VOID + up + _ELSE + down + _END
        return b"\1\1" + _I32 + charged + short + up + _END
