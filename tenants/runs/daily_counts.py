"""`at most N a day`: one count for each tenant, tool and capability, kept in the database for all its runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import CAPABILITIES, REFUSED, Fault, Grant, Host, HostCall, HostReply
from tenants.base.db import Database, now
from tenants.models import DayUse, Run, RunCharge, Tenant
from tenants.rules.quotas import Allowance

_DAYS_KEPT = 40
# What is counted for a tenant, whichever of its tools asks: which of its limits says how much a day may hold.
OF_TENANT = {name: limit for name, one in CAPABILITIES.items() if (limit := one.traits.tenant_limit) is not None}
ALL_TOOLS = ""  # in the place of a tool's name


class _UsedUpError(Exception):
    """The day's count does not hold this call: whatever else was written of it is taken back."""

    def __init__(self, whose: str, cap: int) -> None:
        super().__init__(whose)
        self.whose, self.cap = whose, cap


@dataclass(frozen=True, slots=True)
class Metered(Host):
    """A host that counts each call against its day before it is made; a call over it is refused.

    Calls count when they are asked for: a message that the mail server then refuses was one of the day's. A call
    that is made anew after a crash was counted before, on the day when it was first made.
    """

    world: Host
    database: Database
    run: Run
    caps: Mapping[str, int]

    async def answer(self, call: HostCall) -> HostReply:
        if call.capability in self.caps or call.capability in OF_TENANT:
            fault = await self._charge(call)
            if fault is not None:
                return HostReply(fault=fault)
        return await self.world.answer(call)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.world.progress(done, total, message)

    async def _charge(self, call: HostCall) -> Fault | None:
        moment, weight = now(), call.weight
        try:
            async with self.database.unit(self.run.tenant_id) as session:
                if not await _mark(session, self.run, call):
                    return None
                for whose, cap in await self._caps_on(session, call.capability):
                    if not await _add(session, self.run.tenant_id, whose, call, cap):
                        raise _UsedUpError(whose, cap)  # noqa: TRY301 - the unit must roll back
        except _UsedUpError as over:
            async with self.database.reading(self.run.tenant_id) as session:
                used = await used_of(session, over.whose, call.capability, moment)
            return _used_up(over, call.capability, used, weight, moment)
        return None

    async def _caps_on(self, session: AsyncSession, capability: str) -> list[tuple[str, int]]:
        """What the tool may use in a day, by its grant; and all tools of the tenant, by its limits."""
        caps = [(self.run.tool_name, self.caps[capability])] if capability in self.caps else []
        if capability in OF_TENANT:
            allowed = Allowance.for_tenant(await session.get_one(Tenant, self.run.tenant_id))
            caps.append((ALL_TOOLS, getattr(allowed, OF_TENANT[capability])))
        return caps


def metered(world: Host, database: Database, run: Run, grant: Grant) -> Host:
    """Return the host as it is when nothing of the grant is counted by the day."""
    caps = grant.daily()
    return Metered(world, database, run, caps) if caps or OF_TENANT.keys() & grant.reaches.keys() else world


async def used_of(session: AsyncSession, tool_name: str, capability: str, moment: datetime) -> int:
    """Return how much of the capability the tool's runs have used on the day of `moment`."""
    query = select(DayUse.used).where(
        DayUse.tool_name == tool_name, DayUse.capability == capability, DayUse.day == _day(moment)
    )
    return await session.scalar(query) or 0


async def _mark(session: AsyncSession, run: Run, call: HostCall) -> bool:
    """Note that the call is counted. False: it was before."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"tenant_id": run.tenant_id, "run_id": run.id, "capability": call.capability, "seq": call.seq}
    insert = make(RunCharge).values({**row, "charged_at": now()})
    # A run's calls come one after the other: all up to the last one counted were counted.
    insert = insert.on_conflict_do_update(
        index_elements=["run_id", "capability"],
        set_={"seq": insert.excluded.seq, "charged_at": insert.excluded.charged_at},
        where=RunCharge.seq < insert.excluded.seq,
    )
    return (await session.scalar(insert.returning(RunCharge.seq))) is not None


async def _add(session: AsyncSession, tenant_id: str, tool_name: str, call: HostCall, cap: int) -> bool:
    """Add to the day's count, in one statement. False: it would be more than `cap`, and stays as it is."""
    weight = call.weight
    if weight > cap:
        return False
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    place = {"tenant_id": tenant_id, "tool_name": tool_name, "capability": call.capability}
    insert = make(DayUse).values({**place, "day": _day(now()), "used": weight})
    insert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "tool_name", "capability", "day"],
        set_={"used": DayUse.used + insert.excluded.used},
        where=DayUse.used + insert.excluded.used <= cap,
    )
    used = await session.scalar(insert.returning(DayUse.used))
    if used == weight:
        await _clear(session, tool_name)
    return used is not None


async def _clear(session: AsyncSession, tool_name: str) -> None:
    """With the first use of a day, forget the days and the runs that are long gone."""
    long_ago = now() - timedelta(days=_DAYS_KEPT)
    await session.execute(delete(DayUse).where(DayUse.tool_name == tool_name, DayUse.day < _day(long_ago)))
    gone = ~exists().where(Run.id == RunCharge.run_id)
    await session.execute(delete(RunCharge).where(RunCharge.charged_at < long_ago, gone))


def _used_up(over: _UsedUpError, capability: str, used: int, weight: int, moment: datetime) -> Fault:
    cap, counted = over.cap, CAPABILITIES[capability].counted
    asked = f"{used:,} are used, and this call asks for {weight:,} more."
    who, more = "This tool", "raise the cap in the spec"
    if over.whose == ALL_TOOLS:
        limit = OF_TENANT[capability]
        who, more = "All tools of this tenant together", f"have an owner raise limits.{limit} of the policy"
    again = datetime.combine(moment.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    return Fault(
        REFUSED,
        f"{who} may use {capability} {'' if counted == 'times' else 'for '}at most {cap:,} {counted} a day; {asked}",
        f"The count begins anew at {again:%Y-%m-%d %H:%M} UTC: use what is left, wait, or {more}.",
        {
            "capability": capability,
            "permit": f"at most {cap} a day",
            "at_most": cap,
            "used": used,
            "left": max(0, cap - used),
            "resets_at": again.isoformat(),
        },
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
