"""Cases by somebody who wrote no version of a tool: from what it promises alone, as an oracle that is not its author.

Whoever has been shown a source of it, or has the person behind them who has, writes none any more: what they know of
how it is done would be in what they expect. What they wrote before stays.

They stand beside the spec and are put into it only where a version is examined; whoever reads the spec sees nothing of
them. They hold for versions with the promise that they were written for. A version that waits for its approval is
examined anew with them; an approver sees who wrote which, and which failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import canonical, ids
from tenants.base.db import now, wake
from tenants.base.errors import ConflictError, NotAllowedError, NotFoundError
from tenants.confinement.spec_fields import INVARIANTS_MAX, Checked
from tenants.models import OutsideCases, Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.rules import audit, stored_bytes
from tenants.runtime import Runtime
from tenants.schemas.json_schemas import demand, problem
from tenants.tools import source_readings, specs, versions
from tenants.tools.version_states import State

# Of one tool, by all who write them: with what the spec may have, a gate's time is bounded.
CASES_MAX = 50
_SETS_MAX = 20
_PROMISE = ("name", "title", "description", "input_schema", "output_schema", "effects")
_FIELDS = ("holdouts", "always")
_HINT_INSIDE = "Put cases of your own into the spec, as examples and hold-outs."


@dataclass(frozen=True, slots=True)
class Outside:
    """What is examined beside a spec: `spec` with it, and by whom it is, as an approver sees it.

    Of those in `by` that do not hold, the schemas have changed since: nothing of them is in `spec`.
    """

    spec: dict[str, Any]
    by: list[dict[str, Any]]


def promise(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody who is to write cases is shown: what callers are promised, without a word of how it is done."""
    return {**{name: spec.get(name) for name in _PROMISE}, "capabilities": spec["capabilities"]}


async def read_promise(session: AsyncSession, actor: Actor, name: str) -> dict[str, Any]:
    """What a tool promises, to whoever may write cases for it. Raises NotAllowedError for who knows its source."""
    actor.require(Permission.TOOLS_AUTHOR)
    tool = await specs.find(session, name)
    await _demand_outsider(session, actor, tool)
    return promise(tool.spec)


async def propose(runtime: Runtime, actor: Actor, name: str, given: Mapping[str, Any]) -> OutsideCases:
    """Add `{"holdouts", "always"}`, either or both. A version that waits for approval is examined anew.

    Raises NotAllowedError for whoever wrote a version's source or was shown one, or answers for who did; InvalidError;
    ConflictError where there are as many as may be.
    """
    actor.require(Permission.TOOLS_AUTHOR)
    async with runtime.database.reading(actor.tenant_id) as session:
        tool = await specs.find(session, name)
        # First of all: what a check says of a case would tell whoever may not know.
        await _demand_outsider(session, actor, tool)
        spec = tool.spec
    checked = await _checked(runtime, actor, spec, given)
    async with runtime.database.unit(actor.tenant_id) as session:
        tool = await specs.find(session, name, lock=True)
        await _demand_outsider(session, actor, tool)
        if _digest(tool.spec) != _digest(spec):
            raise ConflictError("The tool promises something else by now.", hint="Read it again, then write the cases.")
        await _demand_room(session, tool, checked.spec)
        written: dict[str, list[Any]] = {field: checked.spec.get(field) or [] for field in _FIELDS}
        await stored_bytes.grow(session, actor.tenant_id, stored_bytes.VERSION_BYTES + len(str(written)))
        row = OutsideCases(
            id=ids.new("oca"), tool_id=tool.id, tool_name=tool.name, promise=_digest(tool.spec), author=actor.who(),
            created_at=now(), **written,
        )  # fmt: skip
        session.add(row)
        await audit.record(session, actor, "outside_cases.added", tool.name, id=row.id, **_numbers(row))
        await _examine_anew(session, tool)
    return row


async def _checked(runtime: Runtime, actor: Actor, spec: Mapping[str, Any], given: Mapping[str, Any]) -> Checked:
    """What is given, checked as of a spec: by itself, so that nothing is said of what is in the spec already."""
    wanted = {field: given[field] for field in _FIELDS if given.get(field)}
    if not wanted or {*given} - {*_FIELDS}:
        demand(
            [problem("", "Give `holdouts` (cases or stories), `always` (`{say, check}`), or both.")], "Nothing to add."
        )
    bare = {name: value for name, value in spec.items() if name not in (*_FIELDS, "examples", "equivalent")}
    plain = {name: value for name, value in bare.items() if value is not None}
    return await runtime.reader.checked(actor.tenant_id, {**plain, **wanted}, "The cases are not valid.")


async def list_all(session: AsyncSession, actor: Actor, name: str) -> list[dict[str, Any]]:
    """Who has written how many, oldest first; what they say only where the reader may know it."""
    actor.require(Permission.TOOLS_READ)
    tool = await specs.find(session, name, retired=True)
    may_decide = Permission.VERSIONS_APPROVE in actor.permissions and not await _inside(session, actor, tool)
    rows = await _of(session, tool.id)
    return [
        {
            **_told(row),
            "holds": row.promise == _digest(tool.spec),
            **({field: getattr(row, field) for field in _FIELDS} if may_decide or actor.is_caller(row.author) else {}),
        }
        for row in rows
    ]


