"""How a run begins: its record as it is before anything has happened, and what its arguments must be."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from sandbox import Fault
from tenants import journal
from tenants.base import ids, leases
from tenants.base.db import now
from tenants.catalog.catalog import LiveTool
from tenants.models import Run
from tenants.runtime import Runtime


def new(
    runtime: Runtime, tool: LiveTool, tenant_id: str, principal: str, caller: Mapping[str, Any], arguments: str
) -> Run:
    """Return the record of a run that this process is about to carry; nothing is written. `arguments` is JSON."""
    run = Run()
    # Past the ORM, which would keep track of each single value of a row that it never writes.
    vars(run).update(
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
        status="running",
        log="",
        fuel_used=0,
        memory_bytes_peak=0,
        wall_ms=0.0,
        host_calls=0,
        executions=1,
        created_at=now(),
        lease_owner=str(runtime.owner),
        lease_until=leases.until(),
        fence=0,
        interface=journal.INTERFACE,
        takeovers=0,
        entries_at_takeover=0,
    )
    return run


async def refusal(runtime: Runtime, tool: LiveTool, run: Run, arguments: object) -> Fault | None:
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
