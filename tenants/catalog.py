"""What a tenant serves: its live tools, as callers see them and as runs need them."""

import difflib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Component, Grant, Limits
from tenants import canonical, contracts
from tenants.db import Database
from tenants.errors import NotFoundError
from tenants.models import Tenant, Tool, Version

_CATALOGS_MAX = 2_000
_COMPONENTS_MAX = 500


@dataclass(frozen=True, slots=True)
class LiveTool:
    """One live version. `arguments` and `answers` are the schemas as canonical text, for validation."""

    name: str
    title: str | None
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    annotations: dict[str, bool]
    effects: str
    tool_id: str
    version_id: str
    version_number: int
    digest: str
    component_digest: str
    grant: Grant
    limits: Limits
    arguments: str
    answers: str | None


@dataclass(frozen=True, slots=True)
class Catalog:
    """A tenant's live tools by name; `version` changes whenever they do."""

    version: int
    tools: Mapping[str, LiveTool]

    def tool(self, name: str) -> LiveTool:
        """Return a live tool. Raises NotFoundError, naming what is near."""
        found = self.tools.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.tools, n=3)
            hint = f"Did you mean {', '.join(near)}?" if near else "No version of it may be live."
            raise NotFoundError(f"There is no live tool {name} here.", hint=hint)
        return found


class _Memory:
    """What one process remembers of one database, the least recently used going first."""

    def __init__(self) -> None:
        self.catalogs: OrderedDict[str, Catalog] = OrderedDict()
        self.components: OrderedDict[str, Component] = OrderedDict()


_MEMORIES: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()


def _memory(database: Database) -> _Memory:
    return _MEMORIES.setdefault(database, _Memory())


async def live(database: Database, tenant_id: str) -> Catalog:
    """Return what a tenant serves now: read again only when it has changed."""
    catalogs = _memory(database).catalogs
    stamp = await database.stamps.of(tenant_id)
    if stamp is None:
        raise NotFoundError("There is no such tenant here.")
    known = catalogs.get(tenant_id)
    if known is None or known.version != stamp.catalog:
        known = catalogs[tenant_id] = await _read(database, tenant_id)
    catalogs.move_to_end(tenant_id)
    if len(catalogs) > _CATALOGS_MAX:
        catalogs.popitem(last=False)
    return known


async def _read(database: Database, tenant_id: str) -> Catalog:
    query = (
        select(Tool, Version)
        .join(Version, (Version.tool_id == Tool.id) & (Version.number == Tool.live_version))
        .where(Tool.retired_at.is_(None))
        .order_by(Tool.name)
    )
    async with database.reading(tenant_id) as session:
        # The count first: should it change meanwhile, the catalog is read once more than needed, never once less.
        version = (await session.get_one(Tenant, tenant_id)).catalog_version
        return Catalog(version, {tool.name: _live(tool, row) for tool, row in await session.execute(query)})


def _live(tool: Tool, version: Version) -> LiveTool:
    spec, grant = version.spec, Grant.parse(version.spec["capabilities"])
    answers: dict[str, Any] | None = spec["output_schema"]
    return LiveTool(
        name=tool.name,
        title=spec["title"],
        description=spec["description"],
        input_schema=spec["input_schema"],
        output_schema=answers,
        annotations=_annotations(spec["effects"], grant),
        effects=spec["effects"],
        tool_id=tool.id,
        version_id=version.id,
        version_number=version.number,
        digest=version.digest or "",
        component_digest=version.component_digest or "",
        grant=grant,
        limits=Limits.of(spec["limits"]),
        arguments=canonical.text(contracts.closed(spec["input_schema"])),
        answers=canonical.text(answers) if answers is not None else None,
    )


async def of_version(session: AsyncSession, version_id: str) -> LiveTool:
    """Return any built version as runs need it, live or not. Raises NotFoundError when it is gone."""
    query = select(Tool, Version).join(Version, Version.tool_id == Tool.id).where(Version.id == version_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFoundError("This version is gone.")
    tool, version = found
    return _live(tool, version)


def _annotations(effects: str, grant: Grant) -> dict[str, bool]:
    """MCP's hints, derived from what was reviewed: never claimed by the author."""
    return {
        "readOnlyHint": effects == "read",
        "destructiveHint": effects == "destructive",
        "idempotentHint": effects != "destructive",
        "openWorldHint": any(name in grant.as_dict() for name in ("http", "email", "sql")),
    }


async def component(database: Database, tenant_id: str, tool: LiveTool) -> Component:
    """Return a live tool's sealed component, from memory when it was used lately."""
    components = _memory(database).components
    found = components.get(tool.component_digest)
    if found is None:
        async with database.reading(tenant_id) as session:
            found = await read_component(session, tool.version_id)
        components[tool.component_digest] = found
        if len(components) > _COMPONENTS_MAX:
            components.popitem(last=False)
    else:
        components.move_to_end(tool.component_digest)
    return found


async def read_component(session: AsyncSession, version_id: str) -> Component:
    """Return the sealed component of any version that was built. Raises NotFoundError before that."""
    row = (
        await session.execute(
            select(
                Version.tool_name, Version.image_digest, Version.component_digest, Version.source, Version.patch
            ).where(Version.id == version_id)
        )
    ).one_or_none()
    if row is None or row.patch is None:
        raise NotFoundError("This version has not been built.")
    return Component(row.tool_name, row.image_digest, row.component_digest, row.source, row.patch)
