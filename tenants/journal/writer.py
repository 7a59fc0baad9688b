"""The one writer of a process's hot path: whatever gathers while a commit is under way makes the next one."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from tenants.base.db import Database
from tenants.base.errors import NotKeptError
from tenants.journal.counts import LATE_S, Counts
from tenants.journal.postgres import PostgresStore
from tenants.journal.sqlite import SqliteStore
from tenants.journal.writes import Refusal, Store, UnavailableError, Write, owner, weight

log = logging.getLogger(__name__)
_BATCH = 400
_LATE_COMMIT_S = 10.0
_FAILED_S = 3.0


class FencedError(Exception):
    """Another process has taken this run over; what this one knows of it is void."""


class KeyTakenError(Exception):
    """There is a run with this idempotency key already."""


_REFUSALS: dict[Refusal, type[Exception]] = {"fenced": FencedError, "taken": KeyTakenError}


def store_of(database: Database) -> Store:
    dialect = database.engine.dialect
    if database.is_sqlite:
        return SqliteStore(make_url(database.url).database or "", dialect)
    return PostgresStore(database.url, dialect)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A write, by how many bytes its tenant's stored ones grow, and who waits for it."""

    write: Write
    weight: int
    future: "asyncio.Future[None]"


class Writer:
    """Writes in the order in which they are submitted. No delay is added: a lone write is committed at once.

    `grown` hears whose stored bytes grow by what is submitted, and by how many.
    """

    def __init__(self, store: Store, grown: Callable[[str, int], None] = lambda _tenant_id, _more: None) -> None:
        self._store, self._grown = store, grown
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._counts = Counts()
        self._applying = asyncio.Lock()
        # Since when a commit is under way, and when the last one failed; of the monotonic clock.
        self._since: float | None = None
        self._failed_at: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether what is submitted now is likely to be kept soon. A failure counts for a few seconds."""
        moment = time.monotonic()
        is_late = self._since is not None and moment - self._since > _LATE_COMMIT_S
        has_failed = self._failed_at is not None and moment - self._failed_at < _FAILED_S
        has_ended = self._task is not None and self._task.done() and not self._closing
        return not (is_late or has_failed or has_ended)

    def submit(self, write: Write) -> "asyncio.Future[None]":
        """The future ends when the write is durable, or with FencedError, KeyTakenError or NotKeptError."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        more = weight(write)
        self._waiting.append(_Waiting(write, more, future))
        # Now, and not when it is written: a run that only reads is a long way ahead of what is durable.
        self._grown(owner(write), more)
        self._arrived.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="journal writer")
        return future

    async def close(self) -> None:
        """Write what is waiting, then stop. Closing again does nothing."""
        if self._closing:
            return
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task
        await self.count()
        await self._store.close()

    async def count(self) -> None:
        """Keep now what was written of each tenant's stored bytes."""
        await self._count(self._counts.all())

    async def _work(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                await self._count(self._counts.due())
                continue
            taken = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            await self._commit(taken)

    async def _commit(self, taken: Sequence[_Waiting]) -> None:
        writes, due = [one.write for one in taken], self._counts.due()
        self._since = time.monotonic()
        try:
            async with self._applying:
                refusals = await self._store.apply(writes, due)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait
            self._gather(due)
            await self._rescue(taken, error)
            return
        finally:
            self._since = None
        grown: dict[str, int] = {}
        for one, refusal in zip(taken, refusals, strict=True):
            if refusal is None:
                tenant_id = owner(one.write)
                grown[tenant_id] = grown.get(tenant_id, 0) + one.weight
            if not one.future.done():  # cancelled: nobody waits any more, and it is written all the same
                one.future.set_exception(_REFUSALS[refusal]()) if refusal else one.future.set_result(None)
        self._gather(grown)

    def _gather(self, grown: Mapping[str, int]) -> None:
        if self._counts.add(grown):
            # Nothing more may come: then it is kept by itself.
            asyncio.get_running_loop().call_later(LATE_S + 0.05, self._arrived.set)

    async def _count(self, due: Mapping[str, int]) -> None:
        if not due:
            return
        try:
            async with self._applying:
                await self._store.apply([], due)
        except Exception as error:  # noqa: BLE001 - nobody waits for it, and it is tried again with what comes next
            log.warning("what tenants have stored is counted later: %s", error)
            self._gather(due)

    async def _rescue(self, taken: Sequence[_Waiting], error: Exception) -> None:
        """A batch failed: one bad row must not take the others with it."""
        if len(taken) > 1 and not isinstance(error, UnavailableError):
            for one in taken:
                await self._commit([one])
            return
        self._failed_at = time.monotonic()
        for one in taken:
            if not one.future.done():
                one.future.set_exception(_explained(error))


def _explained(error: Exception) -> NotKeptError:
    said = " ".join(str(error).split())[:300] or type(error).__name__
    lower = said.lower()
    if "full" in lower or "no space" in lower:
        return NotKeptError(
            "The disk is full, so the run cannot be recorded.",
            hint="Free some space; runs under way go on by themselves.",
            reason=said,
        )
    if "locked" in lower or "busy" in lower:
        return NotKeptError(
            "The database is locked by another program.",
            hint="Close the program that holds it; runs under way go on by themselves.",
            reason=said,
        )
    return NotKeptError(hint="Look at the database; runs under way go on by themselves.", reason=said)
