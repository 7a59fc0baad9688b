"""What a tool cannot do says so the way Python would: an ordinary exception, never a dead instance."""

import builtins
import os
import signal
import socket
import sys
import time

import _socket

from sealwright import _host

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


_set_recursion_limit = sys.setrecursionlimit


def _limited_recursion(limit):
    _set_recursion_limit(min(limit, RECURSION_LIMIT_MAX))


class Missing:
    """The last finder: names what there is instead of what there is not."""

    def __init__(self, libraries):
        self.libraries = ", ".join(sorted(libraries))

    def find_spec(self, name, path=None, target=None):
        """Raises ModuleNotFoundError for what is not in the image, saying what is."""
        if path is not None:
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
    os._exit = _exit
    os.abort = _abort
    builtins.exit = builtins.quit = _exit
    signal.raise_signal = lambda number: _exit(f"signal {number}")
    time.sleep = _sleep
    sys.setrecursionlimit = _limited_recursion
    for name in (
        "create_connection",
        "create_server",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyname_ex",
        "gethostbyaddr",
        "gethostname",
        "getnameinfo",
        "getfqdn",
        "socketpair",
        "fromfd",
    ):
        for module in (socket, _socket):
            if hasattr(module, name):
                setattr(module, name, _no_network)
    socket.socket = socket.SocketType = _socket.socket = _NoSocket
    sys.meta_path.append(Missing(libraries))
