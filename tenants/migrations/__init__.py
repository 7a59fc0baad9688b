"""The schema's history (Alembic). `upgrade` brings a database to the newest revision, on SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

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
