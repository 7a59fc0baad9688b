"""What a run came to, put into its record."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sandbox import Cancelled, Execution, Failed, Fault, Outcome, Returned
from tenants.base.db import now
from tenants.catalog.catalog import LiveTool
from tenants.models import Run, RunStatus
from tenants.runtime import Runtime

_PLAIN_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


def settle(run: Run, execution: Execution) -> None:
    """Put what a run came to, `checked`, into its record."""
    run.fuel_used, run.meter = execution.fuel_used, execution.meter
    run.memory_bytes_peak = execution.memory_bytes_peak
    run.wall_ms = execution.wall_ms
    run.host_calls = execution.host_calls
    run.log = execution.log
    conclude(run, execution.outcome)


def conclude_copy(run: Run, execution: Execution) -> Run:
    """Return a run's record as this execution of it would have made it; nothing is written."""
    again = Run(**{column.name: getattr(run, column.name) for column in Run.__table__.columns})
    again.result = again.error = None
    settle(again, execution)
    return again


def differences(before: Run, after: Run, among: Iterable[str]) -> list[tuple[str, Any, Any]]:
    """What of a run's record came out otherwise: `(what, before, after)` for columns by name, results as values."""
    said = [(what, _said(before, what), _said(after, what)) for what in among]
    return [one for one in said if one[1] != one[2]]


def _said(run: Run, what: str) -> Any:
    return run.result_value if what == "result" else getattr(run, what)


async def checked(runtime: Runtime, run: Run, execution: Execution, tool: LiveTool) -> Execution:
    """A result that breaks the output schema is the tool's failure: callers were promised otherwise."""
    outcome = execution.outcome
    if not isinstance(outcome, Returned) or tool.answers is None:
        return execution
    value = json.loads(outcome.result)
    problems = await runtime.reader.misfits(run.tenant_id, tool.answers, outcome.result, value)
    if not problems:
        return execution
    first = problems[0]
    message = f"The result breaks the tool's output_schema: at {first['path'] or 'the root'}, {first['message']}."
    fault = Fault("result_schema", message, "This is a defect of the tool.", {"problems": problems})
    return replace(execution, outcome=Failed(fault))


def conclude(run: Run, outcome: Outcome) -> None:
    """Put an outcome into a run's record: it is finished."""
    run.status, run.outcome, run.finished_at = RunStatus.FINISHED, outcome.kind, now()
    run.lease_owner = run.lease_until = None
    match outcome:
        case Returned(result):
            run.result = result
        case Cancelled():
            run.error = {"code": "cancelled", "message": "The run was cancelled.", "hint": None}
        case _:
            run.error = error_of(outcome.fault)
    run.error_code = plain_code(run.error)


def plain_code(error: dict[str, Any] | None) -> str | None:
    """The code of an error if it is a plain word: what lies beside the sealed error, in clear."""
    code = None if error is None else error.get("code")
    return code if isinstance(code, str) and _PLAIN_CODE.fullmatch(code) else None


def error_of(fault: Fault) -> dict[str, Any]:
    """A fault as a run's record keeps it; `details` is there when the tool gave some."""
    said: dict[str, Any] = {"code": fault.code, "message": fault.message, "hint": fault.hint}
    return {**said, "details": dict(fault.details)} if fault.details else said
