"""Leases: who works on a row, and for how long that stands without a sign of life.

A lease belongs to a process. It is over when its time is up, or at once when its process is seen to be gone:
a server that is started again goes on with its own work without waiting.
"""

import hashlib
import os
import platform
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from tenants.base.db import now

LEASE = timedelta(seconds=15)
HEARTBEAT_S = 5.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: where it runs, its number there, and what no other process has."""

    place: str
    pid: int
    nonce: str

    @classmethod
    def of_this_process(cls) -> "Owner":
        return cls(_place(), os.getpid(), secrets.token_hex(4))

    @classmethod
    def parse(cls, text: str) -> "Owner":
        place, pid, nonce = text.split(":")
        return cls(place, int(pid), nonce)

    def __str__(self) -> str:
        return f"{self.place}:{self.pid}:{self.nonce}"

    def sees_gone(self, other: "Owner") -> bool:
        """Whether we know that `other` has ended. Of other machines and containers we never know."""
        if self == other or self.place != other.place:
            return False
        # Our own number with another nonce: it was used before us.
        return self.pid == other.pid or not _is_alive(other.pid)


def until() -> datetime:
    """Return when a lease taken or renewed now ends."""
    return now() + LEASE


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@lru_cache(maxsize=1)
def _place() -> str:
    """Name where process numbers mean something: this boot of this machine, in this PID namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        boot, space = platform.node(), ""
    return hashlib.sha256(f"{boot}/{space}".encode()).hexdigest()[:12]
