"""clock: waiting, where the run that waits keeps its instance. Who waits for long is put aside: runs/suspensions.py."""

from collections.abc import Mapping

import anyio

from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Implementation, Operation, malformed


class Clock:
    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"sleep": self.sleep}

    async def sleep(self, call: HostCall, bound: Bound) -> None:
        """Raises Unable."""
        del bound
        seconds = call.payload.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            raise malformed("'seconds' must be a number from 0 up.")
        await anyio.sleep(seconds)


def implement(database: Database) -> Implementation:
    del database
    return Clock()
