"""What is always so, held against real runs behind their end, where the tenant's policy says so for their tools.

The runs themselves are the queue: those that have finished and were not looked at. Nothing of this is on a call's way;
a process that dies on it has written nothing, and the next sweep, here or elsewhere, finds the same runs again. What
was found, and those who are told of it, are written in one unit, once.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from tenants.base import ids
from tenants.base.db import announce, now
from tenants.journal import recordings
from tenants.models import Run, RunStatus, Tenant, Version
from tenants.notifications import notices
from tenants.rights import audience
from tenants.rules.policies import EVERY_TOOL, Policy
from tenants.runtime import Runtime

log = logging.getLogger(__name__)
KIND = "run.invariant_broken"
# Most runs end soon after they began; those that waited for a person or a time are found by the sweep that looks back.
_RECENT, _LONG_AGO = timedelta(hours=1), timedelta(days=30)
# Of one tenant in one sweep, and at once: in runs, and in bytes of what they were given, said and did.
_RUNS_MAX, _AT_ONCE, _AT_ONCE_BYTES = 200, 25, 8 << 20
# A run that did more is looked at without what it did.
_JOURNAL_BYTES_MAX = 4 << 20
_ENDED = ("returned", "failed")


async def sweep(runtime: Runtime) -> int:
    """Look at what has ended lately. Returns how many runs were looked at."""
    return await _sweep(runtime, _RECENT)


async def look_back(runtime: Runtime) -> int:
    """The same of what began long ago: it may have waited until now."""
    return await _sweep(runtime, _LONG_AGO)


async def _sweep(runtime: Runtime, since: timedelta) -> int:
    async with runtime.database.system_reading() as session:
        said = select(Tenant).where(Tenant.policy["always_on_runs"].as_string().is_not(None))
        wanted = {tenant.id: Policy.of(tenant).always_on_runs for tenant in await session.scalars(said)}
    looked_at = 0
    for tenant_id, tools in wanted.items():
        if not tools:
            continue
        for version_id, several in (await _waiting(runtime, tenant_id, tools, since)).items():
            try:
                looked_at += await _look_at(runtime, tenant_id, version_id, several)
            except Exception:
                # Our own failure: the runs stay as they are, and other versions do not wait for it.
                log.exception("what is always so could not be held against runs of %s", version_id)
    return looked_at


async def _waiting(runtime: Runtime, tenant_id: str, tools: Sequence[str], since: timedelta) -> dict[str, list[str]]:
    """Runs that nobody has looked at, oldest first, by version; of versions that say what is always so."""
    query = (
        select(Run.id, Run.version_id)
        .join(Version, Version.id == Run.version_id)
        .where(
            Run.tenant_id == tenant_id,
            Run.id >= ids.first("run", now() - since),
            Run.status == RunStatus.FINISHED,
            Run.outcome.in_(_ENDED),
            Run.broken_invariants.is_(None),
            Version.spec["always"].as_string().is_not(None),
        )
        .order_by(Run.id)
        .limit(_RUNS_MAX)
    )
    if EVERY_TOOL not in tools:
        query = query.where(Run.tool_name.in_(tools))
    found: dict[str, list[str]] = {}
    async with runtime.database.reading(tenant_id) as session:
        for run_id, version_id in await session.execute(query):
            found.setdefault(version_id, []).append(run_id)
    return found


async def _look_at(runtime: Runtime, tenant_id: str, version_id: str, run_ids: Sequence[str]) -> int:
    async with runtime.database.reading(tenant_id) as session:
        always: list[dict[str, str]] = (await session.get_one(Version, version_id)).spec["always"]
    looked_at = 0
    for since in range(0, len(run_ids), _AT_ONCE):
        told = [await _told(runtime, tenant_id, run_id) for run_id in run_ids[since : since + _AT_ONCE]]
        for batch in _batches(told):
            found = await _broken(runtime, tenant_id, always, batch)
            for (run, _), numbers in zip(batch, found, strict=True):
                looked_at += await _keep(runtime, run, numbers)
    return looked_at


async def _told(runtime: Runtime, tenant_id: str, run_id: str) -> tuple[Run, dict[str, Any]]:
    """A run, and what is to be known of it: as tenants/gates/invariants/past_runs.py takes it."""
    async with runtime.database.reading(tenant_id) as session:
        run = await session.get_one(Run, run_id)
        recording = await recordings.load(session, run_id)
    is_whole = recording.bytes <= _JOURNAL_BYTES_MAX
    calls = [
        {
            "capability": call.capability, "operation": call.operation, "effect": call.effect,
            "request": call.request, "reply": None if call.reply is None else recordings.text_of(call.reply),
        }
        for (_, item), call in sorted(recording.calls.items())
        if item == 0 and is_whole
    ]  # fmt: skip
    error = None if run.error is None else str(run.error.get("code"))
    return run, {
        "arguments": run.arguments, "result": run.result, "error": error, "calls": calls, "whole": is_whole,
    }  # fmt: skip


def _batches(told: Sequence[tuple[Run, dict[str, Any]]]) -> Iterator[list[tuple[Run, dict[str, Any]]]]:
    batch: list[tuple[Run, dict[str, Any]]] = []
    size = 0
    for run, said in told:
        length = len(said["arguments"]) + len(said["result"] or "") + sum(len(str(call)) for call in said["calls"])
        if batch and size + length > _AT_ONCE_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((run, said))
        size += length
    if batch:
        yield batch


async def _broken(
    runtime: Runtime, tenant_id: str, always: Sequence[dict[str, str]], batch: Sequence[tuple[Run, dict[str, Any]]]
) -> list[list[int]]:
    """Of each run the numbers of what does not hold. Of what takes too much to evaluate nobody knows that it does."""
    async with runtime.demanding(tenant_id):
        found = await runtime.prover.broken_invariants(tenant_id, always, [said for _, said in batch])
    if found is not None:
        return found
    if len(batch) == 1:
        return [list(range(len(always)))]
    return [numbers for one in batch for numbers in await _broken(runtime, tenant_id, always, [one])]


async def _keep(runtime: Runtime, run: Run, numbers: Sequence[int]) -> bool:
    """Mark a run and tell people, once: False when somebody was faster."""
    mask = sum(1 << number for number in set(numbers))
    async with runtime.database.unit(run.tenant_id) as session:
        mine = await session.scalar(
            update(Run)
            .where(Run.id == run.id, Run.broken_invariants.is_(None))
            .values(broken_invariants=mask)
            .returning(Run.id)
        )
        if mine is None:
            return False
        if mask:
            about = {"tool": run.tool_name, "version": run.version_number, "outcome": run.outcome}
            broken = sorted(set(numbers))
            notices.tell(session, KIND, id=run.id, **about, broken=broken)
            announce(
                session,
                run.tenant_id,
                KIND,
                {"run": run.id, audience.PRINCIPAL: run.principal, **about, "broken": broken},
            )
    if mask:
        runtime.metrics.invariant_broken()
    return True
