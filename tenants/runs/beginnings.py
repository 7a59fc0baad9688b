"""How a run begins, whoever calls: the tool that serves, arguments that fit, a record, and each key only once."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from sandbox import Fault, Refused
from tenants import journal
from tenants.base import canonical, ids, leases
from tenants.base.db import now
from tenants.base.errors import ConflictError
from tenants.catalog import catalog
from tenants.catalog.catalog import LiveTool
from tenants.models import Run, RunStatus
from tenants.runs.conclusions import conclude
from tenants.runs.run_spans import TRACEPARENT
from tenants.runtime import Runtime
from tenants.telemetry import spans

# What a new run has of columns that say so themselves: past the ORM, a default that nobody sets would be NULL.
_DEFAULTS = {
    column.name: column.default.arg
    for column in Run.__table__.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a live tool, before anything is known of it. `parent_run_id` is the run that calls, where one does."""

    tenant_id: str
    principal: str
    caller: Mapping[str, Any]
    tool_name: str
    arguments: object
    idempotency_key: str | None = None
    parent_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """The record is durable; nothing has run yet."""

    tool: LiveTool
    run: Run


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The tool does not take such arguments. The run is recorded as refused, and its key is still free."""

    tool: LiveTool
    run: Run


@dataclass(frozen=True, slots=True)
class Earlier:
    """The key has a run already; nothing was written. `tool` is what serves the key now, if anything does."""

    tool: LiveTool | None
    run: Run
    same_arguments: bool


async def begin(runtime: Runtime, asked: Asked) -> Begun | TurnedAway | Earlier:
    """Write down that a run begins.

    Raises NotFoundError for a tool that is not live, InvalidError for arguments that are no JSON, and ConflictError
    when the run that had the key is gone by the time it is looked for.
    """
    tool = (await catalog.live(runtime.database, asked.tenant_id)).tool(asked.tool_name).serving(asked.idempotency_key)
    run = new(runtime, tool, asked.tenant_id, asked.principal, asked.caller, canonical.plain(asked.arguments))
    if (span := spans.current()) is not None:
        # Whoever goes on with it, in this process or another, does so in the same trace.
        run.caller = {**run.caller, TRACEPARENT: span.traceparent}
    run.arguments_hash = canonical.digest(asked.arguments)
    run.idempotency_key = asked.idempotency_key
    if asked.parent_run_id is not None:
        run.parent_run_id = asked.parent_run_id
    else:
        # What a run calls is part of it: it had its room when it began.
        await runtime.storage.demand_room(asked.tenant_id)
    refused = await _refusal(runtime, tool, run, asked.arguments)
    if refused is not None:
        # Nothing ran, so the key is still free for the corrected call.
        run.idempotency_key, run.executions = None, 0
        conclude(run, Refused(refused))
    with spans.inside("run.begin"):
        is_new = await runtime.records.begin(run)
    if is_new:
        return Begun(tool, run) if refused is None else TurnedAway(tool, run)
    found = await earlier(runtime, asked)
    if found is None:
        raise ConflictError("The earlier run with this idempotency key has just been removed; call again.")
    return Earlier(tool, found, found.arguments_hash == run.arguments_hash)


async def earlier(runtime: Runtime, asked: Asked) -> Run | None:
    """The run that has the key of this call, of the same caller and tool."""
    query = select(Run).where(
        Run.principal == asked.principal,
        Run.tool_name == asked.tool_name,
        Run.idempotency_key == asked.idempotency_key,
    )
    async with runtime.database.reading(asked.tenant_id) as session:
        return await session.scalar(query)


def new(
    runtime: Runtime, tool: LiveTool, tenant_id: str, principal: str, caller: Mapping[str, Any], arguments: str
) -> Run:
    """Return the record of a run that this process is about to carry; nothing is written. `arguments` is JSON."""
    run = Run()
    # Past the ORM, which would keep track of each single value of a row that it never writes.
    vars(run).update(
        _DEFAULTS,
        id=ids.new("run"),
        tenant_id=tenant_id,
        tool_id=tool.tool_id,
        tool_name=tool.name,
        version_id=tool.version_id,
        version_number=tool.version_number,
        digest=tool.digest,
        component_digest=tool.component_digest,
        principal=principal,
        caller=dict(caller),
        arguments=arguments,
        seed=secrets.token_hex(32),
        started_at_ns=time.time_ns(),
        status=RunStatus.RUNNING,
        created_at=now(),
        lease_owner=str(runtime.owner),
        lease_until=leases.until(),
        interface=journal.INTERFACE,
        executions=1,
    )
    return run


async def _refusal(runtime: Runtime, tool: LiveTool, run: Run, arguments: object) -> Fault | None:
    """Why a tool cannot be called with the arguments of `run`."""
    size = len(run.arguments.encode())
    if size > tool.limits.argument_bytes:
        message = f"The arguments are {size:,} bytes; this tool takes {tool.limits.argument_bytes:,}."
        return Fault("argument_bytes", message)
    problems = await runtime.reader.misfits(run.tenant_id, tool.arguments, run.arguments, arguments)
    if not problems:
        return None
    first = problems[0]
    return Fault(
        "invalid_arguments",
        f"The arguments do not fit: at {first['path'] or 'the root'}, {first['message']}.",
        f"See the input_schema of {tool.name}.",
        {"problems": problems},
    )
