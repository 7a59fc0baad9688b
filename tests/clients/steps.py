"""How the script of a Python client tells what it saw: one line of JSON a step, whatever comes.

It runs in the client's own environment, so it imports nothing of ours. `client.py URL KEY STEPS`, STEPS a JSON list of
`{"step": NAME}` or `{"step": NAME, "tool": NAME, "arguments": {...}}`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, Protocol

PATIENCE_S = 100


class Client(Protocol):
    """`reports`: how often it was told of progress so far."""

    reports: int

    async def names(self) -> list[str]:
        """The names of the server's tools."""
        ...

    async def forms(self) -> list[str]:
        """The names of the tools in the client's own form, after all that it makes of their schemas."""
        ...

    async def call(self, tool: str, arguments: dict[str, Any]) -> str:
        """What a model is given of the result."""
        ...


def main(opened: Callable[[str, str], AbstractAsyncContextManager[Client]], *packages: str) -> None:
    """Take the steps that the command line names, as the client that `opened(url, key)` opens."""
    url, key, steps = sys.argv[1:4]
    tell("version", said=", ".join(f"{name} {version(name)}" for name in packages))
    asyncio.run(_take(opened, url, key, json.loads(steps)))


async def _take(opened: Callable[..., Any], url: str, key: str, steps: list[dict[str, Any]]) -> None:
    try:
        async with opened(url, key) as client:
            for step in steps:
                await _one(client, step)
    except BaseException as error:  # noqa: BLE001 - whatever a client raises is what is asked for
        tell("session", thrown=words(error))


async def _one(client: Client, step: dict[str, Any]) -> None:
    name, began, before = step["step"], time.monotonic(), client.reports
    said: Any = None
    thrown = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            if name == "list":
                said = await client.names()
            elif name == "convert":
                said = await client.forms()
            else:
                said = await client.call(step["tool"], step["arguments"])
    except Exception as error:  # noqa: BLE001 - as above
        thrown = words(error)
    tell(name, said=said, thrown=thrown, seconds=round(time.monotonic() - began, 1), reports=client.reports - before)


def tell(step: str, **what: Any) -> None:
    print(json.dumps({"step": step, **what}), flush=True)


def words(error: BaseException) -> str:
    """Its text, and that of the errors within a group."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    told = f"{type(error).__name__}: {error}"
    return "; ".join([told, *(words(one) for one in inner)])[:4_000]
