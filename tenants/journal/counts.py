"""How many bytes tenants have stored by what was written: gathered, and kept with a later batch.

Kept with every batch it would be one page more in each commit, a tenth of what a short run writes. So the count is late
by a second or `_BYTES_MAX`, whichever comes first, and what a process that is killed had gathered is found by the next
day's recount.
"""

import time
from collections.abc import Mapping

LATE_S = 1.0
_BYTES_MAX = 1 << 20


class Counts:
    """One process's. What is being kept stays here until it is durable."""

    def __init__(self) -> None:
        self._gathered: dict[str, int] = {}
        self._total = 0
        self._since = 0.0

    def add(self, grown: Mapping[str, int]) -> bool:
        """Whether these are the first since the last were taken."""
        is_first = not self._gathered
        if is_first:
            self._since = time.monotonic()
        for tenant_id, more in grown.items():
            self._gathered[tenant_id] = self._gathered.get(tenant_id, 0) + more
            self._total += more
        return is_first and bool(grown)

    def due(self) -> dict[str, int]:
        """Take what is to be kept now; empty when it can wait."""
        if not self._gathered or (self._total < _BYTES_MAX and time.monotonic() - self._since < LATE_S):
            return {}
        return self.all()

    def all(self) -> dict[str, int]:
        taken, self._gathered, self._total = self._gathered, {}, 0
        return taken
