"""OAuth clients: found, registered, made by hand for machines; and the agents that people connected."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from tenants.agents import authorizations
from tenants.agents.authorizations import hash_of
from tenants.base import ids
from tenants.base.db import now
from tenants.base.errors import InvalidError, NotAllowedError, NotFoundError
from tenants.models import OAuthClient, OAuthGrant, User
from tenants.rights import delegation
from tenants.rights.access import AGENT_SCOPES, Actor, ActorKind, Permission
from tenants.rules import audit

# A registration that nobody ever used is forgotten after this time.
UNUSED_LIFETIME = timedelta(days=14)


def find(session: Session, client_id: str) -> OAuthClient | None:
    """Return a client that has not been revoked."""
    return session.scalar(
        select(OAuthClient).where(OAuthClient.client_id == client_id, OAuthClient.revoked_at.is_(None))
    )


def register(session: Session, details: dict[str, Any]) -> tuple[OAuthClient, str | None, str]:
    """Add a client that registered itself; return it, its secret (None for a public one) and its management token."""
    secret = None if details["token_endpoint_auth_method"] == "none" else f"swc_{secrets.token_urlsafe(32)}"  # noqa: S105 - a method, no secret
    token = f"swm_{secrets.token_urlsafe(32)}"
    client = OAuthClient(
        id=ids.new("cli"),
        client_id=f"swi_{secrets.token_urlsafe(16)}",
        source="registered",
        details=details,
        secret_hash=hash_of(secret) if secret else None,
        registration_hash=hash_of(token),
        created_at=now(),
    )
    session.add(client)
    session.flush()
    return client, secret, token


def keep_document(session: Session, client_id: str, details: dict[str, Any], fresh_until: datetime) -> OAuthClient:
    """Add, or bring up to date, the client whose metadata document was fetched from its id."""
    client = session.scalar(select(OAuthClient).where(OAuthClient.client_id == client_id))
    if client is None:
        client = OAuthClient(id=ids.new("cli"), client_id=client_id, source="document", created_at=now())
        session.add(client)
    client.details, client.fresh_until = details, fresh_until
    session.flush()
    return client


def forget_unused(session: Session) -> None:
    """Remove old registrations that no grant ever came of."""
    session.execute(
        delete(OAuthClient).where(
            OAuthClient.source != "manual",
            OAuthClient.created_at < now() - UNUSED_LIFETIME,
            OAuthClient.id.not_in(select(OAuthGrant.client_ref)),
        )
    )


async def create(
    session: AsyncSession, actor: Actor, *, name: str, scopes: list[str], resource: str
) -> tuple[OAuthClient, str]:
    """Make a client for a machine (client credentials); return it and its secret, which is never shown again.

    Takes a system session. The client acts for this tenant only, and never beyond the person who made it, who
    answers for it; one that a key made ends with that key.

    Raises NotAllowedError.
    """
    actor.require(Permission.KEYS_MANAGE)
    if actor.user_id is None:
        raise NotAllowedError("Only a person, or a key of a person, can make clients.")
    _demand(name, scopes)
    await delegation.demand(session, actor, delegation.of_scopes(scopes))
    secret = f"swc_{secrets.token_urlsafe(32)}"
    client = OAuthClient(
        id=ids.new("cli"),
        client_id=f"swi_{secrets.token_urlsafe(16)}",
        source="manual",
        details={
            "client_name": name.strip(),
            "grant_types": ["client_credentials"],
            "response_types": [],
            "redirect_uris": [],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": " ".join(sorted(set(scopes))),
        },
        secret_hash=hash_of(secret),
        owner_tenant_id=actor.tenant_id,
        user_id=actor.user_id,
        created_at=now(),
    )
    session.add(client)
    await session.flush()
    session.add(
        OAuthGrant(
            tenant_id=actor.tenant_id,
            client_ref=client.id,
            user_id=actor.user_id,
            resource=resource,
            scopes=sorted(set(scopes)),
            made_by=actor.id if actor.kind is ActorKind.API_KEY else None,
        )
    )
    await audit.record(session, actor, "client.created", client.client_id, name=name.strip(), scopes=scopes)
    return client, secret


def _demand(name: str, scopes: list[str]) -> None:
    problems: list[dict[str, str]] = []
    if not 1 <= len(name.strip()) <= 200:
        problems.append({"path": "/name", "message": "A name has 1 to 200 characters."})
    if not scopes:
        problems.append({"path": "/scopes", "message": "A client without a scope can do nothing; give one."})
    for index, scope in enumerate(scopes):
        if scope not in AGENT_SCOPES:
            message = f"A client can hold {', '.join(sorted(AGENT_SCOPES))}; {scope} is not one of them."
            problems.append({"path": f"/scopes/{index}", "message": message})
    if problems:
        raise InvalidError("The client is not valid.", problems=problems)


async def list_agents(session: AsyncSession, actor: Actor) -> list[tuple[OAuthGrant, OAuthClient, User]]:
    """Return what is connected to this tenant, the newest first: one's own, or all for who manages members."""
    query = (
        select(OAuthGrant, OAuthClient, User)
        .join(OAuthClient, OAuthClient.id == OAuthGrant.client_ref)
        .join(User, User.id == OAuthGrant.user_id)
        .where(OAuthGrant.revoked_at.is_(None))
        .order_by(OAuthGrant.id.desc())
    )
    if Permission.MEMBERS_MANAGE not in actor.permissions:
        query = query.where(OAuthGrant.user_id == actor.user_id)
    return [(grant, client, user) for grant, client, user in await session.execute(query)]


async def revoke(session: AsyncSession, actor: Actor, grant_id: str) -> None:
    """Disconnect an agent: one's own, or anybody's for who manages members. It takes effect at once.

    Raises NotFoundError.
    """
    grant = await session.scalar(select(OAuthGrant).where(OAuthGrant.id == grant_id))
    if grant is None:
        raise NotFoundError(f"There is no connected agent {grant_id} here.")
    if grant.user_id != actor.user_id:
        actor.require(Permission.MEMBERS_MANAGE)
    await session.run_sync(lambda plain: authorizations.revoke_grant(plain, grant_id, "by_person"))
    await audit.record(session, actor, "agent.disconnected", grant_id)
