"""What a tenant has that its tools can name: senders, secrets, databases. Names alone, for its authors.

Its other tools are not among them: authors are listed those.
"""

from tenants.rights.access import Actor, Permission
from tenants.rules.allotments import ANY, Domains, domains_of
from tenants.runtime import Runtime
from tenants.stores import connections

_SHOWN_MAX = 50


async def tenant(runtime: Runtime, actor: Actor) -> str:
    """Return a section of the guide, as Markdown. Raises NotAllowedError."""
    actor.require(Permission.TOOLS_AUTHOR)
    senders = await domains_of(runtime.database, Domains.parse(runtime.mail_domains))(actor.tenant_id)
    async with runtime.database.reading(actor.tenant_id) as session:
        secrets = await runtime.vault.list_all(session, actor) if runtime.vault else ()
        databases = [entry.name for entry in await connections.list_all(session, actor)]
    bound = [f"`{entry.name}` (for {', '.join(entry.hosts)})" for entry in secrets]
    return "\n".join([
        f"## What the tenant {actor.tenant_slug} has",
        "",
        f"- Senders: {_senders(senders)}",
        f"- Secrets: {_listed(bound, 'none; a person puts them in, with the hosts they are for')}.",
        f"- Databases: {_listed([f'`{name}`' for name in databases], 'none; a person sets them up')}.",
        "",
    ])  # fmt: skip


def _senders(domains: Domains) -> str:
    if not domains.names:
        return "none. Mail from any domain is refused until the operator allows one."
    if ANY in domains.names:
        return "any domain."
    return f"addresses at {', '.join(sorted(domains.names))}."


def _listed(items: list[str], none: str) -> str:
    if not items:
        return none
    more = f", and {len(items) - _SHOWN_MAX} more" if len(items) > _SHOWN_MAX else ""
    return ", ".join(items[:_SHOWN_MAX]) + more
