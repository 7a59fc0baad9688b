"""What went wrong with a call, for programs as data and for the model in words."""

import json
from collections.abc import Mapping
from typing import Any, cast

from api.mcp.messages import GoesOn, Refused
from tenants.base.errors import TenantsError
from tenants.models import Run, RunStatus

# How many of the things that are wrong are told at once.
_PROBLEMS_MAX = 12
# All that anybody is told of a fault of ours.
BROKEN = "Something went wrong on our side. Nothing is known of the call."


def of_error(error: TenantsError) -> dict[str, Any]:
    """What tenants has refused before anything ran."""
    fault = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": _bounded(error.details) or None,
        "done": "This call did nothing.",
    }
    return {key: value for key, value in fault.items() if value is not None}


def _bounded(details: Mapping[str, Any]) -> dict[str, Any]:
    problems = details.get("problems")
    if not isinstance(problems, list) or len(cast("list[Any]", problems)) <= _PROBLEMS_MAX:
        return dict(details)
    several = cast("list[Any]", problems)
    return {**details, "problems": several[:_PROBLEMS_MAX], "more_problems": len(several) - _PROBLEMS_MAX}


def of_run(run: Run) -> dict[str, Any]:
    """Why a finished run has not returned, what to do, and what had already happened."""
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


def of_waiting(run: Run) -> dict[str, Any]:
    """An error in form only: there is no result yet that would fit the output schema."""
    waits = run.status == RunStatus.SUSPENDED
    return {
        "code": "suspended" if waits else "still_running",
        "message": "The run waits for a person's answer, or for a time, and goes on by itself."
        if waits
        else "The run goes on in another process.",
        "hint": f"Do not call again; read sealwright://runs/{run.id} later.",
        "run_id": run.id,
    }


def of_answer(answer: Refused | GoesOn) -> dict[str, Any]:
    """What there is to say where there is no result."""
    return answer.fault if isinstance(answer, Refused) else of_waiting(answer.run)


def run_of(answer: Refused | GoesOn) -> str | None:
    return answer.run_id if isinstance(answer, Refused) else answer.run.id


def in_words(fault: dict[str, Any]) -> str:
    """`fault` has code and message; every other key is put in words too."""
    lines = [f"{fault['code']}: {fault['message']}"]
    if fault.get("hint"):
        lines.append(f"What to do: {fault['hint']}")
    if fault.get("done"):
        lines.append(f"What was done: {fault['done']}")
    if fault.get("details"):
        lines.append(_details_in_words(fault["details"]))
    if fault.get("run_id"):
        lines.append(f"Run: {fault['run_id']}")
    return "\n".join(lines)


def _details_in_words(details: Mapping[str, Any]) -> str:
    """Problems are told by the first of them: all stand in the data, and whoever reads both pays for each once."""
    problems = details.get("problems")
    if not isinstance(problems, list) or not problems:
        return f"Details: {json.dumps(details, ensure_ascii=False)}"
    several = cast("list[dict[str, Any]]", problems)
    first = f"{several[0].get('path') or '/'}: {several[0].get('message')}"
    return f"Problem: {first}" if len(several) == 1 else f"Problems: {len(several)}. The first, {first}"


def _done(run: Run) -> str:
    if run.host_calls == 0:
        return "Nothing outside the tool was touched: it made no call to the world."
    calls = "1 call" if run.host_calls == 1 else f"{run.host_calls} calls"
    return (
        f"The tool had made {calls} to the outside before it stopped; their effects stand. "
        f"Read sealwright://runs/{run.id} before you call again."
    )
