"""Calling a live tool, and turning what goes wrong into something an agent can act on."""

from typing import Any

import mcp_types as types

from api.mcp import questions, results
from api.mcp.surface import Request
from api.mcp.wire import DEPRECATION
from tenants.base.errors import TenantsError
from tenants.catalog import catalog
from tenants.models import Run
from tenants.runs import runs


async def call_live(request: Request, name: str, arguments: object) -> types.CallToolResult:
    """Run a live tool and wait for it. Cancelling this cancels the run."""
    run = await run_live(request, name, arguments)
    return _noticed(request, name, results.of_run(run, objects_only=request.objects_only))


async def call_asking(request: Request, name: str, arguments: object) -> questions.Answer:
    """The same, or come back with what the run asks its caller."""
    return await answer_of(request, name, await run_live(request, name, arguments))


async def answer_of(request: Request, name: str, run: Run) -> questions.Answer:
    """What `call_asking` makes of the run of a call."""
    answer = await questions.answer_of(request, run)
    return _noticed(request, name, answer) if isinstance(answer, types.CallToolResult) else answer


async def run_live(request: Request, name: str, arguments: object) -> Run:
    """Run a live tool and wait for it; give the record of it as it is."""
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
    notice = deprecation(request, name)
    if notice is not None:
        result.meta = {**(result.meta or {}), DEPRECATION: notice}
    return result


def deprecation(request: Request, name: str) -> dict[str, Any] | None:
    """What callers of a tool are to be told of its end, if it has one."""
    tool = catalog.known(request.runtime.database, request.actor.tenant_id, name)
    return None if tool is None else tool.deprecation


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
