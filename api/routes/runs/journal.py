"""What runs did and what they wait for: journals, replay, questions, effects that a person must settle."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.auth.deps import CurrentActor, CurrentPaging, CurrentRuntime, Number, Reading, Unit
from api.problems import RESPONSES
from api.routes.runs.runs import admitted
from api.schemas.pages import PageOut
from api.schemas.runs import (
    AnswerIn,
    ComparisonOut,
    EntryOut,
    QuestionOut,
    ReplayOut,
    SettleAllIn,
    SettleIn,
    UnsettledOut,
)
from tenants.capabilities import ledger
from tenants.catalog import catalog
from tenants.proving import history
from tenants.rights.access import Permission
from tenants.rules import audit
from tenants.runs import replays, suspensions
from tenants.tools import versions

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["runs"], responses=RESPONSES)


@router.get("/runs/{run_id}/journal")
async def read_journal(
    run_id: str,
    actor: CurrentActor,
    session: Reading,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=replays.LIMIT_MAX)] = 200,
) -> PageOut[EntryOut]:
    """Every call the run made, oldest first, with its reply."""
    found = await replays.journal(session, actor, run_id, cursor, limit)
    return PageOut(items=[EntryOut.model_validate(entry) for entry in found.items], next_cursor=found.next_cursor)


@router.post("/runs/{run_id}/replay", dependencies=[Depends(admitted, scope="function")])
async def replay(run_id: str, actor: CurrentActor, runtime: CurrentRuntime) -> ReplayOut:
    """Execute the run again from its journal, with no effect on the world."""
    return ReplayOut.of_replay(await replays.replay(runtime, actor, run_id))


@router.post("/tools/{name}/versions/{number}/history", dependencies=[Depends(admitted, scope="function")])
async def compare_with_history(
    name: str,
    number: Number,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    runs: Annotated[int, Query(ge=1, le=history.RUNS_MAX)] = history.RUNS_DEFAULT,
) -> PageOut[ComparisonOut]:
    """Run a version against the journals of the tool's last runs: what would have come out, or been done, otherwise."""
    actor.require(Permission.RUNS_READ)
    async with runtime.database.reading(actor.tenant_id) as session:
        version = await versions.read(session, actor, name, number)
        candidate = await catalog.of_version(session, version.id)
        component = await catalog.read_component(session, version.id)
    found = await history.compare(runtime, actor.tenant_id, candidate, component, runs)
    said = await runtime.prover.tell_pasts(actor.tenant_id, [one.order() for one in found])
    items = [ComparisonOut.of(one, said=told) for one, told in zip(found, said, strict=True)]
    return PageOut(items=items, next_cursor=None)


@router.get("/questions")
async def list_questions(
    actor: CurrentActor,
    session: Reading,
    page: CurrentPaging,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> PageOut[QuestionOut]:
    """What suspended runs ask people."""
    found = await suspensions.questions(session, actor, is_open=is_open, cursor=page.cursor, limit=page.limit)
    return PageOut(items=[QuestionOut.of(question) for question in found.items], next_cursor=found.next_cursor)


@router.post("/questions/{question_id}/answer")
async def answer_question(question_id: str, body: AnswerIn, actor: CurrentActor, unit: Unit) -> QuestionOut:
    """Answer; the run goes on by itself."""
    question = await suspensions.answer(unit, actor, question_id, approved=body.approved, comment=body.comment)
    return QuestionOut.of(question)


@router.get("/ledger/unsettled")
async def list_unsettled(actor: CurrentActor, session: Reading) -> PageOut[UnsettledOut]:
    """Effects that nobody knows the end of: their run is over, and neither did nor released them."""
    actor.require(Permission.RUNS_READ)
    return PageOut(items=[UnsettledOut.of(one) for one in await ledger.unsettled(session)], next_cursor=None)


@router.post("/ledger/settle", status_code=204)
async def settle_effect(body: SettleIn, actor: CurrentActor, unit: Unit) -> None:
    """A person's word on an effect that nobody knows the end of."""
    actor.require(Permission.DATA_WRITE)
    await ledger.settle(unit, body.key, happened=body.happened)
    await audit.record(unit, actor, "effect.settled", body.key[:200], happened=body.happened)


@router.post("/ledger/settle-all", status_code=204)
async def settle_effects(body: SettleAllIn, actor: CurrentActor, unit: Unit) -> None:
    """A person's word on several of them: all are settled, or none."""
    actor.require(Permission.DATA_WRITE)
    keys = list(dict.fromkeys(body.keys))
    await ledger.settle_all(unit, keys, happened=body.happened)
    for key in keys:
        await audit.record(unit, actor, "effect.settled", key[:200], happened=body.happened)
