"""Run records on the hot path: a run begins, a run ends, each durable before anybody is told.

Written by the process's one group-commit writer (tenants/journal), which also keeps what runs did in between.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tenants.base.db import Database
from tenants.journal.writer import FencedError, KeyTakenError, Writer, store_of
from tenants.journal.writes import Begin, Change
from tenants.models import Run, RunStatus
from tenants.models.runs import AT_END

_COLUMNS = tuple(column.name for column in Run.__table__.columns)
# The model says it of each: a column that was added there and forgotten here would be lost without a word.
_FINAL = tuple(column.name for column in Run.__table__.columns if column.info == AT_END)


class Records:
    """Writes begin with the first one; `close` writes what waits."""

    def __init__(self, database: Database, note: Callable[[str, int], None]) -> None:
        """`note` hears whose stored bytes grow by what is written, and by how many."""
        self._database = database
        self.writer = Writer(store_of(database), note)

    async def begin(self, run: Run) -> bool:
        """Write a new run, every column of it. False: its idempotency key has a run, and nothing was written."""
        await self._database.ensure_content_keys(run.tenant_id)
        try:
            # The object is new, so what was set is in it and nothing else is: no need to ask the ORM.
            given = vars(run)
            await self.writer.submit(Begin({name: given.get(name) for name in _COLUMNS}))
        except KeyTakenError:
            return False
        return True

    async def finish(self, run: Run) -> bool:
        """Write what came of a run. False: another process has taken it over, and nothing was written.

        It is written even when the awaiting task is cancelled.
        """
        try:
            await asyncio.shield(self.writer.submit(Change(run.tenant_id, run.id, run.fence, _final(run))))
        except FencedError:
            return False
        return True

    async def release(self, run: Run) -> None:
        """Give a run that is going on to whoever takes it next."""
        # No takeover has been in vain: this process ends in good order.
        free = {"status": RunStatus.QUEUED, "lease_owner": None, "lease_until": None, "entries_at_takeover": -1}
        free["executions"] = run.executions
        run.status, run.lease_owner, run.lease_until = RunStatus.QUEUED, None, None
        with suppress(FencedError):
            await self.writer.submit(Change(run.tenant_id, run.id, run.fence, free))

    async def count(self) -> None:
        """Count now what was written here, so that a recount finds nothing under way."""
        await self.writer.count()

    async def close(self) -> None:
        await self.writer.close()


def _final(run: Run) -> dict[str, Any]:
    held = vars(run)  # past the ORM, where it has the value at hand
    return {name: held[name] if name in held else getattr(run, name) for name in _FINAL}
