"""clock: waiting, where the run that waits keeps its instance. Who waits for long is put aside: runs/suspensions.py."""

from collections.abc import Mapping

import anyio

from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Implementation, Operation, admitted


class Clock:
    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"sleep": self.sleep}

    async def sleep(self, call: HostCall, bound: Bound) -> None:
        """Raises Unable."""
        del bound
        await anyio.sleep(admitted(call).payload["seconds"])


def implement(database: Database) -> Implementation:
    del database
    return Clock()
