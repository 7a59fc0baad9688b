"""Schedules: tools called by the clock."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth.deps import CurrentActor, CurrentPaging, Reading, Unit
from api.problems import RESPONSES
from api.schemas.people import Strict
from api.schemas.tools import CallerOut, PageOut
from tenants.runs import schedules
from tenants.runs.schedules import Timing

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["schedules"], responses=RESPONSES)


class ScheduleIn(Strict):
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])
    cron: str = Field(max_length=100, examples=["0 9 * * 1-5"], description="minute hour day month weekday")
    zone: str = Field("UTC", max_length=60, examples=["Europe/Paris"])
    missed: Literal["skip", "once"] = Field("skip", description="What to do about times at which nothing was running.")


class ScheduleChange(Strict):
    paused: bool


class ScheduleOut(BaseModel):
    id: str
    tool: str
    arguments: dict[str, Any]
    cron: str
    zone: str
    missed: Literal["skip", "once"]
    paused: bool
    next_at: datetime | None
    last_at: datetime | None
    last_run: str | None
    last_error: str | None
    created_by: CallerOut
    created_at: datetime


@router.post("/schedules", status_code=201)
async def create_schedule(body: ScheduleIn, actor: CurrentActor, unit: Unit) -> ScheduleOut:
    """Have a live tool called at set times, on behalf of whoever asks."""
    timing = Timing(body.cron, body.zone, body.missed)
    return _out(await schedules.create(unit, actor, body.tool, body.arguments, timing))


@router.get("/schedules")
async def list_schedules(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[ScheduleOut]:
    found = await schedules.list_all(session, actor, page.cursor, page.limit)
    return PageOut(items=[_out(schedule) for schedule in found.items], next_cursor=found.next_cursor)


@router.patch("/schedules/{schedule_id}")
async def pause_schedule(schedule_id: str, body: ScheduleChange, actor: CurrentActor, unit: Unit) -> ScheduleOut:
    return _out(await schedules.pause(unit, actor, schedule_id, paused=body.paused))


@router.delete("/schedules/{schedule_id}", status_code=204)
async def remove_schedule(schedule_id: str, actor: CurrentActor, unit: Unit) -> None:
    await schedules.remove(unit, actor, schedule_id)


def _out(schedule: schedules.Schedule) -> ScheduleOut:
    return ScheduleOut.model_validate(schedules.as_json(schedule))
