"""A run as the answer to `tools/call`: for the model in words, for programs as data."""

import json
from typing import Any, cast

import mcp_types as types

from tenants.models import Run

RUN_ID = "sealwright/runId"


def of_run(run: Run, *, objects_only: bool) -> types.CallToolResult:
    """Turn a finished run into a tool result.

    `objects_only`: the older protocol era knows no structured content but objects.
    """
    meta = {RUN_ID: run.id}
    if run.status != "finished":
        return failure(_going_on(run), meta)
    if run.outcome != "returned":
        return failure(fault_of(run), meta)
    value: Any = json.loads(run.result or "null")
    structured = cast("Any", value) if isinstance(value, dict) or not objects_only else None
    return types.CallToolResult(
        content=[types.TextContent(text=_text(run.result, cast("object", value)))],
        structured_content=structured,
        _meta=meta,
    )


def _text(result: str | None, value: object) -> str:
    return value if isinstance(value, str) else result or "null"


def _going_on(run: Run) -> dict[str, Any]:
    """An error in form only: there is no result yet that would fit the output schema."""
    waits = run.status == "suspended"
    return {
        "code": "suspended" if waits else "still_running",
        "message": "The run waits for a person's answer, or for a time, and goes on by itself."
        if waits
        else "The run goes on in another process.",
        "hint": f"Do not call again; read sealwright://runs/{run.id} later.",
        "run_id": run.id,
    }


def fault_of(run: Run) -> dict[str, Any]:
    """What went wrong, what to do, and what had already happened."""
    error = run.error or {}
    fault: dict[str, Any] = {
        "code": error.get("code", run.outcome or "failed"),
        "message": error.get("message", "The run did not return."),
        "hint": error.get("hint"),
        "details": error.get("details"),
        "outcome": run.outcome,
        "run_id": run.id,
        "done": _done(run),
    }
    return {key: value for key, value in fault.items() if value is not None}


def _done(run: Run) -> str:
    if run.host_calls == 0:
        return "Nothing outside the tool was touched: it made no call to the world."
    calls = "1 call" if run.host_calls == 1 else f"{run.host_calls} calls"
    return (
        f"The tool had made {calls} to the outside before it stopped; their effects stand. "
        f"Read sealwright://runs/{run.id} before you call again."
    )


def failure(fault: dict[str, Any], meta: dict[str, Any] | None = None) -> types.CallToolResult:
    """A tool error: `fault` has code and message; every other key is put in words too."""
    lines = [f"{fault['code']}: {fault['message']}"]
    if fault.get("hint"):
        lines.append(f"What to do: {fault['hint']}")
    if fault.get("done"):
        lines.append(f"What was done: {fault['done']}")
    if fault.get("details"):
        lines.append(f"Details: {json.dumps(fault['details'], ensure_ascii=False)}")
    if fault.get("run_id"):
        lines.append(f"Run: {fault['run_id']}")
    return types.CallToolResult(
        content=[types.TextContent(text="\n".join(lines))], structured_content=fault, is_error=True, _meta=meta
    )


def of_value(value: dict[str, Any]) -> types.CallToolResult:
    """A plain answer of one of our own tools."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=value)
