"""A tenant, and processes that carry its runs: each `process()` is one, on the same database and pool."""

from collections.abc import AsyncGenerator, Callable

import pytest

from sandbox import Image, Pool
from tenants.base.db import Database
from tenants.rights.access import Actor
from tenants.runtime import Effects, Runtime
from tests.tenants import workshop

Process = Callable[[Effects], Runtime]


@pytest.fixture
async def actor(database: Database) -> Actor:
    return await workshop.make_tenant(database)


@pytest.fixture
async def process(database: Database, pool: Pool, image: Image) -> AsyncGenerator[Process]:
    made: list[Runtime] = []

    def start(effects: Effects) -> Runtime:
        made.append(Runtime(database=database, pool=pool, image=image, effects=effects))
        return made[-1]

    yield start
    for runtime in made:
        runtime.grace_s = 0.05  # what a test has left stalled stays stalled
        await runtime.close()
