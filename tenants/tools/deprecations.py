"""Deprecation: callers are told that a tool is to go. It works on until it is retired."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import announce, now
from tenants.base.errors import ConflictError
from tenants.models import Tenant, Tool
from tenants.rights.access import Actor, Permission
from tenants.rules import audit
from tenants.runtime import Runtime
from tenants.schemas.json_schemas import demand, problem
from tenants.tools import canaries, specs

log = logging.getLogger(__name__)


async def deprecate(
    session: AsyncSession,
    actor: Actor,
    name: str,
    message: str,
    *,
    replaced_by: str | None = None,
    ends_at: datetime | None = None,
) -> Tool:
    """Tell every caller that the tool is to go; at `ends_at` it is retired. Once more: the new notice holds.

    Raises InvalidError for a successor that is not live, or an end that is past; ConflictError where nothing serves:
    the notice stands in front of the description that agents read, and an author's would have come past the approver.
    """
    tool = await _locked(session, actor, name)
    if tool.live_version is None:
        raise ConflictError(f"No version of {name} is live, so nobody calls it.", hint="Retire it, or leave it be.")
    demand(await _problems(session, tool, message, replaced_by, ends_at), "The deprecation is not valid.")
    tool.deprecation = {
        "message": message.strip(),
        "replaced_by": replaced_by,
        "since": now().isoformat(),
        "by": actor.who(),
    }
    tool.ends_at = ends_at
    told = {"message": message, "replaced_by": replaced_by, "ends_at": ends_at.isoformat() if ends_at else None}
    await audit.record(session, actor, "tool.deprecated", name, **told)
    await _changed(session, actor, tool)
    return tool


async def undo(session: AsyncSession, actor: Actor, name: str) -> Tool:
    """Take the notice back. Without one, nothing changes."""
    tool = await _locked(session, actor, name)
    if tool.deprecation is not None:
        tool.deprecation = tool.ends_at = None
        await audit.record(session, actor, "tool.deprecation_undone", name)
        await _changed(session, actor, tool)
    return tool


async def retire_ended(runtime: Runtime) -> int:
    """Retire the tools whose time is up. Returns how many."""
    due = (Tool.ends_at <= now(), Tool.retired_at.is_(None))
    async with runtime.database.system_reading() as session:
        found = [(tool.tenant_id, tool.name) for tool in await session.scalars(select(Tool).where(*due).limit(100))]
    for tenant_id, name in found:
        async with runtime.database.unit(tenant_id) as session:
            tool = await session.scalar(select(Tool).where(Tool.name == name, *due).with_for_update())
            if tool is None:
                continue  # another process was faster, or somebody has given it more time
            actor = canaries.platform(await session.get_one(Tenant, tenant_id))
            await specs.take_down(session, actor, tool, reason="The end that its deprecation named has come.")
        log.info("retired a deprecated tool: %s", name)
    return len(found)


async def _locked(session: AsyncSession, actor: Actor, name: str) -> Tool:
    """What is served is the approvers' to speak of; before that a tool is its authors'."""
    actor.require(Permission.TOOLS_AUTHOR)
    tool = await specs.find(session, name, lock=True)
    if tool.live_version is not None:
        actor.require_to_decide()
    return tool


async def _problems(
    session: AsyncSession, tool: Tool, message: str, replaced_by: str | None, ends_at: datetime | None
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    if not message.strip():
        found.append(problem("/message", "The message is empty; it is what callers read."))
    if replaced_by is not None:
        live = (Tool.name == replaced_by, Tool.name != tool.name, Tool.live_version.is_not(None))
        if await session.scalar(select(Tool.id).where(*live, Tool.retired_at.is_(None))) is None:
            found.append(problem("/replaced_by", f"There is no other live tool {replaced_by[:64]!r}."))
    if ends_at is not None and (ends_at.tzinfo is None or ends_at <= now()):
        found.append(problem("/ends_at", "The end is a time to come, with a time zone, such as 2030-01-31T12:00:00Z."))
    return found


async def _changed(session: AsyncSession, actor: Actor, tool: Tool) -> None:
    tool.updated_at = now()
    await specs.changed(session, actor.tenant_id)
    announce(session, actor.tenant_id, "tool.changed", {"tool": tool.name})
