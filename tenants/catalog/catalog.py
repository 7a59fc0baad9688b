"""What a tenant serves: its live tools, as callers see them and as runs need them."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import CAPABILITIES, Component, Grant, Limits, Lru
from tenants.base import canonical
from tenants.base.db import Database
from tenants.base.errors import NotFoundError, TenantsError
from tenants.catalog import names
from tenants.models import Canary, Tenant, Tool, Version
from tenants.schemas import json_schemas
from tenants.tools.authority import UnreadableError, grant_of, limits_of

log = logging.getLogger(__name__)
_CATALOGS_MAX = 2_000
_COMPONENTS_MAX = 500
# Its text is for the operator, in the log.
_DEFECT = "Its stored spec cannot be read."
# What one meter counts once another counts so often at most: what is asked of the host (sandbox/machine/meters.py).
_OTHER_METERS_FUEL = 16
# What clients are told as it is stored.
_NOTHING = type(None)
_FORM: dict[str, tuple[type, ...]] = {
    "description": (str,), "title": (str, _NOTHING), "input_schema": (dict,), "output_schema": (dict, _NOTHING),
}  # fmt: skip


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
    # What counted its fuel when it was proved.
    meter: str | None
    arguments: str
    answers: str | None
    # A newer version that serves `percent` of the calls, beside this one.
    canary: "LiveTool | None" = None
    percent: int = 0
    # What callers are told of a tool that is to go.
    deprecation: dict[str, Any] | None = None

    def limits_by(self, meter: str) -> Limits:
        """What its runs may use where `meter` counts: that may be more than what another one counted of the same."""
        return self.limits if self.meter in (None, meter) else self.limits.with_fuel(_OTHER_METERS_FUEL)

    def serving(self, key: str | None) -> "LiveTool":
        """Return the version that serves a call: with an idempotency key always the same one, else drawn each time.

        A key that the canary serves goes on with it when its share grows.
        """
        if self.canary is None:
            return self
        drawn = _drawn(self.tool_id, key) if key is not None else secrets.randbelow(100)
        return self.canary if drawn < self.percent else self

    @property
    def notice(self) -> str | None:
        """That the tool is to go, in words for callers; None when it stays."""
        if self.deprecation is None:
            return None
        successor, end = self.deprecation["replaced_by"], self.deprecation["ends_at"]
        return " ".join(
            [
                f"DEPRECATED: {self.deprecation['message']}",
                *([f"Use {successor} instead."] if successor else []),
                *([f"It stops working at {end}."] if end else []),
            ]
        )

    @property
    def told(self) -> str:
        """The reviewed description, below the notice that the tool is to go, if there is one."""
        return f"{self.notice}\n\n{self.description}" if self.deprecation else self.description


def _drawn(tool_id: str, key: str) -> int:
    """0 to 99. A tool's id is that of its tenant's tool alone."""
    return int.from_bytes(hashlib.sha256(f"{tool_id}/{key}".encode()).digest()[:8]) % 100


@dataclass(frozen=True, slots=True)
class Catalog:
    """A tenant's live tools by name; `version` changes whenever they do. `refused` says why others are not served."""

    version: int
    tools: Mapping[str, LiveTool]
    refused: Mapping[str, str] = field(default_factory=dict[str, str])

    def tool(self, name: str) -> LiveTool:
        """Return a live tool. Raises NotFoundError, naming what is near."""
        found = self.tools.get(name)
        if found is None and name in self.refused:
            raise NotFoundError(f"{name} is not served: {self.refused[name]}", hint="Have it revised and approved.")
        if found is None:
            near = names.near(name, self.tools)
            hint = f"Did you mean {', '.join(near)}?" if near else "search_tools finds what there is."
            raise NotFoundError(f"There is no live tool {name} here.", hint=hint)
        return found


class _Memory:
    """What one process remembers of one database, the least recently used going first."""

    def __init__(self) -> None:
        self.catalogs: Lru[str, Catalog] = Lru(_CATALOGS_MAX)
        self.components: Lru[str, Component] = Lru(_COMPONENTS_MAX)
        self.reading: dict[str, asyncio.Task[Catalog]] = {}


