"""Canaries: a newer version serves a share of a tool's calls, and is taken back by itself when it fails more often.

While one runs, two versions of the tool are live: `tool.live_version` serves all calls but the canary's share.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids, pages
from tenants.base.db import announce, now
from tenants.base.errors import NotFoundError, WrongStateError
from tenants.models import Canary, Run, RunStatus, Tenant, Tool, Version
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.rules import audit
from tenants.runtime import Runtime
from tenants.tools import specs, version_changes, versions
from tenants.tools.fisher_test import Tally, worse_by_chance
from tenants.tools.version_states import State

log = logging.getLogger(__name__)
# Small, because the question is asked again every few seconds: each time is another chance to be wrong.
CHANCE = 0.001
CALLS_MIN = 10
_RUNS_SEEN = 50_000
RULE = (
    f"Compared are the calls since the share was set (at most the last {_RUNS_SEEN:,}). A call fails when it ends "
    "failed, trapped, exhausted or refused a reach, or where it does what its spec says never happens; arguments that "
    f"were refused before anything ran, and what was cancelled, are not counted. After {CALLS_MIN} calls, the canary "
    f"is taken back when Fisher's exact test (one-sided) gives less than {CHANCE} that it would fail so often if it "
    "were no worse than the version before."
)
_FAILURES = ("failed", "trapped", "exhausted", "refused")
_CALLERS_FAULT = ("invalid_arguments", "argument_bytes")
_NO_CANARY = "No canary of {} is running."


async def start(session: AsyncSession, actor: Actor, tool: Tool, version: Version, share: tuple[int, int]) -> Canary:
    """Let an approved version serve a share of the calls: `(percent, calls after which it takes over, or 0)`.

    It takes the place of a canary that runs. Raises WrongStateError for a version that breaks callers: they see one
    contract, that of the version before.
    """
    serving = await versions.find(session, tool.name, tool.live_version or 0, lock=True)
    broken = [
        said["message"] for said in version_changes.between(serving.spec, version.spec)["contract"] if said["breaks"]
    ]
    if broken:
        raise WrongStateError(
            f"Version {version.number} breaks callers of version {serving.number}, so the two cannot share the calls.",
            hint="Approve it for all calls at once (canary_percent 100), or keep the arguments and results compatible.",
            breaks=broken,
        )
    await _retire(session, tool, keep=serving.number)
    await _close(session, tool, "replaced", None)
    versions.move(session, version, State.LIVE)
    canary = Canary(
        id=ids.new("can"), tool_id=tool.id, tool_name=tool.name, version=version.number, baseline=serving.number,
        percent=share[0], promotes_after=share[1] or None, started_by=actor.who(), started_at=now(), since=now(),
        ended_at=None, ending=None, figures=None,
    )  # fmt: skip
    session.add(canary)
    await _changed(session, actor, tool)
    return canary


async def go_live(session: AsyncSession, actor: Actor, tool: Tool, version: Version, ending: str = "replaced") -> None:
    """Let one version serve every call. The others retire, and a canary that runs has ended as `ending`."""
    await _retire(session, tool, keep=version.number)
    await _close(session, tool, ending, None)
    if version.state != State.LIVE:
        versions.move(session, version, State.LIVE)
    if tool.live_version is None:
        # What was said of it before somebody approved it was said by who may only propose.
        tool.deprecation = tool.ends_at = None
    tool.live_version = version.number
    await _changed(session, actor, tool)


async def change(session: AsyncSession, actor: Actor, name: str, percent: int) -> Canary:
    """Give the canary another share of the calls. What is compared begins anew."""
    actor.require_to_decide()
    tool, canary = await _locked(session, name)
    before, canary.percent, canary.since = canary.percent, percent, now()
    await audit.record(
        session, actor, "canary.changed", _subject(canary), before=before, after=percent, baseline=canary.baseline
    )
    await _changed(session, actor, tool)
    return canary


async def promote(session: AsyncSession, actor: Actor, name: str) -> Canary:
    """Let the canary serve every call from now on."""
    actor.require_to_decide()
    tool, canary = await _locked(session, name)
    await _promote(session, actor, tool, canary, None)
    return canary


async def stop(session: AsyncSession, actor: Actor, name: str, reason: str | None = None) -> Canary:
    """Go back to the version before. Runs in flight finish on theirs."""
    actor.require_to_decide()
    tool, canary = await _locked(session, name)
    await _go_back(session, actor, tool, "stopped")
    await audit.record(session, actor, "canary.stopped", _subject(canary), back_to=canary.baseline, reason=reason)
    return canary


async def list_all(
    session: AsyncSession, actor: Actor, name: str, cursor: str | None = None, limit: int = 50
) -> pages.Page[Canary]:
    """Return a tool's canaries, newest first: only the first can be running."""
    actor.require(Permission.TOOLS_READ)
    tool = await specs.find(session, name, retired=True)
    return await pages.page(session, select(Canary).where(Canary.tool_id == tool.id), Canary.id, cursor, limit)


