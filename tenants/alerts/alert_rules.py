"""The rules that a tenant's people have set, and who of them has letters written. watch.py holds things against them.

Every rule tells the webhooks that want to hear of alerts. Letters go to people who have asked for them themselves:
nobody has letters written to another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import wake
from tenants.base.errors import ConflictError, InvalidError, NotFoundError
from tenants.models import AlertRule, Tool
from tenants.people.mailer import Mailer
from tenants.rights.access import Actor, Permission
from tenants.rules import audit

QUEUE = "alerts"
RULES_MAX = 100
SPAN_MINUTES_MAX = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Kind:
    """`unit` is what the threshold counts, and `most` what it may be; a rule may name a tool, or look back a span."""

    unit: str
    most: int
    has_tool: bool = False
    has_span: bool = False


KINDS: Mapping[str, Kind] = {
    "failures": Kind("runs that failed, ran out of something or died", 1_000_000, has_tool=True, has_span=True),
    "slow": Kind("milliseconds that 95 of 100 runs stay within", 86_400_000, has_tool=True, has_span=True),
    "schedules": Kind("schedules whose last call failed", 1_000, has_tool=True),
    "uncertain": Kind("effects that nobody knows the end of", 100),
    "budget": Kind("percent of this month's money for models that write tools", 100),
    "storage": Kind("percent of what the tenant may store", 100),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to hear of. `tool_name` None: of all tools."""

    kind: str
    threshold: int
    span_minutes: int = 60
    tool_name: str | None = None


async def add_rule(
    session: AsyncSession, actor: Actor, wanted: Wanted, mailer: Mailer | None, *, by_letter: bool
) -> AlertRule:
    """Set a rule; `by_letter`: whoever sets it has letters written. Raises InvalidError and ConflictError."""
    _demand_may_set(actor)
    await _check(session, wanted)
    rule = AlertRule(
        kind=wanted.kind, tool_name=wanted.tool_name, threshold=wanted.threshold, span_minutes=wanted.span_minutes,
        letters_to=[_person(actor, mailer)] if by_letter else [], created_by=actor.who(),
    )  # fmt: skip
    session.add(rule)
    await session.flush()
    await audit.record(session, actor, "alert.set", rule.id, **_told(rule))
    wake(session, QUEUE)
    return rule


async def change_rule(session: AsyncSession, actor: Actor, rule_id: str, changes: Mapping[str, Any]) -> AlertRule:
    """Change `threshold`, `span_minutes` or whether it is `active`. One that is paused is quiet.

    Raises InvalidError and NotFoundError.
    """
    _demand_may_set(actor)
    rule = await _find(session, rule_id)
    before = _told(rule)
    threshold, span = changes.get("threshold", rule.threshold), changes.get("span_minutes", rule.span_minutes)
    await _check(session, Wanted(rule.kind, threshold, span), is_new=False)
    rule.threshold, rule.span_minutes = threshold, span
    rule.active = changes.get("active", rule.active)
    if not rule.active:
        rule.fired_at = None
    await audit.record(session, actor, "alert.changed", rule.id, after=_told(rule), before=before)
    wake(session, QUEUE)
    return rule


async def drop_rule(session: AsyncSession, actor: Actor, rule_id: str) -> None:
    _demand_may_set(actor)
    rule = await _find(session, rule_id)
    await session.delete(rule)
    await audit.record(session, actor, "alert.removed", rule_id, before=_told(rule))


async def list_rules(session: AsyncSession, actor: Actor) -> Sequence[AlertRule]:
    """Those that fire first, then the newest."""
    actor.require(Permission.RUNS_READ)
    return (await session.scalars(select(AlertRule).order_by(AlertRule.fired_at.is_(None), AlertRule.id.desc()))).all()


async def ask_for_letters(
    session: AsyncSession, actor: Actor, rule_id: str, mailer: Mailer | None, *, wanted: bool
) -> AlertRule:
    """Have letters written to oneself when a rule fires and when that is over, or no more.

    Raises ConflictError where none can be written, and NotFoundError.
    """
    actor.require(Permission.RUNS_READ)
    rule = await _find(session, rule_id)
    others = [one for one in rule.letters_to if one != actor.user_id]
    rule.letters_to = [*others, _person(actor, mailer)] if wanted else others
    return rule


def _demand_may_set(actor: Actor) -> None:
    actor.require(Permission.TENANT_MANAGE)
    # What a rule tells is about runs.
    actor.require(Permission.RUNS_READ)


def _person(actor: Actor, mailer: Mailer | None) -> str:
    if mailer is None:
        raise ConflictError(
            "This server writes no letters.",
            hint="Its operator sets SEALWRIGHT_MAIL_FROM; webhooks are told meanwhile.",
        )
    if actor.user_id is None:
        raise ConflictError("Letters are written to people.", hint="Ask for them in the dashboard.")
    return actor.user_id


def _told(rule: AlertRule) -> dict[str, Any]:
    said = {"kind": rule.kind, "tool": rule.tool_name, "threshold": rule.threshold, "active": rule.active}
    return {**said, "span_minutes": rule.span_minutes} if KINDS[rule.kind].has_span else said


async def _find(session: AsyncSession, rule_id: str) -> AlertRule:
    rule = await session.scalar(select(AlertRule).where(AlertRule.id == rule_id).with_for_update())
    if rule is None:
        raise NotFoundError(f"There is no alert {rule_id} here.")
    return rule


async def _check(session: AsyncSession, wanted: Wanted, *, is_new: bool = True) -> None:
    problems: list[dict[str, str]] = []
    kind = KINDS.get(wanted.kind)
    if kind is None:
        said = f"There is no such kind. Choose from {', '.join(KINDS)}."
        raise InvalidError("The alert is not valid.", problems=[{"path": "/kind", "message": said}])
    if not 1 <= wanted.threshold <= kind.most:
        problems.append({"path": "/threshold", "message": f"It counts {kind.unit}: 1 to {kind.most:,}."})
    if not 1 <= wanted.span_minutes <= SPAN_MINUTES_MAX:
        problems.append({"path": "/span_minutes", "message": f"A span is 1 to {SPAN_MINUTES_MAX:,} minutes."})
    if wanted.tool_name is not None and (said := await _tool_fault(session, kind, wanted.tool_name)):
        problems.append({"path": "/tool", "message": said})
    if is_new and len((await session.scalars(select(AlertRule.id))).all()) >= RULES_MAX:
        problems.append({"path": "", "message": f"There are {RULES_MAX} alerts already."})
    if problems:
        raise InvalidError("The alert is not valid.", problems=problems)


async def _tool_fault(session: AsyncSession, kind: Kind, name: str) -> str | None:
    if not kind.has_tool:
        return "This kind is of all tools together."
    tool = select(Tool.id).where(Tool.name == name, Tool.retired_at.is_(None))
    return None if await session.scalar(tool) else "There is no such tool, or it is retired."
