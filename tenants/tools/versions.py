"""Versions: one source for a spec, numbered, with the spec as it was that day."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids, pages
from tenants.base.db import announce, now, wake
from tenants.base.errors import NotFoundError, OverQuotaError, WrongStateError
from tenants.models import Tenant, Tool, Version
from tenants.notifications import notices
from tenants.rights.access import Actor, Permission
from tenants.rules import audit, stored_bytes
from tenants.rules.quotas import Allowance
from tenants.schemas.json_schemas import demand, problem
from tenants.tools import specs
from tenants.tools.version_states import MOVES, WORKING, State

__all__ = [
    "MOVES", "State", "equal", "find", "list_all", "live_images", "move", "newest_states", "read", "submit", "waiting",
]  # fmt: skip

SOURCE_BYTES_MAX = 256 << 10
# The queue that submitting wakes; see tenants/proving/pipeline.py.
QUEUE = "builds"

# What both databases keep in an integer column.
_NUMBER_MAX = (1 << 31) - 1


async def submit(
    session: AsyncSession,
    actor: Actor,
    tool_name: str,
    *,
    source: str | None = None,
    generate: dict[str, Any] | None = None,
) -> Version:
    """Add a version: a source, or the wish that a model writes one. It is built and checked behind this."""
    actor.require(Permission.TOOLS_AUTHOR)
    demand(_problems(source, generate), "The version is not valid.")
    await _demand_room(session, actor)
    tool = await specs.find(session, tool_name, lock=True)
    await stored_bytes.grow(
        session, actor.tenant_id, stored_bytes.VERSION_BYTES + len(source or "") + len(str(tool.spec))
    )
    tool.last_version += 1
    version = Version(
        id=ids.new("ver"), tool_id=tool.id, tool_name=tool.name, number=tool.last_version,
        state=State.DRAFT.value, spec=tool.spec, source=source, generate=generate, findings=[], report={},
        holdout_authors=tool.holdout_authors, author=actor.who(), created_at=now(), updated_at=now(), fence=0,
        component_digest=None, image_digest=None, meter=None, digest=None, lease_owner=None, lease_until=None,
    )  # fmt: skip
    session.add(version)
    await audit.record(session, actor, "version.submitted", _subject(version))
    _announce(session, version)
    wake(session, QUEUE)
    return version


async def equal(session: AsyncSession, tool_name: str, source: str) -> Version | None:
    """Return the newest version of this source and the tool's present spec that waits or serves, if there is one.

    One that was rejected is none: what speaks against it may have been mended elsewhere.
    """
    tool = await specs.find(session, tool_name)
    states = [state.value for state in (*WORKING, State.AWAITING_APPROVAL, State.LIVE)]
    same = (Version.tool_id == tool.id, Version.source == source, Version.state.in_(states))
    found = await session.scalars(select(Version).where(*same).order_by(Version.number.desc()).limit(10))
    return next((version for version in found if version.spec == tool.spec), None)


async def _demand_room(session: AsyncSession, actor: Actor) -> None:
    """Raises OverQuotaError while as many versions of the tenant wait as may."""
    most = Allowance.for_tenant(await session.get_one(Tenant, actor.tenant_id)).versions_waiting
    waiting = select(func.count()).select_from(Version).where(Version.state.in_([state.value for state in WORKING]))
    if (await session.scalar(waiting) or 0) >= most:
        message = f"{most:,} versions of this tenant wait to be built and checked, which is all that may."
        raise OverQuotaError(message, retry_after_s=5, hint="Wait until some are done, or withdraw those not needed.")


def _problems(source: str | None, generate: dict[str, Any] | None) -> list[dict[str, str]]:
    if (source is None) == (generate is None):
        return [problem("", "Give either the source, or what to generate.")]
    if source is None:
        return []
    if not source.strip():
        return [problem("/source", "The source is empty.")]
    if "\x00" in source or not _is_utf8(source):
        return [problem("/source", "The source is not text: it has a NUL or half a character in it.")]
    size = len(source.encode())
    if size > SOURCE_BYTES_MAX:
        return [problem("/source", f"The source is {size:,} bytes; {SOURCE_BYTES_MAX:,} are allowed.")]
    return []


def _is_utf8(source: str) -> bool:
    try:
        source.encode()
    except UnicodeEncodeError:
        return False
    return True


async def read(session: AsyncSession, actor: Actor, name: str, number: int) -> Version:
    actor.require(Permission.TOOLS_READ)
    return await find(session, name, number)


async def list_all(
    session: AsyncSession, actor: Actor, name: str, cursor: str | None = None, limit: int = 50
) -> pages.Page[Version]:
    actor.require(Permission.TOOLS_READ)
    tool = await specs.find(session, name, retired=True)
    query = select(Version).where(Version.tool_id == tool.id)
    return await pages.page(session, query, Version.number, cursor, limit)


async def newest_states(session: AsyncSession, tools: Sequence[Tool]) -> dict[str, str]:
    """The state of each tool's newest version, by the tool's name; a tool without one is left out."""
    newest = (Version.tool_id == Tool.id) & (Version.number == Tool.last_version)
    query = select(Tool.name, Version.state).join(Version, newest).where(Tool.id.in_([tool.id for tool in tools]))
    return {row[0]: row[1] for row in await session.execute(query)}


async def find(session: AsyncSession, name: str, number: int, *, lock: bool = False) -> Version:
    """Return a version by its tool's name and its number. Raises NotFoundError."""
    query = select(Version).where(Version.tool_name == name, Version.number == number)
    # A lock comes with what is there now, also when this unit has read the row before.
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    # A number that no column holds is asked of no database.
    version = await session.scalar(query) if 0 < number <= _NUMBER_MAX else None
    if version is None:
        tool = await specs.find(session, name, retired=True)
        raise NotFoundError(f"{name} has no version {number}; its last is {tool.last_version}.")
    return version


def waiting() -> ColumnElement[bool]:
    """Which versions wait for a process: those in a working state that none is at."""
    free = Version.lease_until.is_(None) | (Version.lease_until < now())
    return Version.state.in_([state.value for state in WORKING]) & free


def live_images() -> Select[str | None]:
    """The digests of the images that live versions run on."""
    return select(Version.image_digest).where(Version.state == State.LIVE).distinct()


def move(session: AsyncSession, version: Version, to: State) -> None:
    """Move a version to its next state. Raises WrongStateError when MOVES does not have it."""
    now_in = State(version.state)
    if to not in MOVES[now_in]:
        raise WrongStateError(
            f"Version {version.number} of {version.tool_name} is {now_in}; it cannot become {to}.",
            state=now_in.value,
        )
    version.state, version.updated_at = to.value, now()
    _announce(session, version)


def _announce(session: AsyncSession, version: Version) -> None:
    data = {"tool": version.tool_name, "version": version.number, "state": version.state}
    announce(session, version.tenant_id or session.info["tenant"], "version.moved", data)
    notices.tell(session, f"version.{version.state}", **data, digest=version.digest)


def _subject(version: Version) -> str:
    return f"{version.tool_name}/{version.number}"
