"""How often one caller may do what anybody may do, counted in this process.

What guards a password is counted in the database instead, for all processes at once: see tenants/people/attempts.py.
"""

import time

from sandbox import Lru


class Throttle:
    """At most `often` of something in `seconds` for each name, such as an address. `names_max` are remembered.

    When there is no room, the one that was silent longest is forgotten: whoever goes on is never forgotten for others.
    """

    def __init__(self, often: int = 60, seconds: float = 60.0, names_max: int = 10_000) -> None:
        self._often = often
        self._seconds = seconds
        self._seen: Lru[str, list[float]] = Lru(names_max)

    def wait_s(self, name: str) -> int | None:
        """Count one more; how long `name` has to wait instead, or None when it may go on."""
        wait = self.blocked_s(name)
        if wait is None:
            self.count(name)
        return wait

    def blocked_s(self, name: str) -> int | None:
        """How long `name` has to wait, without counting; None when it may go on."""
        recent = self._recent(name)
        if len(recent) < self._often:
            return None
        return int(recent[0] + self._seconds - time.monotonic()) + 1

    def count(self, name: str) -> None:
        self._seen.put(name, [*self._recent(name), time.monotonic()][-self._often :])

    @property
    def names(self) -> int:
        """How many are remembered now."""
        return len(self._seen)

    def _recent(self, name: str) -> list[float]:
        since = time.monotonic() - self._seconds
        return [at for at in self._seen.get(name) or () if at > since]
