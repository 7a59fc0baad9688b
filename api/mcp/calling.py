"""Calling a live tool, and turning what goes wrong into something an agent can act on."""

from typing import Any

import mcp_types as types

from api.mcp import questions, results
from api.mcp.surface import Request
from api.mcp.wire import DEPRECATION
from tenants import catalog, runs
from tenants.errors import TenantsError
from tenants.models import Run


async def call_live(request: Request, name: str, arguments: object) -> types.CallToolResult:
    """Run a live tool and wait for it. Cancelling this cancels the run."""
    run = await _run(request, name, arguments)
    return _noticed(request, name, results.of_run(run, objects_only=request.objects_only))


async def call_asking(request: Request, name: str, arguments: object) -> questions.Answer:
    """The same, or come back with what the run asks its caller."""
    answer = await questions.answer_of(request, await _run(request, name, arguments))
    return _noticed(request, name, answer) if isinstance(answer, types.CallToolResult) else answer


async def _run(request: Request, name: str, arguments: object) -> Run:
    return await runs.call(
        request.runtime,
        request.actor,
        name,
        arguments,
        idempotency_key=request.idempotency_key,
        channel="mcp",
        on_progress=request.on_progress,
    )


def _noticed(request: Request, name: str, result: types.CallToolResult) -> types.CallToolResult:
    tool = catalog.known(request.runtime.database, request.actor.tenant_id, name)
    if tool is not None and tool.deprecation is not None:
        result.meta = {**(result.meta or {}), DEPRECATION: tool.deprecation}
    return result


def refusal(error: TenantsError) -> dict[str, Any]:
    """An error of the business as a fault."""
    fault = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": error.details or None,
        "done": "This call did nothing.",
    }
    return {key: value for key, value in fault.items() if value is not None}
