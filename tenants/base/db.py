"""The database: one `Database` value, passed down, and units of work.

A unit is one short transaction. It never spans outside I/O: load in one, run, record in another. It sees and writes
one tenant's rows: tenants/base/tenancy.py.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, MetaData, String, Text, TypeDecorator, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sandbox import Shares
from tenants.base import engines, postgres
from tenants.base.change_counts import Stamp, stamps_of
from tenants.base.content_keys import SETTLES_S, ContentKeys, given_to, wrap_context
from tenants.base.errors import DatabaseAwayError
from tenants.base.events import Events
from tenants.base.key_ring import Ring
from tenants.base.postgres import Reach
from tenants.base.relay import CHANNEL, packed
from tenants.base.tenancy import TenantOwned

log = logging.getLogger(__name__)
# A unit inside a unit would wait for itself; after so long it is an error, as it is in SQLite.
_TURN_S = 10.0
T = TypeVar("T")
Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, on both databases (SQLite itself forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class JsonText(TypeDecorator[Any]):
    """JSON as its own text, so that both databases give back what was kept: 1.0 is not 1, nor true; no digit is lost.

    A column of JSON would read it: SQLite's takes a number that stands alone for one of its own, of 64 bits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        del dialect
        return json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else json.loads(value)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Whether a value that is set is the one that was there: then nothing is written."""
        return json.dumps(x) == json.dumps(y)


class Base(DeclarativeBase):
    # Named constraints: SQLite's batch migrations cannot drop unnamed ones.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012 - SQLAlchemy's own name


def now() -> datetime:
    return datetime.now(UTC)


class ContentKey(TenantOwned, Base):
    """A key that what a tenant's runs hold is sealed with; it stays as long as something may be."""

    __tablename__ = "content_keys"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(16), unique=True)  # what a sealed text names it by
    wrapped_by: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
    seals_from: Mapped[datetime]

    @property
    def wrap_context(self) -> str:
        return wrap_context(self.tenant_id, self.number)


