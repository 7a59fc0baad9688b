"""A process's runtime for tests: the real pool, the real capabilities, a database of either kind."""

from collections.abc import AsyncGenerator

import pytest

from sandbox import Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities
from tenants.runtime import Runtime
from tests.tenants.people import Person, sign_up


@pytest.fixture
async def runtime(database: Database, pool: Pool) -> AsyncGenerator[Runtime]:
    async with Capabilities.open(database) as effects:
        opened = Runtime(database=database, pool=pool, image=pool.image, effects=effects)
        yield opened
        await opened.close()


@pytest.fixture
async def owner(database: Database) -> Person:
    return await sign_up(database)
