"""The history gate: how many of the tool's last runs a new version would have made go otherwise, and in what.

Findings are kept with the version, and whoever writes it reads them; a version may be written to echo what it is given.
So a finding has no word of a run in it, and none that the version could choose: no value, no error code, no request,
no key of an object that the serving version's schema does not name. Who may read runs asks for the comparison itself.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Component, Finding
from tenants.catalog import catalog
from tenants.models import Tool, Version
from tenants.proving import history
from tenants.runtime import Runtime

NAME = "history"
RUNS = 20


async def check(runtime: Runtime, version: Version, component: Component) -> list[Finding]:
    """Return a warning for runs that would have gone otherwise: whether they should have is for a person to say."""
    async with runtime.database.reading(version.tenant_id) as session:
        candidate = await catalog.of_version(session, version.id)
        promised = await _promised(session, version)
    compared = await history.compare(runtime, version.tenant_id, candidate, component, RUNS)
    if not any(one.differences for one in compared):
        return []
    return await runtime.prover.sum_up_pasts(version.tenant_id, [one.order() for one in compared], promised)


async def _promised(session: AsyncSession, version: Version) -> object:
    """The output schema that callers have been promised: a person approved it, and this version's author did not."""
    query = select(Version.spec).join(Tool, (Tool.id == Version.tool_id) & (Tool.live_version == Version.number))
    spec: dict[str, Any] | None = await session.scalar(query.where(Tool.id == version.tool_id))
    return (spec or {}).get("output_schema")
