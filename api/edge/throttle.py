"""How often one caller may do what anybody may do, counted here and by what other processes tell, moments later.

What guards a password is counted in the database instead, for all processes at once: see tenants/people/attempts.py.
"""

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from sandbox import Lru
from tenants.base.events import Events

_COUNTED = "throttle.counted"


class Throttle:
    """At most `often` of something in `seconds` for each name, such as an address. `names_max` are remembered.

    When there is no room, the one that was silent longest is forgotten: whoever goes on is never forgotten for others.
    """

    def __init__(self, often: int = 60, seconds: float = 60.0, names_max: int = 10_000) -> None:
        self._often = often
        self._seconds = seconds
        self._seen: Lru[str, list[float]] = Lru(names_max)
        self._tell: Callable[[str], None] | None = None

    @contextmanager
    def shared(self, events: Events, kind: str) -> Generator[None]:
        """Inside the block, count together with the throttles of this kind in all processes."""

        def tell(key: str) -> None:
            events.publish("", _COUNTED, {"from": events.name, "throttle": kind, "key": key})

        def hear(tenant_id: str, said: str, data: dict[str, Any]) -> None:
            if (tenant_id, said) == ("", _COUNTED) and data["throttle"] == kind and data["from"] != events.name:
                self._note(data["key"])

        self._tell = tell
        with events.overheard(hear):
            yield

    def wait_s(self, name: str) -> int | None:
        """Count one more; how long `name` has to wait instead, or None when it may go on."""
        wait = self.blocked_s(name)
        if wait is None:
            self.count(name)
        return wait

    def blocked_s(self, name: str) -> int | None:
        """How long `name` has to wait, without counting; None when it may go on."""
        recent = self._recent(_key(name))
        if len(recent) < self._often:
            return None
        return int(recent[0] + self._seconds - time.monotonic()) + 1

    def count(self, name: str) -> None:
        key = _key(name)
        self._note(key)
        if self._tell is not None:
            self._tell(key)

    def _note(self, key: str) -> None:
        self._seen.put(key, [*self._recent(key), time.monotonic()][-self._often :])

    @property
    def names(self) -> int:
        """How many are remembered now."""
        return len(self._seen)

    def _recent(self, key: str) -> list[float]:
        since = time.monotonic() - self._seconds
        return [at for at in self._seen.get(key) or () if at > since]


def _key(name: str) -> str:
    """What others are told: an address of the net is somebody's."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
