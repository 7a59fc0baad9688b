"""A tenant's limits: what each is, how high it may be, and how much of it is used now."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.models import Tenant, Version
from tenants.rights.access import Actor, Permission
from tenants.rules import stored_bytes
from tenants.rules.quotas import CEILING, Allowance
from tenants.rules.tallies import Tallies
from tenants.tools.version_states import WORKING


@dataclass(frozen=True, slots=True)
class Limit:
    """`used` None: of what is counted in another way than by what is there now, such as rates."""

    name: str
    limit: int
    ceiling: int
    used: int | None


async def count_used(session: AsyncSession, actor: Actor, tallies: Tallies) -> list[Limit]:
    """Every limit of the policy. What runs now is known of other processes to within half a second."""
    actor.require(Permission.RUNS_READ)
    tenant = await session.get_one(Tenant, actor.tenant_id)
    tally = tallies.of(actor.tenant_id)
    states = [state.value for state in WORKING]
    waiting = await session.scalar(select(func.count(Version.id)).where(Version.state.in_(states)))
    used = {
        "stored_bytes": await stored_bytes.used(session, actor.tenant_id),
        "versions_waiting": int(waiting or 0),
        "runs_at_once": tally.running + tally.running_elsewhere,
        "runs_in_background": tally.background + tally.background_elsewhere,
    }
    ceilings = {**CEILING.as_dict(), **tenant.allotted.get("limits", {})}
    return [
        Limit(name, limit, ceilings[name], used.get(name))
        for name, limit in Allowance.for_tenant(tenant).as_dict().items()
    ]
