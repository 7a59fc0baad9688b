"""How much a tenant, and each client of it, may ask: part of its policy, never above the platform's ceiling."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from tenants.base.db import Database
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Allowance:
    """calls_per_minute: requests to the MCP endpoint and calls by REST, on average; a sixth of them may come at once.

    runs_at_once: calls of tools that somebody waits for. `client_`: of one key, agent or person. All processes
    count as one: tenants/rules/tallies.py says how closely.
    runs_in_background: runs that nobody waits for: asynchronous ones, tasks, those by schedule.
    versions_waiting: versions that are to be built and checked. mail_recipients_a_day: to whom all tools together
    write in a day (UTC), each time counted. stored_bytes: what all runs, files, values and versions take up.
    run_journal_bytes: what one run may have recorded of its host calls.
    """

    calls_per_minute: int = 120_000
    client_calls_per_minute: int = 60_000
    runs_at_once: int = 256
    client_runs_at_once: int = 64
    versions_waiting: int = 100
    mail_recipients_a_day: int = 20_000
    stored_bytes: int = 10 << 30
    run_journal_bytes: int = 128 << 20
    runs_in_background: int = 500

    @classmethod
    def of(cls, given: Mapping[str, int], allotted: Mapping[str, int] | None = None) -> "Allowance":
        """Read a policy's `limits`: what it does not say has the default, and the ceiling holds today's too.

        `allotted` is what the operator said of this tenant: it is both the default and the ceiling then.
        """
        ceilings = {**CEILING.as_dict(), **(allotted or {})}
        chosen = {**(allotted or {}), **given}
        return cls(**{name: min(chosen.get(name, value), ceilings[name]) for name, value in cls().as_dict().items()})

    @classmethod
    def for_tenant(cls, tenant: Tenant | None) -> "Allowance":
        if tenant is None:
            return cls()
        return cls.of(tenant.policy.get("limits", {}), tenant.allotted.get("limits", {}))

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


# Filled in here, as its class has to be there first.
CEILING = Allowance(600_000, 600_000, 1_024, 1_024, 1_000, 100_000, 50 << 30, 1 << 30, 10_000)


def problem(given: object) -> str | None:
    """Return what is wrong with a policy's `limits`, or None."""
    most = CEILING.as_dict()
    limits = cast("dict[str, object]", given) if isinstance(given, dict) else {"": given}
    wrong = [name for name, value in limits.items() if not _fits(value, most.get(name, 0))]
    if not wrong:
        return None
    told = ", ".join(f"{name} (1 to {ceiling:,})" for name, ceiling in most.items())
    return f"limits is an object of whole numbers: {told}."


def _fits(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


async def read_allowance(database: Database, tenant_id: str) -> Allowance:
    """Return what a tenant's policy allows now."""
    async with database.reading(tenant_id) as session:
        tenant = await session.get(Tenant, tenant_id)
    return Allowance.for_tenant(tenant)
