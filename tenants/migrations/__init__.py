"""The schema's history (Alembic). `upgrade` brings a database to the newest revision, on SQLite and PostgreSQL."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tenants.models import Base

_UPGRADE_LOCK = 7325001


def config(connection: Connection) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring the database to `revision`. Several processes may call it at once: one works, the others wait."""
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
            return
        await _cascade(connection, "OFF")
        try:
            before = await connection.run_sync(_revision)
            await connection.run_sync(_upgrade, revision)
            # It reads every table, so only when something was changed.
            if before != await connection.run_sync(_revision):
                orphans = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                if orphans:
                    raise RuntimeError(f"the migration left rows that refer to nothing: {orphans[:5]}")
            await connection.commit()
        finally:
            await connection.rollback()
            await _cascade(connection, "ON")


async def _cascade(connection: AsyncConnection, switch: str) -> None:
    """SQLite changes some tables by making them anew. Dropping the old one would delete all that refers to it.

    The switch works outside of transactions only, so it goes around SQLAlchemy, which would begin one.
    """
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.execute(f"PRAGMA foreign_keys={switch}")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(config(connection), revision)
    if connection.dialect.name == "postgresql" and revision == "head":
        for table in Base.metadata.sorted_tables:
            _wall(connection, table)


def _wall(connection: Connection, table: Table) -> None:
    """Row-level security on every table that has a tenant, so that a new table cannot forget it.

    FORCE makes it bind the owner too; only a superuser passes, so serve as an ordinary role.
    """
    if "tenant_id" not in table.columns:
        return
    rule = "(tenant_id = nullif(current_setting('app.tenant', true), '') OR current_setting('app.system', true) = 'on')"
    for statement in (
        f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS tenant_wall ON {table.name}",
        f"CREATE POLICY tenant_wall ON {table.name} USING {rule} WITH CHECK {rule}",
    ):
        connection.exec_driver_sql(statement)
