"""Writes the charges into a linked module: a pure function of its bytes.

Charged are each turn of a loop, entering the functions that `call_graphs` names, memory that is moved or filled by
its length, and long stretches without a branch. Functions and globals keep their numbers: what is new comes last.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sandbox.image import opcodes, wasm
from sandbox.image.opcodes import CALL, LOOP, TAIL_CALL
from sandbox.image.wasm import Malformed, Module, Section, name, sint, uint, vector
from sandbox.machine.metering.bodies import COPY, FILL, Pieces
from sandbox.machine.metering.call_graphs import Calls, charged
from sandbox.machine.metering.writing import BULK, Body, hints, write

SLICES, LEFT = "$slices", "$left"
"""What the module then exports: the table for the host's answer, and the function that says what is left."""

_INDIRECT = {opcodes.CALL_INDIRECT, opcodes.TAIL_CALL_INDIRECT}
_BRANCHES = {0x05, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F}
# What would run code of which a module's calls say nothing, or move bytes uncounted.
_UNKNOWN = {0x14, 0x15, opcodes.REF_FUNC, 0xFC08}
_WANTED = {opcodes.BLOCK, LOOP, opcodes.IF, CALL, TAIL_CALL, *_INDIRECT, *_BRANCHES, *BULK, *_UNKNOWN}
_ASK, _NOTHING, _MOVE = b"\x60\0\1\x7e", b"\x60\0\0", b"\x60\3\x7f\x7f\x7f\0"
_NEW = 4  # functions: asking, copy, fill, left; then one for each that the host calls back


@dataclass(frozen=True, slots=True)
class Reading:
    """A module, read: its functions' bodies, what each calls, which of them the table holds. Numbers from 0."""

    code: bytes
    bodies: tuple[Body, ...]
    calls: tuple[Calls, ...]
    table: frozenset[int]

    @classmethod
    def of(cls, module: Module) -> "Reading":
        """Raises Malformed for what cannot be metered."""
        code, imported = module.section(wasm.M_CODE) or b"\0", module.imported(wasm.FUNC)
        bodies = tuple(
            Body(declared, start, end, tuple(opcodes.find(code, start, end, _WANTED)))
            for declared, start, end in opcodes.bodies_with_locals(code)
        )
        unknown = next((op for body in bodies for op, _, _ in body.ops if op in _UNKNOWN), None)
        if unknown is not None:
            raise Malformed(f"opcode {unknown:#x}, which our meter does not know")
        calls = tuple(Calls(tuple(_callees(code, one, imported)), _is_indirect(one, code)) for one in bodies)
        return cls(code, bodies, calls, frozenset(one - imported for one in _held(module) if one >= imported))


def _callees(code: bytes, body: Body, imported: int) -> Iterator[int]:
    for opcode, begin, _ in body.ops:
        if opcode in (CALL, TAIL_CALL):
            callee = wasm.read_uint(code, begin + 1)[0]
            if callee >= imported:
                yield callee - imported


def _is_indirect(body: Body, code: bytes) -> bool:
    """Whether it calls through the guest's table: the second one holds the host's answer alone."""
    return any(_table_of(code, begin) == 0 for opcode, begin, _ in body.ops if opcode in _INDIRECT)


def _table_of(code: bytes, begin: int) -> int:
    return wasm.read_uint(code, wasm.read_uint(code, begin + 1)[1])[0]


def _held(module: Module) -> Iterator[int]:
    """What the table's segments put into it. Raises Malformed for a segment of another form than a link makes."""
    body = module.section(wasm.M_ELEMENT) or b"\0"
    count, at = wasm.read_uint(body, 0)
    for _ in range(count):
        if body[at] != 0:
            raise Malformed("an element segment of another form than a link makes")
        at = wasm.skip_expression(body, at + 1)
        size, at = wasm.read_uint(body, at)
        for _ in range(size):
            function, at = wasm.read_uint(body, at)
            yield function


