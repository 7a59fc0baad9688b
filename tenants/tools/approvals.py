"""Approvals: a person's yes or no to exactly what they saw, bound to its digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import canonical, ids
from tenants.base.db import now
from tenants.base.errors import NotAllowedError, StaleDigestError, WrongStateError
from tenants.models import Approval, Tool, Version
from tenants.rights.access import Actor, Permission
from tenants.rules import audit, policies
from tenants.tools import canaries, specs, versions
from tenants.tools.authority import grant_of, limits_of
from tenants.tools.version_states import State


@dataclass(frozen=True, slots=True)
class Said:
    """What an approver says beside a yes: a note, and to each question of the gates `{"question", "answer"}`."""

    note: str | None = None
    answers: Sequence[dict[str, str]] = ()

    def told(self) -> dict[str, Any]:
        """As the audit trail keeps it: what was not said is not there."""
        note = {"note": self.note} if self.note else {}
        return {**note, **({"answers": list(self.answers)} if self.answers else {})}


NOTHING = Said()


def review_parts(version: Version) -> dict[str, str]:
    """Return what an approval is for, part by part, each as a digest: equal parts have equal digests."""
    spec = version.spec
    always: list[Any] = spec.get("always") or []
    outside: list[dict[str, Any]] = version.report.get("outside") or []
    parts: dict[str, Any] = {
        "component": [version.image_digest, version.component_digest],
        "source": version.source,
        "schemas": [spec["input_schema"], spec["output_schema"]],
        "description": [spec["name"], spec["title"], spec["description"]],
        "effects": spec["effects"],
        "grant": grant_of(spec).as_dict(),
        "limits": limits_of(spec).as_dict(),
        "examples": [spec["examples"], spec["holdouts"], *([always] if always else [])],
        "report": [version.findings, _verdicts(version), *([outside] if outside else [])],
    }
    return {name: canonical.digest(part) for name, part in parts.items()}


def _verdicts(version: Version) -> list[Any]:
    """The report without its timings, which differ each time and mean nothing."""
    return [[gate["gate"], gate["passed"]] for gate in version.report.get("gates", [])]


def review_digest(version: Version) -> str:
    """Return the digest of everything a reviewer judges. Anything changes: it is another."""
    return canonical.digest(review_parts(version))


async def approve(  # noqa: PLR0913 - two of the seven are optional, and by keyword
    session: AsyncSession,
    actor: Actor,
    name: str,
    number: int,
    digest: str,
    *,
    canary_percent: int | None = None,
    said: Said = NOTHING,
) -> Version:
    """Put a version live, if it is still what the approver saw. Approving twice changes nothing.

    Beside a version that is live it serves `canary_percent` of the calls at first; None: as the policy says.
    Raises StaleDigestError (its details say what changed), WrongStateError, NotAllowedError.
    """
    actor.require_to_decide()
    tool = await specs.find(session, name, lock=True)
    version = await versions.find(session, name, number, lock=True)
    if digest != version.digest or review_digest(version) != digest:
        raise await _stale(session, version, digest)
    if version.state == State.LIVE:
        return version
    if version.state != State.AWAITING_APPROVAL:
        raise WrongStateError(
            f"Version {number} of {name} is {version.state}; only one that awaits approval can be approved.",
            state=version.state,
        )
    await _demand_second_person(session, actor, version)
    policy = policies.Policy.of(await policies.tenant(session, actor))
    percent = canary_percent or policy.canary_percent
    share: dict[str, int] = {}
    if percent < 100 and tool.live_version is not None:
        await canaries.start(session, actor, tool, version, (percent, policy.canary_promotes_after))
        share = {"canary_percent": percent, "baseline": tool.live_version}
    else:
        await canaries.go_live(session, actor, tool, version)
    _decide(session, actor, version, "approve", said.note, list(said.answers))
    await audit.record(session, actor, "version.approved", f"{name}/{number}", digest=digest, **share, **said.told())
    return version


async def reject(session: AsyncSession, actor: Actor, name: str, number: int, reason: str) -> Version:
    """Say no to a version that awaits approval. The reason is shown to its author. Raises WrongStateError."""
    actor.require_to_decide()
    version = await versions.find(session, name, number, lock=True)
    if version.state != State.AWAITING_APPROVAL:
        raise WrongStateError(f"Version {number} of {name} is {version.state}; there is nothing to reject.")
    versions.move(session, version, State.REJECTED)
    _decide(session, actor, version, "reject", reason)
    await audit.record(session, actor, "version.rejected", f"{name}/{number}", reason=reason)
    return version


async def withdraw(session: AsyncSession, actor: Actor, name: str, number: int) -> Version:
    """Take back a version that awaits approval. Its author's to do, whoever else may write tools.

    Raises NotAllowedError or WrongStateError.
    """
    actor.require(Permission.TOOLS_AUTHOR)
    version = await versions.find(session, name, number, lock=True)
    if not actor.is_caller(version.author):
        message = f"Version {number} of {name} is somebody else's: only its author takes it back."
        raise NotAllowedError(message, hint="An approver can reject it.")
    if version.state != State.AWAITING_APPROVAL:
        message = f"Version {number} of {name} is {version.state}; only one that awaits approval can be taken back."
        raise WrongStateError(message, state=version.state)
    versions.move(session, version, State.REJECTED)
    _decide(session, actor, version, "withdraw", "Taken back by its author.")
    await audit.record(session, actor, "version.withdrawn", f"{name}/{number}")
    return version


async def rollback(session: AsyncSession, actor: Actor, name: str, to_version: int) -> Tool:
    """Serve an earlier approved version again, from the next call on. Runs in flight finish on theirs.

    Raises StaleDigestError or WrongStateError.
    """
    actor.require_to_decide()
    tool = await specs.find(session, name, lock=True)
    if tool.live_version == to_version:
        if await canaries.end(session, actor, tool):
            await audit.record(session, actor, "tool.rolled_back", name, before=to_version, after=to_version)
        return tool
    version = await versions.find(session, name, to_version, lock=True)
    if version.state != State.RETIRED or not await _was_approved(session, version):
        raise WrongStateError(
            f"Version {to_version} of {name} is {version.state}; only one that was live can be again.",
            state=version.state,
        )
    if review_digest(version) != version.digest:
        raise await _stale(session, version, version.digest or "")
    before = tool.live_version
    await canaries.go_live(session, actor, tool, version)
    await audit.record(session, actor, "tool.rolled_back", name, before=before, after=to_version)
    return tool


async def _demand_second_person(session: AsyncSession, actor: Actor, version: Version) -> None:
    if policies.Policy.of(await policies.tenant(session, actor)).self_approval:
        return
    hint = "Ask another approver, or let an owner set the policy self_approval."
    if actor.same_person(version.author):
        raise NotAllowedError("You wrote this version; somebody else approves it.", hint=hint)
    if version.author.get("user_id") is None:
        # It might be anybody's own work, the approver's above all.
        message = "Nobody is known to answer for whoever wrote this version, so it takes more than one approver's yes."
        raise NotAllowedError(message, hint="Have it submitted again, by somebody who is known.")


async def _was_approved(session: AsyncSession, version: Version) -> bool:
    found = await session.scalar(
        select(Approval.id).where(
            Approval.version_id == version.id,
            Approval.decision == "approve",
            Approval.digest == version.digest,
        )
    )
    return found is not None


def carry_over(session: AsyncSession, actor: Actor, version: Version, approved: str) -> None:
    """Let a person's yes to `approved` hold for the same source, authority and answers on a newer image."""
    _decide(
        session, actor, version, "approve", f"Carried over from {approved}: the image is new, all else is the same."
    )


