"""What a version shares with tools that serve: what it would write that they read, and read that they write.

An approver sees it beside the grant: a tool that is fine by itself may change what another one acts on.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Grant, overlaps
from tenants.models import Tool, Version
from tenants.tools.authority import UnreadableError, grant_of

# Each is compared with; beyond it a tenant has more tools than a reviewer could weigh.
_TOOLS_MAX = 2_000


async def shared(session: AsyncSession, version: Version, grant: Grant) -> list[dict[str, Any]]:
    """Return `{"tool", "capability", "what", "says"}` for each, by the other tool's name."""
    if not overlaps.readable(grant):
        return []
    query = (
        select(Tool.name, Version.spec["capabilities"])
        .join(Version, (Version.tool_id == Tool.id) & (Version.number == Tool.live_version))
        .where(Tool.id != version.tool_id)
        .order_by(Tool.name)
        .limit(_TOOLS_MAX)
    )
    found: list[dict[str, Any]] = []
    for name, capabilities in await session.execute(query):
        try:
            theirs = grant_of({"capabilities": capabilities})
        except UnreadableError:
            continue  # it is not served
        found += [
            _told(name, place, f"It may write {place.pattern}, which {name} reads.")
            for place in overlaps.meeting(grant, theirs)
        ]
        found += [
            _told(name, place, f"It may read {place.pattern}, which {name} writes.")
            for place in overlaps.meeting(theirs, grant)
        ]
    return found


def _told(name: str, place: overlaps.Place, says: str) -> dict[str, Any]:
    return {"tool": name, "capability": place.capability, "what": place.pattern, "says": says}
