"""A tenant's identity providers: who may say who its people are, for whom, and what newcomers become.

Whoever decides this can become any member of the tenant, so it takes every permission there is, and a person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.agents import api_keys
from tenants.base.db import now
from tenants.base.errors import ConflictError, InvalidError, NotFoundError
from tenants.models import Identity, IdentityProvider, Membership, SignIn, User
from tenants.people import members
from tenants.rights import delegation
from tenants.rights.access import Actor, Permission, Role
from tenants.rules import audit
from tenants.sign_in import sessions
from tenants.stores.vault import Vault

_NAME = re.compile(r"[a-z0-9](?:-?[a-z0-9]){0,39}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PROVIDERS_MAX = 20
# Nobody becomes an owner by having an address.
NEWCOMER_ROLES = tuple(role.value for role in Role if role is not Role.OWNER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an owner asks for. `client_secret` None keeps the one there is; "" is a client without a secret."""

    title: str
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    email_domains: Sequence[str]
    newcomer_role: str | None
    second_factor_claims: Sequence[str] = ()


def demand(actor: Actor) -> None:
    """Raise NotAllowedError unless the actor may do everything, before anybody else's server is asked."""
    for permission in Permission:
        actor.require(permission)
    delegation.demand_in_person(actor, Permission)


async def put(session: AsyncSession, vault: Vault, actor: Actor, name: str, wanted: Wanted) -> IdentityProvider:
    """Set up a provider, or change it. A new issuer knows nobody yet: who the old one vouched for is forgotten.

    Raises InvalidError.
    """
    demand(actor)
    check(name, wanted)
    await delegation.demand(session, actor, Permission)
    entry = await session.get(IdentityProvider, (actor.tenant_id, name), with_for_update=True)
    is_new, moved = entry is None, entry is not None and entry.issuer != wanted.issuer
    secret = wanted.client_secret
    if entry is None:
        await _demand_room(session)
        entry = IdentityProvider(tenant_id=actor.tenant_id, name=name, version=0, created_at=now())
    elif secret is None and not moved:
        secret = await secret_of(session, vault, entry)
    if secret is None:
        # An old secret is never sent to another place than it was entered for.
        raise InvalidError(problems=[{"path": "/client_secret", "message": "Enter the client's secret."}])
    if moved:
        await _forget(session, entry)
    entry.title, entry.issuer, entry.client_id = wanted.title.strip(), wanted.issuer, wanted.client_id
    entry.email_domains = list[Any](domains_of(wanted))
    entry.newcomer_role, entry.updated_by, entry.updated_at = wanted.newcomer_role, actor.who(), now()
    entry.second_factor_claims = list[Any](wanted.second_factor_claims)
    entry.version += 1
    entry.key_number, entry.sealed = await vault.seal(session, actor.tenant_id, secret.encode(), entry.seal_context)
    session.add(entry)
    told = {"issuer": entry.issuer, "client_id": entry.client_id, "email_domains": entry.email_domains}
    action = "identity_provider.added" if is_new else "identity_provider.changed"
    await audit.record(
        session,
        actor,
        action,
        name,
        **told,
        newcomer_role=entry.newcomer_role,
        second_factor_claims=entry.second_factor_claims,
    )
    return entry


async def list_all(session: AsyncSession, actor: Actor) -> Sequence[IdentityProvider]:
    actor.require(Permission.TENANT_MANAGE)
    return (await session.scalars(select(IdentityProvider).order_by(IdentityProvider.name))).all()


async def open_to_all(session: AsyncSession) -> Sequence[IdentityProvider]:
    """For the sign-in page of the unit's tenant: whoever asks is nobody yet."""
    return (await session.scalars(select(IdentityProvider).order_by(IdentityProvider.title))).all()


async def find(session: AsyncSession, tenant_id: str, name: str) -> IdentityProvider:
    """Raises NotFoundError."""
    found = await session.get(IdentityProvider, (tenant_id, name))
    if found is None:
        raise NotFoundError(f"There is no identity provider {name} here.")
    return found


