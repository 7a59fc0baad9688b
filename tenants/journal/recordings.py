"""A run's journal as it was written, ready to answer from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Effect, Fault, HostReply
from tenants.base import canonical
from tenants.journal.writes import ENTRY_BYTES, INTENT
from tenants.models import JournalEntry

Place = tuple[int, int]  # seq, item


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call, or one part of a call. `reply` is None while only the intent is known."""

    capability: str
    operation: str
    effect: Effect
    request_hash: str
    request: str | None
    reply: HostReply | None
    intended_at_ns: int


@dataclass(slots=True)
class Recording:
    """Everything a run has asked and been told, by place. `size` is the number of rows, `bytes` what they take.

    repeats: the capabilities whose calls are made anew where only the intent is known; see capabilities/repeats.py.
    """

    calls: dict[Place, Recorded] = field(default_factory=dict[Place, Recorded])
    size: int = 0
    repeats: frozenset[str] = frozenset()
    bytes: int = 0

    @property
    def last_seq(self) -> int:
        return max((seq for seq, _ in self.calls), default=-1)


async def load(session: AsyncSession, run_id: str) -> Recording:
    query = select(JournalEntry).where(JournalEntry.run_id == run_id)
    rows = await session.scalars(query.order_by(JournalEntry.seq, JournalEntry.item, JournalEntry.phase))
    return of_rows(rows)


def of_rows(rows: Iterable[JournalEntry]) -> Recording:
    """Rows of one run, in the order of their key."""
    recording = Recording()
    for row in rows:
        recording.size += 1
        recording.bytes += ENTRY_BYTES + (len(row.request or "") + len(row.reply or "")) * 4 // 3
        before = recording.calls.get((row.seq, row.item))
        recording.calls[row.seq, row.item] = Recorded(
            row.capability,
            row.operation,
            row.effect,  # pyright: ignore[reportArgumentType] - we wrote it
            row.request_hash,
            before.request if before else row.request,
            None if row.phase == INTENT or row.reply is None else reply_of(row.reply, row.elapsed_ns),
            before.intended_at_ns if before else row.written_at_ns,
        )
    return recording


def text_of(reply: HostReply) -> str:
    """A reply as JSON text, without its time."""
    if reply.fault is None:
        return canonical.plain({"value": reply.value})
    fault = reply.fault
    details = None if fault.details is None else dict(fault.details)
    return canonical.plain(
        {"fault": {"code": fault.code, "message": fault.message, "hint": fault.hint, "details": details}}
    )


def reply_of(text: str, elapsed_ns: int) -> HostReply:
    said: dict[str, Any] = json.loads(text)
    if "fault" in said:
        return HostReply(fault=Fault(**said["fault"]), elapsed_ns=elapsed_ns)
    return HostReply(value=said["value"], elapsed_ns=elapsed_ns)
