"""How much there is of what a rule counts, now."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.capabilities import ledger
from tenants.catalog.activity import BROKEN
from tenants.models import AlertRule, Run, RunStatus, Schedule, Tenant
from tenants.rules import stored_bytes
from tenants.rules.policies import Policy
from tenants.rules.quotas import Allowance
from tenants.runs.schedules import FAILS
from tenants.writing import budgets

_MICRO = 1_000_000


async def measure_rule(session: AsyncSession, rule: AlertRule) -> int:
    """In the unit of the rule's kind (alert_rules.KINDS). Where nothing ran, nothing failed and nothing was slow."""
    return await MEASURES[rule.kind](session, rule)


async def _failures(session: AsyncSession, rule: AlertRule) -> int:
    return int(await session.scalar(select(func.count()).where(*_ended(rule), Run.outcome.in_(BROKEN))) or 0)


async def _slow(session: AsyncSession, rule: AlertRule) -> int:
    """The time of the run that 95 in 100 of those that returned were no slower than."""
    returned = (*_ended(rule), Run.outcome == "returned")
    count = int(await session.scalar(select(func.count()).where(*returned)) or 0)
    place = max(0, -(-count * 95 // 100) - 1)
    return int(await session.scalar(select(Run.wall_ms).where(*returned).order_by(Run.wall_ms).offset(place)) or 0)


def _ended(rule: AlertRule) -> tuple[ColumnElement[bool], ...]:
    since = now() - timedelta(minutes=rule.span_minutes)
    of_tool = () if rule.tool_name is None else (Run.tool_name == rule.tool_name,)
    return (Run.status == RunStatus.FINISHED, Run.finished_at >= since, *of_tool)


async def _schedules(session: AsyncSession, rule: AlertRule) -> int:
    query = select(func.count(Schedule.id)).outerjoin(Run, Run.id == Schedule.last_run_id)
    query = query.where(FAILS)
    of_tool: Any = () if rule.tool_name is None else (Schedule.tool_name == rule.tool_name,)
    return int(await session.scalar(query.where(Schedule.paused.is_(False), *of_tool)) or 0)


async def _uncertain(session: AsyncSession, rule: AlertRule) -> int:
    return len(await ledger.unsettled(session, rule.threshold))


async def _budget(session: AsyncSession, rule: AlertRule) -> int:
    tenant = await session.get_one(Tenant, rule.tenant_id)
    spent = await budgets.spent_since(session, budgets.month())
    return spent * 100 // (Policy.of(tenant).generation_usd_a_month * _MICRO)


async def _storage(session: AsyncSession, rule: AlertRule) -> int:
    tenant = await session.get_one(Tenant, rule.tenant_id)
    return await stored_bytes.used(session, rule.tenant_id) * 100 // Allowance.for_tenant(tenant).stored_bytes


MEASURES: Mapping[str, Callable[[AsyncSession, AlertRule], Awaitable[int]]] = {
    "failures": _failures,
    "slow": _slow,
    "schedules": _schedules,
    "uncertain": _uncertain,
    "budget": _budget,
    "storage": _storage,
}
