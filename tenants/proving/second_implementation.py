"""A second implementation, by the model, from what a tool promises alone: an oracle that is not the author.

It sees neither source nor examples nor hold-outs. Where the two answer an edge call otherwise, the approver is asked
(tenants/gates/second/second_sources.py). Whatever the model does not do is a note, and keeps no version back. It is off
unless the tenant's policy says `second_implementation`: it sends what a tool promises to whoever serves the model, and
spends the tenant's budget for models, on versions of which nobody has asked for either.

What was answered once is not asked again: by the same promise another version, a process that takes over, or an
examination with new cases finds the exchange.
"""

from typing import Any

from sqlalchemy import select

from sandbox import Finding
from tenants.base.errors import OverQuotaError
from tenants.models import Exchange, Tenant, Version
from tenants.proving.outside_cases import promise
from tenants.rules.policies import Policy
from tenants.runtime import Runtime
from tenants.vendors.author import Author, AuthorMisconfiguredError, AuthorUnavailableError, Prompt, Reply, Usage
from tenants.writing import exchanges, generation, guide, prompts

NAME = "second_implementation"
PURPOSE = "second"
_LOOKED_AT = 20


class NoImplementationError(Exception):
    """The model gave none; the text says why."""


async def compare(runtime: Runtime, version: Version) -> list[Finding] | None:
    """Return what the approver is asked, or a note why nothing is; None where the tenant does not want it."""
    if runtime.author is None or version.source is None:
        return None
    async with runtime.database.reading(version.tenant_id) as session:
        policy = Policy.of(await session.get_one(Tenant, version.tenant_id))
    if not policy.second_implementation:
        return None
    try:
        source = await _written(runtime, runtime.author, version)
    except NoImplementationError as error:
        message = f"There is no second implementation to compare with. {error}"
        return [Finding(NAME, "warning", message, "Nothing follows from this for the version.")]
    return await runtime.prover.compare(version.tenant_id, version.spec, version.source, source)


async def _written(runtime: Runtime, author: Author, version: Version) -> str:
    """Raises NoImplementationError."""
    said = prompts.second_opening(promise(version.spec))
    prompt = Prompt(prompts.SECOND_RULES, guide.whole(), prompts.SUBMIT, said)
    about: dict[str, Any] = {"version_id": version.id, "tool_name": version.tool_name, "purpose": PURPOSE}
    exchange = exchanges.begin(author, prompt, said, **about)
    try:
        reply = await _known(runtime, version, exchange) or await exchanges.hold(
            runtime.database, version.tenant_id, author, prompt, exchange, lambda _piece: None
        )
    except OverQuotaError as error:
        raise NoImplementationError(error.message) from error
    except AuthorUnavailableError as error:
        raise NoImplementationError("The model service gave no answer.") from error
    except AuthorMisconfiguredError as error:
        raise NoImplementationError(
            "The model service refused the request: its operator checks key and model."
        ) from error
    source = None if reply.stop_reason == "max_tokens" else generation.source_of(reply)
    if source is None:
        raise NoImplementationError(f"The model submitted none (it ended with {reply.stop_reason}).")
    return source


async def _known(runtime: Runtime, version: Version, exchange: Exchange) -> Reply | None:
    """What was answered to exactly this before, for any version of the tool."""
    alike = (
        Exchange.tool_name == exchange.tool_name,
        Exchange.purpose == PURPOSE,
        Exchange.prompt_digest == exchange.prompt_digest,
        Exchange.model == exchange.model,
        Exchange.finished_at.is_not(None),
        Exchange.error.is_(None),
    )
    query = select(Exchange).where(*alike).order_by(Exchange.id.desc()).limit(_LOOKED_AT)
    async with runtime.database.reading(version.tenant_id) as session:
        for row in await session.scalars(query):
            if row.request == exchange.request and row.reply is not None:
                return Reply(row.id, row.model, row.reply, row.stop_reason or "end_turn", None, Usage())
    return None
