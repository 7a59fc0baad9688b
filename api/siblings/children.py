"""What a parent knows of each of its serving processes."""

import os
import signal
import struct
import time
from contextlib import suppress
from dataclasses import dataclass

from api.siblings.lines import Line

# How many connections a child has, and how many it was ever handed.
STATE = struct.Struct("!IQ")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0
# Who served for so long before it died is begun again at once.
_SERVED_S = 60.0


@dataclass(slots=True)
class Child:
    """One place, and the process that is in it now: none while `line` is None."""

    number: int
    pid: int = 0
    line: Line | None = None
    is_up: bool = False
    is_leaving: bool = False
    heard_at: float = 0.0
    due_at: float = 0.0
    _up_at: float = 0.0
    _deaths: int = 0
    _open: int = 0
    _received: int = 0
    _handed: int = 0

    @property
    def is_taking(self) -> bool:
        """Whether it may be handed connections."""
        return self.is_up and not self.is_leaving

    @property
    def load(self) -> int:
        """Connections that it has, or will have when it has taken what was handed to it."""
        return self._open + self._handed - self._received

    def begin(self, pid: int, line: Line) -> None:
        self.pid, self.line, self.heard_at = pid, line, time.monotonic()
        self.is_up = self.is_leaving = False
        self._open = self._received = self._handed = 0

    def note_up(self) -> None:
        self.is_up, self._up_at = True, time.monotonic()

    def note_handed(self) -> None:
        self._handed += 1

    def note_state(self, body: bytes) -> None:
        self._open, self._received = STATE.unpack(body)

    def note_end(self) -> None:
        """It has ended: the first time its place is filled at once, then ever later."""
        moment = time.monotonic()
        if self.is_up and moment - self._up_at > _SERVED_S:
            self._deaths = 0
        wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**self._deaths) if self._deaths else 0.0
        self._deaths += 1
        self.due_at = moment + wait
        if self.line is not None:
            self.line.close()
        self.pid, self.line, self.is_up, self.is_leaving = 0, None, False, False

    def send(self, sign: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)
