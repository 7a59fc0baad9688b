"""The installation's database, for commands that an operator gives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from api.keys import open_with_keys
from api.settings import Settings
from api.startup import starting
from tenants.base.db import Database


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """Raises StartError."""
    with starting():
        database = await open_with_keys(settings)
    try:
        yield database
    finally:
        await database.close()
