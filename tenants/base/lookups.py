"""What a process reads of each tenant now and then, and goes by in between: its limits, what it has stored."""

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
_KNOWN_MAX = 10_000


class Lookups(Generic[Value]):
    """Nobody goes on with what is older than `every_s`: while one reads it anew, the others wait for the same reading.

    To let them go on with the old meanwhile was tried: after a pause, a whole burst was held to limits of long ago.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._known: dict[str, tuple[Value, float]] = {}
        self._reading: dict[str, asyncio.Task[Value]] = {}

    def last(self, tenant_id: str) -> Value | None:
        """What was read last, however old it is."""
        known = self._known.get(tenant_id)
        return None if known is None else known[0]

    async def look(self, tenant_id: str, read: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """What there is to know of a tenant, by `read` if that is not known. Raises what `read` raises."""
        known = self._known.get(tenant_id)
        if known is not None and monotonic() < known[1]:
            return known[0]
        reading = self._reading.get(tenant_id)
        if reading is None:
            reading = self._reading[tenant_id] = asyncio.create_task(self._read(tenant_id, read))
            reading.add_done_callback(_heard)
        # Who leaves takes it from nobody.
        return await asyncio.shield(reading)

    async def _read(self, tenant_id: str, read: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        # From before the reading: what changes while it goes on may not be in it.
        moment = monotonic()
        try:
            value = await read()
        finally:
            del self._reading[tenant_id]
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        self._known[tenant_id] = (value, moment + self._every_s)
        return value


def _heard(reading: asyncio.Task[Any]) -> None:
    """Its failure is told to whoever waits; where nobody does any more, it is nobody's."""
    if not reading.cancelled():
        reading.exception()