async def take_away(session: AsyncSession, actor: Actor, name: str, cases_id: str) -> None:
    """Take cases away: whoever wrote them, or an approver. Raises NotAllowedError or NotFoundError."""
    actor.require(Permission.TOOLS_READ)
    tool = await specs.find(session, name, lock=True)
    row = await session.scalar(
        select(OutsideCases).where(OutsideCases.id == cases_id, OutsideCases.tool_id == tool.id).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"{name} has no such cases.")
    if not actor.is_caller(row.author):
        actor.require_to_decide()
        if await _inside(session, actor, tool):
            message = "You wrote this tool's source, or answer for who did: what judges it is not yours to take away."
            raise NotAllowedError(message, hint="Ask another approver.")
    await session.delete(row)
    await audit.record(session, actor, "outside_cases.removed", name, id=row.id, **_numbers(row))
    await _examine_anew(session, tool)


async def beside(session: AsyncSession, version: Version) -> Outside:
    """A version's spec with the cases that were written for what it promises, none of them by its own author."""
    every = [row for row in await _of(session, version.tool_id) if not _is_one(row.author, version.author)]
    rows = [row for row in every if row.promise == _digest(version.spec)]
    by = [{**_told(row), "holds": row in rows} for row in every]
    if not rows:
        return Outside(version.spec, by)
    holdouts = [_titled(case, at) for at, case in enumerate((one for row in rows for one in row.holdouts), 1)]
    always = [one for row in rows for one in row.always]
    own: list[Any] = version.spec.get("always") or []
    spec = {**version.spec, "holdouts": [*version.spec["holdouts"], *holdouts]}
    # No more expressions than a spec may have: its author's first.
    spec |= {"always": [*own, *always][:INVARIANTS_MAX]} if own or always else {}
    return Outside(spec, by)


def _titled(case: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Findings name a case by its title: that of these says where they come from, and no more."""
    return {**case, "title": f"outside case {number}"}


async def _of(session: AsyncSession, tool_id: str) -> Sequence[OutsideCases]:
    query = select(OutsideCases).where(OutsideCases.tool_id == tool_id).order_by(OutsideCases.id)
    return (await session.scalars(query)).all()


async def _examine_anew(session: AsyncSession, tool: Tool) -> None:
    waits = (Version.tool_id == tool.id, Version.state == State.AWAITING_APPROVAL.value)
    for version in await session.scalars(select(Version).where(*waits).with_for_update()):
        if _digest(version.spec) == _digest(tool.spec):
            # What was reviewed until now is no longer what can be approved.
            version.digest = None
            versions.move(session, version, State.CHECKING)
            wake(session, versions.QUEUE)


async def _demand_outsider(session: AsyncSession, actor: Actor, tool: Tool) -> None:
    if await _inside(session, actor, tool):
        message = (
            f"You wrote a version of {tool.name}, or answer for who did: these cases are somebody else's to write."
        )
        raise NotAllowedError(message, hint=_HINT_INSIDE)
    seen = await source_readings.first_reading(session, actor, tool.id)
    if seen is not None:
        message = (
            f"You, or who answers for you, were shown the source of {tool.name} (version {seen.version}, on "
            f"{seen.read_at:%Y-%m-%d}): these cases are for somebody who has not seen it."
        )
        raise NotAllowedError(
            message, hint=f"{_HINT_INSIDE} Somebody else can write them who has not opened a version."
        )


async def _inside(session: AsyncSession, actor: Actor, tool: Tool) -> bool:
    """Whether the actor wrote any version, also one that was rejected, or has the person behind it who did."""
    authors = await session.scalars(select(Version.author).where(Version.tool_id == tool.id))
    # Of an author whom nobody answers for it might be anybody's own work.
    return any(actor.same_person(who) or who.get("user_id") is None for who in authors)


def _is_one(who: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return who.get("id") == other.get("id") or who.get("user_id") in (None, other.get("user_id"))


async def _demand_room(session: AsyncSession, tool: Tool, spec: Mapping[str, Any]) -> None:
    rows = await _of(session, tool.id)
    there = sum(len(row.holdouts) for row in rows) + len(spec.get("holdouts") or [])
    always = sum(len(row.always) for row in rows) + len(spec.get("always") or [])
    if there > CASES_MAX or always > INVARIANTS_MAX or len(rows) >= _SETS_MAX:
        message = (
            f"{tool.name} has as many as it may: {CASES_MAX} cases, {INVARIANTS_MAX} invariants, {_SETS_MAX} sets."
        )
        raise ConflictError(message, hint="Whoever wrote some of them, or an approver, takes those away.")


def _digest(spec: Mapping[str, Any]) -> str:
    """What cases have to fit. Words may change: an author who changes one is not rid of what others have written."""
    return canonical.digest([spec.get(name) for name in ("name", "input_schema", "output_schema")])


def _numbers(row: OutsideCases) -> dict[str, int]:
    return {field: len(getattr(row, field)) for field in _FIELDS}


def _told(row: OutsideCases) -> dict[str, Any]:
    return {
        "id": row.id, "author": row.author, "created_at": row.created_at.isoformat(),
        "numbers": _numbers(row),
    }  # fmt: skip
