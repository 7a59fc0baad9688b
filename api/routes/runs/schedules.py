"""Schedules: tools called by the clock."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.deps import CurrentActor, CurrentPaging, CurrentRuntime, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.schedules import ScheduleChange, ScheduleIn, ScheduleOut, SchedulePreview
from tenants.base.db import now
from tenants.models import Schedule
from tenants.rights.access import Permission
from tenants.runs import schedules
from tenants.runs.schedules import Timing

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["schedules"], responses=RESPONSES)
_PREVIEWED = 3
Cron = Annotated[str, Query(max_length=100)]
Zone = Annotated[str, Query(max_length=60)]


@router.post("/schedules", status_code=201)
async def create_schedule(body: ScheduleIn, actor: CurrentActor, runtime: CurrentRuntime) -> ScheduleOut:
    """Have a live tool called at set times, on behalf of whoever asks. Its arguments are checked as a call's are."""
    await schedules.demand_fit(runtime, actor, body.tool, body.arguments)
    timing = Timing(body.cron, body.zone, body.missed)
    async with runtime.database.unit(actor.tenant_id) as session:
        return await _told(session, await schedules.create(session, actor, body.tool, body.arguments, timing))


@router.get("/schedules/preview")
async def preview_schedule(actor: CurrentActor, cron: Cron, zone: Zone = "UTC") -> SchedulePreview:
    """What a cron expression means, in words, and the next times that it names."""
    actor.require(Permission.TOOLS_READ)
    timing, moments = Timing(cron, zone), [now()]
    for _ in range(_PREVIEWED):
        moments.append(timing.after(moments[-1]))
    return SchedulePreview(words=schedules.words(cron), times=moments[1:])


@router.get("/schedules")
async def list_schedules(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[ScheduleOut]:
    found = await schedules.list_schedules(session, actor, page.cursor, page.limit)
    return PageOut(items=await _all_told(session, found.items), next_cursor=found.next_cursor)


@router.patch("/schedules/{schedule_id}")
async def pause_schedule(schedule_id: str, body: ScheduleChange, actor: CurrentActor, unit: Unit) -> ScheduleOut:
    return await _told(unit, await schedules.pause(unit, actor, schedule_id, paused=body.paused))


@router.delete("/schedules/{schedule_id}", status_code=204)
async def remove_schedule(schedule_id: str, actor: CurrentActor, unit: Unit) -> None:
    await schedules.remove(unit, actor, schedule_id)


async def _told(session: AsyncSession, schedule: Schedule) -> ScheduleOut:
    return (await _all_told(session, [schedule]))[0]


async def _all_told(session: AsyncSession, found: Sequence[Schedule]) -> list[ScheduleOut]:
    ended = await schedules.outcomes(session, found)
    return [
        ScheduleOut.of(one, words=schedules.words(one.cron), last_outcome=ended.get(one.last_run_id or ""))
        for one in found
    ]
