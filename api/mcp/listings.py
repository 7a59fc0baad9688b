"""`tools/list`: a tenant's live tools and our own, made once for each catalogue, era and set of permissions."""

from collections.abc import Iterator

from api.logs import log
from api.mcp.tools import BUILTINS
from api.mcp.wire.live_tools import listed_of
from sandbox import Lru, jsontext
from tenants.catalog.catalog import Catalog
from tenants.rights.access import Actor, Permission

# How long a client may keep the list. Approvals are announced to those who listen; this is for the others.
TTL_MS = 60_000


def listed(catalog: Catalog, actor: Actor, *, objects_only: bool, has_model: bool = True) -> list[bytes]:
    """Every tool that `actor` may call, as JSON, by name, so that the same catalogue gives the same bytes.

    A tool that cannot be written is left out, and hides no other: the log says which, and the catalogue refuses most of
    them before, in words that its owner is told.
    """
    own = [builtin for builtin in BUILTINS.values() if builtin.permission in actor.permissions]
    tools = {
        builtin.name.value: jsontext.write(builtin.wire()) for builtin in own if has_model or not builtin.needs_model
    }
    if Permission.TOOLS_CALL in actor.permissions:
        tools |= dict(_live(catalog, actor.tenant_id, objects_only=objects_only))
    return [tools[name] for name in sorted(tools)]


def _live(catalog: Catalog, tenant_id: str, *, objects_only: bool) -> Iterator[tuple[str, bytes]]:
    for live in catalog.tools.values():
        if live.name in BUILTINS:
            continue
        try:
            yield live.name, jsontext.write(listed_of(live, objects_only=objects_only))
        except Exception:  # noqa: BLE001 - whatever is wrong with one tool, the others are served
            log.exception("tool cannot be listed", tenant=tenant_id, tool=live.name)


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
            made = listed(catalog, actor, objects_only=objects_only, has_model=self._has_model)
            kept = self._kept.put(key, (catalog.version, b"[%b]" % b",".join(made)))
        return kept[1]
