"""A version under review: beside it what it may reach, what it shares and changes, and the last decision on it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from tenants.base import pages
from tenants.models import Approval, AuditEvent, Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.tools import holdouts, shared_data, version_changes
from tenants.tools.authority import UnreadableError, grant_of, limits_of
from tenants.tools.version_states import State


@dataclass(frozen=True, slots=True)
class Authority:
    """What a version may do.

    `grant` is `{"permits", "sentences"}`, `limits` are numbers by name, `shares` are as shared_data finds them.
    """

    grant: dict[str, Any]
    limits: dict[str, Any]
    shares: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Review:
    """`approval` is the last decision. `changes`: beside the version that serves; None when there is no other.

    `spec_by` wrote the spec last: {"kind", "id", "label"...}, None where the trail does not say. `independent`: how
    many hold-outs are somebody else's than the code; None where it is not known.
    """

    version: Version
    authority: Authority
    approval: Approval | None
    changes: dict[str, Any] | None
    spec_by: dict[str, Any] | None
    independent: int | None


async def review(session: AsyncSession, version: Version) -> Review:
    """Put beside a version all that a decision on it is based on. Whoever could read the version may read it."""
    decision = await session.scalar(
        select(Approval).where(Approval.version_id == version.id).order_by(Approval.id.desc()).limit(1)
    )
    serving = await session.scalar(
        select(Version)
        .join(Tool, (Tool.id == Version.tool_id) & (Tool.live_version == Version.number))
        .where(Version.tool_id == version.tool_id, Version.id != version.id)
    )
    changes = _changes(serving, version) if serving else None
    authority, spec_by = await _authority(session, version), await _spec_by(session, version)
    return Review(version, authority, decision, changes, spec_by, holdouts.independent(version))


async def waiting(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50
) -> pages.Page[Version]:
    """Return the versions of all tools that await approval, the newest first."""
    actor.require(Permission.TOOLS_READ)
    query = (
        select(Version)
        .join(Tool, Tool.id == Version.tool_id)
        .where(Version.state == State.AWAITING_APPROVAL.value, Tool.retired_at.is_(None))
        .options(defer(Version.source))
    )
    return await pages.page(session, query, Version.id, cursor, limit)


async def _spec_by(session: AsyncSession, version: Version) -> dict[str, Any] | None:
    """Who had last said what the tool must do when the version was submitted."""
    query = (
        select(AuditEvent.actor)
        .where(
            AuditEvent.subject == version.tool_name,
            AuditEvent.action.in_(("tool.submitted", "tool.revised")),
            AuditEvent.created_at <= version.created_at,
        )
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def _authority(session: AsyncSession, version: Version) -> Authority:
    try:
        grant, limits = grant_of(version.spec), limits_of(version.spec)
    except UnreadableError as error:
        stored = {"permits": version.spec["capabilities"], "sentences": [error.message]}
        kept: dict[str, Any] = version.spec["limits"]
        return Authority(stored, {name: limit for name, limit in kept.items() if isinstance(limit, int)}, [])
    granted = {"permits": grant.as_dict(), "sentences": grant.sentences()}
    return Authority(granted, limits.as_dict(), await shared_data.shared(session, version, grant))


def _changes(serving: Version, version: Version) -> dict[str, Any] | None:
    try:
        return {"since": serving.number, **version_changes.between(serving.spec, version.spec)}
    except UnreadableError:
        return None  # the sentences of the grant say so
