"""The memory of a worker: measured, and ended with the run that has most when there is too much of it.

Limits bound each run, and a worker has room for hundreds. What they take together is bounded here, by what the kernel
says that the process has for itself. When it is too much, a run of the share that has most ends; not the worker, with
everybody's runs, and not whoever happens to ask for more.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sandbox.contract.outcomes import Exhausted, Fault

# Of the machine's memory, or of what its control group may have: the rest is for the server, builders and files.
_OF_MACHINE = 0.5
_LEAST_BYTES = 512 << 20
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def bound_of(workers: int) -> int:
    """How many bytes each of so many workers may have on this machine."""
    most = [os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES]
    for path in _CGROUPS:
        with suppress(OSError, ValueError):
            most.append(int(Path(path).read_text()))
    return max(_LEAST_BYTES, int(min(most) * _OF_MACHINE / workers))


def too_much(bound_bytes: int, held_bytes: int) -> Exhausted:
    """The outcome of a run that was ended so that others can go on."""
    message = (
        f"The runs of all tenants at this worker need more than its {bound_bytes >> 20:,} MiB. Those of this tenant had"
        f" most of it, and this run {held_bytes >> 20:,} MiB, so it was ended."
    )
    hint = "Hold less at a time (read and write in parts), or have fewer runs at once; then call it again."
    return Exhausted(Fault("worker_memory", message, hint, {"limit": bound_bytes, "retryable": True}))


class Holder(Protocol):
    """A run that holds memory."""

    held_bytes: int

    @property
    def share(self) -> int: ...

    @property
    def is_ending(self) -> bool: ...

    def end(self, outcome: Exhausted) -> None: ...


class MemoryWatch:
    """Looks at the memory of this process, for the run that computes: what it has grown since is that run's.

    Make it before the walls are up: the file that is looked at is behind them.
    """

    def __init__(self, bound_bytes: int) -> None:
        self._bound_bytes = bound_bytes
        self.holders: Callable[[], Iterable[Holder]] = tuple
        self._file: int | None = None
        with suppress(OSError):  # without it nothing is measured
            self._file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        self._lock = threading.Lock()
        self._seen_bytes = self._measured()

    def look(self, holder: Holder) -> None:
        """Add what there is more to what the run holds, and end a run where it is too much."""
        if self._file is None:
            return
        with self._lock:
            now = self._measured()
            holder.held_bytes += max(0, now - self._seen_bytes)
            self._seen_bytes = now
            victim = self._victim(holder) if now > self._bound_bytes else None
        if victim is not None:
            victim.end(too_much(self._bound_bytes, victim.held_bytes))

    def forget(self, holder: Holder) -> None:
        """The run has ended: what it held is nobody's growth."""
        if holder.held_bytes:
            with self._lock:
                self._seen_bytes = self._measured()

    def _victim(self, asking: Holder) -> Holder | None:
        """Of the share that holds most: the run that asks for more, for that ends at once; else its largest."""
        holders, held = list(self.holders()), Counter[int]()
        for one in holders:
            held[one.share] += one.held_bytes
        most = max(held.values(), default=0)
        if held[asking.share] == most:
            return None if asking.is_ending else asking
        if any(one.is_ending for one in holders):
            return None  # what was chosen before gives room first
        return max(holders, key=lambda one: (held[one.share], one.held_bytes), default=None)

    def _measured(self) -> int:
        """Bytes that this process has in memory and shares with no file, nor with any other process."""
        if self._file is None:
            return 0
        resident, shared = os.pread(self._file, 200, 0).split()[1:3]
        return (int(resident) - int(shared)) * _PAGE_BYTES
