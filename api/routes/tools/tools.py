"""Tools: their specs, versions and approvals."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.deps import CurrentActor, CurrentPaging, CurrentRuntime, Number, Reading, Unit
from api.problems import RESPONSES
from api.schemas.evolution import ServedOut
from api.schemas.pages import PageOut
from api.schemas.tools import (
    ApproveIn,
    RejectIn,
    RollbackIn,
    SpecIn,
    ToolOut,
    VersionIn,
    VersionOut,
    VersionSummary,
)
from tenants.catalog import catalog, listing, unused_tools
from tenants.catalog.listing import Order, Standing
from tenants.models import Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime
from tenants.tools import approvals, holdouts, reviews, source_readings, specs, versions
from tenants.tools.reviews import Review

router = APIRouter(prefix="/api/v1/tenants/{tenant}/tools", tags=["tools"], responses=RESPONSES)


@router.post("", status_code=201)
async def submit_tool(body: SpecIn, actor: CurrentActor, runtime: CurrentRuntime) -> ToolOut:
    """Submit a tool's spec, as JSON or YAML. Every problem in it is reported at once."""
    actor.require(Permission.TOOLS_AUTHOR)
    checked = await runtime.reader.checked(actor.tenant_id, body.model_dump(exclude_unset=True))
    async with runtime.database.unit(actor.tenant_id) as session:
        return _told(actor, await specs.submit(session, actor, checked))


@router.get("")
async def search_tools(
    actor: CurrentActor,
    runtime: CurrentRuntime,
    session: Reading,
    page: CurrentPaging,
    q: Annotated[str | None, Query(description="Words to look for in name, title and description.")] = None,
    standing: Annotated[Standing | None, Query(description="Left out: all but retired ones.")] = None,
    sort: Annotated[Order, Query(description="By runs: of the last seven days.")] = Order.NEWEST,
) -> PageOut[ToolOut]:
    """Tools as they stand; those that words are looked for in come the best first, whatever else is asked."""
    if q is None and (standing is not None or sort is not Order.NEWEST):
        found = await listing.tools(session, actor, standing, sort, page.cursor, page.limit)
    else:
        found = await specs.search(session, actor, q, page.cursor, page.limit)
    return PageOut(items=await _counted(runtime, session, actor, found.items), next_cursor=found.next_cursor)


async def _counted(runtime: Runtime, session: AsyncSession, actor: Actor, found: Sequence[Tool]) -> list[ToolOut]:
    calls = await unused_tools.calls(session, found) if Permission.RUNS_READ in actor.permissions else {}
    states = await versions.newest_states(session, found)
    refused = (await catalog.live(runtime.database, actor.tenant_id)).refused
    return [
        _listed(actor, tool, calls.get(tool.name), newest_state=states.get(tool.name), unserved=refused.get(tool.name))
        for tool in found
    ]


def _listed(actor: Actor, tool: Tool, calls: unused_tools.Calls | None, **more: str | None) -> ToolOut:
    counted = {"runs_last_7_days": calls.recent, "last_run_at": calls.last_at} if calls else {}
    return _told(actor, tool, **more, **counted)


def _told(actor: Actor, tool: Tool, **counted: object) -> ToolOut:
    return ToolOut.of(tool, **counted).model_copy(update={"spec": holdouts.shown(actor, tool)})


async def _reviewed(session: AsyncSession, actor: Actor, version: Version) -> VersionOut:
    """What a unit tells of a version that it has changed."""
    return _shown(actor, await reviews.review(session, version), await source_readings.note(session, actor, version))


def _shown(actor: Actor, review: Review, source: str | None) -> VersionOut:
    return VersionOut.of_review(review, source).model_copy(update={"spec": holdouts.shown(actor, review.version)})


@router.get("/{name}")
async def read_tool(name: str, actor: CurrentActor, runtime: CurrentRuntime, session: Reading) -> ToolOut:
    tool = await specs.read(session, actor, name)
    (told,) = await _counted(runtime, session, actor, [tool])
    served = await specs.read_served(session, tool)
    return told.model_copy(update={"served": served and ServedOut.model_validate(served)})


@router.put("/{name}")
async def revise_tool(name: str, body: SpecIn, actor: CurrentActor, runtime: CurrentRuntime) -> ToolOut:
    """Replace the spec. Versions keep the spec they were made for; the next version takes the new one."""
    actor.require(Permission.TOOLS_AUTHOR)
    given = {"name": name, **body.model_dump(exclude_unset=True)}
    async with runtime.database.reading(actor.tenant_id) as session:
        stored = (await specs.read(session, actor, name)).spec
    checked = await runtime.reader.checked(actor.tenant_id, given, stored=stored)
    async with runtime.database.unit(actor.tenant_id) as session:
        return _told(actor, await specs.revise(session, actor, name, checked))


@router.delete("/{name}", status_code=204)
async def retire_tool(name: str, actor: CurrentActor, unit: Unit) -> None:
    """Stop serving the tool. Its versions, runs and records stay."""
    await specs.retire(unit, actor, name)


@router.post("/{name}/versions", status_code=202)
async def submit_version(name: str, body: VersionIn, actor: CurrentActor, unit: Unit) -> VersionOut:
    """Submit a source, or ask for one to be generated. It is built and checked in the background."""
    version = await versions.submit(
        unit, actor, name, source=body.source, generate=body.generate.model_dump() if body.generate else None
    )
    return await _reviewed(unit, actor, version)


@router.get("/{name}/versions")
async def list_versions(
    name: str, actor: CurrentActor, session: Reading, page: CurrentPaging
) -> PageOut[VersionSummary]:
    found = await versions.list_all(session, actor, name, page.cursor, page.limit)
    return PageOut(items=[VersionSummary.of(version) for version in found.items], next_cursor=found.next_cursor)


@router.get("/{name}/versions/{number}")
async def read_version(
    name: str,
    number: Number,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    source: Annotated[bool, Query(description="False: all but the source, which is null then.")] = True,  # noqa: FBT002 - a query
) -> VersionOut:
    """A version with its source. Who was shown it once can write no outside cases for the tool any more."""
    async with runtime.database.reading(actor.tenant_id) as session:
        version = await versions.read(session, actor, name, number)
        review = await reviews.review(session, version)
    opened = await source_readings.open_source(runtime.database, actor, version) if source else None
    return _shown(actor, review, opened)


@router.post("/{name}/versions/{number}/approve")
async def approve_version(name: str, number: Number, body: ApproveIn, actor: CurrentActor, unit: Unit) -> VersionOut:
    """Approve exactly what you reviewed: the digest must still be the version's.

    With `canary_percent` below 100 the version that is live serves the rest, and the new one is taken back by itself
    when it fails more often: see `/canaries`.
    """
    said = approvals.Said(body.note, [one.model_dump() for one in body.answers])
    version = await approvals.approve(
        unit, actor, name, number, body.digest, canary_percent=body.canary_percent, said=said
    )
    return await _reviewed(unit, actor, version)


@router.post("/{name}/versions/{number}/reject")
async def reject_version(name: str, number: Number, body: RejectIn, actor: CurrentActor, unit: Unit) -> VersionOut:
    version = await approvals.reject(unit, actor, name, number, body.reason)
    return await _reviewed(unit, actor, version)


@router.post("/{name}/rollback")
async def roll_back(name: str, body: RollbackIn, actor: CurrentActor, unit: Unit) -> ToolOut:
    """Point the tool at an earlier approved version, at once. Runs in flight finish on theirs."""
    return _told(actor, await approvals.rollback(unit, actor, name, body.version))
