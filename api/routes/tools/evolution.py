"""How a tool that serves changes: a canary's share, and the notice that a tool is to go."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, Reading, Unit
from api.problems import RESPONSES
from api.schemas.evolution import CanaryOut, CanaryShareIn, CanaryStopIn, DeprecateIn
from api.schemas.pages import PageOut
from api.schemas.tools import DeprecationOut
from tenants.models import Canary
from tenants.tools import canaries, deprecations

router = APIRouter(prefix="/api/v1/tenants/{tenant}/tools/{name}", tags=["tools"], responses=RESPONSES)


async def _told(session: Reading, canary: Canary) -> CanaryOut:
    return CanaryOut.of(canary, figures=await canaries.figures(session, canary), rule=canaries.RULE)


@router.get("/canaries")
async def list_canaries(name: str, actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[CanaryOut]:
    """Newest first; only the first can be running. Each with its figures beside those of the version before."""
    found = await canaries.list_all(session, actor, name, page.cursor, page.limit)
    return PageOut(items=[await _told(session, canary) for canary in found.items], next_cursor=found.next_cursor)


@router.patch("/canary")
async def change_canary(name: str, body: CanaryShareIn, actor: CurrentActor, unit: Unit) -> CanaryOut:
    """Give the running canary another share of the calls. What is compared begins anew."""
    return await _told(unit, await canaries.change(unit, actor, name, body.percent))


@router.post("/canary/promote")
async def promote_canary(name: str, actor: CurrentActor, unit: Unit) -> CanaryOut:
    """Let the canary serve every call from now on."""
    return await _told(unit, await canaries.promote(unit, actor, name))


@router.post("/canary/stop")
async def stop_canary(name: str, body: CanaryStopIn, actor: CurrentActor, unit: Unit) -> CanaryOut:
    """Go back to the version before, at once. Runs in flight finish on theirs."""
    return await _told(unit, await canaries.stop(unit, actor, name, body.reason))


@router.post("/deprecate")
async def deprecate_tool(name: str, body: DeprecateIn, actor: CurrentActor, unit: Unit) -> DeprecationOut:
    """Tell every caller that the tool is to go. It works on until it is retired, at `ends_at` by itself."""
    tool = await deprecations.deprecate(
        unit, actor, name, body.message, replaced_by=body.replaced_by, ends_at=body.ends_at
    )
    return DeprecationOut.model_validate(tool.deprecation_notice)


@router.delete("/deprecation", status_code=204)
async def undo_deprecation(name: str, actor: CurrentActor, unit: Unit) -> None:
    """Take the notice back: the tool stays."""
    await deprecations.undo(unit, actor, name)
