"""Jobs for tests of confined processes. No author can do what these do: they stand for code that was taken over."""

import ctypes
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import Desk, Limits
from sandbox.confined.messages import Abandon, Answered, Begin, Build, Lint, Tell, Told

_seen: list[object] = []


def echo(payload: Any) -> Any:
    return payload


def remember(payload: Any) -> int:
    """How many payloads this process has seen before."""
    _seen.append(payload)
    return len(_seen) - 1


def loop(payload: Any) -> None:
    del payload
    while True:
        pass


def sleep(payload: Any) -> None:
    del payload
    time.sleep(3600)


def allocate(payload: Any) -> int:
    del payload
    return len([bytearray(1 << 20) for _ in range(100_000)])


def map_memory(payload: Any) -> int:
    del payload
    return len([mmap.mmap(-1, 1 << 30) for _ in range(100)])


def double(payload: Any) -> str:
    text = "x"
    for _ in range(60):
        text += text
    del payload
    return text


def power(payload: Any) -> int:
    del payload
    return 9**9**9


def answer_much(payload: Any) -> str:
    del payload
    return "x" * (8 << 20)


def recurse(payload: Any) -> Any:
    return recurse(payload)


def nest(payload: Any) -> Any:
    del payload
    value: Any = []
    for _ in range(100_000):
        value = [value]
    return value


def crash(payload: Any) -> None:
    del payload
    ctypes.string_at(0)


def abort(payload: Any) -> None:
    del payload
    os.abort()


def leave(payload: Any) -> None:
    os._exit(payload)


def fail(payload: Any) -> None:
    raise ValueError(payload)


async def say_forged(payload: Any, desk: Desk) -> None:
    """Say what our own code never says, and wait for what comes."""
    forged = {
        "a component of somebody else": Begin(1, 7, "{}", bytes(32), 0, Limits.DEFAULT),
        "limits above the ceiling": Begin(1, 1, "{}", bytes(32), 0, Limits(fuel=1 << 60)),
        "no memory limit": Begin(1, 1, "{}", bytes(32), 0, Limits(memory_bytes=1 << 50)),
        "negative limits": Begin(1, 1, "{}", bytes(32), 0, Limits(wall_ms=-1)),
        "a short seed": Begin(1, 1, "{}", b"", 0, Limits.DEFAULT),
        "an event that is none": Told(0, b"\xff"),
        "an answer that is no JSON": Answered(0, b"\xff{"),
        "a deep answer": Answered(0, b"[" * 200_000),
    }
    if payload == "the same number twice":
        desk.say(Lint(1, "x = 1"))
        desk.say(Lint(1, "x = 1"))
    elif payload == "too much at once":
        for number in range(2_000):
            desk.say(Build(number, "raise SystemExit", "tool"))
    elif payload == "no message":
        desk._sock.sendall(b"\0\0\0\4\xc1\xc1\xc1\xc1")  # pyright: ignore[reportPrivateUsage]
    elif payload == "a message without an end":
        desk._sock.sendall(b"\xff\xff\xff\xff")  # pyright: ignore[reportPrivateUsage]
    elif payload == "replies nobody asked for":
        desk.say(Tell(9, "{}", 0))
        desk.say(Abandon(9))
        return
    else:
        desk.say(forged[payload])
    desk.receive()


# What a confined process must not be able to do. Each raises OSError, or gives False.
REACHES: dict[str, Callable[[str], object]] = {
    "read a file": lambda path: Path(path).read_text(),
    "read a password file": lambda _: Path("/etc/passwd").read_text(),
    "read its own environment": lambda _: Path("/proc/self/environ").read_bytes(),
    "read its parent's environment": lambda _: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "read its parent's memory": lambda _: Path(f"/proc/{os.getppid()}/mem").open("rb"),  # noqa: SIM115
    "list a folder": lambda path: os.listdir(Path(path).parent),  # noqa: PTH208
    "list processes": lambda _: os.listdir("/proc"),  # noqa: PTH208
    "write a file": lambda path: Path(path).write_text("mine"),
    "write another file": lambda path: Path(f"{path}.new").write_text("mine"),
    "write below /tmp": lambda _: Path("/tmp/confined").write_text("mine"),  # noqa: S108
    "write below /dev/shm": lambda _: Path("/dev/shm/confined").write_text("mine"),  # noqa: S108
    "delete a file": lambda path: Path(path).unlink(),
    "rename a file": lambda path: Path(path).rename(f"{path}.old"),
    "link a file": lambda path: os.link(path, f"{path}.link"),
    "point at a file": lambda path: Path(f"{path}.link").symlink_to(path),
    "open a file for all": lambda path: Path(path).chmod(0o777),
    "make a folder": lambda path: Path(f"{path}.d").mkdir(),
    "go elsewhere": lambda _: os.chdir("/tmp"),  # noqa: S108
    "change its root": lambda _: os.chroot("/"),
    "open a socket": lambda _: socket.socket(),
    "open a socket to the kernel": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "open a local socket": lambda _: socket.socket(socket.AF_UNIX),
    "look up a name": lambda _: socket.getaddrinfo("example.com", 80),
    "make a process": lambda _: os.fork(),
    "run a program": lambda _: subprocess.run(["/bin/true"], check=True),
    "become a program": lambda _: os.execv("/bin/true", ["true"]),  # noqa: S606
    "end itself": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "end its parent": lambda _: os.kill(os.getppid(), signal.SIGTERM),
    "ask for more memory": lambda _: resource.setrlimit(resource.RLIMIT_AS, (1 << 46, 1 << 46)),
    "ask for more time": lambda _: resource.setrlimit(resource.RLIMIT_CPU, (9_000, 9_000)),
    "become root": lambda _: os.setuid(0),
    "share memory": lambda _: os.memfd_create("x"),
    "make a namespace": lambda _: _called("unshare", 0x10000000),
    "trace its parent": lambda _: _called("ptrace", 16, os.getppid(), 0, 0),
    "mount": lambda _: _called("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "watch files": lambda _: _called("inotify_init1", 0),
    "load a filter": lambda _: _called("prctl", 22, 1, 0, 0, 0),
}


def _called(name: str, *arguments: object) -> bool:
    """Whether a function of the C library did what it was asked for."""
    return getattr(ctypes.CDLL(None), name)(*arguments) == 0


def reach(payload: Any) -> bool:
    """`{"what", "path"}` -> whether it could be done."""
    try:
        return REACHES[payload["what"]](payload["path"]) is not False
    except (OSError, ValueError):
        return False


def descriptors(payload: Any) -> list[int]:
    """Which descriptors are open, standard error and what reads nothing aside."""
    del payload
    found: list[int] = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def environment(payload: Any) -> dict[str, str]:
    del payload
    return dict(os.environ)


def loaded(payload: Any) -> list[str]:
    return [name for name in payload if name in sys.modules]


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job
    for job in (
        echo, remember, loop, sleep, allocate, map_memory, double, power, answer_much, recurse, nest, crash, abort,
        leave, fail, say_forged, reach, descriptors, environment, loaded,
    )
}  # fmt: skip
