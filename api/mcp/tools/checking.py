"""A version for its author: waiting while its gates run, and what comes next. Never what the hold-outs expect."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.mcp.messages import Request
from tenants.base.events import Event, Subscription
from tenants.confinement.reports import PROVING, READING, TRYING
from tenants.models import Version
from tenants.rights.access import ROLE_PERMISSIONS, Permission
from tenants.tools import versions
from tenants.tools.version_states import WORKING

# How long a proposal is waited for; after it the agent looks again with get_version.
_WAIT_S = 120.0
# Events are this process's own: a version that another process checks is seen by looking.
_LOOK_EVERY_S = 0.5
_GATES = len(READING) + len(PROVING) + len(TRYING) + 2  # and the build, and the history


async def checked_version(
    request: Request, version: Version, events: Subscription, warnings: list[dict[str, Any]]
) -> dict[str, Any]:
    """Wait until the version's gates have ended, telling of each, and say what they found."""
    report = _Gates(request, version)
    try:
        async with asyncio.timeout(_WAIT_S):
            while version.state in WORKING:
                await report.follow(events)
                async with request.runtime.database.reading(request.actor.tenant_id) as session:
                    version = await versions.read(session, request.actor, version.tool_name, version.number)
    except TimeoutError:
        warnings.append({"code": "still_checking", "hint": "Look again with get_version."})
    async with request.runtime.database.reading(request.actor.tenant_id) as session:
        return {**await told(request, session, version), "warnings": warnings}


class _Gates:
    """Progress of one version's checking."""

    def __init__(self, request: Request, version: Version) -> None:
        self._request = request
        self._is_ours = (version.tool_name, version.number)
        self._ended = 0

    async def follow(self, events: Subscription) -> None:
        """Return when the version has moved, or when it is time to look."""
        await events.until(self._has_moved, _LOOK_EVERY_S)

    def _has_moved(self, event: Event) -> bool:
        if (event.data.get("tool"), event.data.get("version")) != self._is_ours:
            return False
        if event.kind != "version.gate":
            return event.kind == "version.moved"
        self._ended += 1
        if self._request.on_progress is not None:
            passed = "passed" if event.data.get("passed") else "failed"
            total = max(_GATES, self._ended)
            self._request.on_progress(self._ended, total, f"gate {event.data.get('gate')} {passed}")
        return False


async def told(request: Request, session: AsyncSession, version: Version) -> dict[str, Any]:
    """A version, and what its author does next."""
    return {**await versions.as_json(session, version, holdouts=False), "next": _next(request, version)}


def _next(request: Request, version: Version) -> str:
    tenant = f"{request.origin}/tenants/{request.actor.tenant_slug}"
    page = f"{tenant}/tools/{version.tool_name}/versions/{version.number}"
    roles = " or ".join(role.value for role, held in ROLE_PERMISSIONS.items() if Permission.VERSIONS_APPROVE in held)
    match version.state:
        case "awaiting_approval":
            return f"A person must approve it, with the role {roles}, at {page}. No agent can."
        case "rejected":
            return "Read the findings, correct the source (or the spec), and send it with revise_tool."
        case "live":
            return f"It is live: call {version.tool_name}, or use call_tool if your client does not list it yet."
        case _:
            return "It is still being checked: look again with get_version."
