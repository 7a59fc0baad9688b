"""What a process remembers while there is room: the least recently used goes first."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """At most `entries_max` values by key. Not for what must be closed when it goes."""

    def __init__(self, entries_max: int) -> None:
        self._entries_max = entries_max
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def peek(self, key: K) -> V | None:
        """The value, without using it."""
        return self._kept.get(key)

    def put(self, key: K, value: V) -> V:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._entries_max:
            self._kept.popitem(last=False)
        return value

    def pop(self, key: K) -> V | None:
        return self._kept.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)
