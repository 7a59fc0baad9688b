"""signatures: what came in is checked with secrets that the tool never sees, and that go nowhere."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import HostCall, Malformed, check_signature
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Implementation, Operation, Unable, admitted


class Signatures:
    """`now` is the host's clock, in seconds; what was found is journalled, so that a replay asks neither again."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"verify": self.check, "claims": self.check}

    async def check(self, call: HostCall, bound: Bound) -> Any:
        """Raises Unable."""
        asked = admitted(call)
        name: str | None = asked.payload.get("key")
        key = None if name is None else (await bound.keys.all()).get(name)
        try:
            return check_signature(asked.operation, asked.payload, None if key is None else key.value, self._now())
        except Malformed as error:
            raise Unable.of(error.fault) from error


def implement(database: Database) -> Implementation:
    del database
    return Signatures()
