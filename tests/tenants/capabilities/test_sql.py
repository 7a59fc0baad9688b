"""Statements on databases that people have set up: a SQLite file, and a real PostgreSQL behind a host and port."""

import asyncio
import json
import sqlite3
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, select

from sandbox import HostCall, Pool, sqlite
from tenants.base.db import Database
from tenants.base.errors import InvalidError, NotAllowedError, NotFoundError
from tenants.base.key_ring import Ring
from tenants.capabilities import Bound, Capabilities, Stores, Unable
from tenants.capabilities.sql import databases as engines
from tenants.capabilities.sql.databases import Databases, Known
from tenants.capabilities.sql.sql import Sql
from tenants.models import Connection, JournalEntry
from tenants.rights.access import Actor
from tenants.runs import replays, runs
from tenants.runtime import Runtime
from tenants.stores import connections
from tenants.stores.vault import Vault
from tests.makers import unused_port
from tests.tenants.workshop import make_tenant, make_tool

SCHEMA = (
    "DROP TABLE IF EXISTS deals",
    "CREATE TABLE deals (id INTEGER PRIMARY KEY, name TEXT NOT NULL, total NUMERIC(10, 2), due DATE)",
    "INSERT INTO deals VALUES (1, 'Ann', 10.50, '2026-06-01'), (2, 'Bob', 7, NULL)",
)
PASSWORD = "a password that must stay inside"
RING = Ring({"k1": b"k" * 32})


