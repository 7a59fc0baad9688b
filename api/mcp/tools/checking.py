"""A version for its author: waiting while its gates run, and what comes next. Never what hold-outs expect."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from api.mcp.messages import Request
from api.mcp.tools.builtin import Told
from api.schemas.tools import VersionSummary
from tenants.base.events import Event, Subscription
from tenants.models import Version
from tenants.rights.access import ROLE_PERMISSIONS, Permission
from tenants.rules.gates import PROVING, READING, TRYING
from tenants.tools import versions
from tenants.tools.version_states import WORKING

# How long a proposal is waited for; after it the agent looks again with get_version.
_WAIT_S = 120.0
# Events are this process's own: a version that another process checks is seen by looking.
_LOOK_EVERY_S = 0.5
_ORDER = ("error", "question", "warning")
_GATES = len(READING) + len(PROVING) + len(TRYING) + 2  # and the build, and the history
# How much of what was found is answered at once, in bytes of JSON. All of it is told by get_version.
_PASSED_BYTES, _REJECTED_BYTES = 1_000, 4_200
_SENTENCE_CHARACTERS = 600


async def checked_version(
    request: Request, version: Version, events: Subscription, warnings: list[dict[str, Any]]
) -> Told:
    """Wait until the version's gates have ended, telling of each, and say what they found.

    Nothing that was sent comes back: neither the source nor the spec, nor what follows from them alone.
    """
    report = _Gates(request, version)
    try:
        async with asyncio.timeout(_WAIT_S):
            while version.state in WORKING:
                await report.follow(events)
                async with request.runtime.database.reading(request.actor.tenant_id) as session:
                    version = await versions.read(session, request.actor, version.tool_name, version.number)
    except TimeoutError:
        warnings.append({"code": "still_checking", "hint": "Look again with get_version."})
    summary = VersionSummary.of(version).plain()
    most = _PASSED_BYTES if version.state == "awaiting_approval" else _REJECTED_BYTES
    findings = shortened(summary["findings"], most)
    data = {
        **{name: summary[name] for name in ("tool", "number", "state", "digest")},
        "findings": findings,
        "more_findings": len(summary["findings"]) - len(findings),
        "warnings": warnings,
        "next": next_step(request, version),
    }
    return Told(standing(version), {name: value for name, value in data.items() if value != 0})


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


def shortened(findings: Sequence[dict[str, Any]], bytes_max: int) -> list[dict[str, Any]]:
    """As many findings as go into so much, the worst first; what several of them advise is said once."""
    kept: list[dict[str, Any]] = []
    left, advised = bytes_max, set[str]()
    for finding in sorted(findings, key=lambda one: _ORDER.index(one["severity"])):
        plain = {name: _cut(value) for name, value in finding.items() if value is not None}
        if plain.get("hint") in advised:
            del plain["hint"]
        left -= len(json.dumps(plain, ensure_ascii=False).encode())
        if left < 0 and kept:
            break
        advised.add(plain.get("hint", ""))
        kept.append(plain)
    return kept


def _cut(value: Any) -> Any:
    is_long = isinstance(value, str) and len(value) > _SENTENCE_CHARACTERS
    return f"{value[:_SENTENCE_CHARACTERS]}..." if is_long else value


def standing(version: Version) -> str:
    """How a version stands, in a sentence that repeats no finding."""
    numbers = Counter(str(finding["severity"]) for finding in version.findings)
    found = ", ".join(f"{numbers[one]} {one}s" for one in _ORDER if numbers[one] or one != "question")
    found = found if version.findings else "no findings"
    return f"Version {version.number} of {version.tool_name}: {version.state.replace('_', ' ')}, {found}."


def next_step(request: Request, version: Version) -> str:
    """What the author of a version does now."""
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
