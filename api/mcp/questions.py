"""A run's question to the person at the client that called it: the call comes back as `input_required`, and goes on.

Only what a tool asks of its `caller` is asked here. What it asks of an approver or owner is theirs to answer, in the
dashboard: an agent's token stands between us and the person, and no agent approves.

The state that the client sends back is the run's id and nothing else. It is not signed, because nothing is believed of
it: whoever comes back must be the principal that started the run, with the same tool and arguments.
"""

import asyncio
import json

import mcp_types as types
from mcp.shared.exceptions import MCPError

from api.mcp import results
from api.mcp.surface import Request
from tenants.base import canonical
from tenants.base.db import now
from tenants.base.errors import NotFoundError
from tenants.base.events import Subscription
from tenants.models import Question, Run
from tenants.rights.access import Actor
from tenants.runs import runs, suspensions
from tenants.runtime import Runtime

_LOOK_EVERY_S = 0.5
_DETAILS_CHARACTERS = 4_000
_FORM: types.ElicitRequestedSchema = {
    "type": "object",
    "properties": {
        "approved": {"type": "boolean", "title": "Yes", "description": "Whether it should go on."},
        "comment": {"type": "string", "title": "Comment", "description": "What the tool should know."},
    },
    "required": ["approved"],
}

Answer = types.CallToolResult | types.InputRequiredResult


def may_ask(capabilities: types.ClientCapabilities | None) -> bool:
    """Whether the client says that it can put a form before a person. No mode at all means forms, as it was before."""
    able = capabilities.elicitation if capabilities is not None else None
    return able is not None and (able.form is not None or able.url is None)


async def answer_of(request: Request, run: Run) -> Answer:
    """Turn a run into the answer of its call: its result, or what it asks its caller."""
    question = await _open_question(request, run) if request.may_ask else None
    if question is None:
        return results.of_run(run, objects_only=request.objects_only)
    return types.InputRequiredResult(input_requests={question.id: as_request(question)}, request_state=run.id)


async def go_on(request: Request, name: str, state: str, responses: types.InputResponses) -> Answer:
    """Hand the caller's answers to the run that asked, and wait for it. Cancelling this cancels the run."""
    run = await _own_run(request, name, state)
    question = await _open_question(request, run)
    if strays := responses.keys() - {question.id if question else None}:
        raise MCPError(types.INVALID_PARAMS, f"This run does not ask {sorted(strays)}, or not any more.")
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        for question_id, response in responses.items():
            await answer(request.runtime, request.actor, question_id, response)
        try:
            run = await _settled(request, run, events)
        except asyncio.CancelledError:
            await asyncio.shield(runs.cancel(request.runtime, request.actor, run.id))
            raise
    return await answer_of(request, run)


async def answer(runtime: Runtime, actor: Actor, question_id: str, response: object) -> None:
    """Record one answer. A form that was put away says nothing: the question stays open."""
    said = response if isinstance(response, types.ElicitResult) else types.ElicitResult.model_validate(response)
    if said.action == "cancel":
        return
    content = said.content or {}
    approved = said.action == "accept" and content.get("approved") is True
    async with runtime.database.unit(actor.tenant_id) as session:
        comment = str(content.get("comment") or "")
        await suspensions.answer(session, actor, question_id, approved=approved, comment=comment)


def as_request(question: Question) -> types.ElicitRequest:
    message = question.question
    if question.details is not None:
        details = json.dumps(json.loads(question.details), ensure_ascii=False, indent=1)
        message = f"{message}\n\n{details[:_DETAILS_CHARACTERS]}"
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=_FORM))


async def _own_run(request: Request, name: str, state: str) -> Run:
    try:
        run = await _read(request, state)
    except NotFoundError:
        run = None
    arguments = canonical.digest(request.arguments)
    if run is None or (run.principal, run.tool_name, run.arguments_hash) != (request.actor.id, name, arguments):
        raise MCPError(types.INVALID_PARAMS, "requestState does not belong to this call.")
    return run


async def _settled(request: Request, run: Run, events: Subscription) -> Run:
    """Wait until the run has ended, or waits for something else."""
    while True:
        run = await _read(request, run.id)
        going_on = run.status == "suspended" and run.lease_until is not None and run.lease_until <= now()
        if run.status == "finished" or (run.status == "suspended" and not going_on):
            return run
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                while (await anext(events)).data.get("run") != run.id:
                    pass
        except TimeoutError:
            pass


async def _read(request: Request, run_id: str) -> Run:
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        return await runs.read(session, request.actor, run_id)


async def _open_question(request: Request, run: Run) -> Question | None:
    if run.status != "suspended":
        return None
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        return await suspensions.asked_of_caller(session, run.id)
