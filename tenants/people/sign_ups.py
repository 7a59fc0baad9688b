"""Signing up where mail is sent: nothing is made before the letter is answered.

Whoever answers must also know the password that was chosen: else a stranger could sign up with somebody's address
and have them finish it, into an account whose password the stranger knows. An address that has an account gets
another letter; whoever asked is answered alike, and as fast.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from tenants.base.db import Database
from tenants.base.errors import ConflictError, NotAuthenticatedError
from tenants.models import Tenant, User
from tenants.people import accounts, mail_tokens, passwords
from tenants.people.mailer import Mailer

LIFETIME = timedelta(hours=24)
_SUBJECT = "Confirm your address"
_CONFIRM = """Hello,

somebody, probably you, signed up at {origin} with this address. To go on, open

{link}

and enter the password that you chose. The link holds for 24 hours.

If it was not you, do nothing: without this link there is no account.
"""
_KNOWN = """Hello,

somebody, probably you, signed up at {origin} with this address. There is an account with it already.

Sign in at {origin}/login. If you have forgotten your password, choose a new one within 30 minutes:

{link}

If it was not you, do nothing: nothing was changed.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody enters to sign up."""

    email: str
    password: str
    name: str
    tenant_name: str
    tenant_slug: str | None = None


async def ask(database: Database, mailer: Mailer, form: Form) -> None:
    """Write the letter. Raises InvalidError, and ConflictError for a tenant's name, which whoever signs up may know."""
    wanted = await accounts.demand_sign_up(**asdict(form))
    async with database.system() as session:
        await accounts.demand_free_slug(session, wanted)
        known = await session.scalar(accounts.signed_up_as(wanted.email))
        if known is None:
            details = {
                "password_hash": wanted.password_hash,
                "name": wanted.name,
                "tenant_name": wanted.tenant_name,
                "slug": wanted.slug,
                "exactly": wanted.exactly,
            }
            token = await mail_tokens.issue(session, "sign_up", wanted.email, LIFETIME, details=details)
            text = _CONFIRM.format(origin=mailer.origin, link=f"{mailer.origin}/confirm/{token}")
        else:
            token = await mail_tokens.issue(
                session, "reset", wanted.email, timedelta(minutes=30), user_id=known.id, details={"asked_at": "sign_up"}
            )
            text = _KNOWN.format(origin=mailer.origin, link=f"{mailer.origin}/reset-password/{token}")
        await mailer.write(session, wanted.email, _SUBJECT, text)


async def confirm(database: Database, token: str, password: str) -> tuple[User, Tenant]:
    """Make the person and their tenant: the address is proved. Raises LinkOverError, NotAuthenticatedError."""
    async with database.system_reading() as session:
        asked = await mail_tokens.read_token(session, "sign_up", token)
    if not await passwords.verify(asked.details["password_hash"], password):
        raise NotAuthenticatedError("This is not the password that you chose when you signed up.")
    wanted = accounts.Wanted(email=asked.email, **asked.details)
    try:
        async with database.system() as session:
            await mail_tokens.take(session, "sign_up", token)
            return await accounts.make(session, wanted, proved=True)
    except IntegrityError as error:
        raise ConflictError("This email address or tenant name has just been taken.") from error


async def pending(database: Database, token: str) -> str:
    """Return the address that a link confirms. Raises LinkOverError."""
    async with database.system_reading() as session:
        return (await mail_tokens.read_token(session, "sign_up", token)).email
