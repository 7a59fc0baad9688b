"""`tools/list`: a tenant's live tools and our own, in wire form; made once for each catalogue, era and permissions."""

from typing import Any

import orjson

from api.mcp.surface import BUILTINS
from tenants.access import Actor, Permission
from tenants.catalog import Catalog, LiveTool

# How long a client may keep the list. Approvals are announced to those who listen; this is for the others.
TTL_MS = 60_000


def tool(live: LiveTool, *, objects_only: bool) -> dict[str, Any]:
    """One live tool. `objects_only`: the older era breaks on an output schema whose root is no object."""
    title = {"title": live.title} if live.title else {}
    wire: dict[str, Any] = {
        "name": live.name,
        **title,
        "description": live.description,
        "inputSchema": {"type": "object"} | live.input_schema,
        "annotations": title | live.annotations,
        "_meta": {"sealwright/version": live.version_number, "sealwright/digest": live.digest},
    }
    if live.output_schema and (not objects_only or live.output_schema.get("type") == "object"):
        wire["outputSchema"] = live.output_schema
    return wire


def listed(catalog: Catalog, actor: Actor, *, objects_only: bool) -> list[dict[str, Any]]:
    """Every tool that `actor` may call, by name, so that the same catalogue gives the same bytes."""
    tools = [builtin.wire() for builtin in BUILTINS.values() if builtin.permission in actor.permissions]
    if Permission.TOOLS_CALL in actor.permissions:
        tools += [tool(live, objects_only=objects_only) for live in catalog.tools.values() if live.name not in BUILTINS]
    return sorted(tools, key=lambda wire: wire["name"])


class Listings:
    """The newest list of each (tenant, era, permissions), as JSON bytes."""

    def __init__(self, entries_max: int = 2_000) -> None:
        self._kept: dict[tuple[str, bool, frozenset[Permission]], tuple[int, bytes]] = {}
        self._entries_max = entries_max

    def tools(self, catalog: Catalog, actor: Actor, *, objects_only: bool) -> bytes:
        """The JSON array of `listed`."""
        key = (actor.tenant_id, objects_only, actor.permissions)
        kept = self._kept.pop(key, None)
        if kept is None or kept[0] != catalog.version:
            kept = (catalog.version, orjson.dumps(listed(catalog, actor, objects_only=objects_only)))
            while len(self._kept) >= self._entries_max:
                self._kept.pop(next(iter(self._kept)))
        self._kept[key] = kept
        return kept[1]
