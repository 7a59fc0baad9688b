"""A tenant at a glance: what waits for people, what its runs came to, what they saved."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.deps import CurrentActor, CurrentSettings, Reading
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.usage import OverviewOut, ToolName
from tenants.catalog import activity
from tenants.rights.access import Permission
from tenants.runs import attention
from tenants.tools import specs
from tenants.vendors.author import Prices
from tenants.writing import economics

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["usage"], responses=RESPONSES)


@router.get("/overview/tools")
async def list_tool_names(actor: CurrentActor, session: Reading) -> PageOut[ToolName]:
    """Every tool that is not retired, by name, up to 5,000: for what lets one choose."""
    items = [ToolName.model_validate(one) for one in await specs.named(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.get("/overview")
async def read_overview(
    actor: CurrentActor,
    session: Reading,
    settings: CurrentSettings,
    hours: Annotated[int, Query(description="How far back: 1, 24, 168 or 720.")] = 168,
) -> OverviewOut:
    """What waits, what happened and what it saved. What the caller may not read is null."""
    during = activity.Range.of(hours)
    prices = Prices(input=settings.author_input_usd, output=settings.author_output_usd)
    reads = Permission.RUNS_READ in actor.permissions
    return OverviewOut.model_validate(
        {
            "since": during.parts[0],
            "until": during.until,
            "part_seconds": during.seconds,
            "waiting": await attention.of_people(session, actor),
            "first_steps": await attention.first_steps(session),
            "activity": await activity.of_range(session, actor, during) if reads else None,
            "saved": await economics.saved_since(session, actor, during.first_run, prices) if reads else None,
        }
    )
