"""Specs: what a tool must do. Submitted whole, checked whole, every problem reported at once."""

import difflib
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids, pages
from tenants.base.db import announce, now
from tenants.base.errors import ConflictError, NotFoundError
from tenants.confinement.spec_fields import Checked
from tenants.models import Canary, Tenant, Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.rules import audit
from tenants.schemas.json_schemas import demand
from tenants.tools import full_text, holdouts
from tenants.tools.version_states import State

_NAMED_MAX = 5_000


async def submit(session: AsyncSession, actor: Actor, checked: Checked) -> Tool:
    """Make a tool of a spec. Raises ConflictError when the name is taken.

    Specs are checked before the transaction begins: it takes another process, and a while.
    """
    actor.require(Permission.TOOLS_AUTHOR)
    spec = checked.spec
    tool = await session.scalar(select(Tool).where(Tool.name == spec["name"]).with_for_update())
    if tool is not None and tool.retired_at is None:
        raise ConflictError(f"There is a tool {tool.name} already.", hint="Revise it, or choose another name.")
    if tool is None:
        tool = Tool(
            id=ids.new("tol"), name=spec["name"], spec=spec, created_by=actor.who(), last_version=0,
            live_version=None, created_at=now(), updated_at=now(), retired_at=None,
        )  # fmt: skip
        session.add(tool)
    else:
        # A retired name comes back with its history: version numbers go on.
        tool.spec, tool.retired_at, tool.updated_at = spec, None, now()
        tool.deprecation = tool.ends_at = None
    tool.holdout_authors = holdouts.authors(actor, checked, {})
    await full_text.put(session, tool)
    await audit.record(session, actor, "tool.submitted", tool.name)
    announce(session, actor.tenant_id, "tool.changed", {"tool": tool.name})
    return tool


async def revise(session: AsyncSession, actor: Actor, name: str, checked: Checked) -> Tool:
    """Replace a tool's spec. Its versions keep the one they were made for; the next takes this."""
    actor.require(Permission.TOOLS_AUTHOR)
    if checked.spec["name"] != name:
        problem = {"path": "/name", "message": f"A tool cannot be renamed; this one is {name}."}
        demand([problem], "The spec is not valid.")
    tool = await find(session, name, lock=True)
    tool.holdout_authors = holdouts.authors(actor, checked, tool.holdout_authors or {})
    tool.spec, tool.updated_at = checked.spec, now()
    await full_text.put(session, tool)
    await audit.record(session, actor, "tool.revised", name)
    announce(session, actor.tenant_id, "tool.changed", {"tool": name})
    return tool


async def read(session: AsyncSession, actor: Actor, name: str) -> Tool:
    actor.require(Permission.TOOLS_READ)
    return await find(session, name, retired=True)


async def read_served(session: AsyncSession, tool: Tool) -> dict[str, Any] | None:
    """What callers are told of the tool now: the words of the version that serves, and not those of a draft.

    None where nothing serves, or where the words cannot be read: the list says `unserved` of such a tool.
    """
    if tool.live_version is None:
        return None
    serves = (Version.tool_id == tool.id, Version.number == tool.live_version)
    spec = await session.scalar(select(Version.spec).where(*serves)) or {}
    title, description = spec.get("title"), spec.get("description")
    if not isinstance(description, str) or not isinstance(title, str | None):
        return None
    return {"version": tool.live_version, "title": title, "description": description}


async def search(
    session: AsyncSession, actor: Actor, q: str | None = None, cursor: str | None = None, limit: int = 50
) -> pages.Page[Tool]:
    """Return tools that are not retired: all, the newest first, or those that hold every word of `q`, the best first.

    A cursor of the second kind counts what was shown: a rank is no key that pages could go by.
    """
    actor.require(Permission.TOOLS_READ)
    if not full_text.words(q or ""):
        return await pages.page(session, select(Tool).where(Tool.retired_at.is_(None)), Tool.id, cursor, limit)
    pages.demand(limit)
    asked, shown = full_text.telling(q or "") or full_text.words(q or ""), pages.position(cursor or "0")
    found = await full_text.ranked(session, asked, every=True, limit=limit + 1, offset=shown)
    tools = {tool.id: tool for tool in await session.scalars(select(Tool).where(Tool.id.in_(found[:limit])))}
    more = str(shown + limit) if len(found) > limit else None
    return pages.Page([tools[tool_id] for tool_id in found[:limit] if tool_id in tools], more)


async def named(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Return `{"name", "title", "live_version"}` of every tool that is not retired, by name."""
    actor.require(Permission.TOOLS_READ)
    title = Tool.spec["title"].as_string()
    query = select(Tool.name, title, Tool.live_version).where(Tool.retired_at.is_(None)).order_by(Tool.name)
    rows = await session.execute(query.limit(_NAMED_MAX))
    return [{"name": name, "title": title, "live_version": live} for name, title, live in rows]


async def retire(session: AsyncSession, actor: Actor, name: str) -> None:
    """Stop serving a tool, at once. What was recorded stays; runs in flight finish."""
    actor.require(Permission.TOOLS_AUTHOR)
    tool = await find(session, name, lock=True)
    if tool.live_version is not None:
        # Taking away what is served is the approvers' to decide, as putting it there was.
        actor.require(Permission.VERSIONS_APPROVE)
    await take_down(session, actor, tool)


async def take_down(session: AsyncSession, actor: Actor, tool: Tool, **why: object) -> None:
    """Retire a tool that is locked, with every version that serves and any canary."""
    if tool.live_version is not None:
        serving = (Version.tool_id == tool.id, Version.state == State.LIVE.value)
        for live in await session.scalars(select(Version).where(*serving).with_for_update()):
            live.state = State.RETIRED.value
        for canary in await session.scalars(select(Canary).where(Canary.tool_id == tool.id, Canary.ended_at.is_(None))):
            canary.ended_at, canary.ending = now(), "stopped"
        await changed(session, actor.tenant_id)
    tool.live_version, tool.retired_at, tool.ends_at = None, now(), None
    await audit.record(session, actor, "tool.retired", tool.name, **why)
    announce(session, actor.tenant_id, "tool.changed", {"tool": tool.name})


async def find(session: AsyncSession, name: str, *, lock: bool = False, retired: bool = False) -> Tool:
    """Return a tool by name, locked for this unit if asked. Raises NotFoundError, naming what is near."""
    query = select(Tool).where(Tool.name == name)
    tool = await session.scalar(query.with_for_update() if lock else query)
    if tool is not None and (retired or tool.retired_at is None):
        return tool
    names = await session.scalars(select(Tool.name).where(Tool.retired_at.is_(None)).limit(2_000))
    # Cut: what is asked for may be of any length, and nothing that long is near any name.
    near = difflib.get_close_matches(name[:100], list(names), n=3)
    raise NotFoundError(f"There is no tool {name} here.", hint=f"Did you mean {', '.join(near)}?" if near else None)


async def changed(session: AsyncSession, tenant_id: str) -> None:
    """Say that what the tenant serves has changed: caches are keyed by this count."""
    tenant = await session.get_one(Tenant, tenant_id, with_for_update=True)
    tenant.catalog_version += 1
    await full_text.follow(session, tenant_id)
    announce(session, tenant_id, "catalog.changed", {"catalog_version": tenant.catalog_version})
