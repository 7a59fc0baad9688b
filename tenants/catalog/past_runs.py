"""Runs as they are looked for: by tool, caller, version, time and outcome, and by words in what they hold.

What runs hold is sealed, so no index has their words: they are opened and read, the newest first, so many at a time.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from tenants.base import ids, pages
from tenants.models import Run
from tenants.rights.access import Actor, Permission
from tenants.rules.stored_bytes import content_of

# Opened for one page of a search for words: what is not among them is on the next page, which begins where this ended.
OPENED_MAX = 2_000
_OPENED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None: whatever it is. `tool_part` and `caller` are parts of names, `parent` is a run's id."""

    tool: str | None = None
    tool_part: str | None = None
    version: int | None = None
    caller: str | None = None
    status: str | None = None
    outcome: str | None = None
    code: str | None = None
    parent: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, query: Select[Run]) -> Select[Run]:
        """Return the query for what is wanted and nothing else."""
        equal = {
            Run.tool_name: self.tool, Run.version_number: self.version, Run.status: self.status,
            Run.outcome: self.outcome, Run.error_code: self.code, Run.parent_run_id: self.parent,
        }  # fmt: skip
        query = query.where(*(column == value for column, value in equal.items() if value is not None))
        if self.tool_part is not None:
            query = query.where(Run.tool_name.icontains(self.tool_part, autoescape=True))
        if self.caller is not None:
            query = query.where(Run.caller["label"].as_string().icontains(self.caller, autoescape=True))
        if self.since is not None:
            query = query.where(Run.id >= ids.first("run", self.since))
        if self.until is not None:
            query = query.where(Run.id < ids.first("run", self.until))
        return query


async def matching(
    session: AsyncSession,
    actor: Actor,
    wanted: Wanted,
    words: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> pages.Page[Run]:
    """Return a page of the runs that are wanted, the newest first; with `words`, of those that hold them.

    Raises NotAllowedError.
    """
    actor.require(Permission.RUNS_READ)
    query = wanted.narrow(select(Run))
    if words:
        return await _holding(session, query, words.casefold(), cursor, limit)
    # What it was called with, what it came to and its log are read with the run itself.
    query = query.options(defer(Run.arguments), defer(Run.result), defer(Run.log))
    return await pages.page(session, query, Run.id, cursor, limit, weight=content_of((Run.error, Run.progress)))


async def _holding(
    session: AsyncSession, query: Select[Run], words: str, cursor: str | None, limit: int
) -> pages.Page[Run]:
    pages.demand(limit)
    found: list[Run] = []
    for _ in range(OPENED_MAX // _OPENED_AT_ONCE):
        after = query if cursor is None else query.where(Run.id < cursor)
        opened: Sequence[Run] = (await session.scalars(after.order_by(Run.id.desc()).limit(_OPENED_AT_ONCE))).all()
        for run in opened:
            cursor = run.id
            if words in _text(run):
                found.append(run)
                if len(found) == limit:
                    return pages.Page(found, cursor)
        if len(opened) < _OPENED_AT_ONCE:
            return pages.Page(found, None)
    return pages.Page(found, cursor)


def _text(run: Run) -> str:
    """All that a person may remember of a run, in lower case."""
    error: Any = json.dumps(run.error, ensure_ascii=False) if run.error else ""
    return "\n".join((run.id, run.arguments, run.result or "", error, run.log)).casefold()
