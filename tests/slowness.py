"""How slow this machine is just now: limits on what is computed were measured on another, with nothing beside it."""

import json
import time

# What the work below took there: two cores of a virtual machine, CPython 3.11.
_THERE_MS = 11.0
_TRIES = 5


def times() -> float:
    """How many times longer than there a fixed piece of work computes here and now; never less than one."""
    return max(1.0, sorted(_worked_ms() for _ in range(_TRIES))[_TRIES // 2] / _THERE_MS)


def _worked_ms() -> float:
    began = time.thread_time()
    for _ in range(20):
        rows = json.loads(json.dumps([{"a": number, "b": str(number)} for number in range(500)]))
        sum(len(row["b"]) for row in rows)
    return (time.thread_time() - began) * 1000
