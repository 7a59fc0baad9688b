"""`sealwright retention`: what is past its time, and removing it now instead of within the hour."""

import asyncio

import click

from api.cli.installation import opened
from api.processes import clear_beside_rows
from api.settings import Settings
from tenants.base.db import Database
from tenants.retention import clearing


@click.command()
@click.option("--apply", "applies", is_flag=True, help="Remove it now, as every process does by itself.")
@click.pass_obj
def retention(settings: Settings, *, applies: bool) -> None:
    """Say how long things are kept and how much is past that. SEALWRIGHT_RETENTION_DAYS says other days."""

    async def work() -> list[str]:
        async with opened(settings) as database:
            return await (_removed(settings, database) if applies else _due(settings, database))

    for line in asyncio.run(work()):
        click.echo(line)


async def _due(settings: Settings, database: Database) -> list[str]:
    found = await clearing.count_due(database, settings.retention_days)
    return [f"{one.rule.name:18} {one.days:5} days  {one.rows:9} due  {one.rule.says}" for one in found]


async def _removed(settings: Settings, database: Database) -> list[str]:
    gone = {"runs": await clearing.clear_runs(database), **await clearing.clear(database, settings.retention_days)}
    contents, paths = await clear_beside_rows(settings, database)
    lines = [f"{count} {name} removed" for name, count in gone.items() if count]
    return [*lines, f"{contents} contents that no file names removed", *(f"{path} removed" for path in paths)]
