"""`sealwright keys new | list | rotate | forget`: the platform's keys, which wrap all others."""

import asyncio

import click

from api.cli.installation import opened
from api.settings import Settings
from api.startup import StartError
from tenants.base.db import Database
from tenants.base.key_ring import Ring, leave_out, new_entry, put_first
from tenants.stores import platform_keys
from tenants.stores.platform_keys import KeyUse
from tenants.vendors import kms

_BY_HAND = (
    "Put a fresh one first (`sealwright keys new` prints it), keep the others behind it, start every process anew, and"
    " run `sealwright keys rotate` again."
)


@click.group()
def keys() -> None:
    """The platform's keys, which wrap all others."""


@keys.command("new")
@click.option("--kms", "kms_key", metavar="KEY", help="An AWS KMS key that locks it: an id, ARN or alias/NAME.")
def new(kms_key: str | None) -> None:
    """Print a fresh entry for SEALWRIGHT_SECRETS_KEYS, or its file."""
    try:
        click.echo(new_entry(kms_key))
    except kms.LockedError as error:
        raise click.ClickException(f"AWS KMS made no key: {error}") from error


@keys.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """Print each key's id and fingerprint, and how much it wraps."""

    async def ask() -> list[KeyUse]:
        async with opened(settings) as database:
            return await platform_keys.uses_of(database, database.content_keys.ring)

    for use in asyncio.run(ask()):
        click.echo(told(use))


@keys.command("rotate")
@click.pass_obj
def rotate(settings: Settings) -> None:
    """Make a new key the first one, and wrap with it all that others wrapped. The others stay in their file.

    What was ended in the middle is gone on with, and no second key made for it. Servers may run meanwhile.
    """

    async def work() -> int:
        async with opened(settings) as database:
            ring = database.content_keys.ring
            if not await platform_keys.left_to_wrap(database, ring):
                ring = _with_a_new_one(ring)
            return await _wrapped_anew(database, ring)

    click.echo(f"{asyncio.run(work())} keys wrapped anew")


@keys.command("forget")
@click.argument("key_id")
@click.pass_obj
def forget(settings: Settings, key_id: str) -> None:
    """Take a key out of its file that nothing needs any more. Backups from before the last rotation still do."""

    async def work() -> None:
        async with opened(settings) as database:
            ring = database.content_keys.ring
            uses = await platform_keys.uses_of(database, ring, rows_max=1)
        use = next((use for use in uses if use.key_id == key_id), None)
        if ring.file is None or use is None:
            raise StartError(
                f"There is no key {key_id} in a file of ours.", "`sealwright keys list` has those there are."
            )
        if use.rows or key_id == ring.first:
            raise StartError(f"The key {key_id} is needed.", "`sealwright keys rotate` makes a new one take its place.")
        leave_out(ring.file, key_id)

    asyncio.run(work())
    click.echo(f"{key_id} is gone from the file")


# The commands as they were called before; a schedule somewhere may still do so.
secrets = click.Group("secrets", hidden=True, help="See `keys`.")
secrets.add_command(new, "key")


@secrets.command("rotate")
@click.pass_obj
def rewrap(settings: Settings) -> None:
    """Wrap all that others wrapped with the first of SEALWRIGHT_SECRETS_KEYS."""

    async def work() -> int:
        async with opened(settings) as database:
            return await _wrapped_anew(database, database.content_keys.ring)

    click.echo(f"{asyncio.run(work())} keys wrapped anew")


def told(use: KeyUse) -> str:
    """A line about one key."""
    tables = ", ".join(f"{table} {count}" for table, count in use.rows.items()) or "nothing"
    return f"{use.key_id}  {use.fingerprint or 'not given':16}  wraps {tables}{f': {use.fault}' if use.fault else ''}"


def _with_a_new_one(ring: Ring) -> Ring:
    if ring.file is None:
        raise StartError("The keys are given by a setting, and are changed there.", _BY_HAND)
    if kms.FORM in ring.file.read_text(encoding="ascii"):
        raise StartError("The keys are locked by AWS KMS, and a new one would not be.", _BY_HAND)
    put_first(ring.file, new_entry())
    return Ring.read(ring.file)


async def _wrapped_anew(database: Database, ring: Ring) -> int:
    count = await platform_keys.wrap_anew(database, ring)
    for use in await platform_keys.uses_of(database, ring, rows_max=1):
        click.echo(told(use), err=True)
    return count
