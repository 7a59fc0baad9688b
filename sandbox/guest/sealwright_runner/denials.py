"""What a tool cannot do says so the way Python would: an ordinary exception, never a dead instance."""

import builtins
import importlib.util
import os
import select
import signal
import socket
import sys
import threading
import time

import _socket

from sealwright import _host
from sealwright_runner import standins

RECURSION_LIMIT_MAX = 5000


def _exit(code=0):
    raise SystemExit(code)


def _abort():
    raise SystemExit("aborted")


def _no_network(*args, **kwargs):
    raise PermissionError("a tool has no sockets; use sealwright.http or another capability of the SDK")


def no_raw(*args, **kwargs):
    """Raises ImportError."""
    raise ImportError("a tool cannot reach behind the image; use the functions of sealwright")


class _NoSocket:
    def __init__(self, *args, **kwargs):
        _no_network()


def _sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _host.call("clock", "sleep", {"seconds": float(seconds)})


def _host_name(name=""):
    """Nobody's: what a message's id or a default wants is a name, not a look into the net."""
    return name or "localhost"


def _select(readers, writers, errors, timeout=None):
    if any((readers, writers, errors)):
        _no_network()
    if timeout is None:
        raise RuntimeError(_DEADLOCK)
    time.sleep(timeout)
    return [], [], []


_wait = threading.Condition.wait


def _wait_for_somebody(self, timeout=None):
    """There is nobody else who could wake the one that waits."""
    if timeout is None:
        raise RuntimeError(_DEADLOCK)
    return _wait(self, timeout)


_DEADLOCK = "deadlock: a tool has no other threads, and waits for one"
_set_recursion_limit = sys.setrecursionlimit


def _limited_recursion(limit):
    _set_recursion_limit(min(limit, RECURSION_LIMIT_MAX))


# Where data may come packed, and a tool cannot be told "use this instead": somebody else has to pack it otherwise.
_PACKED = frozenset((
    "bz2", "_bz2", "lzma", "_lzma", "_zstd", "zstandard", "compression.bz2", "compression.lzma", "compression.zstd",
))  # fmt: skip
# Whoever only looks whether there is such a module is told that there is none.
_LOOKING = importlib.util.find_spec.__code__


class Missing:
    """The last finder: names what there is instead of what there is not."""

    def __init__(self, libraries):
        self.libraries = ", ".join(sorted(libraries))

    def find_spec(self, name, path=None, target=None):
        """Raises ModuleNotFoundError for what is not in the image, saying what is."""
        if name in _PACKED and sys._getframe(2).f_code is not _LOOKING:
            raise ModuleNotFoundError(
                f"No module named {name!r}: it is in C and not in the image. zlib, gzip, zipfile and tarfile are: have "
                "the data sent as .gz or .zip.",
                name=name,
            )
        if path is not None or sys._getframe(2).f_code is _LOOKING:
            return None
        if name in sys.stdlib_module_names:
            why = "is part of CPython but does not exist inside WebAssembly"
        else:
            why = "is not in this image"
        raise ModuleNotFoundError(
            f"No module named {name!r}: it {why}. A tool can import the standard library, sealwright, "
            f"and: {self.libraries}.",
            name=name,
        )


def install(libraries):
    standins.put(_exit, (os, "_exit"), (builtins, "exit"), (builtins, "quit"))
    standins.put(_abort, (os, "abort"))
    standins.put(lambda number: _exit(f"signal {number}"), (signal, "raise_signal"))
    standins.put(_sleep, (time, "sleep"))
    standins.put(_limited_recursion, (sys, "setrecursionlimit"))
    standins.put(_select, (select, "select"))
    standins.put(_wait_for_somebody, (threading.Condition, "wait"))
    standins.put(_host_name, (socket, "getfqdn"), (socket, "gethostname"), (_socket, "gethostname"))
    for name in (
        "create_connection",
        "create_server",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyname_ex",
        "gethostbyaddr",
        "getnameinfo",
        "socketpair",
        "fromfd",
    ):
        for module in (socket, _socket):
            if hasattr(module, name):
                standins.put(_no_network, (module, name))
    # The class of sockets has heirs (ssl's, for one), so it is put nowhere else.
    socket.socket = socket.SocketType = _socket.socket = _NoSocket
    sys.meta_path.append(Missing(libraries))
