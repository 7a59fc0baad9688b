"""A new password for who has lost the old one: by a letter, or by a link that the operator hands over."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Database, now
from tenants.models import User
from tenants.people import accounts, mail_tokens, passwords
from tenants.people.email_addresses import tidy_email
from tenants.people.mailer import Mailer
from tenants.sign_in import second_steps, sessions

LIFETIME = timedelta(minutes=30)
_SUBJECT = "Choose a new password"
_RESET = """Hello,

somebody, probably you, asked for a new password at {origin}. Choose it within 30 minutes:

{link}

If it was not you, do nothing: your password stays as it is.
"""
_UNKNOWN = """Hello,

somebody, probably you, asked for a new password at {origin}. There is no account with this address:
perhaps you signed up with another one, or sign in by your company.

If it was not you, do nothing.
"""
_CHANGED = """Hello,

{what}. This is about your account at {origin}.

If it was not you, choose a new one now at {origin}/reset-password, and tell an owner of your organisation.
"""


async def ask(database: Database, mailer: Mailer, email: str) -> None:
    """Write a letter to the address, whoever it belongs to: as much work for one that nobody signed up with."""
    address = tidy_email(email)
    async with database.system() as session:
        user = await session.scalar(accounts.signed_up_as(address))
        token = await mail_tokens.issue(
            session, "reset" if user else "nothing", address, LIFETIME, user_id=user.id if user else None
        )
        text = _UNKNOWN.format(origin=mailer.origin)
        if user is not None:
            text = _RESET.format(origin=mailer.origin, link=link(mailer.origin, token))
        await mailer.write(session, address, _SUBJECT, text)


async def link_for(session: AsyncSession, origin: str, user: User) -> str:
    """For the operator, who knows whom to hand it to. It does not prove the address: no letter went there."""
    details = {"by": "operator"}
    return link(
        origin, await mail_tokens.issue(session, "reset", user.email, LIFETIME, user_id=user.id, details=details)
    )


def link(origin: str, token: str) -> str:
    return f"{origin}/reset-password/{token}"


async def finish(database: Database, mailer: Mailer | None, token: str, password: str) -> None:
    """Set the password, sign out every browser, and tell the person. Raises LinkOverError, InvalidError."""
    async with database.system_reading() as session:
        asked = await mail_tokens.read_token(session, "reset", token)
    passwords.demand(password, email=asked.email)
    hashed = await passwords.hash(password)
    async with database.system() as session:
        taken = await mail_tokens.take(session, "reset", token)
        user = await session.scalar(select(User).where(User.id == taken.user_id))
        if user is None or user.email != taken.email:
            return
        proved = user.address_proved_at or (now() if taken.details.get("by") != "operator" else None)
        values = {"password_hash": hashed, "address_proved_at": proved}
        await session.execute(update(User).where(User.id == user.id).values(values))
        await sign_out_everywhere(session, user.id)
        await tell(session, mailer, user, "Your password was changed, and every browser was signed out")


async def sign_out_everywhere(session: AsyncSession, user_id: str, but: str | None = None) -> None:
    """End what the old password opened or asked for; `but` is the session that stays."""
    await sessions.revoke_all(session, user_id, but)
    await second_steps.close_all(session, user_id)
    await mail_tokens.revoke(session, user_id, "reset", "change")


async def change(database: Database, mailer: Mailer | None, user: User, password: str, but: str) -> None:
    """Set a password whose owner has just shown the old one; `but` is the session that stays. Raises InvalidError."""
    passwords.demand(password, email=user.email)
    hashed = await passwords.hash(password)
    async with database.system() as session:
        await session.execute(update(User).where(User.id == user.id).values(password_hash=hashed))
        await sign_out_everywhere(session, user.id, but)
        await tell(session, mailer, user, "Your password was changed")


async def tell(session: AsyncSession, mailer: Mailer | None, user: User, what: str) -> None:
    """Write to a person what was changed in how they sign in, so that they notice when it was not they."""
    if mailer is not None:
        text = _CHANGED.format(origin=mailer.origin, what=what)
        await mailer.write(session, user.email, "Your account was changed", text)