def _decide(
    session: AsyncSession,
    actor: Actor,
    version: Version,
    decision: str,
    reason: str | None,
    answers: list[dict[str, str]] | None = None,
) -> None:
    session.add(
        Approval(
            id=ids.new("apr"),
            version_id=version.id,
            digest=version.digest or "",
            decision=decision,
            reason=reason,
            answers=answers or None,
            actor=actor.who(),
            created_at=now(),
        )
    )


async def _stale(session: AsyncSession, version: Version, digest: str) -> StaleDigestError:
    """Say what is different from what the approver saw, as far as we know what that was."""
    present, seen = review_parts(version), _seen(version, digest)
    of_version: int | None = version.number if seen else None
    if seen is None:
        other = await session.scalar(
            select(Version).where(Version.tool_id == version.tool_id, Version.digest == digest).limit(1)
        )
        if other is not None:
            seen, of_version = review_parts(other), other.number
    changed = sorted(name for name in present if seen is not None and seen.get(name) != present[name])
    what = f"changed: {', '.join(changed)}" if changed else "it is not a digest of this tool"
    return StaleDigestError(
        f"What you approved is not version {version.number} of {version.tool_name} as it is now; {what}.",
        hint="Read the version again and approve the digest it has now.",
        changed=changed,
        given=digest,
        expected=version.digest,
        given_is_of_version=of_version,
    )


def _seen(version: Version, digest: str) -> dict[str, str] | None:
    """The parts of an earlier review of this very version, if `digest` was one."""
    reviews: list[dict[str, Any]] = version.report.get("reviews", [])
    return next((review["parts"] for review in reviews if review["digest"] == digest), None)
