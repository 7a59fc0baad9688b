"""The audit trail."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, Reading
from api.problems import RESPONSES
from api.schemas.audit import AuditOut
from api.schemas.pages import PageOut
from tenants.rules import audit

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)


@router.get("/audit")
async def list_audit(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[AuditOut]:
    found = await audit.list_events(session, actor, page.cursor, page.limit)
    return PageOut(items=[AuditOut.of(event) for event in found.items], next_cursor=found.next_cursor)
