"""A process dies while a model writes; another goes on, and pays for nothing twice."""

from collections.abc import AsyncGenerator
from pathlib import Path

import anthropic
import pytest
from sqlalchemy import select

from sandbox import Finding, Image, Pool
from tenants import migrations
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.capabilities import Capabilities
from tenants.confinement import spec_fields
from tenants.models import Exchange, Tenant, Version
from tenants.runtime import Runtime
from tenants.vendors.author import Author
from tenants.writing import generation
from tests.author.messages_api import OVERLOADED, MessagesApi, submits
from tests.databases import RING
from tests.makers import make_source, make_spec

SOUND = make_source()
WRONG = SOUND.replace("a + b", "a - b")


@pytest.fixture
async def runtime(messages_api: MessagesApi, pool: Pool, image: Image, tmp_path: Path) -> AsyncGenerator[Runtime]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", RING)
    await migrations.upgrade(database)
    async with (
        anthropic.AsyncAnthropic(api_key="key", base_url=messages_api.base_url, max_retries=1) as client,
        Capabilities.open(database, None) as effects,
    ):
        author = Author(model="claude-test", client=client)
        runtime = Runtime(database=database, pool=pool, image=image, effects=effects, author=author)
        yield runtime
        await runtime.close()
    await database.close()


@pytest.fixture
async def version(runtime: Runtime) -> Version:
    tenant = Tenant(id=ids.new("ten"), slug="t", name="T", policy={}, catalog_version=0, created_at=now())
    async with runtime.database.system() as session:
        session.add(tenant)
    return Version(
        id=ids.new("ver"), tenant_id=tenant.id, tool_name="add_numbers", number=1, state="generating",
        spec=spec_fields.complete(make_spec()), generate={"instructions": ""},
        author={"id": "usr_1", "user_id": "usr_1"},
    )  # fmt: skip


async def judge(source: str) -> list[Finding]:
    return [] if source == SOUND else [Finding("examples", "error", "It subtracts.")]


async def dies(source: str) -> list[Finding]:
    raise ConnectionAbortedError(source[:1])


async def test_what_was_answered_before_is_not_asked_again(
    messages_api: MessagesApi, runtime: Runtime, version: Version
) -> None:
    messages_api.play(submits(WRONG), submits(SOUND))
    with pytest.raises(ConnectionAbortedError):
        await generation.write(runtime, version, dies)
    result = await generation.write(runtime, version, judge)
    assert (result.source, result.rounds) == (SOUND, 2)
    assert len(messages_api.requests) == 2
    assert "It subtracts." in str(messages_api.requests[1]["messages"][-1])


async def test_a_round_that_failed_is_asked_again(
    messages_api: MessagesApi, runtime: Runtime, version: Version
) -> None:
    messages_api.play(OVERLOADED)
    assert (await generation.write(runtime, version, judge)).source is None
    messages_api.play(submits(SOUND))
    assert (await generation.write(runtime, version, judge)).source == SOUND
    async with runtime.database.reading(version.tenant_id) as session:
        kept = (await session.scalars(select(Exchange).order_by(Exchange.created_at))).all()
    assert [one.round for one in kept] == [1, 1]
    assert kept[0].error
    assert kept[0].cost_microusd > 0  # nobody knows what it did cost, so the reservation stands
    assert kept[1].cost_microusd == 21_500
