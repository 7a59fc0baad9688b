"""`sealwright migrate`: the database's schema, brought to what this release needs."""

import asyncio
import sys

import click

from api.logs import configure
from api.settings import Settings
from api.startup import starting
from tenants import migrations
from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.migrations import Schema, Stage, walls


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; end with 1 when there is something to do.")
@click.option("--serving-role", metavar="ROLE", help="A PostgreSQL role that gets what a server needs, and no more.")
@click.pass_obj
def migrate(settings: Settings, serving_role: str | None, *, check: bool) -> None:
    """Bring the database's schema to what this release needs. May be run again at any time, and beside servers."""
    configure(as_json=settings.log_json)
    with starting():
        before, after = asyncio.run(_migrated(settings, None if check else serving_role, check=check))
    if check:
        click.echo(_said(before))
        sys.exit(0 if before.stage in (Stage.CURRENT, Stage.NEWER) else 1)
    if after.revision == before.revision:
        click.echo(_said(after))
    else:
        click.echo(f"The schema went from {before.revision or 'nothing'} to {after.revision}.")


def _said(schema: Schema) -> str:
    match schema.stage:
        case Stage.EMPTY:
            return f"The database is empty; this release makes it {schema.newest}."
        case Stage.OLDER:
            return f"The schema is at {schema.revision}; this release needs {schema.newest}."
        case Stage.CURRENT:
            return f"The schema is at {schema.revision}, as this release needs it."
        case Stage.NEWER:
            return f"The schema is at {schema.revision}, newer than this release, which knows it up to {schema.newest}."


async def _migrated(settings: Settings, serving_role: str | None, *, check: bool) -> tuple[Schema, Schema]:
    # No key is needed for it: whoever migrates may open nothing that is sealed.
    database = settings.open_database(Ring({}))
    try:
        before = await migrations.schema_of(database)
        if not check:
            await migrations.upgrade(database)
        if serving_role is not None:
            await _admit(database, serving_role)
        return before, await migrations.schema_of(database)
    finally:
        await database.close()


async def _admit(database: Database, role: str) -> None:
    if database.is_sqlite:
        raise click.UsageError("SQLite has no roles: --serving-role is for PostgreSQL.")
    async with database.engine.begin() as connection:
        await connection.run_sync(walls.admit, role)