async def watch(runtime: Runtime) -> int:
    """Take back what fails more often, and let take over what has done well for long enough. Returns how many."""
    async with runtime.database.system_reading() as session:
        running: Sequence[Canary] = (await session.scalars(select(Canary).where(Canary.ended_at.is_(None)))).all()
    return sum([await _judge(runtime, canary) for canary in running])


async def _judge(runtime: Runtime, canary: Canary) -> bool:
    async with runtime.database.reading(canary.tenant_id) as session:
        figures = await compare(session, canary)
    regressed = figures["canary"]["calls"] >= CALLS_MIN and figures["chance"] < CHANCE
    if not regressed and not _has_proved_itself(canary, figures):
        return False
    async with runtime.database.unit(canary.tenant_id) as session:
        try:
            tool, row = await _locked(session, canary.tool_name)
        except NotFoundError:
            return False  # somebody was faster
        if (row.id, row.since) != (canary.id, canary.since):
            return False  # and decided otherwise
        actor = platform(await session.get_one(Tenant, canary.tenant_id))
        if regressed:
            await _take_back(session, actor, tool, row, figures)
        else:
            await _promote(session, actor, tool, row, figures)
    log.warning("%s: canary of version %s %s", canary.tool_name, canary.version, row.ending)
    return True


def _has_proved_itself(canary: Canary, figures: dict[str, Any]) -> bool:
    new, old = figures["canary"], figures["baseline"]
    enough = canary.promotes_after is not None and new["calls"] >= canary.promotes_after
    return enough and new["failed"] * max(1, old["calls"]) <= old["failed"] * new["calls"]


async def _take_back(session: AsyncSession, actor: Actor, tool: Tool, canary: Canary, figures: dict[str, Any]) -> None:
    await _go_back(session, actor, tool, "rolled_back", figures)
    told = {"back_to": canary.baseline, "percent": canary.percent, "figures": figures}
    await audit.record(session, actor, "version.rolled_back", _subject(canary), **told)
    data = {"tool": tool.name, "version": canary.version, **told}
    announce(session, canary.tenant_id, "version.rolled_back", data)


async def _promote(
    session: AsyncSession, actor: Actor, tool: Tool, canary: Canary, figures: dict[str, Any] | None
) -> None:
    figures = figures or await compare(session, canary)
    version = await versions.find(session, tool.name, canary.version, lock=True)
    canary.figures = figures
    await go_live(session, actor, tool, version, "promoted")
    told = {"before": canary.baseline, "figures": figures}
    await audit.record(session, actor, "canary.promoted", _subject(canary), **told)


async def _go_back(
    session: AsyncSession, actor: Actor, tool: Tool, ending: str, figures: dict[str, Any] | None = None
) -> None:
    await _retire(session, tool, keep=tool.live_version or 0)
    await _close(session, tool, ending, figures)
    await _changed(session, actor, tool)


