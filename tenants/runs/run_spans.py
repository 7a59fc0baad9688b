"""A run, and what it asks of the world, as spans: which, whose and how it ended, never with what or what came."""

import re
from contextlib import AbstractContextManager, nullcontext

from sandbox import HostCall, HostReply
from tenants.models import Run
from tenants.telemetry import spans
from tenants.telemetry.spans import Span, Traces

# In `caller`, where a run's trace is kept: whoever goes on with it does so in the same one.
TRACEPARENT = "traceparent"
_CODE = re.compile(r"[a-z][a-z_]{0,47}")
_NO_SPAN: AbstractContextManager[None] = nullcontext()


def run_span(traces: Traces | None, run: Run) -> AbstractContextManager[Span | None]:
    """The run as a step of what called it; of none that is known here, as a step of the trace that it began in."""
    above = spans.current()
    if above is not None:
        span = above.child(f"run {run.tool_name}")
    elif traces is not None:
        kept = run.caller.get(TRACEPARENT)
        span = traces.begin(f"run {run.tool_name}", "internal", {TRACEPARENT: kept} if isinstance(kept, str) else {})
    else:
        return _NO_SPAN
    span.note(
        {
            "sealwright.run.id": run.id,
            "sealwright.tenant.id": run.tenant_id,
            "sealwright.run.channel": str(run.caller.get("channel")),
            "sealwright.run.executions": run.executions,
            "sealwright.tool.version": run.version_number,
            "gen_ai.tool.name": run.tool_name,
        }
    )
    return spans.entered(span)


def tell_end(run: Run) -> None:
    """How the run ended, to its span."""
    if (span := spans.current()) is None:
        return
    span.note(
        {
            "sealwright.run.outcome": run.outcome,
            "sealwright.run.fuel_used": run.fuel_used,
            "sealwright.run.meter": run.meter,
            "sealwright.run.host_calls": run.host_calls,
        }
    )
    if run.outcome not in {None, "returned"}:
        span.fail(str(run.outcome))


def tell_reply(span: Span | None, call: HostCall, reply: HostReply, *, is_of_tool: bool) -> None:
    """Which call of the run it was, and whether the world could do it. `is_of_tool`: another tool was called."""
    if span is None:
        return
    span.note({"sealwright.host_call.seq": call.seq})
    if reply.fault is not None:
        # What a called tool says went wrong is its own word, and may be anything.
        is_ours = not is_of_tool and _CODE.fullmatch(reply.fault.code)
        span.fail(reply.fault.code if is_ours else "fault")
