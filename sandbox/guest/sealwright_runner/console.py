"""What a tool prints goes to the run's log, a line at a time, until the host says the log is full."""

import io
import sys

from sealwright import _door, _secret

BLOCK = 2048


class Console(io.TextIOBase):
    """Stands in for stdout and stderr. Nothing is lost when a run is cut short, but the line being written."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self):
        self.clear()

    def clear(self):
        self._held = []
        self._held_length = 0
        self._full = False

    def writable(self):
        return True

    def write(self, text):
        """Raises TypeError, as a file would."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._full or not text:
            return len(text)
        self._held.append(text)
        self._held_length += len(text)
        if self._held_length >= BLOCK or "\n" in text:
            self.flush()
        return len(text)

    def flush(self):
        if not self._held:
            return
        text = _secret._shown("".join(self._held))
        self._held, self._held_length = [], 0
        # A lone surrogate has no UTF-8 form and would end the run in the component's own string code.
        self._full = not _door.log(text.encode("utf-8", "backslashreplace").decode("utf-8"))


console = Console()


def install():
    sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = console
    sys.stdin = sys.__stdin__ = io.StringIO("")
