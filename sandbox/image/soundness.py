"""Is memory all of a component's state? Only then is a fork, which keeps memory pages alone, the whole tool.

True when no instruction that runs after instantiation writes a table, or a global but those that a fork reads and
compares: the stack pointer (back at its top whenever nothing runs) and the three of the preview 1 adapter.
"""

from collections.abc import Iterable

from sandbox.image import opcodes, wasm
from sandbox.image.wasm import Malformed, Module

_WANTED = opcodes.TABLE_WRITES | {opcodes.GLOBAL_SET}


def check(modules: Iterable[Module]) -> None:
    """Raises Malformed, naming the instruction, when a fork could miss state."""
    for number, module in enumerate(modules):
        shown = {one.index for one in module.exports if one.kind == wasm.GLOBAL} if module.memory else set[int]()
        if not shown.issuperset(module.mutable_globals()):
            raise Malformed(f"core module {number} keeps mutable globals that a fork cannot see")
        if module.section(wasm.M_START):
            raise Malformed(f"core module {number} runs code when it is instantiated")
        _check_code(number, module)


def _check_code(number: int, module: Module) -> None:
    code = module.section(wasm.M_CODE)
    allowed = set(module.mutable_globals())
    for start, end in opcodes.bodies(code) if code else ():
        for opcode, begin, _ in opcodes.find(code, start, end, _WANTED):
            if opcode in opcodes.TABLE_WRITES:
                raise Malformed(f"core module {number} writes a table (opcode {opcode:#x})")
            target = wasm.read_uint(code, begin + 1)[0]
            if target not in allowed:
                raise Malformed(f"core module {number} sets its global {target}")
