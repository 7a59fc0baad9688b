"""The one door to the runs of tenants: a Request in, one of five answers out.

Whoever serves a protocol stands before it as a codec. An exception that leaves it is a fault of ours.

Only what a tool asks of its `caller` is asked here. What it asks of an approver or owner is theirs to answer, in the
dashboard: an agent's token stands between us and the person, and no agent approves.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from api.mcp import conventions, faults
from api.mcp.messages import Answer, Asks, GoesOn, Refused, Reply, Request, Resumption, Returned, Unknown
from api.mcp.tools import BUILTINS
from api.mcp.tools.builtin import Builtin, Page
from sandbox import jsontext
from tenants.base import canonical
from tenants.base.db import now
from tenants.base.errors import NotFoundError, TenantsError
from tenants.base.events import Event, Subscription
from tenants.catalog import catalog, names
from tenants.models import Question, Run, RunStatus
from tenants.rights.access import Actor
from tenants.runs import runs, suspensions
from tenants.runtime import Runtime

_LOOK_EVERY_S = 0.5
_DETAILS_CHARACTERS = 4_000


async def call(request: Request) -> Answer:
    """Call one of our own tools, or a live one. Cancelling this cancels the run."""
    builtin = BUILTINS.get(request.name)
    answer = await _answered(builtin, request)
    conventions.tell(answer)
    if builtin is None and isinstance(answer, Refused | GoesOn):
        return replace(answer, is_promised=await _is_promised(request))
    return answer


async def _answered(builtin: Builtin | None, request: Request) -> Answer:
    try:
        return await (_live(request) if builtin is None else _own(builtin, request))
    except NotFoundError as error:
        return Refused(faults.of_error(error)) if builtin else _unknown(request.name, error.hint)
    except TenantsError as error:
        return Refused(faults.of_error(error))


async def look(runtime: Runtime, actor: Actor, run_id: str) -> tuple[Run, Answer]:
    """A run, and what a call of it would be answered now. Raises NotFoundError."""
    run = await _read(runtime, actor, run_id)
    return run, await _answer(runtime, run, can_ask=run.principal == actor.id)


async def reply(runtime: Runtime, actor: Actor, question_id: str, said: Reply | None) -> None:
    """Record what somebody says to a question. A form that was put away says nothing: the question stays open."""
    if said is not None:
        async with runtime.database.unit(actor.tenant_id) as session:
            await suspensions.answer(session, actor, question_id, approved=said.approved, comment=said.comment)


async def cancel(runtime: Runtime, actor: Actor, run_id: str) -> None:
    """Stop a run; nothing happens to one that has ended."""
    await runs.cancel(runtime, actor, run_id)


async def _is_promised(request: Request) -> bool:
    """Whether clients are told what the results of this tool look like."""
    try:
        live = await catalog.live(request.runtime.database, request.actor.tenant_id)
    except NotFoundError:
        return False
    tool = live.tools.get(request.name)
    return tool is None or tool.output_schema is not None


async def _own(builtin: Builtin, request: Request) -> Answer:
    request.actor.require(builtin.permission)
    request = replace(request, arguments=builtin.plain(request.arguments))
    builtin.demand(request.arguments)
    told = await builtin.run(request)
    if isinstance(told, Request):
        return await _live(told)
    if isinstance(told, Page):
        return Returned("null", words=told.text)
    data = jsontext.write(told.data).decode()
    return Returned(data, words=told.says if request.reads_data else data)


async def _live(request: Request) -> Answer:
    if request.resumes is not None:
        return await _resumed(request, request.resumes)
    if request.patience_s is not None:
        return await _started(request, request.patience_s)
    called = await runs.call(
        request.runtime,
        request.actor,
        request.name,
        request.arguments,
        idempotency_key=request.idempotency_key,
        channel="mcp",
        on_progress=request.on_progress,
        sent_as=request.sent_as,
    )
    run = await _found(request, called.run) if called.is_found else called.run
    return await _answer(request.runtime, run, called.deprecation, can_ask=request.can_ask)


async def _found(request: Request, run: Run) -> Run:
    """The run that this request began when it was sent before, to another process: when it has ended, or waits."""
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        async with _cancelling(request, run):
            return await _followed(request, run.id, events, until=_has_stopped)


async def _started(request: Request, patience_s: float) -> Answer:
    """Start a run and wait a little."""
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        called = await runs.start(
            request.runtime,
            request.actor,
            request.name,
            request.arguments,
            idempotency_key=request.idempotency_key,
            channel="mcp",
        )
        notice = called.deprecation
        try:
            async with _cancelling(request, called.run), asyncio.timeout(patience_s):
                run = await _followed(request, called.run.id, events, until=_has_ended)
        except TimeoutError:
            return GoesOn(called.run, notice)
    return await _answer(request.runtime, run, notice)


async def _resumed(request: Request, resumption: Resumption) -> Answer:
    """Hand the caller's replies to the run that asked, and wait for it.

    The run's id is all that a client sends back of it. It is not signed, because nothing is believed of it: whoever
    comes back must be the principal that started the run, with the same tool and arguments.
    """
    run = await _own_run(request, resumption.run_id)
    if run is None:
        return Unknown("requestState does not belong to this call.")
    question = await _question(request.runtime, run)
    if strays := resumption.replies.keys() - {question.id if question else None}:
        return Unknown(f"This run does not ask {sorted(strays)}, or not any more.")
    with request.runtime.events.subscribe(request.actor.tenant_id) as events:
        for question_id, said in resumption.replies.items():
            await reply(request.runtime, request.actor, question_id, said)
        async with _cancelling(request, run):
            run = await _followed(request, run.id, events, until=_has_stopped)
    return await _answer(request.runtime, run, can_ask=request.can_ask)


async def _own_run(request: Request, run_id: str) -> Run | None:
    try:
        run = await _read(request.runtime, request.actor, run_id)
    except NotFoundError:
        return None
    called = (run.principal, run.tool_name, run.arguments_hash)
    return run if called == (request.actor.id, request.name, canonical.digest(request.arguments)) else None


@asynccontextmanager
async def _cancelling(request: Request, run: Run) -> AsyncGenerator[None]:
    """Stop the run when whoever waits for it inside the block is cancelled."""
    try:
        yield
    except asyncio.CancelledError:
        await asyncio.shield(runs.cancel(request.runtime, request.actor, run.id))
        raise


async def _followed(request: Request, run_id: str, events: Subscription, until: Callable[[Run], bool]) -> Run:
    """Wait until the run is as far."""
    while not until(run := await _read(request.runtime, request.actor, run_id)):
        await events.until(lambda event: _is_news(request, run_id, event), _LOOK_EVERY_S)
    return run


def _has_ended(run: Run) -> bool:
    return run.status == RunStatus.FINISHED


def _has_stopped(run: Run) -> bool:
    """Whether the run has ended, or waits for something else than a carrier."""
    is_roused = run.lease_until is not None and run.lease_until <= now()
    return run.status == RunStatus.FINISHED or (run.status == RunStatus.SUSPENDED and not is_roused)


def _is_news(request: Request, run_id: str, event: Event) -> bool:
    """Whether the run may have moved. That it gets on is told, and changes nothing."""
    if event.data.get("run") != run_id:
        return False
    progress = event.data.get("progress")
    if progress and request.on_progress:
        request.on_progress(progress["done"], progress["total"], progress["message"])
    return not progress


async def _answer(runtime: Runtime, run: Run, notice: dict[str, Any] | None = None, *, can_ask: bool = False) -> Answer:
    if run.status != RunStatus.FINISHED:
        question = await _question(runtime, run) if can_ask else None
        return GoesOn(run, notice) if question is None else Asks(run.id, question.id, _message(question))
    if run.outcome != "returned":
        return Refused(faults.of_run(run), run.id, notice)
    return Returned(run.result or "null", run.id, notice)


def _message(question: Question) -> str:
    if question.details is None:
        return question.question
    details = json.dumps(json.loads(question.details), ensure_ascii=False, indent=1)
    return f"{question.question}\n\n{details[:_DETAILS_CHARACTERS]}"


async def _question(runtime: Runtime, run: Run) -> Question | None:
    """What the run asks its caller now."""
    if run.status != RunStatus.SUSPENDED:
        return None
    async with runtime.database.reading(run.tenant_id) as session:
        return await suspensions.asked_of_caller(session, run.id)


async def _read(runtime: Runtime, actor: Actor, run_id: str) -> Run:
    async with runtime.database.reading(actor.tenant_id) as session:
        return await runs.read(session, actor, run_id)


def _unknown(name: str, hint: str | None) -> Unknown:
    if own := names.near(name, BUILTINS, most=1, cutoff=0.8):
        hint = f"Did you mean {own[0]}?"
    if "approve" in name:
        hint = "No agent can approve a tool: a person with the role approver or owner does, in the dashboard."
    data = {"name": name, "hint": hint or "Call search_tools to see what there is."}
    return Unknown(f"Unknown tool: {name}. {data['hint']}", data)