class Database:
    """Two engines on one database, and the events of what is committed to it.

    `ring` opens the keys that what runs hold is sealed with. Each unit raises DatabaseAwayError when PostgreSQL is out
    of reach: nothing of it was done then, or, where the commit itself was cut off, all or nothing.
    """

    def __init__(self, url: str, ring: Ring, reach: Reach | None = None) -> None:
        self.url = url
        self.content_keys = ContentKeys(ring)
        self.events = Events()
        self._stamps = stamps_of(url)
        self._writing = Shares(1)
        self._aside: set[asyncio.Task[None]] = set()
        self._remembered: dict[type, Any] = {}
        self.is_sqlite = url.startswith("sqlite")
        self._is_away = False
        if self.is_sqlite:
            self.engine = engines.open_sqlite(url, writing=True)
            self._reading = engines.open_sqlite(url, writing=False)
        else:
            # It needs no second engine: its snapshots do not block writers.
            self.engine = self._reading = engines.open_postgres(url, reach or Reach())
        for engine in (self.engine, self._reading):
            given_to(engine.dialect, self.content_keys)
        self._write = async_sessionmaker(self.engine, expire_on_commit=False)
        self._read = async_sessionmaker(self._reading, expire_on_commit=False)

    def remembered(self, kind: type[T]) -> T:
        """What this process remembers of this database, one of a kind: made when it is first asked for."""
        if kind not in self._remembered:
            self._remembered[kind] = kind()
        return self._remembered[kind]

    @asynccontextmanager
    async def unit(self, tenant_id: str) -> AsyncGenerator[AsyncSession]:
        """One writing transaction of one tenant: committed at the end, rolled back on an exception."""
        await self.ensure_content_keys(tenant_id)
        async with self._turn(tenant_id), self._writing_session({"tenant": tenant_id}) as session:
            yield session

    @asynccontextmanager
    async def reading(self, tenant_id: str) -> AsyncGenerator[AsyncSession]:
        """One reading transaction of one tenant."""
        await self.ensure_content_keys(tenant_id)
        with self._within_reach():
            async with self._read(info={"tenant": tenant_id}) as session, session.begin():
                yield session

    @asynccontextmanager
    async def system(self) -> AsyncGenerator[AsyncSession]:
        """One writing transaction that sees every tenant: sign-in, queues, housekeeping. Use it sparingly."""
        async with self._turn(""), self._writing_session({"system": True}) as session:
            yield session

    @asynccontextmanager
    async def system_reading(self) -> AsyncGenerator[AsyncSession]:
        """`system`, for reading only: it takes no write lock on SQLite."""
        with self._within_reach():
            async with self._read(info={"system": True}) as session, session.begin():
                yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[AsyncConnection]:
        """Every row of every tenant as it is at one moment, for however long it is read: backups are made of it."""
        with self._within_reach():
            async with self._reading.connect() as connection:
                if not self.is_sqlite:
                    await engines.hold_snapshot(connection)
                yield connection

    @asynccontextmanager
    async def _writing_session(self, info: dict[str, Any]) -> AsyncGenerator[AsyncSession]:
        with self._within_reach():
            async with self._write(info=info) as session:
                async with session.begin():
                    yield session
                    await self._notify(session)
                self._publish(session)

    @contextmanager
    def _within_reach(self) -> Generator[None]:
        """Tell a database that is away from every other fault; its log has one line when it goes, one when it is back.

        Raises DatabaseAwayError.
        """
        try:
            yield
        except Exception as error:
            if self.is_sqlite or not postgres.is_away(error):
                raise
            if not self._is_away:
                self._is_away = True
                log.warning("the database is out of reach: %s", f"{type(error).__name__}: {error}"[:300])
            raise DatabaseAwayError from error
        if self._is_away:
            self._is_away = False
            log.warning("the database is within reach again")

    async def stamp(self, tenant_id: str) -> Stamp | None:
        """A tenant's counts of changes, as they are now. Raises DatabaseAwayError."""
        if self.is_sqlite:  # never away, and asked on every call
            return await self._stamps.of(tenant_id)
        with self._within_reach():
            return await self._stamps.of(tenant_id)

    async def ensure_content_keys(self, tenant_id: str) -> None:
        """Know the keys that the tenant's rows are sealed with; make the first one."""
        if self.content_keys.knows(tenant_id):
            return
        wanted = select(ContentKey).where(ContentKey.tenant_id == tenant_id)
        async with self.system_reading() as session:
            found = (await session.scalars(wanted)).all()
        if not found:
            async with self.system() as session:
                # Asked again: another process may have been faster, and then its key counts.
                if await session.scalar(wanted.limit(1)) is None:
                    await self.add_content_key(session, tenant_id, 1)
                found = (await session.scalars(wanted)).all()
        self.content_keys.learn(found)

    async def add_content_key(self, session: AsyncSession, tenant_id: str, number: int) -> None:
        """Keep a new key of the tenant, unless another process has just kept one of this number."""
        row = self.content_keys.make(tenant_id, number, now())
        add = sqlite_insert(ContentKey) if self.is_sqlite else postgres_insert(ContentKey)
        await session.execute(add.values(row).on_conflict_do_nothing())

    async def learn_content_keys(self) -> None:
        """Know every key that any process has added: before rows of all tenants are read, and every few seconds."""
        before = self.content_keys.learned_until
        moment = now()
        async with self.system_reading() as session:
            added = select(ContentKey).where(ContentKey.created_at >= before - timedelta(seconds=SETTLES_S))
            self.content_keys.learn(await session.scalars(added))
        self.content_keys.learned_until = moment

    @asynccontextmanager
    async def _turn(self, share: str) -> AsyncGenerator[None]:
        """SQLite has one writer. Those of this process take turns, tenant by tenant; SQLite would poll for its lock."""
        if not self.is_sqlite:
            yield
            return
        async with asyncio.timeout(_TURN_S):
            await self._writing.take(share)
        try:
            yield
        finally:
            self._writing.give_back(share)

    async def _notify(self, session: AsyncSession) -> None:
        """Have PostgreSQL tell the other processes when this unit commits, whatever becomes of this one then."""
        if self.is_sqlite or not ("announced" in session.info or "woken" in session.info):
            return
        messages = [("event", *announced) for announced in session.info.get("announced", ())]
        messages += [("wake", queue) for queue in session.info.get("woken", ())]
        connection = await session.connection()
        for payload in packed(self.events.name, messages):
            await connection.exec_driver_sql("SELECT pg_notify($1, $2)", (CHANNEL, payload))

    def _publish(self, session: AsyncSession) -> None:
        """On PostgreSQL the others have heard it with the commit; on SQLite those behind the same port hear it now."""
        tell, wake = (self.events.publish, self.events.wake) if self.is_sqlite else (self.events.hear, self.events.ring)
        for tenant_id, kind, data in session.info.get("announced", ()):
            tell(tenant_id, kind, data)
        for queue in session.info.get("woken", ()):
            wake(queue)

    def aside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start what nobody waits for but `close`."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        return task

    async def close(self) -> None:
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._stamps.close()
        await self.engine.dispose()
        await self._reading.dispose()


def announce(session: AsyncSession, tenant_id: str, kind: str, data: dict[str, Any]) -> None:
    """Publish an event when this unit has committed, and not at all when it does not."""
    session.info.setdefault("announced", []).append((tenant_id, kind, data))


def wake(session: AsyncSession, queue: str) -> None:
    """Wake those who work on `queue` when this unit has committed."""
    session.info.setdefault("woken", set()).add(queue)
