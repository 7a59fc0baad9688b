"""The tenant itself: its policy, members, API keys, audit trail and live events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.deps import CurrentActor, CurrentPaging, CurrentRuntime, CurrentSettings, CurrentStanding, Reading, Unit
from api.problems import RESPONSES
from api.schemas.people import KeyIn, KeyOut, MemberOut, NewKeyOut, PolicyOut, RoleIn, TenantPage
from api.schemas.tools import AuditOut, PageOut
from tenants.agents import api_keys
from tenants.people import members
from tenants.rights import audience
from tenants.rules import audit, policies

# An access that ended is noticed with the next event, and without one after so long.
_LOOK_EVERY_S = 5.0
LastEventId = Annotated[str | None, Header(description="The id of the last event that was heard, to go on from it.")]
router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)


@router.get("")
async def read_tenant(actor: CurrentActor, session: Reading, settings: CurrentSettings) -> TenantPage:
    tenant = await policies.tenant(session, actor)
    return TenantPage(
        slug=tenant.slug,
        name=tenant.name,
        policy=PolicyOut.model_validate(policies.Policy.of(tenant).as_dict()),
        mcp_url=f"{settings.origin}/t/{tenant.slug}/mcp",
        permissions=sorted(actor.permissions),
    )


@router.patch("/policy")
async def change_policy(body: dict[str, Any], actor: CurrentActor, unit: Unit) -> PolicyOut:
    return PolicyOut.model_validate((await policies.change(unit, actor, body)).as_dict())


@router.get("/members")
async def list_members(actor: CurrentActor, session: Reading) -> PageOut[MemberOut]:
    items = [MemberOut.model_validate(member) for member in await members.list_all(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.patch("/members/{user_id}")
async def change_role(user_id: str, body: RoleIn, actor: CurrentActor, unit: Unit) -> MemberOut:
    return MemberOut.model_validate(await members.change_role(unit, actor, user_id, body.role))


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(user_id: str, actor: CurrentActor, unit: Unit) -> None:
    await members.remove(unit, actor, user_id)


@router.get("/api-keys")
async def list_keys(actor: CurrentActor, session: Reading) -> PageOut[KeyOut]:
    items = [KeyOut.model_validate(key, from_attributes=True) for key in await api_keys.list_all(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.post("/api-keys", status_code=201)
async def create_key(body: KeyIn, actor: CurrentActor, unit: Unit) -> NewKeyOut:
    """Make an API key. Its token is in this answer and nowhere else."""
    key, token = await api_keys.create(unit, actor, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return NewKeyOut(**KeyOut.model_validate(key, from_attributes=True).model_dump(), token=token)


@router.delete("/api-keys/{key_id}", status_code=204)
async def revoke_key(key_id: str, actor: CurrentActor, unit: Unit) -> None:
    await api_keys.revoke(unit, actor, key_id)


@router.get("/audit")
async def list_audit(actor: CurrentActor, session: Reading, page: CurrentPaging) -> PageOut[AuditOut]:
    found = await audit.list_all(session, actor, page.cursor, page.limit)
    return PageOut(
        items=[AuditOut.model_validate(event, from_attributes=True) for event in found.items],
        next_cursor=found.next_cursor,
    )


@router.get("/events", response_class=EventSourceResponse)
async def watch_events(
    actor: CurrentActor, standing: CurrentStanding, runtime: CurrentRuntime, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Builds, runs and approvals as they happen, of what you may read. It ends with your access.

    Whoever was cut off goes on from the last event's id; where that cannot be, `events.missed` says so.
    """
    with runtime.events.subscribe(actor.tenant_id, last_event_id) as events:
        if last_event_id is None:
            # No event, only its id: there is somewhere to go on from before anything has happened.
            yield ServerSentEvent(id=runtime.events.place, comment="from here on")
        while True:
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    event = await anext(events)
            except TimeoutError:
                event = None
            except StopAsyncIteration:  # this process ends
                return
            reader = await standing()
            if reader is None:
                return
            data = audience.shown(reader, event) if event is not None else None
            if event is not None and data is not None:
                yield ServerSentEvent(event=event.kind, data=data, id=event.id)