async def remove(session: AsyncSession, actor: Actor, name: str) -> None:
    """Stop trusting a provider: whom it signed in is signed out, and who was a member by its word alone is none.

    Raises NotFoundError, and ConflictError when no owner would be left.
    """
    demand(actor)
    await delegation.demand(session, actor, Permission)
    entry = await find(session, actor.tenant_id, name)
    brought = await _brought_by(session, entry)
    await _forget(session, entry)
    for user_id in brought:
        try:
            await members.end(session, actor, user_id, because_of="identity_provider.removed")
        except ConflictError as error:
            raise ConflictError("The last owner is one by this provider's word alone.", hint=error.hint) from error
    await api_keys.changed(session, actor.tenant_id)
    await session.delete(entry)
    await audit.record(session, actor, "identity_provider.removed", name, issuer=entry.issuer)


async def secret_of(session: AsyncSession, vault: Vault, entry: IdentityProvider) -> str:
    """The client's secret, for the provider's own token endpoint and nobody else."""
    return (await vault.open(session, entry.tenant_id, entry.key_number, entry.sealed, entry.seal_context)).decode()


async def _forget(session: AsyncSession, entry: IdentityProvider) -> None:
    await sessions.revoke_opened_by(session, entry.tenant_id, entry.name)
    for table in (Identity, SignIn):
        await session.execute(delete(table).where(table.provider == entry.name))


async def _brought_by(session: AsyncSession, entry: IdentityProvider) -> list[str]:
    """Who has an account by this provider's word alone: no other provider knows them, and they have no password."""
    query = select(User.id).join(Membership, Membership.user_id == User.id).where(User.realm == entry.tenant_id)
    if await session.scalar(select(IdentityProvider.name).where(IdentityProvider.name != entry.name).limit(1)):
        theirs = select(Identity.user_id).where(Identity.provider == entry.name)
        others = select(Identity.user_id).where(Identity.provider != entry.name)
        query = query.where(User.id.in_(theirs), User.id.not_in(others))
    return list(await session.scalars(query))


async def _demand_room(session: AsyncSession) -> None:
    if len((await session.scalars(select(IdentityProvider.name))).all()) >= _PROVIDERS_MAX:
        raise InvalidError(f"There are {_PROVIDERS_MAX} identity providers already.", hint="Remove some.")


def domains_of(wanted: Wanted) -> list[str]:
    return sorted({domain.strip().lower() for domain in wanted.email_domains})


def check(name: str, wanted: Wanted) -> None:
    """Raise InvalidError naming everything that is wrong with what was entered."""
    told = {
        "/name": None if _NAME.fullmatch(name) else "A name is 1 to 40 of a-z 0-9, with single hyphens between.",
        "/title": None if 1 <= len(wanted.title.strip()) <= 100 else "A title has 1 to 100 characters.",
        "/issuer": _issuer_fault(wanted.issuer),
        "/client_id": None if 1 <= len(wanted.client_id) <= 500 else "A client id has 1 to 500 characters.",
        "/client_secret": "A secret has at most 2,000 characters." if len(wanted.client_secret or "") > 2_000 else None,
        "/email_domains": _domains_fault(wanted),
        "/newcomer_role": None
        if wanted.newcomer_role in (None, *NEWCOMER_ROLES)
        else f"Newcomers become {', '.join(NEWCOMER_ROLES)}, or null: members only.",
    }
    problems = [{"path": path, "message": message} for path, message in told.items() if message]
    if problems:
        raise InvalidError("The identity provider is not valid.", problems=problems)


def _issuer_fault(issuer: str) -> str | None:
    try:
        parts = urlsplit(issuer)
        sound = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "An issuer is an https URL."
    if not sound or not issuer.isascii() or not issuer.isprintable() or " " in issuer or len(issuer) > 500:
        return "An issuer is an https URL of at most 500 characters."
    if parts.username is not None or parts.password is not None or "?" in issuer or "#" in issuer:
        return "An issuer has no user name, query or fragment."
    return None


def _domains_fault(wanted: Wanted) -> str | None:
    domains = domains_of(wanted)
    if not 1 <= len(domains) <= 50 or not all(_DOMAIN.fullmatch(domain) and len(domain) <= 253 for domain in domains):
        return "Name the 1 to 50 domains of your people's addresses, such as acme.com: for those the provider vouches."
    return None
