"""The people of a tenant and their roles. There is always an owner."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.agents import api_keys
from tenants.base.errors import ConflictError, NotFoundError
from tenants.models import Membership, User, UserSession
from tenants.people import accounts, invitations
from tenants.rights import delegation, endings
from tenants.rights.access import Actor, ActorKind, Permission, Role, permissions_of
from tenants.rules import audit


class Member(TypedDict):
    """The public shape of a member."""

    user_id: str
    email: str
    name: str
    role: str
    created_at: datetime
    last_seen_at: datetime | None


def _member(membership: Membership, user: User, seen: datetime | None = None) -> Member:
    return {
        "user_id": user.id,
        "email": user.email,
        "name": user.name,
        "role": membership.role,
        "created_at": membership.created_at,
        "last_seen_at": seen,
    }


async def list_members(session: AsyncSession, actor: Actor) -> list[Member]:
    """Return everybody, in the order they joined; when they were last signed in, for who manages them.

    A person sees with whom they work. A key or an agent needs the permission to manage members: addresses of people
    are no business of what calls or writes tools. Raises NotAllowedError.
    """
    is_person = actor.kind is ActorKind.PERSON
    actor.require(Permission.TOOLS_READ if is_person else Permission.MEMBERS_MANAGE)
    # Scalar, for each row: a join would have the rows of members who never came back left out or doubled.
    seen = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    rows = await session.execute(
        select(Membership, User, seen).join(User, User.id == Membership.user_id).order_by(Membership.id)
    )
    is_told = Permission.MEMBERS_MANAGE in actor.permissions
    return [_member(membership, user, moment if is_told else None) for membership, user, moment in rows]


async def change_role(session: AsyncSession, actor: Actor, user_id: str, role: str) -> Member:
    """Give a member another role, none beyond one's own; it counts from their next request on."""
    actor.require(Permission.MEMBERS_MANAGE)
    wanted = accounts.demand_role(role)
    await delegation.demand(session, actor, permissions_of(wanted))
    # First of all: it locks the tenant's row, so that two owners who step down at once come one after the other.
    await api_keys.changed(session, actor.tenant_id)
    membership, user = await _find(session, user_id)
    if membership.role == Role.OWNER and wanted is not Role.OWNER:
        await _keep_an_owner(session)
    before, membership.role = membership.role, wanted.value
    if Permission.MEMBERS_MANAGE not in permissions_of(wanted):
        await invitations.end_with(session, actor, user, removed=False)
    await audit.record(session, actor, "member.role_changed", user_id, before=before, after=wanted.value)
    return _member(membership, user)


async def remove(session: AsyncSession, actor: Actor, user_id: str) -> None:
    """Remove a member, and with them their keys, agents, machine clients and schedules here, for good."""
    actor.require(Permission.MEMBERS_MANAGE)
    await api_keys.changed(session, actor.tenant_id)  # first of all: see change_role
    await end(session, actor, user_id)


async def end(session: AsyncSession, actor: Actor, user_id: str, **why: str) -> None:
    """End a membership with all that hangs on it, whatever ends it; `why` goes into the audit trail.

    Raises NotFoundError, and ConflictError for the last owner.
    """
    membership, user = await _find(session, user_id)
    if membership.role == Role.OWNER:
        await _keep_an_owner(session)
    await session.delete(membership)
    await endings.end_member(session, user_id)
    await invitations.end_with(session, actor, user, removed=True)
    await audit.record(session, actor, "member.removed", user_id, email=user.email, **why)


async def _find(session: AsyncSession, user_id: str) -> tuple[Membership, User]:
    row = (
        await session.execute(
            select(Membership, User)
            .join(User, User.id == Membership.user_id)
            .where(Membership.user_id == user_id)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such member here.")
    return row[0], row[1]


async def _keep_an_owner(session: AsyncSession) -> None:
    owners = await session.scalars(select(Membership.id).where(Membership.role == Role.OWNER.value))
    if len(owners.all()) < 2:
        raise ConflictError("This is the last owner.", hint="Make somebody else an owner first.")
