"""How much a tenant, and each client of it, may ask: part of its policy, never above the platform's ceiling."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import cast

from sqlalchemy import select

from tenants.db import Database
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Allowance:
    """calls_per_minute: requests to the MCP endpoint and calls by REST, on average; a sixth of them may come at once.

    runs_at_once: calls of tools that somebody waits for. `client_`: of one key, agent or person. Each server process
    counts what comes to it.
    """

    calls_per_minute: int = 120_000
    client_calls_per_minute: int = 60_000
    runs_at_once: int = 256
    client_runs_at_once: int = 64

    @classmethod
    def of(cls, given: Mapping[str, int]) -> "Allowance":
        """Read a policy's `limits`: what it does not say has the default, and the ceiling holds today's too."""
        known = {field.name: getattr(CEILING, field.name) for field in fields(cls)}
        return cls(**{name: min(value, known[name]) for name, value in given.items() if name in known})

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


# Filled in here, as its class has to be there first.
CEILING = Allowance(600_000, 600_000, 1_024, 1_024)


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


async def read(database: Database, tenant_id: str) -> Allowance:
    """Return what a tenant's policy allows now."""
    async with database.reading(tenant_id) as session:
        policy = await session.scalar(select(Tenant.policy).where(Tenant.id == tenant_id))
    return Allowance.of((policy or {}).get("limits", {}))
