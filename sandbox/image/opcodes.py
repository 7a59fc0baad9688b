"""Reads WebAssembly function bodies instruction by instruction: what a fork relies on must be true of all of them."""

from collections.abc import Container, Iterator

from sandbox.image.wasm import Malformed, read_uint

BLOCK, LOOP, IF = 0x02, 0x03, 0x04
CALL, CALL_INDIRECT, TAIL_CALL, TAIL_CALL_INDIRECT = 0x10, 0x11, 0x12, 0x13
LOCAL_GET, GLOBAL_GET, GLOBAL_SET, TABLE_GET, I32_CONST, REF_FUNC = 0x20, 0x23, 0x24, 0x25, 0x41, 0xD2
TABLE_SIZE = 0xFC10
TABLE_SET, TABLE_INIT, ELEM_DROP, TABLE_COPY, TABLE_GROW, TABLE_FILL = 0x26, 0xFC0C, 0xFC0D, 0xFC0E, 0xFC0F, 0xFC11
TABLE_WRITES = frozenset({TABLE_SET, TABLE_INIT, ELEM_DROP, TABLE_COPY, TABLE_GROW, TABLE_FILL})

# How many LEB128 numbers follow an opcode; what else follows is in _OTHERS.
_NUMBERS: dict[int, int] = {
    **dict.fromkeys((0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B, 0xD1), 0),
    **dict.fromkeys(range(0x45, 0xC5), 0),
    **dict.fromkeys((0x02, 0x03, 0x04, 0x0C, 0x0D, 0x10, 0x12, 0x3F, 0x40, 0x41, 0x42, 0xD0, 0xD2), 1),
    **dict.fromkeys(range(0x20, 0x27), 1),
    **dict.fromkeys((0x11, 0x13), 2),
}
_MEMORY_ACCESS = range(0x28, 0x3F)
_PREFIXED_NUMBERS = {8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1}
_BYTES = {0x43: 4, 0x44: 8}
# One look-up for each instruction of a large module: the operands of nearly all are numbers of one byte.
_FAST = [_NUMBERS.get(opcode, -1) for opcode in range(256)]


def bodies(code: bytes) -> Iterator[tuple[int, int]]:
    """Where each function of a code section begins (after its locals) and ends."""
    yield from ((start, end) for _, start, end in bodies_with_locals(code))


def bodies_with_locals(code: bytes) -> Iterator[tuple[int, int, int]]:
    """Where the locals of each function of a code section are declared, where it begins and ends."""
    count, at = read_uint(code, 0)
    for _ in range(count):
        size, declared = read_uint(code, at)
        end = declared + size
        groups, at = read_uint(code, declared)
        for _ in range(groups):
            _, at = read_uint(code, at)
            at += 1
        yield declared, at, end
        at = end


def find(code: bytes, start: int, end: int, wanted: Container[int]) -> Iterator[tuple[int, int, int]]:
    """(opcode, where it begins, where its operands end) of the wanted instructions of one body.

    An opcode with a prefix is prefix << 8 | number. Raises Malformed for an instruction it does not know.
    """
    at, fast = start, _FAST
    while at < end:
        begin, opcode = at, code[at]
        numbers = fast[opcode]
        at += 1
        if numbers >= 0:
            while numbers:
                while code[at] & 0x80:
                    at += 1
                at += 1
                numbers -= 1
        else:
            opcode, at = _slow(code, opcode, at)
        if opcode in wanted:
            yield opcode, begin, at
    if at != end:
        raise Malformed(f"an instruction runs past the end of its function at {end}")


def _slow(code: bytes, opcode: int, at: int) -> tuple[int, int]:
    """The full opcode, and where its operands end."""
    if opcode in _MEMORY_ACCESS:
        return opcode, _skip_memory_operand(code, at)
    if opcode in _BYTES:
        return opcode, at + _BYTES[opcode]
    if opcode in (0x0E, 0x1C):  # br_table, select with types
        count, at = read_uint(code, at)
        return opcode, _skip_numbers(code, at, count + (opcode == 0x0E))
    if opcode == 0xFC:
        number, at = read_uint(code, at)
        return 0xFC00 | number, _skip_numbers(code, at, _PREFIXED_NUMBERS.get(number, 0))
    if opcode == 0xFD:
        return _vector(code, at)
    raise Malformed(f"opcode {opcode:#x} at {at - 1} of a code section")


def _vector(code: bytes, at: int) -> tuple[int, int]:
    number, at = read_uint(code, at)
    if number <= 11 or number in (92, 93):
        at = _skip_memory_operand(code, at)
    elif number in (12, 13):
        at += 16
    elif 21 <= number <= 34:
        at += 1
    elif 84 <= number <= 91:
        at = _skip_memory_operand(code, at) + 1
    return 0xFD00 | number, at


def _skip_memory_operand(code: bytes, at: int) -> int:
    several_memories = code[at] & 0x40
    return _skip_numbers(code, at, 3 if several_memories else 2)


def _skip_numbers(code: bytes, at: int, count: int) -> int:
    for _ in range(count):
        while code[at] & 0x80:
            at += 1
        at += 1
    return at
