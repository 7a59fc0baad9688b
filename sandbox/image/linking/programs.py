"""The core modules of a component as one program: what its tables hold, its globals' first values."""

from collections.abc import Iterator

from sandbox.image import opcodes, wasm
from sandbox.image.linking.graph import Definition, External, Graph, Target
from sandbox.image.linking.units import Function, Unit
from sandbox.image.wasm import Malformed

_ADD = 0x6A
_END = b"\x0b"


class Program:
    """Every instance's unit, every table's content. Raises Malformed for what cannot be linked."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.units = {at: Unit.read(module) for at in range(len(graph.instances)) if (module := graph.module(at))}
        self.external_types = dict(self._external_types())
        self.tables: dict[Definition, dict[int, Target]] = {}
        for instance, unit in self.units.items():
            self._fill(instance, unit)
        self._stubs: dict[Target, Target] = {}
        for instance, unit in self.units.items():
            self._stubs |= self._stubs_of(instance, unit)

    def function(self, definition: Definition) -> Function:
        unit = self.units[definition.instance]
        return unit.functions[definition.index - unit.module.imported(wasm.FUNC)]

    def type(self, target: Target) -> bytes:
        return self.external_types[target] if isinstance(target, External) else self.function(target).type

    def called(self, target: Target) -> Target:
        """What runs when a function is called: it may only pass its arguments on, through a table, to another."""
        seen: set[Target] = set()
        while target in self._stubs and target not in seen:
            seen.add(target)
            target = self._stubs[target]
        return target

    def callee(self, instance: int, function: int) -> Target:
        return self.called(self.graph.target(instance, wasm.FUNC, function))

    def value(self, instance: int, expression: bytes) -> int:
        """What a constant expression of an instance says, of 32 bits. Raises Malformed for another one."""
        at, stack = 0, list[int]()
        while expression[at] != _END[0]:
            opcode = expression[at]
            at += 1
            if opcode == opcodes.I32_CONST:
                number, at = wasm.read_sint(expression, at)
                stack.append(number)
            elif opcode == opcodes.GLOBAL_GET:
                number, at = wasm.read_uint(expression, at)
                stack.append(self.first_value(self.graph.definition(instance, wasm.GLOBAL, number)))
            elif opcode == _ADD and len(stack) > 1:
                stack.append(stack.pop() + stack.pop())
            else:
                raise Malformed(f"opcode {opcode:#x} in a constant expression of core instance {instance}")
        [only] = stack
        return (only + (1 << 31)) % (1 << 32) - (1 << 31)

    def first_value(self, definition: Definition) -> int:
        return self.value(definition.instance, self.global_of(definition)[1])

    def global_of(self, definition: Definition) -> tuple[bytes, bytes]:
        """The type's two bytes and the first value's expression."""
        unit = self.units[definition.instance]
        return unit.globals[definition.index - unit.module.imported(wasm.GLOBAL)]

    def _external_types(self) -> Iterator[tuple[External, bytes]]:
        for instance, unit in self.units.items():
            imported = [one for one in unit.module.imports if one.kind == wasm.FUNC]
            for one, target in zip(imported, self.graph.imports(instance)[wasm.FUNC], strict=True):
                if isinstance(target, External):
                    yield target, unit.types[wasm.read_uint(one.type, 0)[0]]

    def _fill(self, instance: int, unit: Unit) -> None:
        for segment in unit.segments:
            table = self.tables.setdefault(self.graph.definition(instance, wasm.TABLE, segment.table), {})
            first = self.value(instance, segment.offset)
            for at, function in enumerate(segment.functions):
                table[first + at] = self.graph.target(instance, wasm.FUNC, function)

    def _stubs_of(self, instance: int, unit: Unit) -> dict[Target, Target]:
        found: dict[Target, Target] = {}
        first = unit.module.imported(wasm.FUNC)
        for at, function in enumerate(unit.functions):
            slot = _slot(unit, function)
            if slot is None:
                continue
            table = self.tables.get(self.graph.definition(instance, wasm.TABLE, function.marks[0].second), {})
            if slot in table and self.type(table[slot]) == function.type == unit.types[function.marks[0].operand]:
                found[Definition(instance, wasm.FUNC, first + at)] = table[slot]
        return found


def _slot(unit: Unit, function: Function) -> int | None:
    """Which slot of a table a function passes its arguments on to, if it does nothing else."""
    if len(function.marks) != 1 or function.marks[0].opcode != opcodes.CALL_INDIRECT:
        return None
    [mark], at, code = function.marks, function.start, unit.code
    for parameter in range(wasm.read_uint(function.type, 1)[0]):
        if code[at] != opcodes.LOCAL_GET or wasm.read_uint(code, at + 1)[0] != parameter:
            return None
        at = wasm.read_uint(code, at + 1)[1]
    if code[at] != opcodes.I32_CONST:
        return None
    slot, at = wasm.read_sint(code, at + 1)
    return slot if at == mark.begin and code[mark.end : function.end] == _END else None
