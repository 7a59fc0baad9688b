"""The tasks extension: a run that takes longer than a few seconds goes on behind the call that started it.

A task is a run. Only clients that declare the extension get one; for the others the call lasts as long as the run.
"""

from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import decode_header_value
from pydantic import BaseModel

from api.mcp import call, sdk
from api.mcp.messages import TASKS, Answer, Asks
from tenants.base.errors import NotFoundError
from tenants.models import Run, RunStatus
from tenants.rights.access import Actor
from tenants.runtime import Runtime

# A call is answered directly when its run has ended within this time.
PATIENCE_S = 3.0
_POLL_MS = 1_000
_MISSING_CAPABILITY = -32021
_HEADER_MISMATCH = -32020

Context = ServerRequestContext[Any, Any]


class TaskParams(types.RequestParams):
    """Of tasks/get, tasks/update and tasks/cancel."""

    task_id: str
    input_responses: dict[str, Any] | None = None


def offered(context: Context) -> bool:
    """Whether the client of this request can be given a task."""
    capabilities = context.session.client_capabilities
    return capabilities is not None and TASKS in (capabilities.extensions or {})


def demand(context: Context, params: TaskParams) -> None:
    """Refuse a tasks request of a client that does not declare the extension, or whose header names another task."""
    if not offered(context):
        data: dict[str, Any] = {"requiredCapabilities": {"extensions": {TASKS: {}}}}
        raise MCPError(_MISSING_CAPABILITY, "Declare the tasks extension to use tasks.", data)
    named = context.request.headers.get("mcp-name") if context.request is not None else None
    if named is None or decode_header_value(named) != params.task_id:
        raise MCPError(_HEADER_MISMATCH, "Mcp-Name must be the taskId.")


async def get(runtime: Runtime, actor: Actor, task_id: str) -> dict[str, Any]:
    """The state of a task, with its result once it has ended, or with what it asks meanwhile."""
    run, answer = await _look(runtime, actor, task_id)
    told = of_run(run)
    if isinstance(answer, Asks):
        told |= {"status": "input_required", "inputRequests": {answer.question_id: _dumped(sdk.form_of(answer))}}
    if told["status"] == "completed":
        told["result"] = _dumped(sdk.write(answer, is_modern=True))
    return told | {"resultType": "complete"}


async def update(runtime: Runtime, actor: Actor, params: TaskParams) -> None:
    """What the caller answers to a question of the run behind the task. What it does not ask is let go by."""
    answer = (await _look(runtime, actor, params.task_id))[1]
    for question_id, said in (params.input_responses or {}).items():
        if isinstance(answer, Asks) and question_id == answer.question_id:
            await call.reply(runtime, actor, question_id, sdk.reply_of(said))


async def cancel(runtime: Runtime, actor: Actor, task_id: str) -> None:
    await _look(runtime, actor, task_id)
    await call.cancel(runtime, actor, task_id)


async def _look(runtime: Runtime, actor: Actor, task_id: str) -> tuple[Run, Answer]:
    try:
        return await call.look(runtime, actor, task_id)
    except NotFoundError:
        raise MCPError(types.INVALID_PARAMS, f"Unknown task: {task_id}") from None


def _dumped(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(by_alias=True, mode="json", exclude_none=True)


def of_run(run: Run) -> dict[str, Any]:
    """A run as a task. A failure of the tool is a completed task whose result says so."""
    status = "working"
    if run.status == RunStatus.FINISHED:
        status = "cancelled" if run.outcome == "cancelled" else "completed"
    updated = run.finished_at or run.created_at
    message = (run.progress or {}).get("message")
    told: dict[str, Any] = {
        "taskId": run.id,
        "status": status,
        "createdAt": run.created_at.isoformat(),
        "lastUpdatedAt": updated.isoformat(),
        "ttlMs": None,
        "pollIntervalMs": _POLL_MS,
    }
    return told | ({"statusMessage": message} if message else {})
