"""One served edge for all MCP tests of a process; a fresh tenant for each."""

from collections.abc import AsyncGenerator
from typing import cast

import pytest

from api.oauth.service import OAuth
from tenants.base.db import Database
from tests.api.actors import Cast, agent, bearer, client, gathered, key
from tests.api.oauth.house import House
from tests.api.site import Home, Site, new_database, serving
from tests.makers import Product


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    database = await new_database(tmp_path_factory.mktemp("mcp"))
    async with serving(database) as running:
        yield running
    await database.close()


@pytest.fixture
async def home(site: Site) -> Home:
    return await site.home()


@pytest.fixture(scope="module")
async def everybody(product: Product) -> AsyncGenerator[Cast]:
    house = House(product.url, cast("Database", None), cast("OAuth", None))
    made = await gathered(house)
    company = made.company
    other = await house.company(email=f"other@{company.slug}.example")
    await company.add(f"other@{company.slug}.example", "author", other.owner)
    author, shared = made.by["author"], await client(company.owner)
    tokens = {
        "author_key": await key(author, company, "tools:author"),
        "author_agent": await agent(company, author),
        "shared_agent": await agent(company, author, client_id=shared),
        "other_key": await key(other.owner, company, "tools:author", "tools:call"),
        "other_agent": await agent(company, other.owner),
        "other_shared_agent": await agent(company, other.owner, client_id=shared),
        "owner_key": await key(company.owner, company, "tools:author", "runs:read"),
    }
    made.by |= {"other": other.owner, **{name: bearer(house, token) for name, token in tokens.items()}}
    yield made
    for browser in made.by.values():
        await browser.aclose()
