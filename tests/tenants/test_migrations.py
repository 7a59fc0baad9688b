"""An older database is brought up to date with everything that was in it."""

from pathlib import Path

from tenants import migrations
from tenants.db import Database
from tests.databases import RING

BEFORE = "0007"
ROWS = (
    "INSERT INTO tenants (id, slug, name, policy, catalog_version, created_at)"
    " VALUES ('ten_1', 'acme', 'Acme', '{}', 0, '2026-01-01')",
    "INSERT INTO users (id, email, name, created_at) VALUES ('usr_1', 'ann@acme.example', 'Ann', '2026-01-01')",
    "INSERT INTO memberships (id, tenant_id, user_id, role, created_at)"
    " VALUES ('mem_1', 'ten_1', 'usr_1', 'owner', '2026-01-01')",
)


async def test_a_table_made_anew_takes_nothing_along_that_refers_to_it(tmp_path: Path) -> None:
    """SQLite cannot change a constraint: the table is dropped, and what refers to its rows must not go with it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}", RING)
    await migrations.upgrade(database.engine, BEFORE)
    async with database.engine.begin() as connection:
        for row in ROWS:
            await connection.exec_driver_sql(row)
    await migrations.upgrade(database.engine)
    async with database.engine.begin() as connection:
        kept = (await connection.exec_driver_sql("SELECT user_id, role FROM memberships")).all()
        people = (await connection.exec_driver_sql("SELECT id, realm, email FROM users")).all()
        guarded = (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar()
    await database.close()
    assert [tuple(row) for row in kept] == [("usr_1", "owner")]
    assert [tuple(row) for row in people] == [("usr_1", "", "ann@acme.example")]
    assert guarded == 1
