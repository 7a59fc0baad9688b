"""Schedules: tools called by the clock."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.schedules import ScheduleChange, ScheduleIn, ScheduleOut
from tenants.runs import schedules
from tenants.runs.schedules import Timing

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["schedules"], responses=RESPONSES)


@router.post("/schedules", status_code=201)
async def create_schedule(body: ScheduleIn, actor: CurrentActor, unit: Unit) -> ScheduleOut:
    """Have a live tool called at set times, on behalf of whoever asks."""
    timing = Timing(body.cron, body.zone, body.missed)
    return ScheduleOut.of(await schedules.create(unit, actor, body.tool, body.arguments, timing))


@router.get("/schedules")
async def list_schedules(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[ScheduleOut]:
    found = await schedules.list_schedules(session, actor, page.cursor, page.limit)
    return PageOut(items=[ScheduleOut.of(schedule) for schedule in found.items], next_cursor=found.next_cursor)


@router.patch("/schedules/{schedule_id}")
async def pause_schedule(schedule_id: str, body: ScheduleChange, actor: CurrentActor, unit: Unit) -> ScheduleOut:
    return ScheduleOut.of(await schedules.pause(unit, actor, schedule_id, paused=body.paused))


@router.delete("/schedules/{schedule_id}", status_code=204)
async def remove_schedule(schedule_id: str, actor: CurrentActor, unit: Unit) -> None:
    await schedules.remove(unit, actor, schedule_id)
