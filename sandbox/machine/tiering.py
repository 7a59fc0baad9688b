"""Which form of a component to run: the small one at once, the fast one when it has proved to be called often."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import BinaryIO

from sandbox.contract.components import Component
from sandbox.contract.recent import Lru
from sandbox.machine.native_cache import Cache, name_of
from sandbox.machine.native_code import Form

# Half a second of compiling and 40 MB of disk pay off for what is called again and again.
HOT_CALLS = 32
_COUNTED_MAX = 10_000


class Forms:
    """Counts calls, and has the full form made in the background, one component at a time."""

    def __init__(self, cache: Cache, make: Callable[[Component, Form, BinaryIO], Awaitable[None]]):
        self._cache, self._make = cache, make
        self._calls: Lru[str, int] = Lru(_COUNTED_MAX)
        self._making: asyncio.Task[None] | None = None

    def choose(self, component: Component) -> Form:
        """For a call that is about to be made."""
        form = self.now(component)
        if form == "delta":
            self._count(component)
        return form

    def now(self, component: Component) -> Form:
        return "full" if self._cache.holds(name_of(component, "full")) else "delta"

    def _count(self, component: Component) -> None:
        calls = self._calls.put(component.digest, (self._calls.peek(component.digest) or 0) + 1)
        if calls >= HOT_CALLS and (self._making is None or self._making.done()):
            self._calls.put(component.digest, 0)
            self._making = asyncio.create_task(self._promote(component))

    async def _promote(self, component: Component) -> None:
        # What fails here fails nobody: the delta goes on serving, and the next calls try again.
        with contextlib.suppress(Exception):
            async with self._cache.file(component, "full", partial(self._make, component, "full")):
                pass

    async def close(self) -> None:
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait([self._making])
