"""`sealwright doctor`: what an operator asks first when something is wrong. It changes nothing."""

import asyncio
from collections.abc import AsyncGenerator

import click

from api.cli.operations.keys import told
from api.settings import Settings
from api.startup import StartError, starting
from sandbox import hardening_report
from tenants import migrations
from tenants.base.key_ring import Ring
from tenants.migrations import Stage
from tenants.stores import platform_keys


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say which walls this system grants, which schema the database has, and whether the keys open what is stored.

    Ends with 1 when something is wrong.
    """
    for line in hardening_report():
        click.echo(line)
    raise SystemExit(asyncio.run(_examined(settings)))


async def _examined(settings: Settings) -> int:
    is_ill = False
    try:
        async for line, fault in _findings(settings):
            click.echo(line)
            is_ill |= fault
    except StartError as error:
        click.echo(error.message)
        is_ill = True
    return int(is_ill)


async def _findings(settings: Settings) -> AsyncGenerator[tuple[str, bool]]:
    """Lines, each with whether it tells of a fault. Raises StartError."""
    with starting():
        ring = settings.ring()
    if settings.database_url is None and not (settings.data_dir / "sealwright.db").exists():
        yield f"database: none yet in {settings.data_dir}", False
        return
    database = settings.open_database(ring or Ring({}))
    try:
        with starting():
            schema = await migrations.schema_of(database)
            yield f"database: schema {schema.revision}, this release knows {schema.newest}", schema.stage is Stage.OLDER
            if schema.stage not in (Stage.CURRENT, Stage.NEWER):
                return
            for use in await platform_keys.uses_of(database, ring or Ring({})):
                lost = use.fingerprint is None or use.fault is not None
                yield f"key: {told(use)}{'' if lost else ', and opens it'}", lost
    finally:
        await database.close()
