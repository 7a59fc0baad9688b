"""Invitations: the one way to become a member by an address. Whoever it is for accepts its link, once.

An address alone gives nothing: anybody can sign up with it. Where letters are sent, the link goes to the address and
nowhere else, and whoever accepts has proved the address by it. Else whoever invites passes it on: then it proves that
its holder was given it, and no more than that. It is bound to one address, one role and LIFETIME, and it
ends with its maker's own right to hand that role on. Who has an account already is told to nobody.
An invitation that was used or withdrawn is no row any more; the audit trail keeps what became of it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, InvitationOverError, NotAllowedError, NotFoundError, OverQuotaError
from tenants.models import Invitation, Membership, Tenant, User
from tenants.people import accounts, passwords
from tenants.people.mailer import Mailer
from tenants.rights import delegation
from tenants.rights.access import Actor, ActorKind, Permission, Role, permissions_of
from tenants.rules import audit

# Said once: letters are made from it, and all else points to what an invitation says of itself, `expires_at`.
LIFETIME = timedelta(days=7)
_OPEN_MAX = 200
_LETTER = """Hello,

{by} invites you to {tenant} at {origin}, as {role}. To accept, open this within {days} days:

{link}

If you know nobody there, do nothing.
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link leads to."""

    tenant: Tenant
    invitation: Invitation


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(session: AsyncSession, actor: Actor, email: str, role: str) -> tuple[Invitation, str]:
    """Invite an address; return the invitation and its token. An earlier one to the same address ends.

    Raises InvalidError, NotAllowedError for a role beyond one's own, ConflictError for members, OverQuotaError.
    """
    actor.require(Permission.MEMBERS_MANAGE)
    wanted, address = accounts.demand_role(role), accounts.tidy_email(email)
    # First of all, as it locks the tenant: two at once come one after the other, and none comes between an owner and
    # their removal.
    await delegation.demand(session, actor, permissions_of(wanted))
    if await _is_member(session, actor.tenant_id, address):
        raise ConflictError(f"{address} is a member already.", hint="Change the role instead.")
    await session.execute(delete(Invitation).where(or_(Invitation.email == address, Invitation.expires_at <= now())))
    if (await session.scalar(select(func.count()).select_from(Invitation)) or 0) >= _OPEN_MAX:
        message = f"{_OPEN_MAX} invitations are open already."
        raise OverQuotaError(message, retry_after_s=3600, hint="Revoke some, or wait until they are accepted.")
    token, made = secrets.token_urlsafe(32), now()
    invitation = Invitation(
        id=ids.new("inv"),
        token_hash=_hash(token),
        email=address,
        role=wanted.value,
        invited_by=actor.who(),
        inviter_id=actor.user_id,
        created_at=made,
        expires_at=made + LIFETIME,
    )
    session.add(invitation)
    await audit.record(session, actor, "invitation.created", invitation.id, email=address, role=wanted.value)
    return invitation, token


async def send(session: AsyncSession, mailer: Mailer, actor: Actor, email: str, role: str) -> Invitation:
    """Invite an address by a letter to it: the link is told to nobody else. Raises as `invite` does."""
    invitation, token = await invite(session, actor, email, role)
    invitation.mailed = True
    text = _LETTER.format(
        by=actor.label if actor.kind is ActorKind.PERSON else "a program of its owner",
        origin=mailer.origin,
        tenant=actor.tenant_slug,
        role=role,
        days=LIFETIME.days,
        link=f"{mailer.origin}/invitations/{token}",
    )
    await mailer.write(session, invitation.email, "You are invited", text)
    return invitation


async def list_open(session: AsyncSession, actor: Actor) -> Sequence[Invitation]:
    """Return what can still be accepted, the newest first."""
    actor.require(Permission.MEMBERS_MANAGE)
    still = select(Invitation).where(Invitation.expires_at > now())
    return (await session.scalars(still.order_by(Invitation.id.desc()))).all()


async def revoke(session: AsyncSession, actor: Actor, invitation_id: str) -> None:
    """Withdraw an invitation: its link is worthless from now on. Raises NotFoundError."""
    actor.require(Permission.MEMBERS_MANAGE)
    found = await session.scalar(select(Invitation).where(Invitation.id == invitation_id))
    if found is None or not await _take(session, found):
        raise NotFoundError("There is no such invitation here.")
    await audit.record(session, actor, "invitation.revoked", found.id, email=found.email, role=found.role)


async def end_with(session: AsyncSession, actor: Actor, user: User, *, removed: bool) -> None:
    """Withdraw what somebody who may no longer invite has made and, when they go, what would let them back in."""
    theirs = [Invitation.inviter_id == user.id, *([Invitation.email == user.email] if removed else [])]
    for found in (await session.scalars(select(Invitation).where(or_(*theirs)))).all():
        await session.delete(found)
        details = {"email": found.email, "role": found.role, "because_of": user.email}
        await audit.record(session, actor, "invitation.revoked", found.id, **details)


async def read_offer(database: Database, token: str) -> Offer:
    """Return what a link offers. Raises InvitationOverError."""
    async with database.system_reading() as session:
        return await _offer(session, token)


async def accept(database: Database, token: str, user: User, only: str | None) -> Tenant:
    """Make a signed-in person a member; `only` is the one tenant that their session reaches (accounts.actor_for).

    Raises InvitationOverError, NotAllowedError when it is somebody else's, ConflictError for members.
    """
    async with database.system() as session:
        offer = await _offer(session, token)
        _demand_theirs(offer, user, only)
        await _join(session, offer, user)
    return offer.tenant


async def accept_vouched(session: AsyncSession, tenant: Tenant, user: User, email: str) -> Role | None:
    """Make a member of whom the tenant's own identity provider has just vouched for, if they are invited.

    Its word for an address of a domain that the tenant named is the proof that a link would be.
    """
    found = await session.scalar(select(Invitation).where(Invitation.tenant_id == tenant.id, Invitation.email == email))
    if found is None or not await _holds(session, found):
        return None
    await _join(session, Offer(tenant, found), user)
    return Role(found.role)


async def sign_up(database: Database, token: str, *, name: str, password: str) -> tuple[User, Tenant]:
    """Make a person with the invited address, and a member. Raises InvitationOverError, InvalidError, ConflictError."""
    # Before the costly hash: only who has a link that holds gets that far.
    email = (await read_offer(database, token)).invitation.email
    passwords.demand(password)
    named = accounts.demand_name(name)
    user = User(id=ids.new("usr"), email=email, name=named, password_hash=await passwords.hash(password))
    try:
        async with database.system() as session:
            offer = await _offer(session, token)
            if await session.scalar(accounts.signed_up_as(offer.invitation.email)) is not None:
                raise ConflictError("There is an account with this email address.", hint="Sign in, then accept.")
            session.add(user)
            await session.flush()
            await _join(session, offer, user)
    except IntegrityError as error:
        raise ConflictError("There is an account with this email address.", hint="Sign in, then accept.") from error
    return user, offer.tenant


async def _offer(session: AsyncSession, token: str) -> Offer:
    found = await session.scalar(select(Invitation).where(Invitation.token_hash == _hash(token)))
    if found is None or not await _holds(session, found):
        raise InvitationOverError
    return Offer(await session.get_one(Tenant, found.tenant_id), found)


async def _holds(session: AsyncSession, found: Invitation) -> bool:
    """Whether it is not over, and whoever made it may hand its role on today."""
    wanted, by = permissions_of(Role(found.role)), Permission.MEMBERS_MANAGE
    return found.expires_at > now() and await delegation.may_still(
        session, found.tenant_id, found.invited_by, wanted, by=by
    )


def _demand_theirs(offer: Offer, user: User, only: str | None) -> None:
    """Refuse a session whose word does not count here: an identity provider's counts in its own tenant only."""
    invited = offer.invitation
    if only not in (None, invited.tenant_id) or user.realm not in ("", invited.tenant_id):
        raise NotAllowedError(
            "You are signed in by a company's identity provider, which counts in its own tenant only.",
            hint="Sign in with a password, or sign up by this invitation.",
        )
    if user.email != invited.email:
        raise NotAllowedError(
            f"This invitation is for {invited.email}, and you are signed in as {user.email}.",
            hint=f"Sign in as {invited.email}, or ask for an invitation of your own.",
        )


