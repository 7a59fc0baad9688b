"""Two tenants, every table: neither reads, changes nor adds to what is the other's."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import aliased

from tenants.base.db import Base, Database
from tenants.base.errors import NoTenantError
from tenants.base.tenancy import TenantOwned
from tenants.models import Tenant, Tool
from tests.tenants.people import sign_up
from tests.tenants.rows import fill

OWNED: list[Any] = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantOwned)),
    key=lambda table: table.__name__,
)
# Tables that only system units read, each for a reason: a person may belong to several tenants; a client serves
# all of them; codes and refresh tokens are found by their hash, before anybody knows whose they are.
GLOBAL = {
    "tenants",
    "users",
    "sessions",
    "oauth_clients",
    "oauth_codes",
    "oauth_device_codes",
    "oauth_grants",
    "oauth_refresh_tokens",
    "oauth_signing_keys",
    # What processes serve, whoever calls.
    "images",
    # How a person proves who they are, wherever they belong.
    "attempts",
    "mail_tokens",
    "outgoing_letters",
    "passkeys",
    "recovery_codes",
    "second_steps",
    "totps",
}


async def _two(database: Database) -> tuple[str, str]:
    mine, theirs = (await sign_up(database, "mine")).actor, (await sign_up(database, "theirs")).actor
    for actor in (mine, theirs):
        async with database.unit(actor.tenant_id) as session:
            await fill(session, actor.tenant_id, actor.user_id or "")
    return mine.tenant_id, theirs.tenant_id


def test_every_table_has_a_tenant_or_a_reason() -> None:
    owned: set[str] = {table.__tablename__ for table in OWNED}
    assert {table.name for table in Base.metadata.sorted_tables} - owned <= GLOBAL


async def test_no_table_shows_or_gives_away_another_tenants_rows(database: Database) -> None:
    mine, theirs = await _two(database)
    for table in OWNED:
        async with database.reading(mine) as session:
            seen = {row.tenant_id for row in await session.scalars(select(table))}
            other = aliased(table)
            joined = await session.scalar(select(func.count()).select_from(other).where(other.tenant_id == theirs))
        assert seen == {mine}, table
        assert joined == 0, table
        async with database.unit(mine) as session:
            await session.execute(delete(table).where(table.tenant_id == theirs))
        async with database.unit(theirs) as session:
            assert await session.scalar(select(func.count()).select_from(table)), table


async def test_no_table_lets_another_tenants_rows_be_changed(database: Database) -> None:
    mine, theirs = await _two(database)
    async with database.unit(mine) as session:
        await session.execute(update(Tool).values(spec={"taken": True}))
    async with database.reading(theirs) as session:
        assert (await session.scalars(select(Tool))).one().spec != {"taken": True}


async def test_a_row_of_another_tenant_cannot_be_added(database: Database) -> None:
    mine, theirs = await _two(database)
    with pytest.raises(NoTenantError):
        async with database.unit(mine) as session:
            session.add(Tool(tenant_id=theirs, name="smuggled", spec={}, created_by={}))


async def test_a_session_that_names_no_tenant_gets_nothing(database: Database) -> None:
    await _two(database)
    nobodys = async_sessionmaker(database.engine)
    with pytest.raises(NoTenantError):
        async with nobodys() as session:
            await session.scalars(select(Tool))
    with pytest.raises(NoTenantError):
        async with nobodys() as session:
            await session.scalars(select(Tenant))


async def test_behind_the_filter_the_database_itself_refuses(database: Database) -> None:
    """PostgreSQL's row-level security holds where a query slips past SQLAlchemy's filter."""
    if database.is_sqlite:
        pytest.skip("SQLite has no row-level security")
    mine, theirs = await _two(database)
    for table in OWNED:
        name: str = table.__tablename__
        async with database.unit(mine) as session:
            raw = await session.connection()
            rows = await raw.exec_driver_sql(f"SELECT DISTINCT tenant_id FROM {name}")  # noqa: S608
            assert [row[0] for row in rows] == [mine], name
            changed = await raw.exec_driver_sql(f"DELETE FROM {name} WHERE tenant_id = '{theirs}'")  # noqa: S608
            assert changed.rowcount == 0, name

    async def give_away() -> None:
        async with database.unit(mine) as session:
            raw = await session.connection()
            await raw.exec_driver_sql(f"UPDATE tools SET tenant_id = '{theirs}'")  # noqa: S608

    with pytest.raises(DBAPIError, match="row-level security"):
        await give_away()


async def test_a_pooled_connection_forgets_the_tenant_before(database: Database) -> None:
    mine, theirs = await _two(database)

    async def see(tenant_id: str) -> set[Any]:
        async with database.reading(tenant_id) as session:
            return {row.tenant_id for row in await session.scalars(select(Tool))}

    seen = await asyncio.gather(*(see(tenant_id) for tenant_id in [mine, theirs] * 20))
    assert seen == [{mine}, {theirs}] * 20
