"""The fork server: a process that knows the jobs, forks a child for each, and ends those it is told to end.

It hears fixed frames from its parent alone, and reads nothing that a stranger wrote.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.confined import children
from sandbox.confined.messages import KILL, ORDER, READY_BYTES, SPAWN
from sandbox.process import hardening, seccomp

_PDEATHSIG = 1
_REAP_MS = 200
_OPEN_FILES = 16
# What the standard library imports when it is first needed. Behind the walls there is nothing left to import.
_LATE_IMPORTS = (
    "_strptime",
    "decimal",
    "fractions",
    "stringprep",
    "unicodedata",
    "zoneinfo",
    *(
        f"encodings.{codec}"
        for codec in ("ascii", "idna", "latin_1", "punycode", "raw_unicode_escape", "unicode_escape", "utf_16",
                      "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_8_sig", "cp1252")
    ),
)  # fmt: skip


def main() -> None:
    """Import the jobs, raise the walls, serve the parent until it goes."""
    told = json.loads(sys.argv[1])
    hardening.close_descriptors(told["socket"])
    jobs: Mapping[str, Callable[..., Any]] = importlib.import_module(told["module"]).JOBS
    for name in _LATE_IMPORTS:
        importlib.import_module(name)
    server = ForkServer(socket.socket(fileno=told["socket"]), jobs)
    walls = hardening.confine([Path(path) for path in told["readable"]])
    walls |= hardening.seal([], forks=True)
    # What is here now is shared with every child, as long as nobody touches it.
    gc.collect()
    gc.freeze()
    server.control.sendall(json.dumps(walls).encode()[:READY_BYTES])
    server.serve()
    os._exit(0)


class ForkServer:
    """`control` is the parent's socket; `jobs` are functions by name."""

    def __init__(self, control: socket.socket, jobs: Mapping[str, Callable[..., Any]]):
        self.control, self._jobs = control, jobs
        self._running: dict[int, int] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._born_with_bytes = _mapped_bytes()

    def serve(self) -> None:
        waiting = select.poll()
        waiting.register(self.control, select.POLLIN)
        while True:
            heard = waiting.poll(_REAP_MS if self._running else None)
            self._reap()
            if not heard:
                continue
            frame, descriptors, _, _ = socket.recv_fds(self.control, ORDER.size, 1)
            if len(frame) != ORDER.size:
                return  # the parent is gone; its socket's end ends the children, and so does ours
            self._obey(frame, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    def _obey(self, frame: bytes, descriptors: list[int]) -> None:
        kind, number, cpu_s, memory_bytes, name = ORDER.unpack(frame)
        if kind == KILL and number in self._running:
            os.kill(self._running[number], signal.SIGKILL)
        elif kind == SPAWN and descriptors:
            with contextlib.suppress(OSError):  # no process to be had: the parent sees its socket end
                process = os.fork()
                if process:
                    self._running[number] = process
                else:
                    self._become_child(descriptors[0], name.rstrip(b"\0").decode(), cpu_s, memory_bytes)

    def _become_child(self, descriptor: int, name: str, cpu_s: int, memory_bytes: int) -> None:
        """Never returns. Its limits, and no way to make another process, before it has heard a word."""
        try:
            self.control.close()
            if sys.platform == "linux":
                self._libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            loop = children.new_loop()
            job = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, descriptor)
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            if self._born_with_bytes:
                most = self._born_with_bytes + memory_bytes
                resource.setrlimit(resource.RLIMIT_AS, (most, most))
            resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
            with contextlib.suppress(OSError):
                seccomp.install(self._libc)
            children.work(self._jobs[name], job, loop)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        """A dead child keeps its process number until it is reaped: before that nobody else can have it."""
        for number, process in list(self._running.items()):
            if os.waitpid(process, os.WNOHANG)[0]:
                del self._running[number]


def _mapped_bytes() -> int:
    """How much address space this process has; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
