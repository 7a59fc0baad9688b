"""Tenants and people: sign-up, sign-in, and who a person is in a tenant."""

from dataclasses import dataclass, field

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, InvalidError, NotAuthenticatedError, NotFoundError
from tenants.models import Membership, Tenant, User
from tenants.people import passwords, slugs
from tenants.people.email_addresses import tidy_email
from tenants.rights.access import Actor, ActorKind, Permission, Role, permissions_of
from tenants.rights.second_factor import withheld
from tenants.rules import audit


def demand_role(given: str) -> Role:
    """Return the role of this name. Raises InvalidError."""
    try:
        return Role(given)
    except ValueError as error:
        problem = {"path": "/role", "message": f"A role is one of {', '.join(Role)}."}
        raise InvalidError(problems=[problem]) from error


def demand_name(given: str) -> str:
    """Return a person's name as it is stored. Raises InvalidError."""
    if problems := _problems_of(("/name", given)):
        raise InvalidError(problems=problems)
    return given.strip()


def _problems_of(*names: tuple[str, str]) -> list[dict[str, str]]:
    message = "This has 1 to 200 characters."
    return [{"path": path, "message": message} for path, text in names if not 1 <= len(text.strip()) <= 200]


def signed_up_as(email: str) -> Select[User]:
    """Whoever signed up with this address. Accounts that a tenant's identity provider made are that tenant's own."""
    return select(User).where(User.realm == "", User.email == email)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sign-up that may be done. `exactly`: the slug was chosen, not made from the name."""

    email: str
    password_hash: str = field(repr=False)
    name: str
    tenant_name: str
    slug: str
    exactly: bool


async def demand_sign_up(
    *, email: str, password: str, name: str, tenant_name: str, tenant_slug: str | None = None
) -> Wanted:
    """Return what may be done, as it is stored. Raises InvalidError.

    It looks nobody up, and takes as long for each.
    """
    email = tidy_email(email)
    passwords.demand(password, email=email)
    slug = slugs.demand(tenant_slug) if tenant_slug else slugs.of(tenant_name)
    if problems := _problems_of(("/name", name), ("/tenant_name", tenant_name)):
        raise InvalidError(problems=problems)
    hashed = await passwords.hash(password)
    return Wanted(email, hashed, name.strip(), tenant_name.strip(), slug, exactly=bool(tenant_slug))


async def sign_up(
    database: Database,
    *,
    email: str,
    password: str,
    name: str,
    tenant_name: str,
    tenant_slug: str | None = None,
) -> tuple[User, Tenant]:
    """Make a person, a tenant, and the person its owner, at once. Raises InvalidError, ConflictError.

    The address is what somebody typed: it is not proved, and gives no right anywhere.
    """
    wanted = await demand_sign_up(
        email=email, password=password, name=name, tenant_name=tenant_name, tenant_slug=tenant_slug
    )
    try:
        async with database.system() as session:
            return await make(session, wanted, proved=False)
    except IntegrityError as error:
        raise ConflictError("This email address or tenant name has just been taken.") from error


async def demand_free_slug(session: AsyncSession, wanted: Wanted) -> str:
    """Return the slug, or one like it that is free. Raises ConflictError when it was chosen and is taken."""
    if await session.scalar(select(Tenant.id).where(Tenant.slug == wanted.slug)) is None:
        return wanted.slug
    if wanted.exactly:
        raise ConflictError(f"The name {wanted.slug} is taken.", hint="Choose another.", path="/tenant_slug")
    return slugs.another(wanted.slug)


async def make(session: AsyncSession, wanted: Wanted, *, proved: bool) -> tuple[User, Tenant]:
    """Make the person and their tenant. Raises ConflictError."""
    # The slug first: who tries a taken one learns nothing about the address.
    slug = await demand_free_slug(session, wanted)
    if await session.scalar(signed_up_as(wanted.email)):
        raise ConflictError("There is an account with this email address.", hint="Sign in instead.", path="/email")
    user = User(id=ids.new("usr"), email=wanted.email, name=wanted.name, password_hash=wanted.password_hash)
    user.address_proved_at = now() if proved else None
    tenant = Tenant(
        id=ids.new("ten"), slug=slug, name=wanted.tenant_name, policy={}, catalog_version=0, access_version=0
    )
    session.add_all([user, tenant])
    await session.flush()
    session.add(Membership(tenant_id=tenant.id, user_id=user.id, role=Role.OWNER))
    await audit.record(session, as_actor(user, tenant, Role.OWNER), "tenant.created", slug, name=wanted.tenant_name)
    return user, tenant


async def authenticate(database: Database, email: str, password: str) -> User:
    """Return the person who has this password. Takes equally long for unknown addresses.

    Raises NotAuthenticatedError, which never tells which of the two was wrong.
    """
    async with database.system_reading() as session:
        user = await session.scalar(signed_up_as(tidy_email(email)))
    if not await passwords.verify(user.password_hash if user else None, password) or user is None:
        raise NotAuthenticatedError("The email address or the password is not right.")
    if passwords.is_outdated(user.password_hash):
        await _set_password(database, user, await passwords.hash(password))
    return user


async def demand_password(user: User, password: str, path: str = "/password") -> None:
    """Raise InvalidError unless this is the person's password."""
    if not await passwords.verify(user.password_hash, password):
        raise InvalidError(problems=[{"path": path, "message": "This is not your password."}])


async def _set_password(database: Database, user: User, hashed: str) -> None:
    """Unless it was changed meanwhile."""
    unchanged = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    async with database.system() as session:
        await session.execute(unchanged.values(password_hash=hashed))


async def by_email(database: Database, email: str) -> User:
    """Return the person with this address. For the operator's commands: it proves nothing about who asks.

    Raises NotFoundError.
    """
    async with database.system_reading() as session:
        user = await session.scalar(signed_up_as(tidy_email(email)))
    if user is None:
        raise NotFoundError(f"Nobody has signed up as {email}.")
    return user


async def memberships(session: AsyncSession, user_id: str, only: str | None = None) -> list[tuple[Tenant, Role]]:
    """Return the tenants a person belongs to, with their role, by name; `only`: see actor_for. System session."""
    rows = await session.execute(
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id)
        .order_by(Tenant.name, Tenant.id)
    )
    return [(tenant, Role(role)) for tenant, role in rows if only in (None, tenant.id)]


async def actor_for(
    database: Database, user: User, tenant_slug: str, only: str | None = None, *, second_factor: bool = False
) -> Actor:
    """Return a person as an actor in a tenant. Raises NotFoundError when they do not belong to it.

    `only` is the one tenant that the person's session reaches, when an identity provider opened it. Without
    `second_factor` they lack what the tenant asks one for.
    """
    async with database.system_reading() as session:
        row = (
            await session.execute(
                select(Tenant, Membership.role)
                .join(Membership, Membership.tenant_id == Tenant.id)
                .where(Tenant.slug == tenant_slug, Membership.user_id == user.id)
            )
        ).one_or_none()
    if row is None or only not in (None, row[0].id):
        raise NotFoundError("There is no such tenant here.")
    tenant, role = row[0], Role(row[1])
    return as_actor(user, tenant, role, withheld(tenant, role, shown=second_factor))


def as_actor(user: User, tenant: Tenant, role: Role, withheld: frozenset[Permission] = frozenset()) -> Actor:
    """Return a person as what their role makes of them in a tenant, but for what is withheld."""
    held = permissions_of(role) - withheld
    return Actor(ActorKind.PERSON, user.id, user.email, tenant.id, tenant.slug, user.id, held, withheld=withheld)
