"""Whose work a process takes next from a queue that all tenants share: fewest under way first, then longest ago."""

from collections.abc import Iterable

from sandbox import Shares

_KNOWN_MAX = 10_000


class Rounds:
    """Work of many tenants, `places` of it at a time in this process. One tenant alone has `ratio` for each free place.

    What waits is in the database; here is only what was begun. Each process goes its own rounds.
    """

    def __init__(self, places: int, ratio: float = 1.0) -> None:
        self._most = max(places, 1)
        self._places = Shares(self._most, ratio)
        self._begun: dict[str, int] = {}
        self._count = 0

    @property
    def free(self) -> int:
        return self._places.free

    @property
    def underway(self) -> int:
        """How many pieces of work were begun here and have not ended."""
        return self._most - self._places.free

    def full(self) -> list[str]:
        """The tenants whose work is not to be taken now."""
        return self._places.full()

    def order(self, waiting: Iterable[str]) -> list[str]:
        """Those of the tenants with work waiting who may have some begun, the next one first."""
        may = [tenant_id for tenant_id in waiting if self._places.has_room(tenant_id)]
        return sorted(may, key=lambda one: (self._places.held(one), self._begun.get(one, 0)))

    def begin(self, tenant_id: str) -> bool:
        """Hold a place for one piece of work of the tenant; False: it has all it may."""
        if not self._places.take_now(tenant_id):
            return False
        self._count += 1
        if len(self._begun) >= _KNOWN_MAX:
            self._begun.clear()
        self._begun[tenant_id] = self._count
        return True

    def end(self, tenant_id: str) -> None:
        self._places.give_back(tenant_id)
