"""What of a program can run."""

from collections.abc import Iterable

from sandbox.image import opcodes, wasm
from sandbox.image.linking.graph import Definition, External, Target
from sandbox.image.linking.programs import Program
from sandbox.image.linking.units import DIRECT, GLOBALS, INDIRECT, TABLES
from sandbox.image.wasm import Malformed


class Reach:
    """What of a program can run, from `roots` on: functions in the program's order, globals that are written.

    `table` is the one table that indirect calls go through. Raises Malformed where code changes a table or uses two.
    """

    def __init__(self, program: Program, roots: Iterable[Target]):
        self._program = program
        self._todo = [program.called(one) for one in roots]
        self.seen: set[Target] = set()
        self.written: set[Definition] = set()
        self.read: set[Definition] = set()
        self.table: Definition | None = None
        while self._todo:
            target = self._todo.pop()
            if target not in self.seen:
                self.seen.add(target)
                if isinstance(target, Definition):
                    self._follow(target)

    @property
    def functions(self) -> list[Definition]:
        return sorted(
            (one for one in self.seen if isinstance(one, Definition)), key=lambda one: (one.instance, one.index)
        )

    @property
    def externals(self) -> list[External]:
        return sorted((one for one in self.seen if isinstance(one, External)), key=lambda one: one.index)

    def _follow(self, definition: Definition) -> None:
        for mark in self._program.function(definition).marks:
            if mark.opcode in DIRECT:
                self._todo.append(self._program.callee(definition.instance, mark.operand))
            elif mark.opcode in INDIRECT:
                self._use(self._program.graph.definition(definition.instance, wasm.TABLE, mark.second))
            elif mark.opcode in GLOBALS:
                kept = self.written if mark.opcode == opcodes.GLOBAL_SET else self.read
                kept.add(self._program.graph.definition(definition.instance, wasm.GLOBAL, mark.operand))
            elif mark.opcode in TABLES:
                raise Malformed(f"core instance {definition.instance} uses a table (opcode {mark.opcode:#x})")

    def _use(self, table: Definition) -> None:
        if self.table is None:
            self.table = table
            self._todo += [self._program.called(one) for one in self._program.tables.get(table, {}).values()]
        elif table != self.table:
            raise Malformed("indirect calls go through two tables")
