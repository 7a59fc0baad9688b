"""What the linter looks for in a source, and its run.

Ruff reads the source as text and runs nothing of it. It is a program of its own, which a confined process cannot
start. So its parent does, behind the same walls, with the source on its standard input and nothing else of ours: no
environment, no argument that anybody chose, no file but its own, and the limits below, which stand before it begins.
"""

import asyncio
from asyncio.subprocess import Process
from pathlib import Path

from ruff import find_ruff_bin

from sandbox import launch
from tenants.rules.gates import BRANCHES_MAX, COMPLEXITY_MAX, LINE_CHARACTERS_MAX, MISTAKES, STATEMENTS_MAX, UNTIDY

SECONDS = 10.0
_CPU_S = 8
_MEMORY_BYTES = 1 << 30
_OUTPUT_BYTES_MAX = 4 << 20
# Said instead of what ruff would have said: the source is too much for it.
TOO_LONG = "null"


async def lint(source: str) -> str:
    """Return what ruff says of a source, as JSON text; TOO_LONG when it does not come to an end."""
    # A tool cannot excuse itself: `noqa` in its source counts for nothing.
    arguments = (
        "check", "--isolated", "--no-cache", "--ignore-noqa", "--exit-zero", "--quiet",
        "--output-format=json", "--target-version=py314", "--stdin-filename=tool.py",
        f"--line-length={LINE_CHARACTERS_MAX}", f"--config=lint.mccabe.max-complexity={COMPLEXITY_MAX}",
        f"--config=lint.pylint.max-statements={STATEMENTS_MAX}", f"--config=lint.pylint.max-branches={BRANCHES_MAX}",
        f"--select={','.join([*MISTAKES, *UNTIDY])}", "-",
    )  # fmt: skip
    process = await launch(Path(find_ruff_bin()), arguments, cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES)
    try:
        async with asyncio.timeout(SECONDS):
            said = await _said(process, source.encode("utf-8", "replace"))
    except TimeoutError:
        return TOO_LONG
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said.decode("utf-8", "replace") if process.returncode == 0 and said is not None else TOO_LONG


async def _said(process: Process, source: bytes) -> bytes | None:
    """Its whole output; None when there is more than is taken. That is seen on the way: a source of many mistakes has
    an output of hundreds of megabytes.
    """
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the linter was started without its pipes")
    process.stdin.write(source)
    process.stdin.close()  # it is written on while we read
    said = bytearray()
    while part := await process.stdout.read(1 << 16):
        said += part
        if len(said) > _OUTPUT_BYTES_MAX:
            return None
    await process.wait()
    return bytes(said)
