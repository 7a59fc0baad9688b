"""A person's own address: proved by a letter to it, or changed to another one.

A link proves an address only to the account that asked for it: whoever gets a letter that a stranger asked for, and
opens it, proves nothing for the stranger.
"""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, LinkOverError, NotAllowedError
from tenants.models import User
from tenants.people import mail_tokens
from tenants.people.email_addresses import tidy_email
from tenants.people.mailer import Mailer

LIFETIME = timedelta(hours=24)
_PROVE = """Hello,

to confirm that {email} is your address at {origin}, open this within 24 hours, where you are signed in:

{link}

If you did not ask for it, do nothing.
"""
_CHANGED = """Hello,

the address of your account at {origin} was changed from {before} to {after}.

If it was not you, tell the operator and an owner of your organisation at once.
"""


async def ask(database: Database, mailer: Mailer, user: User, email: str) -> None:
    """Write to `email`: the person's own address, to prove it, or another one that is to become it.

    Nobody is told whether somebody else has it: that is only found when its letter is answered.
    """
    _demand_own(user)
    address = tidy_email(email)
    async with database.system() as session:
        await mail_tokens.revoke(session, user.id, "change")
        token = await mail_tokens.issue(session, "change", address, LIFETIME, user_id=user.id)
        link = f"{mailer.origin}/profile?address={token}"
        text = _PROVE.format(email=address, origin=mailer.origin, link=link)
        await mailer.write(session, address, "Confirm your address", text)


async def confirm(database: Database, mailer: Mailer, user: User, token: str) -> None:
    """Take the address of the letter. Raises LinkOverError, ConflictError."""
    async with database.system() as session:
        asked = await mail_tokens.read_token(session, "change", token)
        if asked.user_id != user.id:
            raise LinkOverError
        await mail_tokens.take(session, "change", token)
    values = {"email": asked.email, "address_proved_at": now()}
    try:
        async with database.system() as session:
            await session.execute(update(User).where(User.id == user.id).values(values))
            await mail_tokens.revoke(session, user.id, "reset", "change")
            if asked.email != user.email:
                text = _CHANGED.format(origin=mailer.origin, before=user.email, after=asked.email)
                await mailer.write(session, user.email, "Your address was changed", text)
    except IntegrityError as error:
        raise ConflictError("This address cannot be used.", hint="Choose another one.", path="/email") from error


def _demand_own(user: User) -> None:
    if user.realm:
        raise NotAllowedError("Your address is your company's to change.", hint="Change it at its identity provider.")
