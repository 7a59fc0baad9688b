"""Holds every tenant's rules against what there is: each begins to fire once, and is told of once when that is over."""

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.alerts.alert_rules import KINDS, QUEUE
from tenants.alerts.measures import measure_rule
from tenants.base.db import now
from tenants.models import AlertRule, Membership, Tenant, User
from tenants.notifications import notices
from tenants.runtime import Runtime

log = logging.getLogger(__name__)
LOOK_EVERY_S = 10.0


async def watch_rules(runtime: Runtime) -> None:
    """Go on until cancelled."""
    while True:
        try:
            await look_at_rules(runtime)
        except Exception:
            log.exception("holding alerts against what there is stumbled")
        await runtime.events.sleep(QUEUE, LOOK_EVERY_S)


async def look_at_rules(runtime: Runtime) -> int:
    """Look at every rule once; return how many began to fire, or ceased."""
    async with runtime.database.system_reading() as session:
        rules = (
            await session.scalars(select(AlertRule).where(AlertRule.active.is_(True)).order_by(AlertRule.id))
        ).all()
    changed = 0
    for rule in rules:
        try:
            changed += await _judge(runtime, rule)
        except Exception:  # one tenant's rule keeps no other's from being looked at
            log.exception("the alert %s could not be looked at", rule.id)
    return changed


async def _judge(runtime: Runtime, seen: AlertRule) -> bool:
    async with runtime.database.reading(seen.tenant_id) as session:
        value = await measure_rule(session, seen)
    fires = value >= seen.threshold
    if fires is (seen.fired_at is not None):
        return False
    async with runtime.database.unit(seen.tenant_id) as session:
        rule = await session.scalar(select(AlertRule).where(AlertRule.id == seen.id).with_for_update())
        # Another process may have been faster, or somebody has changed it since: then the next look decides.
        if rule is None or _state(rule) != _state(seen):
            return False
        rule.fired_at, rule.value = (now() if fires else None), value
        await _tell(session, runtime, rule, fires=fires)
    return True


def _state(rule: AlertRule) -> tuple[object, ...]:
    return rule.threshold, rule.span_minutes, rule.active, rule.fired_at is None


async def _tell(session: AsyncSession, runtime: Runtime, rule: AlertRule, *, fires: bool) -> None:
    kind = KINDS[rule.kind]
    span = {"span_minutes": rule.span_minutes} if kind.has_span else {}
    told = {"alert": rule.id, "about": rule.kind, "tool": rule.tool_name, "threshold": rule.threshold, **span}
    notices.tell(session, "alert.fired" if fires else "alert.over", **told, value=rule.value, counts=kind.unit)
    if runtime.mailer is not None:
        tenant = await session.get_one(Tenant, rule.tenant_id)
        place = f"{runtime.mailer.origin}/tenants/{tenant.slug}/settings/alerts"
        subject = f"{'Alert' if fires else 'Over'}: {_what(rule)}"
        for email in await _readers(session, rule):
            await runtime.mailer.write(session, email, subject, _letter(rule, place, fires=fires))


async def _readers(session: AsyncSession, rule: AlertRule) -> Sequence[str]:
    """Whoever asked for letters and is still one of the tenant's people."""
    query = select(User.email).join(Membership, Membership.user_id == User.id)
    return (await session.scalars(query.where(User.id.in_(rule.letters_to)).order_by(User.email))).all()


def _what(rule: AlertRule) -> str:
    words = {
        "failures": "runs fail",
        "slow": "runs are slow",
        "schedules": "a schedule fails",
        "uncertain": "effects are uncertain",
        "budget": "the budget for models is near its end",
        "storage": "storage is nearly full",
    }
    return f"{rule.tool_name}: {words[rule.kind]}" if rule.tool_name else words[rule.kind]


def _letter(rule: AlertRule, place: str, *, fires: bool) -> str:
    kind = KINDS[rule.kind]
    span = f" in the last {rule.span_minutes:,} minutes" if kind.has_span else ""
    of_tool = f" ({rule.tool_name})" if rule.tool_name else ""
    told = f"{rule.value:,} {kind.unit}{of_tool}{span}; the alert is set at {rule.threshold:,}."
    begun = "An alert that you asked to hear of has begun." if fires else "An alert that you heard of is over."
    return f"{begun}\n\n{told}\n\nLook at it, or have no more such letters written:\n{place}\n"