async def _join(session: AsyncSession, offer: Offer, user: User) -> None:
    invited, tenant = offer.invitation, offer.tenant
    # Locked, so that who comes twice at once comes one after the other, and finds it taken.
    await session.get_one(Tenant, tenant.id, with_for_update=True)
    if await _is_member(session, tenant.id, invited.email):
        raise ConflictError(f"{invited.email} is a member already.", hint="Open the dashboard.")
    if not await _take(session, invited):
        raise InvitationOverError
    session.add(Membership(tenant_id=tenant.id, user_id=user.id, role=invited.role, created_at=now()))
    if invited.mailed:
        unproved = update(User).where(User.id == user.id, User.address_proved_at.is_(None))
        await session.execute(unproved.values(address_proved_at=now()))
    actor = accounts.as_actor(user, tenant, Role(invited.role))
    told = {"email": invited.email, "role": invited.role, "invited_by": invited.invited_by["label"]}
    await audit.record(session, actor, "member.joined", user.id, invitation=invited.id, **told)


async def _take(session: AsyncSession, invitation: Invitation) -> bool:
    """Whether it was still there; it no longer is."""
    taken = await session.execute(delete(Invitation).where(Invitation.id == invitation.id))
    return getattr(taken, "rowcount", 0) == 1


async def _is_member(session: AsyncSession, tenant_id: str, email: str) -> bool:
    query = select(Membership.id).join(User, User.id == Membership.user_id)
    found = await session.scalar(query.where(Membership.tenant_id == tenant_id, User.email == email).limit(1))
    return found is not None
