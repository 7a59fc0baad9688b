"""Starts a program that is not ours, such as a linter, behind the walls, with a stranger's text on its standard input.

A confined process cannot start one: it may make no process. So a process of its own raises the walls, with a filter
that leaves what a program needs to load itself, and becomes the program. That is an interpreter more for each start
(some 30 ms); what a new process runs before its program starts would run in a copy of the server instead.
"""

import asyncio
import json
import os
import re
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path

from sandbox.process import hardening

_ROOT = Path(__file__).parents[2]
# The package's own __init__ imports the whole sandbox; the walls need next to nothing of it.
_START = """
import sys, types
package = sys.modules["sandbox"] = types.ModuleType("sandbox")
package.__path__ = [sys.argv[1] + "/sandbox"]
from sandbox.process.launching import main
main()
"""
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_LOADER = re.compile(rb"\0(/[\w./-]*/ld-[\w.-]+)\0")
_HEAD_BYTES = 4096


async def launch(program: Path, arguments: Sequence[str], *, cpu_s: int, memory_bytes: int) -> Process:
    """Start a program with pipes for its input and output, no environment and the root for its folder.

    It can read itself and the system's libraries, write nothing, and start nothing else.
    """
    told = {"program": str(program), "arguments": [*arguments], "cpu_s": cpu_s, "memory_bytes": memory_bytes}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _START, str(_ROOT), json.dumps(told),
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd=os.sep,
    )  # fmt: skip


def main() -> None:
    """In the new process: raise the walls and become the program."""
    told = json.loads(sys.argv[2])
    program = Path(told["program"])
    hardening.close_descriptors(3)
    os.closerange(3, 4)
    for what, most in (
        (resource.RLIMIT_CPU, told["cpu_s"]),
        (resource.RLIMIT_AS, told["memory_bytes"]),
    ):
        resource.setrlimit(what, (most, most))
    hardening.confine_to_program([program, *_loaders(program)], [Path(path) for path in _LIBRARIES])
    os.execve(program, [str(program), *told["arguments"]], {})  # noqa: S606  (there is no shell to be had)


def _loaders(program: Path) -> list[Path]:
    """What the kernel starts in a dynamically linked program's place: its name stands in the program's first page."""
    with program.open("rb") as file:
        found = _LOADER.search(file.read(_HEAD_BYTES))
    return [Path(found[1].decode())] if found else []
