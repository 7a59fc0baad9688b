"""The installation's database, for commands that an operator gives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from api.folders import open_data_dir
from api.settings import Settings
from api.startup import starting
from tenants import migrations
from tenants.base.db import Database


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    with starting():
        open_data_dir(settings)
        database = settings.open_database(settings.ring())
    try:
        with starting():
            await migrations.ensure(database)
        yield database
    finally:
        await database.close()
