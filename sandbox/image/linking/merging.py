"""The one core module that a program becomes.

A global that nothing writes is a constant, a call through a table's slot that never changes is a direct one, what
cannot run is left out, and a function that the host never answers is one that traps. Memory and table keep their
addresses and slots: memory images hold both.
"""

from collections.abc import Iterable, Iterator

from sandbox.image import opcodes, wasm
from sandbox.image.linking.graph import Definition, Target
from sandbox.image.linking.programs import Program
from sandbox.image.linking.reach import Reach
from sandbox.image.linking.surroundings import HOST, Border
from sandbox.image.linking.units import BLOCKS, DIRECT, GLOBALS, INDIRECT, Mark
from sandbox.image.wasm import Malformed, Section, name, sint, uint, vector

_TRAPS = b"\3\0\0\x0b"  # three bytes: no locals, unreachable, end


class Merger:
    """Numbers everything anew, then writes it."""

    def __init__(self, program: Program, reach: Reach, border: Border):
        self._program, self._reach, self._border = program, reach, border
        self._types: dict[bytes, int] = {}
        self._functions = reach.functions
        self._trapping = [one for one in reach.externals if one not in border.imports]
        inside = [*self._functions, *self._trapping]
        self._numbers: dict[Target, int] = {one: at for at, one in enumerate([*border.imports, *inside])}
        self._globals = sorted(reach.written, key=lambda one: (one.instance, one.index))
        self._global_numbers = {one: at for at, one in enumerate(self._globals)}
        self._constants: dict[Definition, bytes] = {}
        self._memory = next(at for at, unit in program.units.items() if unit.module.memory is not None)

    def module(self) -> bytes:
        types = [self._type(self._program.type(one)) for one in [*self._functions, *self._trapping]]
        code = [*map(self._body, self._functions), *[_TRAPS] * len(self._trapping)]
        imports, table, owner = self._imports(), self._table(), self._program.units[self._memory].module
        sections = [
            Section(wasm.M_TYPE, vector(self._types)),
            Section(wasm.M_IMPORT, vector(imports)),
            Section(wasm.M_FUNC, vector(map(uint, types))),
            *table[:1],
            Section(wasm.M_MEMORY, owner.section(wasm.M_MEMORY)),
            Section(wasm.M_GLOBAL, vector(self._global_entries())),
            Section(wasm.M_EXPORT, vector(self._exports())),
            *table[1:],
            Section(wasm.M_CODE, vector(code)),
            Section(wasm.M_DATA, owner.section(wasm.M_DATA) or b"\0"),
        ]
        return wasm.join(sections, wasm.MODULE_HEADER)

    def _type(self, function_type: bytes) -> int:
        return self._types.setdefault(function_type, len(self._types))

    def _imports(self) -> list[bytes]:
        return [
            name(HOST) + name(key) + bytes([wasm.FUNC]) + uint(self._type(self._program.type(external)))
            for external, key in self._border.imports.items()
        ]

    def _table(self) -> list[Section]:
        """The table, its least size also its largest, and what it holds: in as few segments as may be."""
        if self._reach.table is None:
            return []
        held = self._program.tables.get(self._reach.table, {})
        module = self._program.units[self._reach.table.instance].module
        size = uint(wasm.read_uint(module.section(wasm.M_TABLE), 3)[0])
        segments = (
            b"\0\x41" + sint(run[0]) + b"\x0b" + vector(uint(self._number(held[slot])) for slot in run)
            for run in _runs(sorted(held))
        )
        return [Section(wasm.M_TABLE, b"\1\x70\1" + size + size), Section(wasm.M_ELEMENT, vector(segments))]

    def _number(self, target: Target) -> int:
        return self._numbers[self._program.called(target)]

    def _global_entries(self) -> Iterator[bytes]:
        """Those that are written; then the constants that the memory's module shows, for who reads a module later."""
        for one in self._globals:
            kind, first = self._program.global_of(one)
            yield kind + (self._constant(one) + b"\x0b" if kind[0] == wasm.I32 else first)
        for one in self._shown():
            yield bytes([wasm.I32, 0]) + self._constant(one) + b"\x0b"

    def _shown(self) -> list[Definition]:
        shown = (one.index for one in self._program.units[self._memory].module.exports if one.name == "__stack_high")
        return [self._program.graph.definition(self._memory, wasm.GLOBAL, index) for index in shown]

    def _exports(self) -> Iterator[bytes]:
        for index, key in self._border.exports.items():
            yield name(key) + bytes([wasm.FUNC]) + uint(self._number(self._program.graph.item("core func", index)))
        exports = {
            (at, one.index): one.name
            for at, unit in self._program.units.items()
            for one in unit.module.exports
            if one.kind == wasm.GLOBAL
        }
        for at, one in enumerate([*self._globals, *self._shown()]):
            key = exports.get((one.instance, one.index), f"global {one.instance}.{one.index}")
            yield name(key) + bytes([wasm.GLOBAL]) + uint(at)
        yield name("memory") + bytes([wasm.MEMORY, 0])

    def _body(self, definition: Definition) -> bytes:
        unit, function = self._program.units[definition.instance], self._program.function(definition)
        parts: list[bytes] = []
        done = function.declared
        for mark in function.marks:
            instead = self._instead(definition.instance, mark)
            if instead is not None:
                parts += [unit.code[done : mark.begin], instead]
                done = mark.end
        parts.append(unit.code[done : function.end])
        body = b"".join(parts)
        return uint(len(body)) + body

    def _instead(self, instance: int, mark: Mark) -> bytes | None:
        """What an instruction becomes; None for one that stays."""
        opcode = bytes([mark.opcode])
        if mark.opcode in DIRECT:
            return opcode + uint(self._numbers[self._program.callee(instance, mark.operand)])
        if mark.opcode in INDIRECT:
            return opcode + uint(self._type(self._program.units[instance].types[mark.operand])) + b"\0"
        if mark.opcode in GLOBALS:
            return self._of_global(instance, mark)
        if mark.opcode in BLOCKS and mark.operand >= 0:
            return opcode + sint(self._type(self._program.units[instance].types[mark.operand]))
        return None

    def _of_global(self, instance: int, mark: Mark) -> bytes:
        one = self._program.graph.definition(instance, wasm.GLOBAL, mark.operand)
        if one in self._global_numbers:
            return bytes([mark.opcode]) + uint(self._global_numbers[one])
        if one not in self._constants:
            self._constants[one] = self._constant(one)
        return self._constants[one]

    def _constant(self, definition: Definition) -> bytes:
        """The instruction that gives a global's first value."""
        kind, _ = self._program.global_of(definition)
        if kind[0] != wasm.I32:
            raise Malformed(f"{definition} is a constant of another type than i32")
        return bytes([opcodes.I32_CONST]) + sint(self._program.first_value(definition))


def _runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
