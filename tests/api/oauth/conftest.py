"""One served authorization server for all tests of a process; a fresh tenant for each."""

from collections.abc import AsyncGenerator

import pytest

from tests.api.site import Home, Site, new_database, serving


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    database = await new_database(tmp_path_factory.mktemp("oauth"))
    async with serving(database) as running:
        yield running
    await database.close()


@pytest.fixture
async def home(site: Site) -> Home:
    return await site.home()
