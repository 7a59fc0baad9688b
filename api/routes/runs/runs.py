"""Runs: calling a tool, and what came of it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import AwareDatetime

from api.auth.deps import VERSION_MAX, CurrentActor, CurrentPaging, CurrentRuntime, Reading
from api.auth.quotas import Quotas
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.runs import OutcomeName, RunDetail, RunIn, RunListed, RunOut, StatusName
from tenants.catalog import past_runs
from tenants.catalog.past_runs import Wanted
from tenants.models import RunStatus
from tenants.runs import runs

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["runs"], responses=RESPONSES)


async def admitted(request: Request, actor: CurrentActor, runtime: CurrentRuntime) -> AsyncGenerator[None]:
    """Hold a place among the runs that the tenant's policy allows at once: the MCP endpoint counts the same ones."""
    quotas: Quotas = request.app.state.quotas
    with quotas.admitted(actor, await quotas.allowance(runtime.database, actor.tenant_id)):
        yield


@router.post(
    "/tools/{name}/runs",
    responses={202: {"model": RunOut}},
    dependencies=[Depends(admitted, scope="function")],
)
async def call_tool(
    name: str,
    body: RunIn,
    request: Request,
    response: Response,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="Same key and arguments: the same run.")
    ] = None,
    prefer: Annotated[str | None, Header(description="`respond-async` answers 202 at once.")] = None,
) -> RunDetail:
    """Call a live tool. The answer is the run's record, whatever its outcome; a run exists even when it was refused."""
    if prefer and "respond-async" in prefer.lower():
        called = await runs.start(runtime, actor, name, body.arguments, idempotency_key=idempotency_key)
        response.status_code = 202
        response.headers["Preference-Applied"] = "respond-async"
    else:
        called = await runs.call(runtime, actor, name, body.arguments, idempotency_key=idempotency_key)
        if called.run.status != RunStatus.FINISHED:  # it waits for a person or a time, or goes on in another process
            response.status_code = 202
    response.headers.update(_notices(called.deprecation))
    response.headers["Location"] = str(request.url_for("read_run", tenant=actor.tenant_slug, run_id=called.run.id).path)
    return RunDetail.of(called.run)


def _notices(deprecation: dict[str, Any] | None) -> dict[str, str]:
    """That the tool is to go: the Deprecation header of RFC 9745 and the Sunset header of RFC 8594."""
    if deprecation is None:
        return {}
    since, end = (_moment(deprecation[part]) for part in ("since", "ends_at"))
    sunset = {"Sunset": format_datetime(end.astimezone(UTC), usegmt=True)} if end else {}
    return {"Deprecation": f"@{int(since.timestamp())}" if since else "@0", **sunset}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _wanted(
    tool: str | None = None,
    tool_part: Annotated[str | None, Query(description="A part of the tool's name.")] = None,
    version: Annotated[int | None, Query(ge=1, le=VERSION_MAX)] = None,
    caller: Annotated[str | None, Query(description="A part of the caller's name.")] = None,
    status: Annotated[StatusName | None, Query()] = None,
    outcome: Annotated[OutcomeName | None, Query()] = None,
    code: Annotated[str | None, Query(description="The code of the error.")] = None,
    parent: Annotated[str | None, Query(description="A run: those that it called.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="That began then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="That began before.")] = None,
) -> Wanted:
    return Wanted(tool, tool_part, version, caller, status, outcome, code, parent, since, until)


@router.get("/runs")
async def list_runs(
    actor: CurrentActor,
    session: Reading,
    page: CurrentPaging,
    wanted: Annotated[Wanted, Depends(_wanted)],
    q: Annotated[
        str | None,
        Query(
            max_length=500,
            description="Words in arguments, result, error, log or id. The newest 2,000 runs of what else is asked are "
            "read for one page, which may be short or empty and have a `next_cursor` all the same.",
        ),
    ] = None,
) -> PageOut[RunListed]:
    found = await past_runs.matching(session, actor, wanted, q, page.cursor, page.limit)
    return PageOut(items=[RunListed.of(run) for run in found.items], next_cursor=found.next_cursor)


@router.get("/runs/{run_id}")
async def read_run(run_id: str, actor: CurrentActor, session: Reading) -> RunDetail:
    return RunDetail.of(await runs.read(session, actor, run_id))


@router.post("/runs/{run_id}/cancel")
async def cancel_run(run_id: str, actor: CurrentActor, runtime: CurrentRuntime) -> RunDetail:
    """Stop a run. The instance is killed, also inside a host call; what it had done stays recorded."""
    return RunDetail.of(await runs.cancel(runtime, actor, run_id))
