"""What was used, what it cost, and what it saves."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentRuntime, CurrentSettings, Number, Reading
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.usage import (
    DailyUsageOut,
    EconomicsOut,
    ExchangeOut,
    LimitOut,
    TidyOut,
    ToolFiguresOut,
    ToolsFiguresOut,
    UsageOut,
    UsedOut,
)
from tenants.catalog import daily_usage, figures, limits, unused_tools
from tenants.tools import source_readings, versions
from tenants.vendors.author import Prices
from tenants.writing import economics

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["usage"], responses=RESPONSES)


@router.get("/usage")
async def read_usage(actor: CurrentActor, session: Reading) -> UsageOut:
    return UsageOut.model_validate(await economics.of_tenant(session, actor))


@router.get("/usage/tools")
async def read_tool_figures(
    actor: CurrentActor,
    session: Reading,
    days: Annotated[int, Query(ge=1, le=figures.DAYS_MAX)] = figures.DAYS_DEFAULT,
    tool: str | None = None,
) -> ToolsFiguresOut:
    """How every tool that was called has fared, whole and by version: one answer for all of them."""
    found = await figures.of_tools(session, actor, days=days, tool=tool)
    return ToolsFiguresOut(
        days=days, runs_max=figures.RUNS_MAX, tools=[ToolFiguresOut.of_figures(one) for one in found]
    )


@router.get("/usage/daily")
async def read_daily_usage(
    actor: CurrentActor,
    session: Reading,
    by: Literal["tool", "caller"] = "tool",
    days: Annotated[int, Query(ge=1, le=daily_usage.DAYS_MAX)] = daily_usage.DAYS_DEFAULT,
) -> DailyUsageOut:
    """What was used day by day (in UTC), by tool or by caller, the one with most runs first."""
    found = await daily_usage.used_by_day(session, actor, by, days)
    used = [UsedOut.of(one) for one in found.used]
    return DailyUsageOut(days=[day.isoformat() for day in found.days], used=used, others=found.others)


@router.get("/usage/limits")
async def read_limits(actor: CurrentActor, session: Reading, runtime: CurrentRuntime) -> PageOut[LimitOut]:
    """What the tenant may use at once, and what it uses of that now."""
    found = await limits.count_used(session, actor, runtime.tallies)
    return PageOut(items=[LimitOut.of(one) for one in found], next_cursor=None)


@router.get("/usage/tidy")
async def read_tidy_report(actor: CurrentActor, database: CurrentDatabase) -> TidyOut:
    """What the tenant could do without. Nothing is retired by itself."""
    return TidyOut.model_validate(await unused_tools.report(database, actor))


@router.get("/tools/{name}/economics")
async def read_economics(name: str, actor: CurrentActor, session: Reading, settings: CurrentSettings) -> EconomicsOut:
    """What the tool cost to make, what its runs save, by a stated method, and whether it has paid for itself."""
    prices = Prices(input=settings.author_input_usd, output=settings.author_output_usd)
    return EconomicsOut.model_validate(await economics.of_tool(session, actor, name, prices))


@router.get("/tools/{name}/versions/{number}/exchanges")
async def list_exchanges(
    name: str, number: Number, actor: CurrentActor, database: CurrentDatabase
) -> PageOut[ExchangeOut]:
    """What was said to the model that wrote this version, and what it answered: its source is in it."""
    async with database.reading(actor.tenant_id) as session:
        version = await versions.read(session, actor, name, number)
        found = await economics.exchanges_of(session, version)
    if found:  # also before the version has a source of its own
        await source_readings.keep(database, actor, version)
    return PageOut(items=[ExchangeOut.model_validate(one) for one in found], next_cursor=None)
