"""Money for models: reserved before every exchange at the most it can cost, settled after it at what it did cost."""

import math
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import BudgetSpentError, OverQuotaError
from tenants.models import Exchange, Tenant
from tenants.rules.policies import Policy
from tenants.vendors.author import Prices, Prompt, Reply, Usage

# One version may cost this much, all its rounds together.
VERSION_USD = 5.0
VERSION_TOKENS = 600_000
_MICRO = 1_000_000
_DAY_S = 86_400


def most(prompt: Prompt, max_tokens: int, prices: Prices) -> int:
    """Return the most one exchange can cost, in millionths of a US dollar: nothing cached, everything written."""
    return Usage(output=max_tokens, cache_write=prompt.tokens_at_most()).cost_microusd(prices)


async def reserve(session: AsyncSession, tenant_id: str, exchange: Exchange) -> None:
    """Add an exchange with its reservation. Raises BudgetSpentError and OverQuotaError: tenant or version has no more.

    The tenant's row is locked, so that two processes cannot both spend the last dollar.
    """
    tenant = await session.get_one(Tenant, tenant_id, with_for_update=True)
    limit = Policy.of(tenant).generation_usd_a_month * _MICRO
    spent = await spent_since(session, month())
    if spent + exchange.cost_microusd > limit:
        raise BudgetSpentError(
            f"This month's models' budget of ${limit / _MICRO:,.2f} is used up: ${spent / _MICRO:,.2f} spent, and the "
            f"next exchange may cost ${exchange.cost_microusd / _MICRO:,.2f}.",
            hint="An owner can raise generation_usd_a_month in the policy; else it begins anew with the month.",
            retry_after_s=math.ceil((_next_month() - now()).total_seconds()),
        )
    if exchange.version_id is not None:
        await _within_version(session, exchange)
    session.add(exchange)


async def _within_version(session: AsyncSession, exchange: Exchange) -> None:
    columns = (
        Exchange.input_tokens,
        Exchange.output_tokens,
        Exchange.cache_write_tokens,
        Exchange.cache_read_tokens,
    )
    tokens = sum(columns[1:], start=columns[0])
    row = await session.execute(
        select(func.coalesce(func.sum(Exchange.cost_microusd), 0), func.coalesce(func.sum(tokens), 0)).where(
            Exchange.version_id == exchange.version_id
        )
    )
    cost, used = row.one()
    if cost + exchange.cost_microusd > VERSION_USD * _MICRO or used > VERSION_TOKENS:
        raise OverQuotaError(
            f"This version has used {used:,} tokens, ${cost / _MICRO:,.2f}; at most {VERSION_TOKENS:,} tokens and "
            f"${VERSION_USD:,.2f} go into one.",
            hint="Make the spec smaller or more exact, or write the rest by hand from the best source so far.",
            retry_after_s=_DAY_S,
        )


def settle(exchange: Exchange, reply: Reply, prices: Prices) -> None:
    """Write down what came back and what it did cost."""
    exchange.reply, exchange.stop_reason, exchange.model = reply.content, reply.stop_reason, reply.model
    exchange.input_tokens, exchange.output_tokens = reply.usage.input, reply.usage.output
    exchange.cache_write_tokens, exchange.cache_read_tokens = reply.usage.cache_write, reply.usage.cache_read
    exchange.cost_microusd, exchange.finished_at = reply.usage.cost_microusd(prices), now()


def fail(exchange: Exchange, error: Exception, *, charged: bool) -> None:
    """Write down that no reply came; a request that was refused at the door cost nothing."""
    exchange.error, exchange.finished_at = str(error)[:2_000], now()
    if not charged:
        exchange.cost_microusd = 0


async def spent_since(session: AsyncSession, since: datetime) -> int:
    """Return millionths of a US dollar spent or reserved by the unit's tenant."""
    total = select(func.coalesce(func.sum(Exchange.cost_microusd), 0)).where(Exchange.created_at >= since)
    return int((await session.scalar(total)) or 0)


def _next_month() -> datetime:
    return (month() + timedelta(days=32)).replace(day=1)


def month() -> datetime:
    """Return when this month began, in UTC."""
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
