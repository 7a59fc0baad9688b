"""Worker processes of one kind, and the places at them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.process.fair_shares import Shares
from sandbox.process.worker_links import Link, WorkerFailed


@dataclass(frozen=True, slots=True)
class Place:
    """Room for one run or build at one worker. It is given back when the worker is done with it, not before."""

    team: "Team"
    at: int
    link: Link
    share: str

    def give_back(self) -> None:
        self.team.taken[self.at] -= 1
        self.team.places.give_back(self.share)


class Team:
    """`size` workers with `each` places. A worker that is lost is replaced when next there is work for it.

    `ratio`: how the places are shared, see Shares.
    """

    def __init__(self, told: Mapping[str, Any], size: int, each: int, ratio: float):
        self._told = told
        self._links: list[Link | None] = [None] * size
        self._starting = [asyncio.Lock() for _ in range(size)]
        self._replaced = 0
        self._has_failed = False
        self.places = Shares(size * each, ratio)
        self.taken = [0] * size
        self._last = size - 1

    async def start(self) -> None:
        """Raises WorkerFailed when a worker ends twice before it is ready."""
        await asyncio.gather(*(self._link(at) for at in range(len(self._links))))

    async def take(self, share: str) -> Place:
        """A place at the worker with the least to do; waits while the share has all it may. Raises WorkerFailed.

        Of those with nothing to do it is the first, which is the one that was busy last: taking turns there cost each
        call of one caller alone a fifth. Of those equally busy it is each one's turn: beside runs of others that
        compute for long, one alone would soon have had its share of the first.
        """
        await self.places.take(share)
        size = len(self.taken)
        start = 0 if min(self.taken) == 0 else self._last + 1
        at = min(((start + step) % size for step in range(size)), key=self.taken.__getitem__)
        self._last = at
        self.taken[at] += 1
        try:
            return Place(self, at, await self._link(at), share)
        except BaseException:
            self.taken[at] -= 1
            self.places.give_back(share)
            raise

    async def _link(self, at: int) -> Link:
        async with self._starting[at]:
            link = self._links[at]
            if link is not None and link.gone.is_set():
                await link.close()
                self._replaced += 1
                link = None
            if link is None:
                link = self._links[at] = await self._open()
            return link

    async def _open(self) -> Link:
        """One that ends while it starts was in want of something: mostly memory, and mostly for a moment."""
        try:
            link = await Link.open(self._told)
        except WorkerFailed:
            self._has_failed = True  # until one starts
            link = await Link.open(self._told)
        self._has_failed = False
        return link

    @property
    def links(self) -> list[Link]:
        return [link for link in self._links if link is not None]

    @property
    def is_well(self) -> bool:
        """Whether a worker is there, or nobody has found yet that none can be started."""
        return not self._has_failed and bool(self.links)

    @property
    def lost(self) -> int:
        """How many workers of this team have ended before their time."""
        return self._replaced + sum(link.gone.is_set() for link in self.links)

    async def close(self) -> None:
        await asyncio.gather(*(link.close() for link in self.links))
