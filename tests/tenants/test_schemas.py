"""The schema and who may change it: servers never do, `migrate` does without stopping them, newer ones are served."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DBAPIError

from tenants import migrations
from tenants.base.db import Database, now
from tenants.migrations import SchemaError, Stage, walls
from tenants.models import Tenant
from tests.databases import RING

BEFORE = "0021"
SOON_S = 10
COLUMNS = "information_schema.columns WHERE table_schema = 'public'"
SHAPE = f"SELECT table_name, column_name, data_type FROM {COLUMNS}"  # noqa: S608 - names of ours


@asynccontextmanager
async def emptied(database: Database) -> AsyncGenerator[Database]:
    """A database of the same kind with nothing in it."""
    if database.is_sqlite:
        made = Database(database.url.replace("test.db", "empty.db"), RING)
    else:
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
        made = Database(database.url, RING)
    try:
        yield made
    finally:
        await made.close()


async def shape_of(database: Database) -> list[tuple[str, ...]]:
    async with database.engine.connect() as connection:
        return sorted(tuple(row) for row in await connection.exec_driver_sql(SHAPE))


async def order(database: Database, *statements: str) -> None:
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def make_tenant(database: Database, tenant_id: str) -> None:
    async with database.unit(tenant_id) as session:
        session.add(Tenant(id=tenant_id, slug=tenant_id.replace("_", "-"), name="A", policy={}, created_at=now()))


async def count_tenants(database: Database) -> int | None:
    async with database.system_reading() as session:
        return await session.scalar(select(func.count()).select_from(Tenant))


@asynccontextmanager
async def reading_all_the_time(database: Database) -> AsyncGenerator[None]:
    """A transaction that has read what people dump, and does not end: nobody may alter those tables meanwhile."""
    async with database.engine.connect() as connection:
        for table in ("runs", "tenants", "audit_events"):
            await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of ours
        yield


async def test_several_processes_begin_on_an_empty_database_at_once(database: Database) -> None:
    async with emptied(database) as empty:
        assert (await migrations.schema_of(empty)).stage is Stage.EMPTY
        await asyncio.gather(*(migrations.ensure(empty) for _ in range(3 if not empty.is_sqlite else 1)))
        assert (await migrations.schema_of(empty)).stage is Stage.CURRENT
        await make_tenant(empty, "ten_1")


async def test_a_start_waits_for_nobody_and_stops_nobody(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a file has one owner")
    async with reading_all_the_time(database), asyncio.timeout(SOON_S):
        await migrations.ensure(database)
        await migrations.upgrade(database)
        await make_tenant(database, "ten_1")


async def test_an_older_schema_is_left_as_it_is_on_a_shared_database(database: Database) -> None:
    async with emptied(database) as empty:
        await migrations.upgrade(empty, BEFORE)
        if empty.is_sqlite:
            await migrations.ensure(empty)
            assert (await migrations.schema_of(empty)).stage is Stage.CURRENT
            return
        before = await shape_of(empty)
        with pytest.raises(SchemaError, match="is at 0021; this release needs") as caught:
            await migrations.ensure(empty)
        assert "sealwright migrate" in (caught.value.hint or "")
        assert await shape_of(empty) == before
        await migrations.upgrade(empty)
        await migrations.ensure(empty)


async def test_a_migration_stands_back_from_locks_and_others_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("a file has one owner")
    monkeypatch.setattr(migrations, "_LOCK_S", 0.2)
    monkeypatch.setattr(migrations, "_STAND_BACK_S", 0.1)
    async with emptied(database) as empty:
        await migrations.upgrade(empty, BEFORE)
        async with empty.engine.connect() as reader:
            # What 0022 changes is read by somebody who does not end.
            await reader.exec_driver_sql("SELECT count(*) FROM kv_entries")
            under_way = asyncio.create_task(migrations.upgrade(empty))
            for _ in range(20):  # each of these would wait behind a migration that waits
                async with asyncio.timeout(SOON_S):
                    await order(empty, "SELECT count(*) FROM kv_entries")
            assert not under_way.done()
        await asyncio.wait_for(under_way, SOON_S)
        assert (await migrations.schema_of(empty)).stage is Stage.CURRENT


async def test_a_migration_that_never_gets_its_locks_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("a file has one owner")
    monkeypatch.setattr(migrations, "_LOCK_S", 0.05)
    monkeypatch.setattr(migrations, "_STAND_BACK_S", 0.0)
    monkeypatch.setattr(migrations, "_ATTEMPTS_MAX", 3)
    async with emptied(database) as empty:
        await migrations.upgrade(empty, BEFORE)
        before = await shape_of(empty)
        async with empty.engine.connect() as reader:
            await reader.exec_driver_sql("SELECT count(*) FROM kv_entries")
            with pytest.raises(SchemaError, match="did not get its locks"):
                await migrations.upgrade(empty)
        assert await shape_of(empty) == before


async def test_a_newer_schema_is_served_as_far_as_this_code_knows_it(database: Database) -> None:
    """What the release before meets while a newer one is rolled out, or when it is taken back."""
    await order(
        database,
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER TABLE tenants ADD COLUMN mood TEXT",
        "ALTER TABLE tenants ADD COLUMN weight INTEGER NOT NULL DEFAULT 7",
        "CREATE TABLE later (id TEXT PRIMARY KEY)",
    )
    assert (await migrations.schema_of(database)).stage is Stage.NEWER
    await migrations.ensure(database)
    await make_tenant(database, "ten_1")
    assert await count_tenants(database) == 1
    with pytest.raises(SchemaError, match="does not know"):
        await migrations.upgrade(database)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("ALTER TABLE tenants RENAME COLUMN name TO called", "tenants has no name"),
        ("ALTER TABLE kv_entries RENAME TO stored_values", "there is no table kv_entries"),
    ],
)
async def test_a_newer_schema_that_lacks_something_is_refused_by_name(
    database: Database, change: str, fault: str
) -> None:
    await order(database, "UPDATE alembic_version SET version_num = '9999'", change)
    with pytest.raises(SchemaError, match=fault):
        await migrations.ensure(database)


async def test_a_newer_schema_that_wants_what_this_code_cannot_fill_is_refused(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite adds no such column")
    await order(
        database,
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER TABLE tenants ADD COLUMN must INTEGER NOT NULL",
    )
    with pytest.raises(SchemaError, match=r"tenants\.must has to be filled"):
        await migrations.ensure(database)


async def test_a_role_with_the_least_rights_serves_and_can_change_no_schema(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no roles")
    role = f"serving_{abs(hash(database.url)) % 10**9}"
    superuser = Database(database.url.replace("app@", "postgres@"), RING)
    await order(superuser, f"CREATE ROLE {role} LOGIN")
    async with database.engine.begin() as connection:
        await connection.run_sync(walls.admit, role)
    least = Database(database.url.replace("app@", f"{role}@"), RING)
    try:
        await migrations.ensure(least)
        await make_tenant(least, "ten_1")
        assert await count_tenants(least) == 1
        for forbidden in (
            "ALTER TABLE tenants ADD COLUMN mine TEXT",
            "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
            "DROP POLICY tenant_wall ON runs",
            "DROP TABLE runs",
            "UPDATE alembic_version SET version_num = '1'",
            "CREATE ROLE more SUPERUSER",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner|must be superuser|attribute may"):
                await order(least, forbidden)
    finally:
        await least.close()
        await order(superuser, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
        await superuser.close()


async def test_a_role_that_passes_the_walls_is_told_of(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no roles")
    await migrations.ensure(database)
    assert "passes row-level security" not in caplog.text
    superuser = Database(database.url.replace("app@", "postgres@"), RING)
    await migrations.ensure(superuser)
    await superuser.close()
    assert "passes row-level security" in caplog.text


async def test_migrate_is_a_command_with_a_check(database: Database) -> None:
    """It needs no keys: who migrates opens nothing that is sealed."""
    async with emptied(database) as empty:
        await migrations.upgrade(empty, BEFORE)

        async def migrate(*arguments: str) -> tuple[int | None, str]:
            url = make_url(empty.url)
            process = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("sealwright"), "migrate", *arguments,
                env={"SEALWRIGHT_DATABASE_URL": url.render_as_string(hide_password=False), "PATH": ""},
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            printed, _ = await process.communicate()
            return process.returncode, printed.decode()

        newest = (await migrations.schema_of(empty)).newest
        assert await migrate("--check") == (1, f"The schema is at 0021; this release needs {newest}.\n")
        assert await migrate() == (0, f"The schema went from 0021 to {newest}.\n")
        assert await migrate("--check") == (0, f"The schema is at {newest}, as this release needs it.\n")
        assert await migrate() == (0, f"The schema is at {newest}, as this release needs it.\n")
