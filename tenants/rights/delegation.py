"""Handing rights on: nobody gives what they do not hold at that moment, and approval and ownership only in person.

Members' roles, invitations, API keys, machine clients, schedules, policies, webhooks and identity providers all ask
here. What a key, an agent or a schedule may do is never more than the person who answers for it may do now.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import NotAllowedError, SecondFactorNeededError
from tenants.models import ApiKey, Membership, OAuthClient, OAuthGrant, Tenant
from tenants.rights.access import (
    AGENT_SCOPES,
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    Actor,
    ActorKind,
    Permission,
    Role,
    permissions_of,
)

# Approval, and all that owners alone hold: with it one makes oneself an approver or an owner.
RESERVED = ROLE_PERMISSIONS[Role.OWNER] - ROLE_PERMISSIONS[Role.APPROVER] | {Permission.VERSIONS_APPROVE}


async def demand(session: AsyncSession, actor: Actor, permissions: Iterable[Permission]) -> None:
    """Raise NotAllowedError unless the actor may hand on all of these now.

    Locks the tenant's row until the unit ends: nobody gives a right away while it is being taken from them.
    """
    wanted = frozenset(permissions)
    demand_in_person(actor, wanted)
    await demand_held(session, actor, wanted)


def demand_in_person(actor: Actor, permissions: Iterable[Permission]) -> None:
    """Raise NotAllowedError when approval or ownership is among these, and the actor is no person in a session."""
    reserved = sorted(RESERVED.intersection(permissions))
    if reserved and actor.kind is not ActorKind.PERSON:
        raise NotAllowedError(
            f"Only a person who is signed in hands on {', '.join(reserved)}.",
            hint="An owner does this in the dashboard. No key and no agent makes approvers or owners.",
            permissions=reserved,
        )


async def demand_held(session: AsyncSession, actor: Actor, permissions: Iterable[Permission | None]) -> None:
    """Raise NotAllowedError unless the actor holds all of these now; None is held by nobody."""
    await session.get_one(Tenant, actor.tenant_id, with_for_update=True)
    held = actor.permissions & await held_now(session, actor.tenant_id, actor.who(), actor.grant_id)
    if lacking := sorted(actor.withheld.intersection(permission for permission in permissions if permission)):
        raise SecondFactorNeededError(lacking[0])
    beyond = sorted(permission or "nothing that there is" for permission in permissions if permission not in held)
    if beyond:
        raise NotAllowedError(
            f"Nobody hands on what they do not hold: you do not hold {', '.join(beyond)}.",
            hint="Give less, or ask somebody who holds it.",
            permissions=beyond,
        )


async def may_still(
    session: AsyncSession, tenant_id: str, who: Mapping[str, Any], permissions: Iterable[Permission], by: Permission
) -> bool:
    """Whether `who` (Actor.who, as a row kept it) may hand these on today; `by` is what lets them do so at all."""
    wanted = frozenset(permissions)
    if wanted & RESERVED and who.get("kind") != ActorKind.PERSON:
        return False
    return wanted | {by} <= await held_now(session, tenant_id, who)


async def held_now(
    session: AsyncSession, tenant_id: str, who: Mapping[str, Any], grant_id: str | None = None
) -> frozenset[Permission]:
    """What `who` may do today: what its person may do, narrowed to its own scopes; nothing when either has ended."""
    role = await session.scalar(
        select(Membership.role).where(Membership.tenant_id == tenant_id, Membership.user_id == who.get("user_id"))
    )
    if role is None:
        return frozenset()
    match who.get("kind"):
        case ActorKind.PERSON:
            return permissions_of(Role(role))
        case ActorKind.API_KEY:
            key = await session.get(ApiKey, str(who.get("id")), populate_existing=True)
            return (await of_key(session, key, Role(role)))[0] if key is not None else frozenset()
        case ActorKind.AGENT:
            return await _of_grant(session, tenant_id, grant_id, Role(role))
        case _:
            return frozenset()


async def of_key(session: AsyncSession, key: ApiKey, role: Role) -> tuple[frozenset[Permission], datetime | None]:
    """What a key may do, and until when, with `role` being that of its person.

    A key that a key made ends with that one, does no more than it, and never what is handed on in person only.
    """
    held, ends_at = permissions_of(role, key.scopes), key.expires_at
    link: ApiKey | None = key
    while link is not None:
        if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now()):
            return frozenset(), ends_at
        held &= permissions_of(role, link.scopes)
        ends_at = min((end for end in (ends_at, link.expires_at) if end is not None), default=None)
        if link.made_by is None:
            return held, ends_at
        held -= RESERVED
        link = await session.get(ApiKey, link.made_by, populate_existing=True)
    return frozenset(), ends_at


async def _of_grant(session: AsyncSession, tenant_id: str, grant_id: str | None, role: Role) -> frozenset[Permission]:
    query = (
        select(OAuthGrant)
        .join(OAuthClient, OAuthClient.id == OAuthGrant.client_ref)
        .where(OAuthGrant.id == grant_id, OAuthGrant.tenant_id == tenant_id)
        .where(OAuthGrant.revoked_at.is_(None), OAuthClient.revoked_at.is_(None))
    )
    grant = await session.scalar(query)
    return await of_grant(session, grant, role, grant.scopes) if grant is not None else frozenset()


async def of_grant(
    session: AsyncSession, grant: OAuthGrant, role: Role, scopes: Iterable[str]
) -> frozenset[Permission]:
    """What a token of a grant with these scopes may do: nothing beyond the grant, nor beyond the key that made it."""
    held = permissions_of(role, [scope for scope in scopes if scope in AGENT_SCOPES and scope in grant.scopes])
    if grant.made_by is None:
        return held
    key = await session.get(ApiKey, grant.made_by, populate_existing=True)
    return held & (await of_key(session, key, role))[0] if key is not None else frozenset()


def of_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """Everything that these scopes hold."""
    return frozenset(permission for scope in scopes for permission in SCOPE_PERMISSIONS[scope])
