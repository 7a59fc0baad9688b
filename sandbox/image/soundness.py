"""Is memory all of a component's state? Only then is a fork, which keeps memory pages alone, the whole tool.

True when no instruction that runs after instantiation writes a table or a global, but for the stack pointer
(back at its top whenever nothing runs) and the adapter's own (read and compared at every fork).
"""

from collections.abc import Iterable

from sandbox.image import opcodes, wasm
from sandbox.image.wasm import Malformed, Module

STACK_POINTER = "__stack_pointer"
_WANTED = opcodes.TABLE_WRITES | {opcodes.GLOBAL_SET}


def is_adapter(module: Module) -> bool:
    """The preview 1 adapter, whose three globals (its stack, two states) are the same after every load."""
    return any(one.module == "__main_module__" for one in module.imports) and len(module.globals) == 3


def check(modules: Iterable[Module]) -> None:
    """Raises Malformed, naming the instruction, when a fork could miss state."""
    for number, module in enumerate(modules):
        if module.mutable_globals() and module.memory is None and not is_adapter(module):
            raise Malformed(f"core module {number} keeps mutable globals that a fork cannot see")
        if not _dead(module):
            _check_code(number, module)


def _dead(module: Module) -> bool:
    """A module whose one function nothing can reach: it set addresses before the memory was taken."""
    only = module.imported(wasm.FUNC)
    functions = wasm.read_uint(module.section(wasm.M_FUNC) or b"\0", 0)[0]
    exported = any(one.kind == wasm.FUNC and one.index == only for one in module.exports)
    return functions == 1 and not exported and not module.section(wasm.M_START) and only not in wasm.elements(module)


def _check_code(number: int, module: Module) -> None:
    code = module.section(wasm.M_CODE)
    allowed = set(_may_be_set(module))
    for start, end in opcodes.bodies(code) if code else ():
        for opcode, begin, _ in opcodes.find(code, start, end, _WANTED):
            if opcode in opcodes.TABLE_WRITES:
                raise Malformed(f"core module {number} writes a table (opcode {opcode:#x})")
            target = wasm.read_uint(code, begin + 1)[0]
            if target not in allowed:
                raise Malformed(f"core module {number} sets its global {target}")


def _may_be_set(module: Module) -> Iterable[int]:
    imported = [one for one in module.imports if one.kind == wasm.GLOBAL]
    yield from (at for at, one in enumerate(imported) if one.name == STACK_POINTER)
    if is_adapter(module):
        yield from module.mutable_globals()
