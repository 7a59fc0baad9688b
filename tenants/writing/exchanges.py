"""One exchange with the model: paid for before, asked, and written down, whatever comes back."""

from typing import Any

from tenants.base import canonical, ids
from tenants.base.db import Database, now
from tenants.models import Exchange
from tenants.vendors.author import Author, AuthorMisconfiguredError, AuthorUnavailableError, Prompt, Reply, Written
from tenants.writing import budgets


def begin(author: Author, prompt: Prompt, added: list[dict[str, Any]], **about: Any) -> Exchange:
    """Return the row of an exchange that is about to be held; `added` is what it adds to the conversation."""
    about = {"version_id": None, "tool_name": None, "round": 1, **about}
    return Exchange(
        id=ids.new("exc"), model=author.model, request=added, created_at=now(),
        prompt_digest=canonical.digest([prompt.rules, prompt.guide, prompt.tool]),
        cost_microusd=budgets.most(prompt, author.max_tokens, author.prices),
        reply=None, stop_reason=None, error=None, finished_at=None, **about,
    )  # fmt: skip


async def hold(
    database: Database, tenant_id: str, author: Author, prompt: Prompt, exchange: Exchange, on_written: Written
) -> Reply:
    """Reserve, ask, settle. Raises OverQuotaError, AuthorUnavailableError, AuthorMisconfiguredError."""
    async with database.unit(tenant_id) as session:
        await budgets.reserve(session, tenant_id, exchange)
    try:
        reply = await author.ask(prompt, on_written)
    except (AuthorUnavailableError, AuthorMisconfiguredError) as error:
        charged = isinstance(error, AuthorUnavailableError)
        async with database.unit(tenant_id) as session:
            budgets.fail(await session.get_one(Exchange, exchange.id), error, charged=charged)
        raise
    async with database.unit(tenant_id) as session:
        budgets.settle(await session.get_one(Exchange, exchange.id), reply, author.prices)
    return reply
