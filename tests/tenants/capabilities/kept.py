"""A journal of a call's parts, in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import HostCall


@dataclass
class Kept:
    """A journal of parts, in memory: `done` came to their end, `begun` may have."""

    done: dict[tuple[int, int], Any] = field(default_factory=dict[tuple[int, int], Any])
    begun: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    async def once(self, call: HostCall, part: int, do: Callable[[], Awaitable[Any]], in_doubt: Any = None) -> Any:
        place = (call.seq, part)
        if place not in self.done and place in self.begun and in_doubt is not None:
            return in_doubt
        if place not in self.done:
            self.begun.add(place)
            self.done[place] = await do()
        return self.done[place]
