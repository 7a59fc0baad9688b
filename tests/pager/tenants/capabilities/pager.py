"""pager, for real as far as a test needs it: it remembers whom it has called."""

from collections.abc import Mapping
from typing import Any

from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Implementation, Operation

PAGED: list[tuple[str, Mapping[str, Any]]] = []


class Pager:
    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"page": self.page}

    async def page(self, call: HostCall, bound: Bound) -> Mapping[str, str]:
        PAGED.append((bound.tool_name, call.payload))
        return {"id": f"page-{len(PAGED)}"}


def implement(database: Database) -> Implementation:
    del database
    return Pager()
