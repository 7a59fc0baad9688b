"""What a tool costs and what it saves, measured where it can be and by a stated model where it cannot."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import AMBIENT
from tenants.base.content_keys import clear_bytes
from tenants.models import Exchange, JournalEntry, Run, Tenant, Version
from tenants.rights.access import Actor, Permission
from tenants.rules.policies import Policy
from tenants.tools import specs
from tenants.vendors.author import Prices
from tenants.writing.budgets import month, spent_since

METHOD = (
    "Tokens are taken as characters / 4. A run of the tool costs its arguments, its result and 100 tokens around one "
    "call. Without the tool the agent would have made each of its host calls itself, one call for each item of a "
    "batch: the sizes of those requests and replies, as journalled, and 100 tokens around each. What the agent reads "
    "again at every step, and what it thinks, is not counted, so the saving is a lower bound; one that makes no host "
    "call is counted as saving nothing. Averages are over the last 500 runs that returned, and only those count "
    "as saving. Saved tokens are priced as input. Time: each step that the agent need not take is 3 seconds of a model."
)
CHARACTERS_PER_TOKEN = 4
CALL_TOKENS = 100
_SAMPLE = 500
_STEP_SECONDS = 3
_MICRO = 1_000_000
_TOKENS = Exchange.input_tokens + Exchange.output_tokens + Exchange.cache_write_tokens + Exchange.cache_read_tokens


async def of_tool(session: AsyncSession, actor: Actor, name: str, prices: Prices) -> dict[str, Any]:
    """Return what a tool cost to make, what its runs save by METHOD, and whether that has paid for it."""
    actor.require(Permission.RUNS_READ)
    tool = await specs.read(session, actor, name)
    made = await session.execute(
        select(func.coalesce(func.sum(_TOKENS), 0), func.coalesce(func.sum(Exchange.cost_microusd), 0)).where(
            Exchange.tool_name == tool.name
        )
    )
    tokens, cost = made.one()
    of_tool = Run.tool_name == tool.name
    runs = int(await session.scalar(select(func.count()).where(of_tool)) or 0)
    succeeded = int(await session.scalar(select(func.count()).where(of_tool, Run.outcome == "returned")) or 0)
    run = await _per_run(session, of_tool)
    saved_usd = run["saved_tokens"] * prices.input / _MICRO
    spent_usd = cost / _MICRO
    needed = None if saved_usd <= 0 else max(0, -int(-spent_usd // saved_usd))
    return {
        "tool": tool.name,
        "spent": {"tokens": int(tokens), "usd": round(spent_usd, 6)},
        "runs": runs,
        "succeeded": succeeded,
        "per_run": {**run, "saved_usd": round(saved_usd, 6)},
        "saved": {"tokens": round(run["saved_tokens"] * succeeded), "usd": round(saved_usd * succeeded, 6)},
        "break_even": {"runs": needed, "reached": needed is not None and succeeded >= needed},
        "method": METHOD,
    }


async def saved_since(session: AsyncSession, actor: Actor, first_run: str, prices: Prices) -> dict[str, Any]:
    """Return what the tenant's runs from the one on, by id, have saved by METHOD: tokens, US dollars and seconds."""
    actor.require(Permission.RUNS_READ)
    since = Run.id >= first_run
    succeeded = int(await session.scalar(select(func.count()).where(since, Run.outcome == "returned")) or 0)
    run = await _per_run(session, since)
    tokens = run["saved_tokens"] * succeeded
    return {
        "runs": succeeded,
        "tokens": round(tokens),
        "usd": round(tokens * prices.input / _MICRO, 6),
        "seconds": round(max(0.0, run["steps"] - 1) * _STEP_SECONDS * succeeded),
        "method": METHOD,
    }


async def _per_run(session: AsyncSession, which: ColumnElement[bool]) -> dict[str, float]:
    """Average the last runs of those: their own tokens, the calls it stands for, and their tokens."""
    last = (
        select(
            Run.id,
            (clear_bytes(func.length(Run.arguments)) + func.coalesce(clear_bytes(func.length(Run.result)), 0)).label(
                "size"
            ),
        )
        .where(which, Run.outcome == "returned")
        .order_by(Run.id.desc())
        .limit(_SAMPLE)
        .subquery()
    )
    counted, size = (await session.execute(select(func.count(), func.avg(last.c.size)).select_from(last))).one()
    if not counted:
        return {"tokens": 0, "steps": 0, "stepwise_tokens": 0, "saved_tokens": 0}
    sizes = (clear_bytes(func.length(column)) for column in (JournalEntry.request, JournalEntry.reply))
    texts = sum((func.coalesce(size, 0) for size in sizes), literal(0))
    parts = cast(func.max(JournalEntry.item), Integer)
    calls = (
        select(func.sum(texts).label("size"), case((parts > 0, parts), else_=1).label("steps"))
        .where(JournalEntry.run_id.in_(select(last.c.id)), JournalEntry.capability.notin_(AMBIENT))
        .group_by(JournalEntry.run_id, JournalEntry.seq)
        .subquery()
    )
    sizes, steps = (await session.execute(select(func.sum(calls.c.size), func.sum(calls.c.steps)))).one()
    own = float(size or 0) / CHARACTERS_PER_TOKEN + CALL_TOKENS
    stepwise = (float(sizes or 0) / CHARACTERS_PER_TOKEN + CALL_TOKENS * float(steps or 0)) / counted
    return {
        "tokens": round(own, 1),
        "steps": round(float(steps or 0) / counted, 2),
        "stepwise_tokens": round(stepwise, 1),
        "saved_tokens": round(max(0.0, stepwise - own), 1),
    }


async def of_tenant(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Return what the tenant has used since the month began (UTC)."""
    actor.require(Permission.RUNS_READ)
    tenant = await session.get_one(Tenant, actor.tenant_id)
    since = month()
    used = await session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Run.fuel_used), 0),
            func.coalesce(func.sum(Run.wall_ms), 0.0),
            func.coalesce(func.sum(Run.host_calls), 0),
            func.min(Run.meter),
            func.max(Run.meter),
        ).where(Run.created_at >= since)
    )
    runs, fuel, wall_ms, host_calls, *meters = used.one()
    tokens = await session.scalar(select(func.coalesce(func.sum(_TOKENS), 0)).where(Exchange.created_at >= since))
    return {
        "since": since.isoformat(),
        "runs": runs,
        "fuel_used": int(fuel),
        "meter": meters[0] if len(set(meters)) == 1 else None,
        "wall_ms": float(wall_ms),
        "host_calls": int(host_calls),
        "generation": {
            "tokens": int(tokens or 0),
            "usd": round(await spent_since(session, since) / _MICRO, 6),
            "budget_usd": Policy.of(tenant).generation_usd_a_month,
        },
    }


async def exchanges_of(session: AsyncSession, version: Version) -> list[dict[str, Any]]:
    """Return what was said to the model for a version, and what it answered, oldest first."""
    rows = await session.scalars(
        select(Exchange).where(Exchange.version_id == version.id).order_by(Exchange.round, Exchange.id)
    )
    return [
        {
            "round": row.round,
            "model": row.model,
            "request": row.request,
            "reply": row.reply,
            "stop_reason": row.stop_reason,
            "error": row.error,
            "tokens": {
                "input": row.input_tokens,
                "output": row.output_tokens,
                "cache_write": row.cache_write_tokens,
                "cache_read": row.cache_read_tokens,
            },
            "usd": round(row.cost_microusd / _MICRO, 6),
            "created_at": row.created_at.isoformat(),
            "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        }
        for row in rows
    ]
