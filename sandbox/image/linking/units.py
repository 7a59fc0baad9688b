"""One core module as a linker sees it: functions, and in each the instructions that name what a link renumbers."""

from dataclasses import dataclass

from sandbox.image import opcodes, wasm
from sandbox.image.wasm import Malformed, Module

DIRECT = frozenset({opcodes.CALL, opcodes.TAIL_CALL, opcodes.REF_FUNC})
INDIRECT = frozenset({opcodes.CALL_INDIRECT, opcodes.TAIL_CALL_INDIRECT})
GLOBALS = frozenset({opcodes.GLOBAL_GET, opcodes.GLOBAL_SET})
BLOCKS = frozenset({opcodes.BLOCK, opcodes.LOOP, opcodes.IF})
TABLES = opcodes.TABLE_WRITES | {opcodes.TABLE_GET, opcodes.TABLE_SIZE}
_MARKED = DIRECT | INDIRECT | GLOBALS | BLOCKS | TABLES


@dataclass(frozen=True, slots=True)
class Mark:
    """One instruction: where it lies in the module's code, and its first two operands as far as it has them."""

    opcode: int
    begin: int
    end: int
    operand: int
    second: int


@dataclass(frozen=True, slots=True)
class Function:
    """`declared` is where the locals are, `start` where the instructions begin. `type` is a function type's bytes."""

    type: bytes
    declared: int
    start: int
    end: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """The functions that an active element segment puts into a table, from the value of `offset` on."""

    table: int
    offset: bytes
    functions: list[int]


@dataclass(frozen=True, slots=True)
class Unit:
    """`globals` are the type's two bytes and the first value's expression of those that the module defines."""

    module: Module
    code: bytes
    types: list[bytes]
    functions: list[Function]
    globals: list[tuple[bytes, bytes]]
    segments: list[Segment]

    @classmethod
    def read(cls, module: Module) -> "Unit":
        """Raises Malformed for what componentize-py does not write."""
        if module.section(wasm.M_START):
            raise Malformed("a module that runs code when it is instantiated")
        types, code = wasm.function_types(module), module.section(wasm.M_CODE)
        return cls(module, code, types, _functions(module, code, types), _globals(module), _segments(module))


def _functions(module: Module, code: bytes, types: list[bytes]) -> list[Function]:
    declared, found = module.section(wasm.M_FUNC) or b"\0", list[Function]()
    _, at = wasm.read_uint(declared, 0)
    for locals_at, start, end in opcodes.bodies_with_locals(code) if code else ():
        number, at = wasm.read_uint(declared, at)
        marks = tuple(_mark(code, *one) for one in opcodes.find(code, start, end, _MARKED))
        found.append(Function(types[number], locals_at, start, end, marks))
    return found


def _mark(code: bytes, opcode: int, begin: int, end: int) -> Mark:
    at = begin + 1
    if opcode in BLOCKS:
        return Mark(opcode, begin, end, wasm.read_sint(code, at)[0], 0)
    operand, at = wasm.read_uint(code, at)
    return Mark(opcode, begin, end, operand, wasm.read_uint(code, at)[0] if opcode in INDIRECT else 0)


def _globals(module: Module) -> list[tuple[bytes, bytes]]:
    body, found = module.section(wasm.M_GLOBAL) or b"\0", list[tuple[bytes, bytes]]()
    count, at = wasm.read_uint(body, 0)
    for _ in range(count):
        end = wasm.skip_expression(body, at + 2)
        found.append((body[at : at + 2], body[at + 2 : end]))
        at = end
    return found


def _segments(module: Module) -> list[Segment]:
    body, found = module.section(wasm.M_ELEMENT) or b"\0", list[Segment]()
    count, at = wasm.read_uint(body, 0)
    for _ in range(count):
        form, table = body[at], 0
        at += 1
        if form == 2:
            table, at = wasm.read_uint(body, at)
        elif form != 0:
            raise Malformed("an element segment that is not an active list of functions")
        end = wasm.skip_expression(body, at)
        offset, at = body[at:end], end + (form == 2)
        size, at = wasm.read_uint(body, at)
        functions = list[int]()
        for _ in range(size):
            function, at = wasm.read_uint(body, at)
            functions.append(function)
        found.append(Segment(table, offset, functions))
    return found
