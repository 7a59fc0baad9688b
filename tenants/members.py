"""The people of a tenant and their roles. There is always an owner."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants import accounts, audit, ids, invitations, keys
from tenants.access import Actor, Permission, Role, permissions_of
from tenants.db import now
from tenants.errors import ConflictError, NotFoundError
from tenants.models import Membership, User


class Member(TypedDict):
    """The public shape of a member."""

    user_id: str
    email: str
    name: str
    role: str
    created_at: datetime


def _member(membership: Membership, user: User) -> Member:
    return {
        "user_id": user.id,
        "email": user.email,
        "name": user.name,
        "role": membership.role,
        "created_at": membership.created_at,
    }


async def list_all(session: AsyncSession, actor: Actor) -> list[Member]:
    """Return everybody, in the order they joined."""
    actor.require(Permission.TOOLS_READ)
    rows = await session.execute(
        select(Membership, User).join(User, User.id == Membership.user_id).order_by(Membership.id)
    )
    return [_member(membership, user) for membership, user in rows]


async def add(session: AsyncSession, actor: Actor, email: str, role: str) -> Member:
    """Add somebody who has signed up. Raises NotFoundError when nobody has with this address."""
    actor.require(Permission.MEMBERS_MANAGE)
    wanted, address = accounts.demand_role(role), accounts.tidy_email(email)
    # Whom the tenant's own identity provider vouched for comes before somebody who only typed the address.
    candidates = select(User).where(User.email == address, User.realm.in_(["", actor.tenant_id]))
    user = await session.scalar(candidates.order_by(User.realm.desc()).limit(1))
    if user is None:
        raise NotFoundError(f"Nobody has signed up as {address}.", hint="Invite them instead.")
    if await session.scalar(select(Membership.id).where(Membership.user_id == user.id)):
        raise ConflictError(f"{address} is a member already.", hint="Change the role instead.")
    membership = Membership(id=ids.new("mem"), user_id=user.id, role=wanted.value, created_at=now())
    session.add(membership)
    await audit.record(session, actor, "member.added", user.id, email=address, role=wanted.value)
    return _member(membership, user)


async def change_role(session: AsyncSession, actor: Actor, user_id: str, role: str) -> Member:
    """Give a member another role; it counts from their next request on."""
    actor.require(Permission.MEMBERS_MANAGE)
    wanted = accounts.demand_role(role)
    # First of all: it locks the tenant's row, so that two owners who step down at once come one after the other.
    await keys.changed(session, actor.tenant_id)
    membership, user = await _find(session, user_id)
    if membership.role == Role.OWNER and wanted is not Role.OWNER:
        await _keep_an_owner(session)
    before, membership.role = membership.role, wanted.value
    if Permission.MEMBERS_MANAGE not in permissions_of(wanted):
        await invitations.end_with(session, actor, user, removed=False)
    await audit.record(session, actor, "member.role_changed", user_id, before=before, after=wanted.value)
    return _member(membership, user)


async def remove(session: AsyncSession, actor: Actor, user_id: str) -> None:
    """Remove a member; their keys here stop working with it."""
    actor.require(Permission.MEMBERS_MANAGE)
    await keys.changed(session, actor.tenant_id)  # first of all: see change_role
    membership, user = await _find(session, user_id)
    if membership.role == Role.OWNER:
        await _keep_an_owner(session)
    await session.delete(membership)
    await invitations.end_with(session, actor, user, removed=True)
    await audit.record(session, actor, "member.removed", user_id, email=user.email)


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
