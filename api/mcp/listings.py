"""`tools/list`: a tenant's live tools and our own, made once for each catalogue, era and set of permissions."""

from typing import Any

import orjson

from api.mcp.tools import BUILTINS
from api.mcp.tools.wire import wire_of
from sandbox import Lru
from tenants.catalog.catalog import Catalog
from tenants.rights.access import Actor, Permission

# How long a client may keep the list. Approvals are announced to those who listen; this is for the others.
TTL_MS = 60_000


def listed(catalog: Catalog, actor: Actor, *, objects_only: bool, has_model: bool = True) -> list[dict[str, Any]]:
    """Every tool that `actor` may call, by name, so that the same catalogue gives the same bytes."""
    own = [builtin for builtin in BUILTINS.values() if builtin.permission in actor.permissions]
    tools = [builtin.wire() for builtin in own if has_model or not builtin.needs_model]
    if Permission.TOOLS_CALL in actor.permissions:
        tools += [
            wire_of(live, objects_only=objects_only) for live in catalog.tools.values() if live.name not in BUILTINS
        ]
    return sorted(tools, key=lambda wire: wire["name"])


class Listings:
    """The newest list of each (tenant, era, permissions), as JSON bytes. `has_model`: this process can ask one."""

    def __init__(self, entries_max: int = 2_000, *, has_model: bool = True) -> None:
        self._has_model = has_model
        self._kept: Lru[tuple[str, bool, frozenset[Permission]], tuple[int, bytes]] = Lru(entries_max)

    def tools(self, catalog: Catalog, actor: Actor, *, objects_only: bool) -> bytes:
        """The JSON array of `listed`."""
        key = (actor.tenant_id, objects_only, actor.permissions)
        kept = self._kept.get(key)
        if kept is None or kept[0] != catalog.version:
            made = orjson.dumps(listed(catalog, actor, objects_only=objects_only, has_model=self._has_model))
            kept = self._kept.put(key, (catalog.version, made))
        return kept[1]