async def live(database: Database, tenant_id: str) -> Catalog:
    """Return what a tenant serves now: read again only when it has changed. Raises NotFoundError."""
    memory = database.remembered(_Memory)
    catalogs = memory.catalogs
    stamp = await database.stamp(tenant_id)
    if stamp is None:
        raise NotFoundError("There is no such tenant here.")
    known = catalogs.get(tenant_id)
    if known is None or known.version != stamp.catalog:
        known = await _read_once(memory, database, tenant_id)
        if known.version < stamp.catalog:  # that reading had begun before the change; the next one begins after it
            known = await _read_once(memory, database, tenant_id)
        catalogs.put(tenant_id, known)
    return known


async def _read_once(memory: _Memory, database: Database, tenant_id: str) -> Catalog:
    """Read a catalog for all who ask meanwhile: after an approval every client of a tenant does, at the same moment."""
    task = memory.reading.get(tenant_id)
    if task is None:
        task = memory.reading[tenant_id] = asyncio.create_task(_read(database, tenant_id), name="catalog")
        task.add_done_callback(lambda _: memory.reading.pop(tenant_id, None))
    # Whoever leaves must not take it from the others.
    return await asyncio.shield(task)


_CANARIES = (
    select(Canary, Version)
    .join(Version, (Version.tool_id == Canary.tool_id) & (Version.number == Canary.version))
    .where(Canary.ended_at.is_(None))
)


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
        canaries = {canary.tool_id: (canary, row) for canary, row in await session.execute(_CANARIES)}
        live, refused = dict[str, LiveTool](), dict[str, str]()
        for tool, row in await session.execute(query):
            try:
                live[tool.name] = _live(tool, row, canaries.get(tool.id))
            except Exception as error:
                # Whatever is wrong with one, the tenant's other tools are served all the same.
                refused[tool.name] = error.message if isinstance(error, TenantsError) else _DEFECT
                log.warning("%s/%s is not served", tenant_id, tool.name, exc_info=error)
        return Catalog(version, live, refused)


def _live(tool: Tool, version: Version, beside: tuple[Canary, Version] | None = None) -> LiveTool:
    """Raises UnreadableError."""
    spec, grant = version.spec, grant_of(version.spec)
    if not all(isinstance(spec[name], kind) for name, kind in _FORM.items()):
        raise UnreadableError(_DEFECT)
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
        limits=limits_of(spec),
        meter=version.meter,
        arguments=canonical.text(json_schemas.closed(spec["input_schema"])),
        answers=canonical.text(answers) if answers is not None else None,
        canary=_live(tool, beside[1]) if beside else None,
        percent=beside[0].percent if beside else 0,
        deprecation=_deprecation(tool),
    )


def _deprecation(tool: Tool) -> dict[str, Any] | None:
    """What callers see of it: who has said so is for the tenant's own people."""
    said = tool.deprecation_notice
    return {part: said[part] for part in ("message", "replaced_by", "since", "ends_at")} if said else None


async def of_version(session: AsyncSession, version_id: str) -> LiveTool:
    """Return any built version as runs need it, live or not. Raises NotFoundError when it is gone."""
    query = select(Tool, Version).join(Version, Version.tool_id == Tool.id).where(Version.id == version_id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise NotFoundError("This version is gone.")
    tool, version = found
    try:
        return _live(tool, version)
    except UnreadableError as error:
        raise NotFoundError(error.message, hint=error.hint) from error


def _annotations(effects: str, grant: Grant) -> dict[str, bool]:
    """MCP's hints, derived from what was reviewed: never claimed by the author."""
    return {
        "readOnlyHint": effects == "read",
        "destructiveHint": effects == "destructive",
        "idempotentHint": effects != "destructive",
        "openWorldHint": any(CAPABILITIES[name].traits.reaches_out for name in grant.reaches),
    }


async def component(database: Database, tenant_id: str, tool: LiveTool) -> Component:
    """Return a live tool's sealed component, from memory when it was used lately."""
    components = database.remembered(_Memory).components
    found = components.get(tool.component_digest)
    if found is None:
        async with database.reading(tenant_id) as session:
            found = await read_component(session, tool.version_id)
        components.put(tool.component_digest, found)
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
