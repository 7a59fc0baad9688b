"""What people who review a version say of lines of its source, for who writes the next one. It stays with its version.

A comment tells of the source, so whoever is shown one counts as somebody who was shown the source (see
tenants/tools/source_readings.py), and who has not been shown it is told no more than how many there are.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, NotFoundError
from tenants.models import LineComment, Version
from tenants.rights.access import Actor, Permission
from tenants.rules import audit, stored_bytes
from tenants.schemas.json_schemas import demand, problem
from tenants.tools import source_readings, specs, versions

# Of one version. Who has more to say says it in the reason of a no.
_COMMENTS_MAX = 200


async def open_all(database: Database, actor: Actor, name: str, number: int) -> Sequence[LineComment]:
    """Return the comments on a version by their lines, once it is kept that the reader was shown the source."""
    async with database.reading(actor.tenant_id) as session:
        version = await versions.read(session, actor, name, number)
        found = await of_version(session, version)
    if found:
        await source_readings.keep(database, actor, version)
    return found


async def of_version(session: AsyncSession, version: Version) -> Sequence[LineComment]:
    """The comments on a version, by their lines, for who has its source before them."""
    query = select(LineComment).where(LineComment.version_id == version.id)
    return (await session.scalars(query.order_by(LineComment.line, LineComment.id))).all()


async def add_comment(
    session: AsyncSession, actor: Actor, name: str, number: int, said: tuple[int, str]
) -> LineComment:
    """Say something of a line: `(line, text)`. Raises NotAllowedError, InvalidError or ConflictError."""
    _demand_reviewer(actor)
    await specs.find(session, name, lock=True, retired=True)
    version = await versions.find(session, name, number)
    source = await source_readings.note(session, actor, version)
    line, text = said
    lines = len(source.splitlines()) if source else 0
    outside = problem("/line", f"The source has {lines} lines; there is no line {line}.")
    demand([outside] if line > lines else [], "There is nothing to comment on.")
    count = select(func.count()).select_from(LineComment).where(LineComment.version_id == version.id)
    if int(await session.scalar(count) or 0) >= _COMMENTS_MAX:
        message = f"Version {number} of {name} has {_COMMENTS_MAX} comments, as many as it may."
        raise ConflictError(message, hint="Say the rest in the reason of a rejection.")
    await stored_bytes.grow(session, actor.tenant_id, stored_bytes.ROW_BYTES + len(text))
    row = LineComment(
        id=ids.new("lcm"), version_id=version.id, line=line, text=text, author=actor.who(), created_at=now()
    )
    session.add(row)
    await audit.record(session, actor, "version.commented", f"{name}/{number}", id=row.id, line=line)
    return row


async def settle_comment(
    session: AsyncSession, actor: Actor, name: str, number: int, comment_id: str, *, is_settled: bool
) -> LineComment:
    """Say that a comment has been answered, or take that back. Raises NotAllowedError or NotFoundError."""
    _demand_reviewer(actor)
    version = await versions.find(session, name, number)
    await source_readings.note(session, actor, version)
    which = (LineComment.id == comment_id, LineComment.version_id == version.id)
    row = await session.scalar(select(LineComment).where(*which).with_for_update())
    if row is None:
        raise NotFoundError(f"Version {number} of {name} has no such comment.")
    if (row.settled_at is not None) is not is_settled:
        row.settled_at, row.settled_by = (now(), actor.who()) if is_settled else (None, None)
        action = "version.comment_settled" if is_settled else "version.comment_reopened"
        await audit.record(session, actor, action, f"{name}/{number}", id=row.id, line=row.line)
    return row


def told_beside(comments: Sequence[LineComment], source: str) -> list[dict[str, Any]]:
    """As an author reads them without a page: each beside the line that it is about."""
    lines = source.splitlines()
    return [
        {
            "line": one.line, "of": lines[one.line - 1], "text": one.text, "by": one.author["label"],
            "settled": one.settled_at is not None,
        }
        for one in comments
    ]  # fmt: skip


def _demand_reviewer(actor: Actor) -> None:
    """Who writes tools answers comments, so whoever may do either may do both."""
    if Permission.VERSIONS_APPROVE not in actor.permissions:
        actor.require(Permission.TOOLS_AUTHOR)
    actor.require(Permission.TOOLS_READ)
