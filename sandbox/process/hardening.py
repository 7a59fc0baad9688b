"""The walls around a worker process. Each is taken where the operating system grants it, and reported."""

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from sandbox.process import landlock, seccomp

# prctl and unshare numbers, the same on every architecture.
_SET_DUMPABLE, _SET_NO_NEW_PRIVS = 4, 38
_NEW = {"network": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000}
_NEW_USER = 0x10000000
_NOBODY = 65534

Walls = dict[str, str]


def confine(readable: Iterable[Path]) -> Walls:
    """Before the first thread, and after every import: gives each wall's name and `active` or why it is not.

    Landlock binds only this thread and those it starts, hence before wasmtime starts its own; a new user
    namespace is refused to a process with several threads. `readable` is all that stays readable.
    """
    libc = _libc()
    walls: Walls = {}
    _raise(walls, "rlimits", _limit_resources)
    _raise(walls, "no_new_privs", lambda: _prctl(libc, _SET_NO_NEW_PRIVS, 1))
    _raise(walls, "namespaces", lambda: _leave_namespaces(libc))
    _raise(walls, "first to go when memory is short", _volunteer)
    _raise(walls, "landlock", lambda: f"active (ABI {landlock.restrict(libc, readable)})")
    return walls


def seal(needed: Iterable[Path], *, forks: bool = False) -> Walls:
    """When the image is loaded: give up root, and from here on make only the listed system calls, on every thread.

    `needed` are the folders that must stay within reach of user nobody. `forks`: see `seccomp.install`.
    """
    libc, folders = _libc(), list(needed)
    walls: Walls = {}
    _raise(walls, "unprivileged user", lambda: _become_nobody(folders))
    _raise(walls, "not dumpable", lambda: _prctl(libc, _SET_DUMPABLE, 0))
    _raise(walls, "seccomp", lambda: seccomp.install(libc, forks=forks))
    return walls


def confine_to_files(readable: Iterable[Path], writable: Iterable[Path], owner: int, memory_bytes: int) -> Walls:
    """For a process with one thread that keeps a database: after every import, before it opens the first file.

    It becomes the user that the files belong to, where it may, and has these files alone.
    """
    libc = _libc()
    walls: Walls = {}
    _raise(walls, "rlimits", lambda: _limit_memory(memory_bytes))
    _raise(walls, "no_new_privs", lambda: _prctl(libc, _SET_NO_NEW_PRIVS, 1))
    _raise(walls, "namespaces", lambda: _leave_namespaces(libc))
    _raise(walls, "first to go when memory is short", _volunteer)
    _raise(walls, "landlock", lambda: f"active (ABI {landlock.restrict(libc, readable, writable)})")
    _raise(walls, "owner of the files", lambda: _become(owner))
    _raise(walls, "not dumpable", lambda: _prctl(libc, _SET_DUMPABLE, 0))
    _raise(walls, "seccomp", lambda: seccomp.install(libc, files=True))
    return walls


def confine_to_program(executable: Iterable[Path], readable: Iterable[Path]) -> Walls:
    """For a process that is about to become another program: `executable` are the program and its loader, `readable`
    what it loads.
    """
    libc, programs = _libc(), list(executable)
    folders = [path for path in readable if path.exists()]
    walls: Walls = {}
    _raise(walls, "rlimits", _limit_resources)
    _raise(walls, "no_new_privs", lambda: _prctl(libc, _SET_NO_NEW_PRIVS, 1))
    _raise(walls, "namespaces", lambda: _leave_namespaces(libc))
    _raise(walls, "first to go when memory is short", _volunteer)
    _raise(walls, "landlock", lambda: f"active (ABI {landlock.restrict(libc, folders, executable=programs)})")
    _raise(walls, "unprivileged user", lambda: _become_nobody([path.parent for path in programs]))
    _raise(walls, "seccomp", lambda: seccomp.install(libc, executes=True))
    return walls


def report() -> list[str]:
    """What this system grants, one line a wall, found out by a process that raises them all and ends."""
    script = "import sys, json; sys.path.insert(0, sys.argv[1]); from sandbox.process import hardening as walls; "
    script += "print(json.dumps(walls.confine([]) | walls.seal([])))"
    root = str(Path(__file__).parents[2])
    said = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-I", "-c", script, root], capture_output=True, check=True, timeout=60, env={}
    )
    return [f"{name}: {active}" for name, active in json.loads(said.stdout).items()]


def close_descriptors(keep: int) -> None:
    """Keep standard input, output and error, and the wire; close all others."""
    os.closerange(3, keep)
    os.closerange(keep + 1, 65536)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _raise(walls: Walls, name: str, build: Callable[[], object]) -> None:
    try:
        said = build()
    except (OSError, ValueError, AttributeError) as error:
        walls[name] = f"not active: {error}"
    else:
        walls[name] = said if isinstance(said, str) else "active"


def _limit_resources() -> None:
    """No core files, no written files, few descriptors. Not the address space: wasmtime reserves 4 GiB a memory."""
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_MEMLOCK, 0)):
        resource.setrlimit(what, (most, most))
    # Each tool that a worker keeps loaded holds its file open, and it keeps up to 512.
    resource.setrlimit(resource.RLIMIT_NOFILE, (640, 640))


def _limit_memory(memory_bytes: int) -> None:
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_AS, memory_bytes)):
        resource.setrlimit(what, (most, most))


def _become(owner: int) -> str:
    if os.geteuid() != 0 or owner == 0:
        return f"active (user {os.geteuid()})"
    os.setgroups([])
    os.setresuid(owner, owner, owner)
    return f"active (user {owner})"


def _volunteer() -> None:
    """The kernel ends the worker before it ends the parent."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _leave_namespaces(libc: ctypes.CDLL) -> str:
    """A network without interfaces, above all. An unprivileged process needs a user namespace of its own first."""
    if not sys.platform.startswith("linux"):
        raise OSError(0, "only Linux has namespaces")
    flags = sum(_NEW.values()) | (0 if os.geteuid() == 0 else _NEW_USER)
    if libc.unshare(flags) == 0 or libc.unshare(flags | _NEW_USER) == 0:
        return f"active ({', '.join(_NEW)})"
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _become_nobody(readable: Iterable[Path]) -> str:
    if os.geteuid() != 0:
        return "active (started without privileges)"
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, 0)
    os.setresuid(_NOBODY, _NOBODY, 0)
    hidden = [path for path in readable if not os.access(path, os.X_OK, effective_ids=True)]
    if hidden:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        raise OSError(0, f"{hidden[0]} is not open to user nobody")
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    return "active (nobody)"
