"""PostgreSQL out of reach: a clear word at once, nothing waits for ever, and all is well by itself when it is back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, select

from sandbox import Image
from tenants.base import db, postgres
from tenants.base.db import Database, now
from tenants.base.errors import DatabaseAwayError
from tenants.base.postgres import Reach
from tenants.models import Tenant
from tests.databases import RING
from tests.makers import make_live, served, sign_up

WELL_S = 30


class Pooler:
    """Stands before PostgreSQL as a pooler or proxy would, and can hang, cut everybody off, or let nobody in."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self.is_shut = False

    def hang(self) -> None:
        """Take what comes on the connections there are, and pass nothing on; new ones work."""
        self._silent |= self._writers

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_shut:
            writer.transport.abort()
            return
        behind_reader, behind = await asyncio.open_unix_connection(self._socket)
        self._writers |= {writer, behind}
        ways = ((reader, behind), (behind_reader, writer))
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(*(self._pass_on(source, target) for source, target in ways))
        for end in (writer, behind):
            end.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while given := await source.read(1 << 16):
            if target not in self._silent:
                target.write(given)
                await target.drain()
        target.close()


@asynccontextmanager
async def pooled(database: Database) -> AsyncGenerator[tuple[Pooler, str]]:
    """A pooler before the database, and the database's URL through it."""
    if database.is_sqlite:
        pytest.skip("SQLite is no server")
    url = make_url(database.url)
    pooler = Pooler(f"{url.query['host']}/.s.PGSQL.5432")
    server = await asyncio.start_server(pooler.meet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield pooler, f"postgresql+asyncpg://app@127.0.0.1:{port}/{url.database}?sslmode=disable"
    finally:
        pooler.cut()
        server.close()


async def make_tenant(database: Database) -> None:
    async with database.unit("ten_1") as session:
        session.add(Tenant(id="ten_1", slug="acme", name="A", policy={}, created_at=now()))


async def names(database: Database) -> list[str]:
    async with database.system_reading() as session:
        return list((await session.scalars(select(Tenant.name))).all())


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgresql+asyncpg://a:b%40c@h:1/d?ssl=require", "postgresql://a:b%40c@h:1/d?sslmode=require"),
        ("postgresql+asyncpg://a@h/d?sslmode=verify-full&sslrootcert=%2Fca", "postgresql://a@h/d?sslmode=verify-full&sslrootcert=%2Fca"),
        ("postgresql+asyncpg://a@h/d?sslmode=require&channel_binding=require", "postgresql://a@h/d?sslmode=require"),
        ("postgresql+asyncpg://a@h1,h2:7/d?target_session_attrs=read-write", "postgresql://a@h1,h2:7/d?target_session_attrs=read-write"),
        ("postgresql+asyncpg://app@/app?host=/tmp/x", "postgresql://app@/app?host=%2Ftmp%2Fx"),
        ("postgresql+asyncpg://a@h/d?keepalives=1&connect_timeout=3&application_name=x", "postgresql://a@h/d?application_name=x"),
    ],
)  # fmt: skip
def test_a_url_means_what_it_means_to_libpq(given: str, taken: str) -> None:
    assert postgres.dsn_of(given) == taken


async def test_sslmode_is_obeyed(database: Database) -> None:
    async with pooled(database) as (_, url):
        plain = Database(url, RING)
        await make_tenant(plain)
        await plain.close()
        encrypted = Database(url.replace("sslmode=disable", "sslmode=require"), RING)
        with pytest.raises(DatabaseAwayError):  # this server speaks no TLS
            await names(encrypted)
        await encrypted.close()


async def test_what_goes_silent_is_given_up_and_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_SILENCE_S", 1.0)
    monkeypatch.setattr(postgres, "SMALL_STATEMENT_S", 3.0)
    async with pooled(database) as (pooler, url):
        through = Database(url, RING, Reach(connections_max=4, statement_s=3))
        await make_tenant(through)
        await asyncio.gather(*(names(through) for _ in range(4)))
        assert await through.stamp("ten_1") is not None
        pooler.hang()
        async with asyncio.timeout(WELL_S):
            with suppress(DatabaseAwayError):
                await names(through)
            # One was given up, and with it those made beside it.
            assert await asyncio.gather(*(names(through) for _ in range(4))) == [["A"]] * 4
            assert await through.stamp("ten_1") is not None
        await through.close()


async def test_a_statement_that_takes_too_long_is_ended_and_its_connection_goes_on(database: Database) -> None:
    async with pooled(database) as (_, url):
        through = Database(url, RING, Reach(connections_max=4, statement_s=0.2))
        with pytest.raises(Exception, match="statement timeout"):
            async with through.system() as session:
                await (await session.connection()).exec_driver_sql("SELECT pg_sleep(20)")
        await make_tenant(through)
        await through.close()


async def test_going_and_coming_back_are_a_line_each(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger=db.__name__)
    async with pooled(database) as (pooler, url):
        through = Database(url, RING)
        await make_tenant(through)
        pooler.is_shut = True
        pooler.cut()
        for _ in range(5):
            with pytest.raises(DatabaseAwayError) as caught:
                await names(through)
            assert caught.value.details["retry_after_s"] == 2
            with pytest.raises(DatabaseAwayError):
                await through.stamp("ten_1")
        pooler.is_shut = False
        assert await names(through) == ["A"]
        assert await through.stamp("ten_1") is not None
        await through.close()
    said = [record.message for record in caplog.records]
    assert len(said) == 2, said
    assert said[0].startswith("the database is out of reach: ")
    assert said[1] == "the database is within reach again"


async def test_a_server_says_when_to_come_again_and_serves_when_it_is_back(
    database: Database, image: Image, tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    del image
    async with pooled(database) as (pooler, url):
        ring = "k1:" + "azEuLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4="
        settings = {"database_url": url, "secrets_keys": SecretStr(ring)}
        async with served(tmp_path_factory.mktemp("data"), **settings) as product:
            tenant = await sign_up(product)
            await make_live(tenant)
            runs = tenant.api.post, "/tools/add_numbers/runs"
            body = {"arguments": {"a": 1, "b": 2}}
            assert (await runs[0](runs[1], json=body)).status_code == 200
            capfd.readouterr()
            pooler.is_shut = True
            pooler.cut()
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(tenant.api.get("/tools")) for _ in range(10)]
                asked += [group.create_task(runs[0](runs[1], json=body)) for _ in range(10)]
                call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_numbers", **body}}
                headers = {"Authorization": f"Bearer {tenant.token}", "Accept": "application/json, text/event-stream"}
                over_mcp = group.create_task(tenant.api.post(tenant.mcp_url, json=call, headers=headers))
            for task in asked:
                assert task.result().status_code == 503, task.result().text
                assert task.result().headers["retry-after"] == "2"
                assert "Try again in a few seconds." in task.result().text
            assert over_mcp.result().status_code in (200, 503), over_mcp.result().text
            pooler.is_shut = False
            again: httpx2.Response = await runs[0](runs[1], json=body)
            assert again.json()["outcome"] == "returned", again.text
            lines = capfd.readouterr().err.splitlines()
            assert "Traceback (most recent call last):" not in lines
            assert len(lines) < 20, lines
            await tenant.api.aclose()
            await tenant.person.aclose()
