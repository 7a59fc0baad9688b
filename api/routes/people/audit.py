"""The audit trail."""

import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentPaging, Reading
from api.problems import RESPONSES
from api.schemas.audit import AuditOut, VerifiedOut
from api.schemas.pages import PageOut
from tenants.rights.access import Permission
from tenants.rules import audit

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)
_LINES = "application/x-ndjson"
_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"description": "One event a line, the oldest first.", "content": {_LINES: {"schema": {"type": "string"}}}}
}


@router.get("/audit")
async def list_audit(
    actor: CurrentActor,
    session: Reading,
    page: CurrentPaging,
    kind: Annotated[str | None, Query(max_length=60, description="How the action begins, such as `version`.")] = None,
    who: Annotated[str | None, Query(max_length=600, description="A part of who did it, or their id.")] = None,
    about: Annotated[str | None, Query(max_length=200, description="A part of the subject.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> PageOut[AuditOut]:
    sought = audit.Sought(kind, who, about, since, until)
    found = await audit.list_events(session, actor, page.cursor, page.limit, sought)
    return PageOut(items=[AuditOut.of(event) for event in found.items], next_cursor=found.next_cursor)


@router.get("/audit/verification")
async def verify_audit(actor: CurrentActor, database: CurrentDatabase) -> VerifiedOut:
    """Go through the whole trail: that no event was changed, taken out or put in between.

    What was cut off at its end cannot be seen: compare `last_hash` with one that was noted elsewhere.
    """
    return VerifiedOut.of(await audit.verify_all(database, actor))


@router.get("/audit/export", response_class=Response, responses=_EXPORT)
async def export_audit(actor: CurrentActor, database: CurrentDatabase) -> StreamingResponse:
    """The whole trail, as `sealwright audit verify` reads it on any machine."""
    actor.require(Permission.AUDIT_READ)

    async def lines() -> AsyncGenerator[str]:
        async for event in audit.every_event(database, actor):
            yield json.dumps(audit.exported(event), ensure_ascii=False) + "\n"

    name = f'attachment; filename="audit-{actor.tenant_slug}.jsonl"'
    return StreamingResponse(lines(), media_type=_LINES, headers={"Content-Disposition": name})
