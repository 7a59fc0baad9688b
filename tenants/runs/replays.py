"""Past runs, executed again from their journals: the same instructions, the same log, no effect on the world."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Call
from tenants.base import pages
from tenants.base.errors import ConflictError, InvalidError, NotFoundError
from tenants.catalog import catalog
from tenants.catalog.catalog import LiveTool
from tenants.journal.hosts import EndOfRecordingError, RecordedHost
from tenants.journal.journals import NondeterministicError
from tenants.journal.writes import INTENT
from tenants.models import JournalEntry, Run, RunStatus
from tenants.rights.access import Actor
from tenants.runs import runs
from tenants.runs.conclusions import checked, conclude_copy, differences
from tenants.runs.executions import read_recording
from tenants.runtime import Runtime

# What must come out the same; times and memory of this machine need not.
_COMPARED = ("outcome", "result", "error", "fuel_used", "host_calls", "log")
LIMIT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Replay:
    """A run executed again. `run` is the record as it would be now; None where its recording ends before it does.

    `differences` are `{"what", "recorded", "replayed"}`.
    """

    original: Run
    run: Run | None
    note: str | None
    # Counted by another meter this time: then its fuel says nothing about the run.
    is_counted_otherwise: bool = False

    @property
    def differences(self) -> list[dict[str, Any]]:
        if self.run is None:
            return []
        return [
            {"what": what, "recorded": before, "replayed": after}
            for what, before, after in differences(self.original, self.run, _COMPARED)
            if not (what == "fuel_used" and self.is_counted_otherwise)
        ]

    @property
    def identical(self) -> bool:
        return self.run is not None and not self.differences


async def replay(runtime: Runtime, actor: Actor, run_id: str) -> Replay:
    """Execute a finished run again. Raises ConflictError for one that never ran, or whose version is gone."""
    async with runtime.database.reading(actor.tenant_id) as session:
        run = await runs.read(session, actor, run_id)
        if run.status != RunStatus.FINISHED:
            raise ConflictError("This run is still going on; replay it when it has finished.")
        if run.outcome == "refused" and run.fuel_used == 0:
            raise ConflictError("This call was refused before anything ran; there is nothing to replay.")
        try:
            tool = await catalog.of_version(session, run.version_id)
        except NotFoundError as error:
            raise ConflictError("The version that ran is gone.") from error
    component = await catalog.component(runtime.database, actor.tenant_id, tool)
    host = RecordedHost(await read_recording(runtime, run))
    call = Call(run.arguments, bytes.fromhex(run.seed), run.started_at_ns)
    limits = tool.limits_by(runtime.pool.meter)
    try:
        async with runtime.demanding(actor.tenant_id):
            execution = await runtime.pool.of(run.tenant_id).run(
                component, call, grant=tool.grant, limits=limits, host=host
            )
    except EndOfRecordingError:
        return Replay(run, None, "The recording ends here: the run was stopped while it waited for this call.")
    except NondeterministicError as error:
        return Replay(run, None, str(error))
    again = conclude_copy(run, await checked(runtime, run, execution, tool))
    return Replay(run, again, _note(run, again, tool), is_counted_otherwise=_is_counted_otherwise(run, again))


def _is_counted_otherwise(run: Run, again: Run) -> bool:
    return None not in (run.meter, again.meter) and run.meter != again.meter


def _note(run: Run, again: Run, tool: LiveTool) -> str | None:
    if _is_counted_otherwise(run, again):
        said = f"The run's fuel was counted by the meter {run.meter}, and now by {again.meter}: it is not compared."
        if "fuel" in (run.error_code, again.error_code):
            said += " Where fuel ends a run, another meter ends it elsewhere."
        return said
    if run.component_digest != tool.component_digest:
        return (
            "This version has been sealed anew on a later image since: the interpreter and the SDK are others, so the "
            "fuel differs, and what the SDK refuses by now is refused here too."
        )
    if again.outcome == "exhausted":
        return "A run that ran out of time ends elsewhere on a slower or faster machine."
    return None


async def journal(
    session: AsyncSession, actor: Actor, run_id: str, cursor: str | None = None, limit: int = 200
) -> pages.Page[dict[str, Any]]:
    """A run's calls, oldest first, each with what was asked and what came of it.

    `item` is null for a call itself, and counts its parts from 0 where a call does many things.

    Raises InvalidError.
    """
    await runs.read(session, actor, run_id)
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidError(problems=[{"path": "/limit", "message": f"limit is 1 to {LIMIT_MAX}."}])
    query = select(JournalEntry).where(JournalEntry.run_id == run_id)
    if cursor is not None:
        seq, item = _place(cursor)
        after = (JournalEntry.seq > seq) | ((JournalEntry.seq == seq) & (JournalEntry.item > item))
        query = query.where(after)
    # Two rows a place at most: enough rows for one place more than is wanted.
    query = query.order_by(JournalEntry.seq, JournalEntry.item, JournalEntry.phase).limit(2 * (limit + 1))
    shown = _merged((await session.scalars(query)).all())
    if len(shown) <= limit:
        return pages.Page(shown, None)
    last = shown[limit - 1]
    return pages.Page(shown[:limit], f"{last['seq']}.{0 if last['item'] is None else last['item'] + 1}")


def _place(cursor: str) -> tuple[int, int]:
    seq, _, item = cursor.partition(".")
    if not (seq.isdecimal() and item.isdecimal()):
        raise InvalidError(problems=[{"path": "/cursor", "message": "This cursor does not come from a journal."}])
    return int(seq), int(item)


def _merged(rows: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    places: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        entry = places.setdefault((row.seq, row.item), _entry(row))
        if row.phase == INTENT:
            entry["intended_at_ns"] = row.written_at_ns
        else:
            said: Mapping[str, Any] = json.loads(row.reply or "{}")
            entry |= {"state": "done", "value": said.get("value"), "fault": said.get("fault")}
            entry |= {"concluded_at_ns": row.written_at_ns, "elapsed_ns": row.elapsed_ns}
    return list(places.values())


def _entry(row: JournalEntry) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "item": None if row.item == 0 else row.item - 1,
        "capability": row.capability,
        "operation": row.operation,
        "effect": row.effect,
        "request": json.loads(row.request) if row.request else None,
        "state": "unknown",  # until its outcome is found: begun, and nobody knows how it ended
        "value": None,
        "fault": None,
        "elapsed_ns": None,
        "intended_at_ns": None,
        "concluded_at_ns": None,
    }
