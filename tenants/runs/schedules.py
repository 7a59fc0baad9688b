"""Tools called by the clock: a cron expression in a time zone, each time once, whoever notices it.

A schedule acts for whoever made it: by their key or grant, with what that and its person may do on the day, and it
stops when either is over.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import canonical, pages
from tenants.base.db import now
from tenants.base.errors import BackgroundFullError, InvalidError, NotAllowedError, NotFoundError, TenantsError
from tenants.catalog import catalog
from tenants.models import Run, Schedule, Tenant, Tool
from tenants.notifications import notices
from tenants.rights import delegation
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, ActorKind, Permission
from tenants.rules import audit
from tenants.runs import runs
from tenants.runtime import Runtime

log = logging.getLogger(__name__)
QUEUE = "schedules"
LOOK_EVERY_S = 5.0
# A call this late counts as missed: the schedule's `missed` says what then.
LATE = timedelta(minutes=5)
_AT_ONCE = 50
# All that a schedule does for its maker.
_CALLS = SCOPE_PERMISSIONS["tools:call"]
# Names by which a machine finds a zone of its own: they mean another one elsewhere.
_OF_MACHINES = frozenset({"localtime", "posixrules", "Factory"})
# Of a schedule beside its last run: it could not be called, or came to no good end.
FAILS = Schedule.last_error.is_not(None) | Run.outcome.not_in(("returned", "cancelled"))
_ENDED = "Whoever made this schedule may not call tools any more, so it has been stopped."


def _zone(name: str) -> ZoneInfo:
    if name in _OF_MACHINES:
        raise LookupError(name)
    return ZoneInfo(name)


def words(cron: str) -> str:
    """Say a cron expression as people do. What cannot be said so is left as it is."""
    try:
        return CronSim(cron, now()).explain()
    except CronSimError:
        return cron


@dataclass(frozen=True, slots=True)
class Timing:
    """`missed` says what becomes of times at which nothing was running: `skip` them, or call `once` for all."""

    cron: str
    zone: str = "UTC"
    missed: str = "skip"

    def after(self, moment: datetime) -> datetime:
        """The first time after `moment`. Raises InvalidError."""
        problems: list[dict[str, str]] = []
        if self.missed not in {"skip", "once"}:
            problems.append({"path": "/missed", "message": "missed is skip or once."})
        try:
            zone = _zone(self.zone)
        except (LookupError, ValueError, OSError):
            problems.append(
                {"path": "/zone", "message": f"There is no time zone {self.zone[:60]!r}; try Europe/Paris."}
            )
            zone = ZoneInfo("UTC")
        try:
            found = next(CronSim(self.cron, moment.astimezone(zone)))
        except (CronSimError, StopIteration):
            message = f"{self.cron[:100]!r} names no time to come; minute hour day month weekday, such as 0 9 * * 1-5."
            problems.append({"path": "/cron", "message": message})
            found = moment
        if problems:
            raise InvalidError("The schedule is not valid.", problems=problems)
        return found


async def demand_fit(runtime: Runtime, actor: Actor, tool_name: str, arguments: Mapping[str, Any]) -> None:
    """Raise InvalidError unless the live tool takes such arguments: at night nobody is there to read a refusal."""
    actor.require(Permission.TOOLS_CALL)
    tool = (await catalog.live(runtime.database, actor.tenant_id)).tool(tool_name)
    text = canonical.plain(arguments)
    problems = await runtime.reader.misfits(actor.tenant_id, tool.arguments, text, arguments)
    if problems:
        placed = [{**problem, "path": f"/arguments{problem['path']}"} for problem in problems]
        raise InvalidError(f"{tool_name} does not take these arguments.", problems=placed)


async def outcomes(session: AsyncSession, found: Sequence[Schedule]) -> Mapping[str, str | None]:
    """Return how the last run of each ended, by the run's id; None while it has not."""
    runs_of = [one.last_run_id for one in found if one.last_run_id is not None]
    rows = await session.execute(select(Run.id, Run.outcome).where(Run.id.in_(runs_of)))
    return {row[0]: row[1] for row in rows}


async def create(
    session: AsyncSession, actor: Actor, tool_name: str, arguments: Mapping[str, Any], timing: Timing
) -> Schedule:
    """Have a live tool called at the times of `timing`, with these arguments, for this very actor."""
    actor.require(Permission.TOOLS_CALL)
    await delegation.demand(session, actor, _CALLS)
    next_at = timing.after(now())
    await _demand_live(session, tool_name)
    schedule = Schedule(
        tool_name=tool_name,
        arguments=dict(arguments),
        cron=timing.cron,
        zone=timing.zone,
        missed=timing.missed,
        next_at=next_at,
        created_by=actor.who(),
        grant_id=actor.grant_id,
    )
    session.add(schedule)
    await session.flush()
    await audit.record(session, actor, "schedule.created", schedule.id, tool=tool_name, cron=timing.cron)
    return schedule


async def list_schedules(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50
) -> pages.Page[Schedule]:
    """Return schedules, newest first: one's own, or all for who may read what runs are called with."""
    actor.require(Permission.TOOLS_READ)
    query = select(Schedule)
    if Permission.RUNS_READ not in actor.permissions:
        query = query.where(Schedule.created_by["id"].as_string() == actor.id)
    return await pages.page(session, query, Schedule.id, cursor, limit)