async def end(session: AsyncSession, actor: Actor, tool: Tool) -> bool:
    """Go back to the version before, if a canary runs; return whether one did."""
    if await find_running(session, tool) is None:
        return False
    await _go_back(session, actor, tool, "stopped")
    return True


async def compare(session: AsyncSession, canary: Canary) -> dict[str, Any]:
    """Return `{"canary", "baseline"}`, each `{"calls", "failed"}`, and `chance`: see RULE."""
    seen = (
        select(Run.version_number, Run.outcome, Run.error_code, Run.fuel_used, Run.host_calls, Run.broken_invariants)
        .where(
            Run.tool_name == canary.tool_name,
            Run.id >= ids.first("run", canary.since),
            Run.status == RunStatus.FINISHED,
        )
        .order_by(Run.id.desc())
        .limit(_RUNS_SEEN)
        .subquery()
    )
    # Only the host refuses arguments before anything runs: a tool that says so itself has used fuel, and has failed.
    not_run = and_(seen.c.outcome == "refused", seen.c.fuel_used == 0, seen.c.host_calls == 0)
    callers_fault = and_(not_run, seen.c.error_code.in_(_CALLERS_FAULT))
    # Where real runs are held against what is always so: see tenants/proving/invariant_checks.py.
    failed = or_(seen.c.outcome.in_(_FAILURES), seen.c.broken_invariants > 0)
    rows = await session.execute(
        select(seen.c.version_number, func.count(), func.sum(case((failed, 1), else_=0)))
        .where(not_(or_(seen.c.outcome == "cancelled", callers_fault)))
        .group_by(seen.c.version_number)
    )
    tallies = {number: Tally(calls, int(failures or 0)) for number, calls, failures in rows}
    new, old = tallies.get(canary.version, Tally()), tallies.get(canary.baseline, Tally())
    return {
        "canary": {"calls": new.calls, "failed": new.failed},
        "baseline": {"calls": old.calls, "failed": old.failed},
        "chance": worse_by_chance(new, old),
    }


async def figures(session: AsyncSession, canary: Canary) -> dict[str, Any]:
    """The figures of a canary: as they were at its end, or as they are now (see `compare`)."""
    return canary.figures or await compare(session, canary)


async def find_running(session: AsyncSession, tool: Tool) -> Canary | None:
    query = select(Canary).where(Canary.tool_id == tool.id, Canary.ended_at.is_(None)).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def _locked(session: AsyncSession, name: str) -> tuple[Tool, Canary]:
    """The tool first, always: who decides on it waits here for whoever decides on it too."""
    tool = await specs.find(session, name, lock=True)
    canary = await find_running(session, tool)
    if canary is None:
        raise NotFoundError(_NO_CANARY.format(name), hint="Approve a version with canary_percent to start one.")
    return tool, canary


async def _close(session: AsyncSession, tool: Tool, ending: str, figures: dict[str, Any] | None) -> None:
    canary = await find_running(session, tool)
    if canary is not None:
        canary.figures = figures or canary.figures or await compare(session, canary)
        canary.ended_at, canary.ending = now(), ending
        await session.flush()


async def _retire(session: AsyncSession, tool: Tool, *, keep: int) -> None:
    """Move every live version of the tool but one to retired."""
    query = select(Version).where(Version.tool_id == tool.id, Version.state == State.LIVE.value, Version.number != keep)
    for other in await session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        versions.move(session, other, State.RETIRED)


async def _changed(session: AsyncSession, actor: Actor, tool: Tool) -> None:
    tool.updated_at = now()
    await specs.changed(session, actor.tenant_id)


def platform(tenant: Tenant) -> Actor:
    """The platform itself, acting for a tenant: it holds no permission, and nobody can sign in as it."""
    return Actor(ActorKind.PLATFORM, "platform", "Sealwright", tenant.id, tenant.slug, None)


def _subject(canary: Canary) -> str:
    return f"{canary.tool_name}/{canary.version}"
