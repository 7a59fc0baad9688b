"""The tasks extension: a run that takes longer than a few seconds goes on behind the call that started it.

A task is a run. Only clients that declare the extension get one; for the others the call lasts as long as the run.
"""

import asyncio
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import decode_header_value

from api.mcp import questions, results
from api.mcp.surface import Request
from tenants.base.db import Database
from tenants.base.errors import NotFoundError
from tenants.base.events import Subscription
from tenants.models import Run
from tenants.rights.access import Actor
from tenants.runs import runs, suspensions

EXTENSION = "io.modelcontextprotocol/tasks"
# A call is answered directly when its run has ended within this time.
PATIENCE_S = 3.0
_POLL_MS = 1_000
_LOOK_EVERY_S = 0.5
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
    return capabilities is not None and EXTENSION in (capabilities.extensions or {})


def demand(context: Context, params: TaskParams) -> None:
    """Refuse a tasks request of a client that does not declare the extension, or whose header names another task."""
    if not offered(context):
        data: dict[str, Any] = {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
        raise MCPError(_MISSING_CAPABILITY, "Declare the tasks extension to use tasks.", data)
    named = context.request.headers.get("mcp-name") if context.request is not None else None
    if named is None or decode_header_value(named) != params.task_id:
        raise MCPError(_HEADER_MISMATCH, "Mcp-Name must be the taskId.")


async def call(request: Request, name: str, arguments: object) -> types.CallToolResult | dict[str, Any]:
    """Start a run and wait a little: its result, or a task. Cancelling this cancels the run."""
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        run = await runs.start(
            request.runtime,
            request.actor,
            name,
            arguments,
            idempotency_key=request.idempotency_key,
            channel="mcp",
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                run = await _ended(request, run, events)
        except TimeoutError:
            return of_run(run) | {"resultType": "task"}
        except asyncio.CancelledError:
            await asyncio.shield(runs.cancel(request.runtime, request.actor, run.id))
            raise
    return results.of_run(run, objects_only=request.objects_only)


async def _ended(request: Request, run: Run, events: Subscription) -> Run:
    while run.status != "finished":
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                while (event := await anext(events)).data.get("run") != run.id or event.kind != "run.finished":
                    progress = event.data.get("progress")
                    if event.data.get("run") == run.id and progress and request.on_progress:
                        request.on_progress(progress["done"], progress["total"], progress["message"])
        except TimeoutError:
            pass
        run = await _read(request.runtime.database, request.actor, run.id)
    return run


async def _read(database: Database, actor: Actor, run_id: str) -> Run:
    try:
        async with database.reading(actor.tenant_id) as session:
            return await runs.read(session, actor, run_id)
    except NotFoundError:
        raise MCPError(types.INVALID_PARAMS, f"Unknown task: {run_id}") from None


async def get(database: Database, actor: Actor, task_id: str) -> dict[str, Any]:
    """The state of a task, with its result once it has ended, or with what it asks meanwhile."""
    run = await _read(database, actor, task_id)
    told = of_run(run)
    if run.status == "suspended" and run.principal == actor.id:
        async with database.reading(actor.tenant_id) as session:
            question = await suspensions.asked_of_caller(session, run.id)
        if question is not None:
            asked = questions.as_request(question).model_dump(by_alias=True, mode="json", exclude_none=True)
            told |= {"status": "input_required", "inputRequests": {question.id: asked}}
    if told["status"] == "completed":
        result = results.of_run(run, objects_only=False)
        told["result"] = result.model_dump(by_alias=True, mode="json", exclude_none=True)
    return told | {"resultType": "complete"}


def of_run(run: Run) -> dict[str, Any]:
    """A run as a task. A failure of the tool is a completed task whose result says so."""
    status = "working"
    if run.status == "finished":
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