async def pass_on(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
    while data := await reading.read(65_536):
        writing.write(data)
    writing.close()


@pytest.fixture
async def port(postgres: str) -> AsyncGenerator[int]:
    """The test's PostgreSQL listens on a Unix socket; here it is on a port of loopback, with the deals in it."""
    folder = make_url(postgres).query["host"]
    driver: Any = asyncpg
    direct = await driver.connect(postgres.replace("+asyncpg", ""))
    for statement in SCHEMA:
        await direct.execute(statement)
    await direct.close()

    async def serve(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(pass_on(reading, back), pass_on(there, writing), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
def sqlite_dir(tmp_path: Path) -> Path:
    home = tmp_path / "databases" / "acme"
    home.mkdir(parents=True)
    database = sqlite3.connect(home / "crm.db")
    database.executescript(";".join(SCHEMA))
    database.close()
    return tmp_path / "databases"


Setting = Callable[..., tuple[Sql, Bound]]


@pytest.fixture(params=["sqlite", "postgres"])
async def setting(request: pytest.FixtureRequest, sqlite_dir: Path, port: int) -> AsyncGenerator[Setting]:
    """Return a maker of the capability, with limits as given, and of a run that may use `crm`."""
    url, hosts = "sqlite:///crm.db", frozenset[str]()
    if request.param == "postgres":
        url, hosts = f"postgresql://app@127.0.0.1:{port}/app", frozenset({f"127.0.0.1:{port}"})
    made: list[Sql] = []

    async def connection_of(tenant_id: str, name: str) -> Known | None:
        del tenant_id
        return Known(url, "acme", PASSWORD) if name == "crm" else None

    def make(**limits: Any) -> tuple[Sql, Bound]:
        made.append(Sql(connection_of, Databases(sqlite_dir), sqlite.Budget(**limits)))
        return made[-1], Bound("ten_1", "run_1", "crm_lookup", internal_hosts=hosts)

    yield make
    for one in made:
        await one.close()


def asked(statement: str, operation: str = "query", **parameters: Any) -> HostCall:
    payload: dict[str, Any] = {"database": "crm", "statement": statement, "parameters": parameters}
    return HostCall(0, "sql", operation, payload)


async def fault_of(answer: Awaitable[Any]) -> tuple[str, str]:
    with pytest.raises(Unable) as unable:
        await answer
    return unable.value.fault.code, unable.value.fault.message


async def test_rows_come_as_json_with_values_from_parameters(setting: Setting) -> None:
    sql, bound = setting()
    rows = await sql.query(asked("SELECT id, name FROM deals WHERE id = :id AND name = :name", id=1, name="Ann"), bound)
    typed = await sql.query(asked("SELECT due, total FROM deals ORDER BY id"), bound)
    big = await sql.query(asked("SELECT id FROM deals WHERE id < :n", n=10**12), bound)
    assert rows == [{"id": 1, "name": "Ann"}]
    assert [row["due"] for row in typed] == ["2026-06-01", None]
    assert [float(row["total"]) for row in typed] == [10.5, 7.0]
    assert len(big) == 2
    json.dumps(typed)


async def test_changes_are_kept_and_counted(setting: Setting) -> None:
    sql, bound = setting()
    insert = "INSERT INTO deals (id, name) VALUES (:id, :name)"
    assert await sql.execute(asked(insert, "execute", id=3, name="x'; DROP TABLE deals; --"), bound) == 1
    assert await sql.execute(asked("UPDATE deals SET name = :n", "execute", n="all"), bound) == 3
    assert await sql.query(asked("SELECT DISTINCT name FROM deals"), bound) == [{"name": "all"}]


async def test_a_read_can_change_nothing(setting: Setting) -> None:
    sql, bound = setting()
    code, message = await fault_of(sql.query(asked("INSERT INTO deals (id, name) VALUES (3, 'x') RETURNING id"), bound))
    assert code == "sql_error"
    assert "read" in message
    assert len(await sql.query(asked("SELECT id FROM deals"), bound)) == 2


async def test_what_goes_beyond_a_cap_fails_whole(setting: Setting) -> None:
    sql, bound = setting(rows=1, changed_rows=1, bytes=1000)
    assert (await fault_of(sql.query(asked("SELECT id FROM deals"), bound)))[0] == "too_many_rows"
    assert (await fault_of(sql.execute(asked("DELETE FROM deals", "execute"), bound)))[0] == "too_many_rows"
    assert await sql.query(asked("SELECT count(*) AS n FROM deals"), bound) == [{"n": 2}]
    wide = asked("SELECT :wide AS wide", wide="x" * 1000)
    assert (await fault_of(sql.query(wide, bound)))[0] == "too_large"


async def test_a_statement_that_takes_too_long_is_stopped_in_the_database(setting: Setting) -> None:
    sql, bound = setting(statement_s=0.3)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n"
    async with asyncio.timeout(120):
        assert (await fault_of(sql.query(asked(endless), bound)))[0] == "too_slow"
    assert len(await sql.query(asked("SELECT id FROM deals"), bound)) == 2


async def test_mistakes_are_told_in_the_databases_words(setting: Setting) -> None:
    sql, bound = setting()
    code, message = await fault_of(sql.query(asked("SELECT nonsense FROM deals"), bound))
    assert (code, "nonsense" in message, "class" in message) == ("sql_error", True, False)
    two = "DELETE FROM deals WHERE id = 1; DELETE FROM deals"
    assert (await fault_of(sql.execute(asked(two, "execute"), bound)))[0] == "sql_error"
    assert (await fault_of(sql.query(asked("SELECT :a"), bound)))[0] == "malformed_request"
    assert (await fault_of(sql.query(asked("SELECT 1", b=2), bound)))[0] == "malformed_request"
    other = HostCall(0, "sql", "query", {"database": "hr", "statement": "SELECT 1"})
    assert (await fault_of(sql.query(other, bound)))[0] == "not_found"
    assert len(await sql.query(asked("SELECT id FROM deals"), bound)) == 2


async def test_many_at_once_share_a_few_connections(setting: Setting) -> None:
    sql, bound = setting()
    found = await asyncio.gather(*(sql.query(asked("SELECT id FROM deals"), bound) for _ in range(20)))
    assert [len(rows) for rows in found] == [2] * 20


async def test_a_change_whose_end_nobody_saw_is_uncertain_and_a_read_may_be_tried_again(
    postgres: str, setting: Setting
) -> None:
    sql, bound = setting()
    if not bound.internal_hosts:
        pytest.skip("nothing comes between us and a file")
    driver: Any = asyncpg
    direct = await driver.connect(postgres.replace("+asyncpg", ""))
    for operation, statement, code in (
        ("execute", "UPDATE deals SET name = name FROM pg_sleep(10)", "uncertain"),
        ("query", "SELECT pg_sleep(10) IS NULL AS slept", "unavailable"),
    ):
        call = asyncio.create_task(fault_of(getattr(sql, operation)(asked(statement, operation), bound)))
        asleep = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        async with asyncio.timeout(120):
            while not (pid := await direct.fetchval(asleep)):
                await asyncio.sleep(0.02)
        await direct.execute("SELECT pg_terminate_backend($1)", pid)
        assert (await call)[0] == code
    await direct.close()


# --- where a connection may lead


async def reached(url: str, databases: Databases, hosts: frozenset[str] = frozenset()) -> tuple[str, str]:
    async def connection_of(tenant_id: str, name: str) -> Known:
        del tenant_id, name
        return Known(url, "acme", PASSWORD)

    sql = Sql(connection_of, databases)
    try:
        return await fault_of(sql.query(asked("SELECT 1"), Bound("ten_1", "run_1", "t", internal_hosts=hosts)))
    finally:
        await sql.close()


@pytest.mark.parametrize("host", ["127.0.0.1:5432", "[::1]", "169.254.169.254", "10.0.0.7", "localhost"])
async def test_an_address_that_is_not_public_is_refused_unless_the_operator_opens_it(host: str) -> None:
    code, message = await reached(f"postgresql://app@{host}/app", Databases())
    assert code == "address_refused"
    assert "not a public address" in message


async def test_a_server_that_is_away_is_told_without_the_password() -> None:
    port = unused_port()
    hosts = frozenset({f"127.0.0.1:{port}"})
    code, message = await reached(f"postgresql://app@127.0.0.1:{port}/app", Databases(), hosts)
    assert code == "unavailable"
    assert PASSWORD not in message


async def test_what_a_server_says_is_scrubbed_of_the_password() -> None:
    async def serve(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        await reading.read(1000)
        said = b"SFATAL\0C28P01\0Mno entry with " + PASSWORD.encode() + b"\0\0"
        writing.write(b"E" + (len(said) + 4).to_bytes(4, "big") + said)
        writing.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hosts = frozenset({f"127.0.0.1:{port}"})
    code, message = await reached(f"postgresql://app@127.0.0.1:{port}/app", Databases(), hosts)
    server.close()
    assert (code, PASSWORD in message, "no entry with {{secret:password}}" in message) == ("unavailable", False, True)


@pytest.mark.parametrize(
    ("mode", "trusted", "works"),
    [("verify-full", True, True), ("verify-full", False, False), ("require", False, True)],
)
async def test_tls_goes_by_the_name_though_an_address_is_connected_to(
    port: int,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    trusted: bool,  # noqa: FBT001 - a column of the table above
    works: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def serve(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        await reading.readexactly(8)  # "may we speak TLS?"
        writing.write(b"S")
        await writing.drain()
        try:
            await writing.start_tls(context)
        except (ssl.SSLError, ConnectionError):
            return
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reading, back), pass_on(there, writing), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    place = f"localhost:{server.sockets[0].getsockname()[1]}"

    async def connection_of(tenant_id: str, name: str) -> Known:
        del tenant_id, name
        return Known(f"postgresql://app@{place}/app?sslmode={mode}", "acme", PASSWORD)

    sql = Sql(connection_of, Databases())
    answer = sql.query(
        asked("SELECT name FROM deals WHERE id = 1"), Bound("t", "r", "t", internal_hosts=frozenset({place}))
    )
    if works:
        assert await answer == [{"name": "Ann"}]
    else:
        code, message = await fault_of(answer)
        assert (code, "certificate verify failed" in message) == ("unavailable", True)
    await sql.close()
    server.close()


@pytest.mark.parametrize("name", ["../other/crm.db", "link.db", "none.db", "/etc/passwd"])
async def test_no_file_outside_of_the_tenants_folder_is_opened(sqlite_dir: Path, name: str) -> None:
    other = sqlite_dir / "other"
    other.mkdir()
    (other / "crm.db").touch()
    (sqlite_dir / "acme" / "link.db").symlink_to(other / "crm.db")
    assert (await reached(f"sqlite:///{name}", Databases(sqlite_dir)))[0] == "not_found"
    assert not (sqlite_dir / "acme" / "none.db").exists()


@pytest.mark.parametrize(
    ("operation", "statement"),
    [
        ("query", "SELECT hex(fts3_tokenizer(:n)) AS p"),
        ("query", "SELECT hex(fts3_tokenizer(:n, :n)) AS p"),
        ("query", "SELECT * FROM fts3tokenize WHERE input = :n"),
        ("query", "SELECT * FROM pragma_database_list"),
        ("query", "SELECT load_extension(:n)"),
        ("query", 'SELECT "x" AS p'),
        ("query", "SELECT 1 AS `\"`; ATTACH 'x' AS y; SELECT 1 AS `\"`"),
        ("execute", "ATTACH 'other.db' AS m"),
        ("execute", "UPDATE deals SET name = zeroblob(100000000)"),
        ("execute", "CREATE VIRTUAL TABLE t USING fts5(x)"),
        ("execute", "PRAGMA writable_schema = 1"),
        ("execute", "VACUUM INTO 'copy.db'"),
    ],
)
async def test_a_file_answers_ordinary_statements_alone(sqlite_dir: Path, operation: str, statement: str) -> None:
    async def connection_of(tenant_id: str, name: str) -> Known:
        del tenant_id, name
        return Known("sqlite:///crm.db", "acme", "")

    sql, bound = Sql(connection_of, Databases(sqlite_dir)), Bound("ten_1", "run_1", "t")
    before = (sqlite_dir / "acme" / "crm.db").read_bytes()
    given = {"n": "simple"} if ":n" in statement else dict[str, str]()
    code, message = await fault_of(getattr(sql, operation)(asked(statement, operation, **given), bound))
    assert code == "sql_error"
    assert str(sqlite_dir) not in message
    assert (sqlite_dir / "acme" / "crm.db").read_bytes() == before
    assert {path.name for path in (sqlite_dir / "acme").iterdir()} <= {"crm.db", "crm.db-journal"}
    await sql.close()


async def test_without_a_folder_there_are_no_files() -> None:
    assert (await reached("sqlite:///crm.db", Databases()))[0] == "not_set_up"


async def test_an_idle_engine_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "IDLE_S", 0.01)
    databases = Databases()
    databases.engine(Known("postgresql://app@db.example/app", "acme", ""), frozenset())
    assert databases.open == 1
    async with asyncio.timeout(120):
        while databases.open:
            await asyncio.sleep(0.01)
    await databases.close()


# --- setting them up


@pytest.fixture
async def actor(database: Database) -> Actor:
    return await make_tenant(database)


@pytest.fixture
def vault(database: Database) -> Vault:
    return Vault(database, RING)


async def test_a_connection_shows_everything_but_its_password(database: Database, vault: Vault, actor: Actor) -> None:
    url = "postgresql://reader:p%40ss-w%C3%B6rd!@db.acme.com/crm?sslmode=require"
    async with database.unit(actor.tenant_id) as session:
        await connections.put(session, actor, vault, "crm", "sqlite:///crm.db")
        shown = await connections.put(session, actor, vault, "crm", url)
    assert (shown.url, shown.version) == ("postgresql://reader@db.acme.com/crm?sslmode=require", 2)
    async with database.reading(actor.tenant_id) as session:
        row = await session.get_one(Connection, (actor.tenant_id, "crm"))
        assert "p@ss" not in str(vars(row))
    known = await connections.known(vault, actor.tenant_id, "crm")
    assert known == Known(shown.url, actor.tenant_slug, "p@ss-wörd!")
    assert "p@ss" not in repr(known)
    async with database.unit(actor.tenant_id) as session:
        # The tenant gets a new key, and what the old one sealed is sealed anew.
        assert await vault.renew(session, actor) == 1
    assert await connections.known(vault, actor.tenant_id, "crm") == known
    assert await connections.known(vault, (await make_tenant(database)).tenant_id, "crm") is None
    async with database.unit(actor.tenant_id) as session:
        await connections.remove(session, actor, "crm")
        with pytest.raises(NotFoundError):
            await connections.remove(session, actor, "crm")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:password1@h.example/d",
        "postgresql://h.example/d",
        "postgresql://u:password1@h.example",
        "postgresql://u:short@h.example/d",
        "postgresql://u:password1@h.example/d?host=/var/run",
        "postgresql://u:password1@h.example/d?sslmode=prefer",
        "postgresql://u:password1@h.example:99999/d",
        "postgresql://u:password1@h example/d",
        "sqlite:////etc/passwd",
        "sqlite:///../other/crm.db",
        "sqlite:///a/b.db",
        "sqlite://",
    ],
)
async def test_a_url_that_leads_nowhere_good_is_refused_without_repeating_it(
    database: Database, vault: Vault, actor: Actor, url: str
) -> None:
    async with database.unit(actor.tenant_id) as session:
        with pytest.raises(InvalidError) as refused:
            await connections.put(session, actor, vault, "crm", url)
    assert "password1" not in str(refused.value.problems)


async def test_only_who_manages_secrets_sets_up_connections(database: Database, vault: Vault, actor: Actor) -> None:
    nobody = replace(actor, permissions=frozenset())
    async with database.unit(actor.tenant_id) as session:
        with pytest.raises(NotAllowedError):
            await connections.put(session, nobody, vault, "crm", "sqlite:///crm.db")
        with pytest.raises(NotAllowedError):
            await connections.remove(session, nobody, "crm")


# --- a tool

LOOKUP = """
from sealwright import HostError, sql

def crm_lookup(id):
    rows = sql.query("crm", '''
        SELECT name FROM deals
        WHERE id = :id;
    ''', {"id": id})
    try:
        changed = sql.execute("crm", "UPDATE deals SET name = :name WHERE id = :id", {"id": id, "name": "Cy"})
    except HostError as error:
        changed = error.code
    return {"rows": rows, "changed": changed}
"""
PERMITS = ["crm: SELECT name FROM deals WHERE id = :id", "crm: UPDATE deals SET name = :name WHERE id = :id"]


@pytest.fixture
async def runtime(
    database: Database, pool: Pool, vault: Vault, actor: Actor, sqlite_dir: Path
) -> AsyncGenerator[Runtime]:
    (sqlite_dir / "acme").rename(sqlite_dir / actor.tenant_slug)
    async with database.unit(actor.tenant_id) as session:
        await connections.put(session, actor, vault, "crm", "sqlite:///crm.db")
    stores = Stores(sql=Sql(partial(connections.known, vault), Databases(sqlite_dir)))
    async with Capabilities.open(database, stores=stores) as effects:
        opened = Runtime(database=database, pool=pool, image=pool.image, effects=effects)
        yield opened
        await opened.close()


async def test_a_tool_runs_the_statements_of_its_grant_and_a_replay_runs_none(
    runtime: Runtime, actor: Actor, sqlite_dir: Path
) -> None:
    await make_tool(runtime, actor, LOOKUP, {"sql": PERMITS}, name="crm_lookup")
    run = (await runs.call(runtime, actor, "crm_lookup", {"id": 1})).run
    assert json.loads(run.result or "") == {"rows": [{"name": "Ann"}], "changed": 1}
    async with runtime.database.reading(actor.tenant_id) as session:
        entries = (await session.scalars(select(JournalEntry).where(JournalEntry.run_id == run.id))).all()
    # A read is written down once, a change before it is made and after it.
    assert [(entry.operation, entry.effect, entry.phase) for entry in entries] == [
        ("query", "read", 1),
        ("execute", "unsafe", 0),
        ("execute", "unsafe", 1),
    ]
    (sqlite_dir / actor.tenant_slug / "crm.db").unlink()
    assert (await replays.replay(runtime, actor, run.id)).identical


async def test_a_statement_that_the_grant_does_not_name_is_refused(runtime: Runtime, actor: Actor) -> None:
    await make_tool(runtime, actor, LOOKUP, {"sql": ["hr: SELECT 1", PERMITS[1]]}, name="crm_lookup")
    run = (await runs.call(runtime, actor, "crm_lookup", {"id": 1})).run
    assert (run.outcome, (run.error or {})["details"]["permit"]) == ("refused", PERMITS[0])
