"""Pools of other images than this release's: a version runs on the image it was sealed on until it is carried over.

One is opened when a version sealed on it is first called, with a worker of its own, and closed when nobody has called
one for a while. Opening all of them at the start was rejected: most are of releases of which nothing is left.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sandbox.image.artifacts import Image

log = logging.getLogger(__name__)
_IDLE_S = 600.0
# An image that was not to be had may be soon: another node may be about to publish it.
_LOOK_AGAIN_S = 5.0

P = TypeVar("P")
# Where an image lies, by its digest; None where it is not to be had.
FindImage = Callable[[str], Awaitable[Image | None]]


async def nowhere(digest: str) -> None:
    """Find no image."""


@dataclass
class _Room(Generic[P]):
    """A pool, or the lack of one. `ends` closes it, or forgets that there was none."""

    opening: "asyncio.Task[P | None]"
    opened: AsyncExitStack
    users: int = 0
    ends: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        return self.opening.done() and self.opening.result() is None


@dataclass
class OtherImages(Generic[P]):
    """What finds an image and opens a pool of it, and the pools that are open."""

    find: FindImage
    open: Callable[[Image], AbstractAsyncContextManager[P]]
    idle_s: float = _IDLE_S
    _rooms: dict[str, _Room[P]] = field(default_factory=dict[str, _Room[P]])
    _leaving: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @asynccontextmanager
    async def using(self, digest: str) -> AsyncGenerator[P | None]:
        """A pool of the image of that digest; None where it is not to be had, or does not start here."""
        room = self._rooms.get(digest) or self._begin(digest)
        room.users += 1
        if room.ends is not None and not room.is_empty:
            room.ends.cancel()
            room.ends = None
        try:
            yield await asyncio.shield(room.opening)
        finally:
            room.users -= 1
            if not room.users and room.ends is None:
                self._end_later(digest, room)

    async def close(self) -> None:
        rooms, self._rooms = [*self._rooms.values()], {}
        await asyncio.gather(*(_close(room) for room in rooms), *self._leaving)

    def _begin(self, digest: str) -> _Room[P]:
        opened = AsyncExitStack()
        opening = asyncio.create_task(self._open(digest, opened), name=f"opening of the image {digest}")
        room = self._rooms[digest] = _Room(opening, opened)
        return room

    async def _open(self, digest: str, opened: AsyncExitStack) -> P | None:
        """What is wrong with another image is no reason to fail what runs on ours."""
        try:
            image = await self.find(digest)
            if image is None:
                return None
            log.info("a version of another image is called: opening %s", digest)
            return await opened.enter_async_context(self.open(image))
        except Exception:
            log.exception("the image %s could not be opened", digest)
            return None

    def _end_later(self, digest: str, room: _Room[P]) -> None:
        after_s = _LOOK_AGAIN_S if room.is_empty else self.idle_s
        room.ends = asyncio.get_running_loop().call_later(after_s, self._end, digest, room)

    def _end(self, digest: str, room: _Room[P]) -> None:
        if self._rooms.get(digest) is room:
            del self._rooms[digest]
            leaving = asyncio.create_task(_close(room), name=f"closing of the image {digest}")
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


async def _close(room: _Room[P]) -> None:
    if room.ends is not None:
        room.ends.cancel()
    await asyncio.gather(room.opening, return_exceptions=True)
    await room.opened.aclose()
