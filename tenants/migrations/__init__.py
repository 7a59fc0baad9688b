"""The schema's history (Alembic), on SQLite and PostgreSQL: what a database has, and how it is brought further.

A release only adds to what the one before it reads and writes, and takes away what no release has used for one
(docs/how-to/migration.md): so code meets a schema that is newer than itself and goes on serving, while a release is
rolled out or taken back.
"""

import asyncio
import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tenants.base import postgres
from tenants.base.db import Database
from tenants.base.errors import TenantsError
from tenants.migrations import walls
from tenants.models import Base

log = logging.getLogger(__name__)
_UPGRADE_LOCK = 7325001
# A migration that waits for a lock stops whoever comes after it: it stands back, and tries again.
_LOCK_S = 3.0
_STAND_BACK_S = 2.0
_ATTEMPTS_MAX = 120
_STATEMENT_S = 6 * 3_600.0


class SchemaError(TenantsError):
    """The database's schema is not one that this release can serve."""

    code = "schema"


class Stage(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database has and what this release brings: revisions such as 0021, None for an empty database."""

    stage: Stage
    revision: str | None
    newest: str


def knows(revision: str) -> bool:
    """Whether this release can make a database of that revision."""
    return revision in _known()


def _known() -> set[str]:
    return {script.revision for script in _history().walk_revisions()}


def _history() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))


async def schema_of(database: Database) -> Schema:
    async with database.engine.connect() as connection:
        revision = await connection.run_sync(_revision)
    newest = _history().get_current_head() or ""
    if revision is None:
        stage = Stage.EMPTY
    elif revision == newest:
        stage = Stage.CURRENT
    else:
        stage = Stage.OLDER if knows(revision) else Stage.NEWER
    return Schema(stage, revision, newest)


async def ensure(database: Database) -> None:
    """Have a process begin on a schema that it can serve. A shared database that has one is never changed by it.

    A file of SQLite belongs to whoever starts on it and is brought further at once. Raises SchemaError.
    """
    schema = await schema_of(database)
    if schema.stage is Stage.EMPTY or (schema.stage is Stage.OLDER and database.is_sqlite):
        await upgrade(database)
    elif schema.stage is Stage.OLDER:
        raise SchemaError(
            f"The database's schema is at {schema.revision}; this release needs {schema.newest}.",
            hint="Run `sealwright migrate` once, as the role that owns the tables; servers go on serving meanwhile.",
        )
    elif schema.stage is Stage.NEWER:
        await _demand_served(database, schema)
    if not database.is_sqlite:
        await _warn_of_a_role_that_passes_walls(database)


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`. Several processes may call it at once: one works, the others wait.

    On PostgreSQL all of it is one transaction, so that an end in the middle leaves what was there before. Raises
    SchemaError, also when a lock was not to be had for long.
    """
    if revision == "head" and (schema := await schema_of(database)).stage is Stage.NEWER:
        raise SchemaError(
            f"The database's schema is at {schema.revision}, which this release does not know.",
            hint="Nothing is to be done: use the newer release to migrate, or go on serving with this one.",
        )
    if database.is_sqlite:
        await _upgrade_sqlite(database.engine, revision)
    else:
        await _upgrade_postgres(database.url, revision)


async def _upgrade_postgres(url: str, revision: str) -> None:
    async def connect() -> postgres.Connection:
        settings = {"lock_timeout": str(round(_LOCK_S * 1_000))}
        return await postgres.connect(url, statement_s=_STATEMENT_S, settings=settings)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        for attempt in range(_ATTEMPTS_MAX):
            try:
                async with engine.begin() as connection:
                    await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
                    await connection.run_sync(_upgrade, revision)
                return
            except DBAPIError as error:
                if not postgres.is_blocked(error):
                    raise
                if not attempt:
                    log.warning("the migration waits for locks that others hold; it stands back and tries again")
                await asyncio.sleep(_STAND_BACK_S)
        raise SchemaError(
            "The migration did not get its locks: something reads or writes these tables all the time.",
            hint="Nothing was changed. Look for long transactions in pg_stat_activity, and run it again.",
        )
    finally:
        await engine.dispose()


async def _upgrade_sqlite(engine: AsyncEngine, revision: str) -> None:
    async with engine.connect() as connection:
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


def config(connection: Connection) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(config(connection), revision)
    if connection.dialect.name == "postgresql" and revision == "head":
        walls.build(connection, Base.metadata.sorted_tables)


async def _demand_served(database: Database, schema: Schema) -> None:
    async with database.engine.connect() as connection:
        faults = await connection.run_sync(_faults)
    if faults:
        raise SchemaError(
            f"The database's schema is at {schema.revision}, newer than this release, which cannot serve it:"
            f" {'; '.join(faults[:5])}.",
            hint="Start the newer release.",
        )
    log.warning("the schema is at %s; this release knows it up to %s, and serves that", schema.revision, schema.newest)


def _faults(connection: Connection) -> list[str]:
    """What stands between this code and a schema that it does not know: less than it needs, or more than it can fill."""
    found: list[str] = []
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name not in there:
            found.append(f"there is no table {table.name}")
            continue
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        found += [f"{table.name} has no {name}" for name in table.columns.keys() if name not in columns]  # noqa: SIM118 - by its column's name
        found += [
            f"{table.name}.{name} has to be filled"
            for name, column in columns.items()
            if name not in table.columns and not column["nullable"] and column["default"] is None
        ]
    return found


async def _warn_of_a_role_that_passes_walls(database: Database) -> None:
    async with database.engine.connect() as connection:
        if await connection.run_sync(walls.are_passed):
            log.warning(
                "this database role passes row-level security: nothing but our own code keeps tenants apart."
                " Serve as an ordinary role (docs/how-to/postgresql.md)"
            )
