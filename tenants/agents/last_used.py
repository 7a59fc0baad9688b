"""When keys and grants were last used: written beside the requests, so that no request waits for it or fails by it."""

import asyncio
import logging
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from tenants.base.db import Database
from tenants.models import ApiKey, OAuthGrant

log = logging.getLogger(__name__)
Kind = type[ApiKey] | type[OAuthGrant]


class _Marks:
    """What one process has yet to write into one database."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[Kind, str], datetime] = {}
        self.writing: asyncio.Task[None] | None = None


def used(database: Database, kind: Kind, row_id: str, moment: datetime) -> None:
    """Have `last_used_at` of a row written soon. It is for people to look at: a lost one is no harm."""
    marks = database.remembered(_Marks)
    marks.waiting[kind, row_id] = moment
    if marks.writing is None or marks.writing.done():
        marks.writing = database.aside(_write(database, marks))


async def _write(database: Database, marks: _Marks) -> None:
    while marks.waiting:
        try:
            async with database.system() as session:
                # Taken only now: whatever came while this waited for its turn goes along.
                taken, marks.waiting = marks.waiting, {}
                for kind in {kind for kind, _ in taken}:
                    rows: list[dict[str, Any]] = [
                        {"id": row_id, "last_used_at": at}
                        for (one, row_id), at in sorted(taken.items(), key=_place)
                        if one is kind
                    ]
                    await session.execute(update(kind), rows)
        except (TimeoutError, SQLAlchemyError) as error:
            marks.waiting = {}
            log.warning("when keys were last used is not written: %s", error)


def _place(item: tuple[tuple[Kind, str], datetime]) -> str:
    return item[0][1]  # rows are locked in one order by everybody
