"""`sealwright user ...`: what an operator does for somebody who cannot sign in, and whom they know."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from api.cli.installation import opened
from api.settings import Settings
from tenants.models import User
from tenants.people import accounts
from tenants.sign_in import password_resets, second_factors, sessions

Done = TypeVar("Done")


@click.group()
def user() -> None:
    """People who have signed up."""


_MINUTES = int(password_resets.LIFETIME.total_seconds() // 60)


@user.command(
    "reset-password",
    help=f"Print a link by which EMAIL chooses a new password: within {_MINUTES} minutes, once. Hand it over yourself.",
)
@click.argument("email")
@click.pass_obj
def reset_password(settings: Settings, email: str) -> None:
    click.echo(
        _for(settings, email, lambda session, person: password_resets.link_for(session, settings.origin, person))
    )


@user.command("reset-second-factor")
@click.argument("email")
@click.pass_obj
def reset_second_factor(settings: Settings, email: str) -> None:
    """Take every second factor of EMAIL away and sign them out; at the next sign-in the password is enough."""

    async def reset(session: AsyncSession, person: User) -> None:
        await second_factors.remove_all(session, person.id)
        await sessions.revoke_all(session, person.id)

    _for(settings, email, reset)
    click.echo(f"{email} has no second factor now, and is signed out everywhere.")


def _for(settings: Settings, email: str, do: Callable[[AsyncSession, User], Awaitable[Done]]) -> Done:
    async def work() -> Done:
        async with opened(settings) as database:
            person = await accounts.by_email(database, email)
            async with database.system() as session:
                return await do(session, person)

    return asyncio.run(work())
