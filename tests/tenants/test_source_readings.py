"""Who is shown what has a source in it is known from then on, also while the version has no source of its own yet."""

import pytest

from tenants.base.db import Database
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.tools import source_readings, specs, versions
from tests.tenants.people import Person, checked, spec


@pytest.mark.parametrize("whose", ["somebody else's", "its author's"])
async def test_what_a_model_has_written_so_far_counts_as_the_source(
    database: Database, owner: Person, whose: str
) -> None:
    author = owner.actor
    other = Actor(ActorKind.PERSON, "usr_2", "Bo", author.tenant_id, author.tenant_slug, "usr_2", frozenset(Permission))
    reader = other if whose == "somebody else's" else author
    async with database.unit(author.tenant_id) as session:
        await specs.submit(session, author, checked(spec()))
        version = await versions.submit(session, author, "add_numbers", generate={"instructions": "quickly"})
    assert version.source is None
    await source_readings.keep(database, reader, version)
    async with database.reading(author.tenant_id) as session:
        known = await source_readings.first_reading(session, reader, version.tool_id)
    assert (known is None) is (reader is author)