def charge(module: Module, called_back: Collection[str]) -> Module:
    """The module with its meter.

    `called_back` are exports that the host calls while it hands memory over, when it cannot be asked for more. Raises
    Malformed for a module of more than one table, or of what no link makes.
    """
    tables = module.section(wasm.M_TABLE)
    if tables[:1] not in (b"", b"\1") or module.imported(wasm.TABLE) or module.section(wasm.M_START):
        raise Malformed("a module of several tables, or one that runs code when it is instantiated")
    reading, types = Reading.of(module), wasm.function_types(module)
    first = module.imported(wasm.FUNC) + len(reading.bodies)
    pieces = Pieces(module.imported(wasm.GLOBAL) + len(module.globals), first)
    entries = charged(reading.calls, reading.table)
    own = module.section(wasm.M_FUNC)
    lent = [one for one in module.exports if one.kind == wasm.FUNC and one.name in called_back]
    lent_types = [_type_of(own, one.index - module.imported(wasm.FUNC)) for one in lent]
    written = [write(reading.code, body, pieces, is_entry=at in entries) for at, body in enumerate(reading.bodies)]
    ask, nothing, move = range(len(types), len(types) + 3)
    added = [pieces.refill(ask), pieces.bulk(COPY), pieces.bulk(FILL), pieces.left]
    added += [pieces.lent(one.index, types[kind][1]) for one, kind in zip(lent, lent_types, strict=True)]
    places = {one.name: first + _NEW + at for at, one in enumerate(lent)}
    bodies = {
        wasm.M_TYPE: _longer(module.section(wasm.M_TYPE), [_ASK, _NOTHING, _MOVE]),
        wasm.M_FUNC: _longer(own, map(uint, [nothing, move, move, ask, *lent_types])),
        # Without a guest's table the second one is the first, and a call through it is told apart no more.
        wasm.M_TABLE: _longer(tables or b"\1\x70\1\0\0", [b"\x70\1\1\1"]),
        wasm.M_GLOBAL: _longer(
            module.section(wasm.M_GLOBAL) or b"\0", [bytes([wasm.I64, 1, 0x42]) + sint(0) + b"\x0b"]
        ),
        wasm.M_EXPORT: vector(_exports(module, places, first + 3)),
        wasm.M_CODE: vector(uint(len(one)) + one for one in [*(b"".join(one.parts) for one in written), *added]),
    }
    return _with(module, bodies, hints(written, module.imported(wasm.FUNC)))


def _type_of(functions: bytes, wanted: int) -> int:
    _, at = wasm.read_uint(functions, 0)
    number = 0
    for _ in range(wanted + 1):
        number, at = wasm.read_uint(functions, at)
    return number


def _longer(body: bytes, items: Iterable[bytes]) -> bytes:
    """A section's vector with more at its end."""
    more = list(items)
    count, at = wasm.read_uint(body, 0)
    return uint(count + len(more)) + body[at:] + b"".join(more)


def _exports(module: Module, places: dict[str, int], left: int) -> Iterator[bytes]:
    for one in module.exports:
        yield name(one.name) + bytes([one.kind]) + uint(places.get(one.name, one.index))
    yield name(SLICES) + bytes([wasm.TABLE, 1])
    yield name(LEFT) + bytes([wasm.FUNC]) + uint(left)


def _with(module: Module, bodies: dict[int, bytes], hints: Section) -> Module:
    """The module with these sections in place of its own, those that it has not in their order."""
    missing = {kind: body for kind, body in bodies.items() if not module.section(kind)}
    kept = [Section(one.kind, bodies.get(one.kind, one.body)) for one in module.sections if one.kind != wasm.CUSTOM]
    kept += [hints, *(Section(kind, body) for kind, body in missing.items())]
    return Module.parse(wasm.join(sorted(kept, key=_order), wasm.MODULE_HEADER))


def _order(section: Section) -> float:
    """Sections come by number, but the count of data segments, the newest, before the code, and then its hints."""
    before = {wasm.M_DATA_COUNT: 0.5, wasm.CUSTOM: 0.25}
    return wasm.M_CODE - before[section.kind] if section.kind in before else section.kind
