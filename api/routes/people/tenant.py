"""The tenant itself: its policy and members."""

from typing import Any

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime, CurrentSettings, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.people import MemberOut, PolicyOut, RoleIn, TenantPage
from tenants.people import members
from tenants.rules import policies

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)


@router.get("")
async def read_tenant(
    actor: CurrentActor, session: Reading, settings: CurrentSettings, runtime: CurrentRuntime
) -> TenantPage:
    tenant = await policies.tenant(session, actor)
    return TenantPage(
        slug=tenant.slug,
        name=tenant.name,
        policy=PolicyOut.model_validate(policies.Policy.of(tenant).as_dict()),
        mcp_url=f"{settings.origin}/t/{tenant.slug}/mcp",
        permissions=sorted(actor.permissions),
        generates=runtime.author is not None,
    )


@router.patch("/policy")
async def change_policy(body: dict[str, Any], actor: CurrentActor, unit: Unit) -> PolicyOut:
    return PolicyOut.model_validate((await policies.change(unit, actor, body)).as_dict())


@router.get("/members")
async def list_members(actor: CurrentActor, session: Reading) -> PageOut[MemberOut]:
    items = [MemberOut.model_validate(member) for member in await members.list_members(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.patch("/members/{user_id}")
async def change_role(user_id: str, body: RoleIn, actor: CurrentActor, unit: Unit) -> MemberOut:
    return MemberOut.model_validate(await members.change_role(unit, actor, user_id, body.role))


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(user_id: str, actor: CurrentActor, unit: Unit) -> None:
    await members.remove(unit, actor, user_id)
