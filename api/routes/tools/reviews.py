"""What waits for an approver: the versions of all tools that have passed their gates."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, Reading
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.tools import WaitingOut
from tenants.tools import reviews

router = APIRouter(prefix="/api/v1/tenants/{tenant}/reviews", tags=["tools"], responses=RESPONSES)


@router.get("")
async def list_reviews(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[WaitingOut]:
    """Versions that await approval, of all tools; the newest first."""
    found = await reviews.waiting(session, actor, page.cursor, page.limit)
    return PageOut(items=[WaitingOut.of_version(version) for version in found.items], next_cursor=found.next_cursor)
