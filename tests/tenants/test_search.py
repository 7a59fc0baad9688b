"""Search by the database's own full text: good among a thousand tools, current, and each tenant's alone."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert

from tenants.base import ids
from tenants.base.db import Database
from tenants.catalog import catalog, search
from tenants.confinement import spec_fields
from tenants.models import Tool, Version
from tenants.tools import full_text, specs
from tests.api.mcp.shelf import ordinary
from tests.api.mcp.shelf import spec as spec_of
from tests.tenants.people import Person, checked, sign_up, spec
from tests.tenants.questions import WANTED


async def publish(database: Database, owner: Person, wanted: list[dict[str, Any]]) -> None:
    """Make the rows that publishing makes."""
    tenant_id = owner.actor.tenant_id
    numbered = [(ids.new("tol"), spec_fields.complete(one)) for one in wanted]
    plain: dict[str, Any] = {"source": "", "component_digest": "c", "image_digest": "", "digest": "d", "author": {}}
    async with database.unit(tenant_id) as session:
        tools: list[dict[str, Any]] = [
            {
                "id": tool_id, "name": one["name"], "spec": one, "live_version": 1, "last_version": 1,
                "created_by": {}, "tenant_id": tenant_id,
            }
            for tool_id, one in numbered
        ]  # fmt: skip
        versions: list[dict[str, Any]] = [
            {
                "tool_id": tool_id, "tool_name": one["name"], "number": 1, "state": "live", "spec": one,
                "patch": b"", "tenant_id": tenant_id, **plain,
            }
            for tool_id, one in numbered
        ]  # fmt: skip
        await session.execute(insert(Tool), tools)
        await session.execute(insert(Version), versions)
        await specs.changed(session, tenant_id)


async def found(database: Database, owner: Person, query: str, limit: int = 5) -> list[str]:
    return [tool.name for tool in await search.search(database, owner.actor.tenant_id, query, limit)]


async def test_twenty_questions_among_a_thousand_tools(database: Database, owner: Person) -> None:
    planted = [spec_of(name, description) for name, description, _ in WANTED]
    await publish(database, owner, [*map(ordinary, range(980)), *planted])
    missed = {
        question: names for name, _, question in WANTED if name not in (names := await found(database, owner, question))
    }
    assert missed == {}


async def test_search_follows_what_is_approved_not_what_is_proposed(database: Database, owner: Person) -> None:
    await publish(database, owner, [spec(description="Adds two numbers.")])
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.revise(session, owner.actor, "add_numbers", checked(spec(description="Steals bananas.")))
    assert await found(database, owner, "adding numbers") == ["add_numbers"]
    assert await found(database, owner, "bananas") == []
    async with database.unit(owner.actor.tenant_id) as session:
        tool = await specs.find(session, "add_numbers")
        session.add(
            Version(tool_id=tool.id, tool_name=tool.name, number=2, state="live", spec=tool.spec, author={}, digest="e")
        )
        tool.live_version = 2
        await specs.changed(session, owner.actor.tenant_id)
    assert await found(database, owner, "banana") == ["add_numbers"]
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.retire(session, owner.actor, "add_numbers")
    assert await found(database, owner, "banana") == []


async def test_a_spec_is_found_before_anything_of_it_is_live(database: Database, owner: Person) -> None:
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.submit(session, owner.actor, checked(spec(description="Zähmt Löwen.")))
        await specs.revise(session, owner.actor, "add_numbers", checked(spec(description="Zähmt Tiger.")))
    async with database.reading(owner.actor.tenant_id) as session:
        tiger = await specs.search(session, owner.actor, "ZAHMT tig")
        lions = await specs.search(session, owner.actor, "löwen")
    assert [tool.name for tool in tiger.items] == ["add_numbers"]
    assert lions.items == []
    assert await found(database, owner, "tiger") == []


async def test_no_tenant_finds_what_is_anothers(database: Database, owner: Person) -> None:
    other = await sign_up(database, "other")
    await publish(database, owner, [spec(name="mine", description="Secret sauce.")])
    await publish(database, other, [spec(name="theirs", description="Secret sauce too.")])
    assert await found(database, owner, "secret sauce") == ["mine"]
    async with database.reading(owner.actor.tenant_id) as session:
        everything = await full_text.ranked(session, ["secret", "sauce"])
        if not database.is_sqlite:
            raw = await session.connection()
            rows = await raw.exec_driver_sql("SELECT name FROM tool_texts WHERE words @@ to_tsquery('secret')")
            assert [row[0] for row in rows] == ["mine"]
    assert len(everything) == 1


@pytest.mark.parametrize("asked", ['"', "* OR *", "tenant_id : x", "NEAR(a b)", "a'b & | !", "-", "é" * 600, "the"])
async def test_no_question_is_syntax(database: Database, owner: Person, asked: str) -> None:
    await publish(database, owner, [spec()])
    await found(database, owner, asked)
    async with database.reading(owner.actor.tenant_id) as session:
        await specs.search(session, owner.actor, asked)


async def test_a_hundred_who_ask_for_a_large_catalog_at_once_read_it_once(database: Database, owner: Person) -> None:
    """After an approval every client asks at once; each reading for itself, they used up all connections."""
    await publish(database, owner, [ordinary(number) for number in range(300)])
    asked = await asyncio.gather(*(catalog.live(database, owner.actor.tenant_id) for _ in range(100)))
    assert all(one is asked[0] for one in asked)
    async with database.unit(owner.actor.tenant_id) as session:
        await specs.retire(session, owner.actor, ordinary(7)["name"])
    assert len((await catalog.live(database, owner.actor.tenant_id)).tools) == 299
