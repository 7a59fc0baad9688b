"""SQLAlchemy's engines on either database, each connection prepared as this product needs it."""

from functools import partial

from sqlalchemy import event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from tenants.base import postgres
from tenants.base.postgres import Reach


def open_sqlite(url: str, *, writing: bool) -> AsyncEngine:
    """On SQLite what writes begins IMMEDIATE: a deferred begin loses updates."""
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _prepare_writing if writing else _prepare_reading)
    event.listen(engine.sync_engine, "begin", _begin_immediate if writing else _begin_deferred)
    return engine


def open_postgres(url: str, reach: Reach) -> AsyncEngine:
    kept = (reach.connections_max + 1) // 2  # the rest are for a rush, and closed after it
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(postgres.connect, url, statement_s=reach.statement_s),
        pool_size=kept,
        max_overflow=reach.connections_max - kept,
        pool_timeout=postgres.CONNECT_S,
    )
    event.listen(engine.sync_engine, "handle_error", _give_up_the_silent)
    return engine


async def hold_snapshot(connection: AsyncConnection) -> None:
    """Have a connection of PostgreSQL see every tenant's rows as they are now, and let it take its time."""
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    await connection.exec_driver_sql(
        "SELECT set_config('app.system', 'on', true), set_config('idle_in_transaction_session_timeout', '0', true)"
    )


def _give_up_the_silent(context: ExceptionContext) -> None:
    # The server ends a slow statement by itself. When it did not, the connection is dead though it is open, and those
    # made beside it are so too, most likely: without this each would be found out by somebody who waits.
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = context.invalidate_pool_on_disconnect = True


def _prepare_writing(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    # The driver's own BEGIN handling is switched off; `_begin_immediate` opens every transaction instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was acknowledged is there after a power cut too.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_reading(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    _prepare_writing(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=1")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
