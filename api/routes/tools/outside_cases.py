"""Cases by somebody who wrote no version of the tool."""

from typing import Any

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime, Reading, Unit
from api.problems import RESPONSES
from api.schemas.tools import OutsideCasesIn, OutsideCasesOut, PromiseOut
from tenants.proving import outside_cases

router = APIRouter(prefix="/api/v1/tenants/{tenant}/tools/{name}", tags=["tools"], responses=RESPONSES)


@router.get("/promise")
async def read_promise(name: str, actor: CurrentActor, session: Reading) -> PromiseOut:
    """What the tool promises, for who is to write cases from that alone: no source, no examples, no hold-outs."""
    return PromiseOut.model_validate(await outside_cases.read_promise(session, actor, name))


@router.get("/outside-cases")
async def list_outside_cases(name: str, actor: CurrentActor, session: Reading) -> list[OutsideCasesOut]:
    """Who has written how many. What they say is shown to who wrote them, and to approvers who wrote no source."""
    return [OutsideCasesOut.model_validate(one) for one in await outside_cases.list_all(session, actor, name)]


@router.post("/outside-cases", status_code=201)
async def add_outside_cases(
    name: str, body: OutsideCasesIn, actor: CurrentActor, runtime: CurrentRuntime
) -> dict[str, Any]:
    """Add hold-outs, stories and invariants. A version that waits for approval is examined anew with them.

    Refused to whoever wrote the source of any version, and to the person behind.
    """
    row = await outside_cases.propose(runtime, actor, name, body.model_dump(exclude_defaults=True))
    return {"id": row.id}


@router.delete("/outside-cases/{cases_id}", status_code=204)
async def remove_outside_cases(name: str, cases_id: str, actor: CurrentActor, unit: Unit) -> None:
    """Take them away: whoever wrote them, or an approver who wrote no source of the tool."""
    await outside_cases.take_away(unit, actor, name, cases_id)
