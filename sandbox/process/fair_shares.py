"""Fair shares of what many wait for: places at workers, connections, a lock.

One queue for each share, a share being whoever is to be treated alike (a tenant). Who holds the fewest places is
served next. How many one may hold follows from how many are free ("dynamic thresholds", as switches share their
buffers): one alone may take most of them, many together leave some, so that whoever comes new finds a place free and
never waits for others to end. A fixed most for each was rejected: it is too little for one and too much for twenty.
"""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Shares:
    """`places` to be held for a while. A share takes another one while it holds fewer than `ratio` for each free one.

    With the ratio of 2 one share holds two thirds of the places at most, and n of them leave one in 2n + 1.
    """

    def __init__(self, places: int, ratio: float = 2.0):
        self.places, self.free, self._ratio = places, places, ratio
        self._held: dict[str, int] = {}
        # Whoever waits, in order. In no dict stands a share with nobody waiting, or with nothing held.
        self._waiting: dict[str, dict[asyncio.Future[None], None]] = {}

    def held(self, share: str) -> int:
        return self._held.get(share, 0)

    def waiting(self, share: str) -> int:
        return len(self._waiting.get(share, ()))

    def most(self) -> int:
        """How many places one share has if it is alone."""
        return min(self.places, math.ceil(self._ratio * self.places / (self._ratio + 1)))

    def has_room(self, share: str) -> bool:
        """Whether the share may take a place now."""
        return self._held.get(share, 0) < self._ratio * self.free

    def full(self) -> list[str]:
        """The shares that hold something and may not take more now."""
        return [share for share in self._held if not self.has_room(share)]

    def take_now(self, share: str) -> bool:
        """Take a place if the share may. Those who wait are passed by nobody: they could not take it either."""
        if not self.has_room(share):
            return False
        self.free -= 1
        self._held[share] = self._held.get(share, 0) + 1
        return True

    async def take(self, share: str) -> None:
        """Wait for a place, behind others of the same share only."""
        if self.take_now(share):
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(share, {})[granted] = None
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self.give_back(share)
            else:
                self._leave(share, granted)
            raise

    def give_back(self, share: str) -> None:
        self.free += 1
        self._held[share] -= 1
        if not self._held[share]:
            del self._held[share]
        self._hand_out()

    @asynccontextmanager
    async def place(self, share: str) -> AsyncGenerator[None]:
        """Hold a place for as long as the block takes."""
        await self.take(share)
        try:
            yield
        finally:
            self.give_back(share)

    def _hand_out(self) -> None:
        """Serve who may be served, least held first; among equals whoever was served longest ago."""
        while self._waiting:
            share = min(self._waiting, key=self.held)
            if not self.has_room(share):
                return
            queue = self._waiting.pop(share)
            granted = next(iter(queue))
            del queue[granted]
            if queue:
                self._waiting[share] = queue
            if not granted.done():  # else it was cancelled, and its task has not come to know of it yet
                self.take_now(share)
                granted.set_result(None)

    def _leave(self, share: str, granted: "asyncio.Future[None]") -> None:
        queue = self._waiting.get(share, {})
        queue.pop(granted, None)
        if not queue:
            self._waiting.pop(share, None)
