"""`sealwright secrets key | rotate`: the platform's keys, which wrap all others."""

import asyncio

import click

from api.cli.installation import opened
from api.settings import Settings
from tenants.agents import signing_keys
from tenants.base.key_ring import new_entry
from tenants.sign_in import second_factors
from tenants.stores.vault import Vault
from tenants.vendors.kms import LockedError


@click.group()
def secrets() -> None:
    """Tenants' secrets."""


@secrets.command("key")
@click.option("--kms", "kms_key", metavar="KEY", help="An AWS KMS key that locks it: an id, ARN or alias/NAME.")
def key(kms_key: str | None) -> None:
    """Print a fresh entry for SEALWRIGHT_SECRETS_KEYS. Put it first, restart, then run `secrets rotate`."""
    try:
        click.echo(new_entry(kms_key))
    except LockedError as error:
        raise click.ClickException(f"AWS KMS made no key: {error}") from error


@secrets.command("rotate")
@click.pass_obj
def rotate(settings: Settings) -> None:
    """Wrap every tenant's key, and those that sign access tokens, with the first of SEALWRIGHT_SECRETS_KEYS.

    The others can then be taken away.
    """

    async def work() -> int:
        async with opened(settings) as database:
            ring = settings.ring()
            people = await second_factors.rewrap(database, ring)
            return await Vault(database, ring).rotate() + await signing_keys.rewrap(database, ring) + people

    click.echo(f"{asyncio.run(work())} keys wrapped anew")
