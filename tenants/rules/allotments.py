"""What the operator allots to a tenant: no policy of the tenant's own can give it more, and no tool."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Grant, InvalidGrant, Malformed, mail_domain, sender_domains
from tenants.base.db import Database
from tenants.base.errors import InvalidError, NotFoundError
from tenants.models import Tenant, Version
from tenants.rights.access import Actor, ActorKind
from tenants.rules import audit, quotas

ANY = "*"
# The domains a tenant may send from, as `Domains.allow` wants them.
DomainsOf = Callable[[str], Awaitable["Domains"]]


@dataclass(frozen=True, slots=True)
class Domains:
    """Mail domains: `acme.com` is that one alone, `*.acme.com` those below it, `*` any. None allow nothing."""

    names: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, given: Iterable[str]) -> "Domains":
        """Raises InvalidError."""
        return cls(frozenset(_parsed(one) for one in given))

    def allow(self, domain: str) -> bool:
        """`domain` in the form that the net knows, see sandbox.Mailbox."""
        if ANY in self.names or domain in self.names:
            return True
        parts = domain.split(".")
        return any(f"*.{'.'.join(parts[at:])}" in self.names for at in range(1, len(parts)))

    def __or__(self, other: "Domains") -> "Domains":
        return Domains(self.names | other.names)

    def __str__(self) -> str:
        return ", ".join(sorted(self.names)) or "none"


def domains_of(database: Database, for_all: Domains) -> DomainsOf:
    """From which domains a tenant may send now: those of everybody, and those the operator gave to it."""

    async def ask(tenant_id: str) -> Domains:
        async with database.reading(tenant_id) as session:
            tenant = await session.get(Tenant, tenant_id)
        return for_all | (_domains(tenant) if tenant is not None else Domains())

    return ask


async def mail_domains(session: AsyncSession, slug: str) -> Domains:
    """Return what the operator gave to one tenant. For a system session."""
    return _domains(await _tenant(session, slug))


async def operator(session: AsyncSession, slug: str) -> Actor:
    """Who changes what is here: whoever has the command line. No route leads here, and no sign-in."""
    tenant = await _tenant(session, slug)
    return Actor(ActorKind.PLATFORM, "operator", "the operator", tenant.id, tenant.slug, None)


async def allow(session: AsyncSession, actor: Actor, slug: str, domains: Domains) -> Domains:
    """Let a tenant send from more domains."""
    tenant = await _tenant(session, slug)
    return await _keep(session, actor, tenant, _domains(tenant) | domains)


async def forbid(session: AsyncSession, actor: Actor, slug: str, domains: Domains) -> Domains:
    tenant = await _tenant(session, slug)
    return await _keep(session, actor, tenant, Domains(_domains(tenant).names - domains.names))


async def limit(session: AsyncSession, actor: Actor, slug: str, limits: Mapping[str, str]) -> Mapping[str, int]:
    """Give a tenant limits of its own, by name; an empty text takes one back. Raises InvalidError."""
    tenant = await _tenant(session, slug)
    known = quotas.CEILING.as_dict()
    wrong = [name for name, value in limits.items() if name not in known or not (value.isdecimal() or not value)]
    if wrong:
        raise InvalidError(f"{wrong[0]} is no limit with a whole number; there are {', '.join(known)}.")
    kept = {**tenant.allotted.get("limits", {}), **{name: int(value) for name, value in limits.items() if value}}
    given: dict[str, int] = {name: value for name, value in kept.items() if limits.get(name) != ""}
    if limits:
        tenant.allotted = {**tenant.allotted, "limits": given}
        await audit.record(session, actor, "tenant.limits_changed", tenant.slug, limits=given)
    return given


async def used_by_live_tools(session: AsyncSession, slug: str) -> Domains:
    """Return the domains that a tenant's live tools have permits for: what they would like to be allowed."""
    tenant = await _tenant(session, slug)
    live = select(Version.spec).where(Version.tenant_id == tenant.id, Version.state == "live")
    found: set[str] = set()
    for spec in await session.scalars(live):
        try:
            grant = Grant.parse(spec["capabilities"])
        except InvalidGrant:
            continue
        found |= sender_domains(permit for reach in grant.reaches.values() for permit in reach.permits)
    return Domains(frozenset(found))


async def _tenant(session: AsyncSession, slug: str) -> Tenant:
    tenant = await session.scalar(select(Tenant).where(Tenant.slug == slug).with_for_update())
    if tenant is None:
        raise NotFoundError(f"There is no tenant {slug}.")
    return tenant


async def _keep(session: AsyncSession, actor: Actor, tenant: Tenant, domains: Domains) -> Domains:
    names: list[Any] = sorted(domains.names)
    if names == tenant.allotted.get("mail_domains", []):
        return domains
    tenant.allotted = {**tenant.allotted, "mail_domains": names}
    await audit.record(session, actor, "tenant.mail_domains_changed", tenant.slug, mail_domains=names)
    return domains


def _domains(tenant: Tenant) -> Domains:
    return Domains(frozenset(tenant.allotted.get("mail_domains", ())))


def _parsed(given: str) -> str:
    if given == ANY:
        return ANY
    star, name = ("*.", given[2:]) if given.startswith("*.") else ("", given)
    try:
        return star + mail_domain(name.removeprefix("@"))
    except Malformed as error:
        message = f"{given[:100]!r} is no mail domain; write acme.com, *.acme.com for those below it, or * for any."
        raise InvalidError(message, problems=[{"path": "/mail_domains", "message": message}]) from error