async def pause(session: AsyncSession, actor: Actor, schedule_id: str, *, paused: bool) -> Schedule:
    """Stop calling, or start again: from now on, times in between are not made up for.

    Others' are stopped by who approves tools, and started again by who made them, as long as they may call.

    Raises NotAllowedError.
    """
    schedule = await _find(session, actor, schedule_id, stopping=paused)
    if not paused:
        if not await _may_call(session, schedule):
            raise NotAllowedError(_ENDED, hint="Make it anew; it then acts for you.")
        schedule.next_at, schedule.last_error = _timing(schedule).after(now()), None
    schedule.paused = paused
    await audit.record(session, actor, "schedule.paused" if paused else "schedule.resumed", schedule.id)
    return schedule


async def remove(session: AsyncSession, actor: Actor, schedule_id: str) -> None:
    schedule = await _find(session, actor, schedule_id, stopping=True)
    await session.delete(schedule)
    await audit.record(session, actor, "schedule.removed", schedule_id, tool=schedule.tool_name)


async def work(runtime: Runtime) -> None:
    """Go on until cancelled: call what is due."""
    while True:
        try:
            while await call_due(runtime):
                pass
        except Exception:
            log.exception("calling what is due stumbled")
        await runtime.events.sleep(QUEUE, LOOK_EVERY_S)


async def call_due(runtime: Runtime) -> int:
    """Call the tools whose time has come, the first of each tenant, then the second; return how many were served.

    Of a tenant that has all the runs in the background that it may, the rest waits. Several processes may do so at
    once: the run's idempotency key is the schedule and the time, so each time has one run, and only one of them moves
    the schedule on.
    """
    moment = now()
    async with runtime.database.system_reading() as session:
        due = (await session.scalars(_by_turns(moment, runtime.background.full()))).all()
    served = 0
    for schedule in due:
        if schedule.tenant_id not in runtime.background.full():
            served += await _serve(runtime, schedule, moment)
    return served


def _by_turns(moment: datetime, passed_over: Sequence[str]) -> Select[Schedule]:
    """What is due: of each tenant its first, by when it was due, then of each its second."""
    nth = func.row_number().over(partition_by=Schedule.tenant_id, order_by=(Schedule.next_at, Schedule.id))
    due = Schedule.paused.is_(False), Schedule.next_at <= moment, Schedule.tenant_id.not_in(passed_over)
    return select(Schedule).where(*due).order_by(nth, Schedule.next_at, Schedule.id).limit(_AT_ONCE)


async def _serve(runtime: Runtime, schedule: Schedule, moment: datetime) -> bool:
    """Call it, and note when it is due next. False: its tenant has no place for the run, so it stays due."""
    planned = schedule.next_at or moment
    run_id, error = None, None
    actor = await _actor(runtime, schedule)
    if actor is None:
        error = _ENDED
    elif moment - planned <= LATE or schedule.missed == "once":
        try:
            key = f"{schedule.id}:{planned.isoformat()}"
            called = await runs.start(
                runtime, actor, schedule.tool_name, schedule.arguments, idempotency_key=key, channel="schedule"
            )
            run_id = called.run.id
        except BackgroundFullError:
            return False
        except TenantsError as refused:
            error = refused.message
    async with runtime.database.unit(schedule.tenant_id) as session:
        row = await session.scalar(
            select(Schedule).where(Schedule.id == schedule.id, Schedule.next_at == planned).with_for_update()
        )
        if row is not None:
            row.next_at, row.last_error = _timing(row).after(moment), error
            row.paused = row.paused or actor is None
            _note(session, row, planned, run_id)
    return True


def _note(session: AsyncSession, row: Schedule, planned: datetime, run_id: str | None) -> None:
    """Keep the run of a time, or tell that there is none."""
    if run_id is not None:
        row.last_at, row.last_run_id = planned, run_id
        return
    about = {"schedule": row.id, "tool": row.tool_name, "planned_at": planned.isoformat()}
    if row.last_error is None:
        notices.tell(session, "schedule.missed", **about)
    else:
        notices.tell(session, "schedule.failed", **about, error=row.last_error)


async def _actor(runtime: Runtime, schedule: Schedule) -> Actor | None:
    """The schedule as somebody who acts; None when its maker may not call tools any more."""
    async with runtime.database.reading(schedule.tenant_id) as session:
        if not await _may_call(session, schedule):
            return None
        tenant = await session.get_one(Tenant, schedule.tenant_id)
    maker = schedule.created_by
    label = f"schedule of {maker['label']}"
    return Actor(ActorKind.API_KEY, schedule.id, label, tenant.id, tenant.slug, maker["user_id"], _CALLS)


async def _may_call(session: AsyncSession, schedule: Schedule) -> bool:
    held = await delegation.held_now(session, schedule.tenant_id, schedule.created_by, schedule.grant_id)
    return held >= _CALLS


async def _demand_live(session: AsyncSession, tool_name: str) -> None:
    live = select(Tool.id).where(Tool.name == tool_name, Tool.live_version.is_not(None), Tool.retired_at.is_(None))
    if await session.scalar(live) is None:
        raise NotFoundError(f"There is no live tool {tool_name} here.")


async def _find(session: AsyncSession, actor: Actor, schedule_id: str, *, stopping: bool) -> Schedule:
    """Return a schedule to be changed: one's own, or any that is to be stopped for who approves tools."""
    actor.require(Permission.TOOLS_READ)
    schedule = await session.scalar(select(Schedule).where(Schedule.id == schedule_id).with_for_update())
    if schedule is None:
        raise NotFoundError(f"There is no schedule {schedule_id} here.")
    if actor.is_caller(schedule.created_by):
        actor.require(Permission.TOOLS_CALL)
    elif stopping:
        actor.require_to_decide()
    else:
        raise NotAllowedError("Only who made a schedule starts it again.", hint="Make one of your own.")
    return schedule


def _timing(schedule: Schedule) -> Timing:
    return Timing(schedule.cron, schedule.zone, schedule.missed)
