"""Makes the objects of a base image immortal: CPython then never writes their reference counts.

The guest's census names their addresses; some are stale by the time the memory is taken. An address counts only
if an object lies there now: a plausible count, then the address of a type.
"""

import array

# CPython's refcount.h for 32-bit builds: immortal from 1 << 30 on, and this is where it starts them.
_IMMORTAL = 5 << 28
_COUNT_MAX = 1 << 20
_WORD = 4


def mark_nothing(memory: bytearray) -> None:
    """Let what lies at address 0, which is no object, count as immortal.

    CPython 3.14 looks at the count of what an appended text has become, also where there was no memory for it and that
    is a null pointer: only an immortal null is an error to it, and not an object (PyStackRef_FromPyObjectSteal on 32
    bits, in BINARY_OP_INPLACE_ADD_UNICODE). Without this, `text += more` beyond the memory limit ends the interpreter.
    """
    memory[:_WORD] = _IMMORTAL.to_bytes(_WORD, "little")


def make_immortal(memory: bytearray, objects: bytes, types: bytes) -> int:
    """Change the memory; returns how many objects became immortal."""
    kinds = {number.to_bytes(_WORD, "little") for number in array.array("I", types)}
    count = 0
    for at in set(array.array("I", objects)):
        references = int.from_bytes(memory[at : at + _WORD], "little")
        is_object = at % _WORD == 0 and bytes(memory[at + _WORD : at + 2 * _WORD]) in kinds
        if is_object and 0 < references < _COUNT_MAX:
            memory[at : at + _WORD] = _IMMORTAL.to_bytes(_WORD, "little")
            count += 1
    return count
