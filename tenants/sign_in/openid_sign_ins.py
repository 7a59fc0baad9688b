"""Signing in by a tenant's identity provider: on the way there, back again, and who that is here.

A provider's word counts in its own tenant and nowhere else. So
- the session that comes of it reaches that tenant only, also when the person belongs to others;
- a newcomer gets an account of the tenant's own realm: nobody who signed up elsewhere with that address, proved or
  not, gets in by it or is shut out by it;
- a member who signed up is recognised by their address once, when the tenant named its domain; from then on by the
  issuer's subject.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import now
from tenants.base.errors import InvalidError, SignInRefusedError
from tenants.models import Identity, IdentityProvider, Membership, SignIn, Tenant, User
from tenants.people import accounts, invitations
from tenants.rights.access import Actor, ActorKind, Role, permissions_of
from tenants.rules import audit
from tenants.sign_in import entrances
from tenants.sign_in.entrances import Browser, Entrance

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Departure:
    """What goes to the provider: `state` comes back, `nonce` comes back signed, `verifier` stays here."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person as their provider describes them; its signature has been checked."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    # What its ID token says of how they signed in: `amr` and `acr`.
    methods: frozenset[str] = frozenset()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def depart(session: AsyncSession, provider: IdentityProvider, browser: str, back: str) -> Departure:
    """Send a browser on its way. `browser` is a secret that only it has; `back` is where it wanted to go."""
    await session.execute(delete(SignIn).where(SignIn.expires_at <= now()))
    leaving = Departure(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    session.add(
        SignIn(
            state_hash=_hash(leaving.state),
            provider=provider.name,
            issuer=provider.issuer,
            nonce=leaving.nonce,
            verifier=leaving.verifier,
            browser_hash=_hash(browser),
            next=back,
            expires_at=now() + LIFETIME,
        )
    )
    return leaving


async def take(session: AsyncSession, provider: IdentityProvider, state: str, browser: str) -> SignIn | None:
    """The sign-in that `state` stands for, once, and for the browser and the provider that it began with only."""
    found = await session.get(SignIn, _hash(state))
    if found is None or found.provider != provider.name or found.issuer != provider.issuer:
        return None
    if not secrets.compare_digest(found.browser_hash, _hash(browser)) or found.expires_at <= now():
        return None
    taken = await session.execute(delete(SignIn).where(SignIn.state_hash == found.state_hash))
    return found if getattr(taken, "rowcount", 0) == 1 else None


async def enter(session: AsyncSession, provider: IdentityProvider, vouched: Vouched, browser: Browser) -> Entrance:
    """Let whom the provider vouches for in, by way of their second factor. Raises SignInRefusedError.

    What the provider says of a second factor counts where the tenant has named what it then says.
    """
    # One at a time, so that somebody who comes twice at once is one person.
    tenant = await session.get_one(Tenant, provider.tenant_id, with_for_update=True)
    email = _address(provider, vouched)
    identity = await session.scalar(
        select(Identity).where(Identity.issuer == vouched.issuer, Identity.subject == vouched.subject)
    )
    if identity is None:
        identity = await _introduce(session, tenant, provider, vouched, email)
    user = await session.get_one(User, identity.user_id)
    role = await session.scalar(select(Membership.role).where(Membership.user_id == user.id))
    if role is None and user.realm == tenant.id:
        role = await invitations.accept_vouched(session, tenant, user, email)
    if role is None:
        raise _not_a_member(tenant, email)
    identity.provider, identity.email, identity.last_used_at = provider.name, email, now()
    has_second = not vouched.methods.isdisjoint(provider.second_factor_claims)
    entrance = await entrances.enter(
        session, user, browser, only_tenant_id=tenant.id, provider=provider.name, second_factor=has_second
    )
    told = {"issuer": vouched.issuer, "identity": vouched.subject, "email": email}
    action = "session.opened" if entrance.is_open else "session.second_factor_asked"
    await audit.record(session, _actor(user, tenant, role), action, user.id, provider=provider.name, **told)
    return entrance


def _address(provider: IdentityProvider, vouched: Vouched) -> str:
    try:
        email = accounts.tidy_email(vouched.email)
    except InvalidError as error:
        message = f"{provider.title} named no email address for you."
        raise SignInRefusedError("email_missing", message, hint="Add one to your account there.") from error
    if not vouched.email_verified:
        message = f"{provider.title} has not verified that {email} is yours."
        raise SignInRefusedError("email_not_verified", message, hint="Verify it there, then come again.")
    if email.rpartition("@")[2] not in provider.email_domains:
        message = f"{provider.title} may not vouch for {email} here: its domain is not among those that were named."
        raise SignInRefusedError("domain_not_allowed", message, hint="Ask an owner to add the domain.")
    return email


async def _introduce(
    session: AsyncSession, tenant: Tenant, provider: IdentityProvider, vouched: Vouched, email: str
) -> Identity:
    user = await _known(session, tenant, email) or await _newcomer(session, tenant, provider, vouched, email)
    bound = select(Identity.id).where(Identity.user_id == user.id, Identity.issuer == vouched.issuer)
    if await session.scalar(bound):
        # An address that was given to somebody else since: its new owner is not the old one.
        message = f"{email} belongs to somebody else's account at {provider.title} here."
        raise SignInRefusedError("bound_to_another", message, hint="Ask an owner of the tenant.")
    identity = Identity(
        provider=provider.name,
        issuer=vouched.issuer,
        subject=vouched.subject,
        user_id=user.id,
        email=email,
        created_at=now(),
    )
    session.add(identity)
    await session.flush()
    return identity


async def _known(session: AsyncSession, tenant: Tenant, email: str) -> User | None:
    """The tenant's own account with this address, or else a member who signed up with it."""
    own = await session.scalar(select(User).where(User.realm == tenant.id, User.email == email))
    if own is not None:
        return own
    return await session.scalar(
        accounts.signed_up_as(email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.tenant_id == tenant.id)
    )


async def _newcomer(
    session: AsyncSession, tenant: Tenant, provider: IdentityProvider, vouched: Vouched, email: str
) -> User:
    if provider.newcomer_role is None:
        raise _not_a_member(tenant, email)
    name = "".join(letter for letter in vouched.name if letter.isprintable()).strip()[:200] or email.partition("@")[0]
    user = User(id=ids.new("usr"), realm=tenant.id, email=email, name=name)
    session.add(user)
    await session.flush()
    session.add(Membership(user_id=user.id, role=provider.newcomer_role))
    await session.flush()
    actor = _actor(user, tenant, provider.newcomer_role)
    told = {"email": email, "role": provider.newcomer_role, "provider": provider.name}
    await audit.record(session, actor, "member.joined", user.id, **told)
    return user


def _not_a_member(tenant: Tenant, email: str) -> SignInRefusedError:
    message = f"{email} does not belong to {tenant.name}."
    return SignInRefusedError("not_a_member", message, hint="Ask an owner to add you.")


def _actor(user: User, tenant: Tenant, role: str) -> Actor:
    return Actor(ActorKind.PERSON, user.id, user.email, tenant.id, tenant.slug, user.id, permissions_of(Role(role)))
