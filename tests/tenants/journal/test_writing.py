"""The writer: whole batches, nothing half, and a clear word when the database cannot take any more."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sandbox import Slot
from tenants import migrations
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import NotKeptError
from tenants.journal.redaction import redact
from tenants.journal.sqlite import SqliteStore
from tenants.journal.writer import FencedError, KeyTakenError, Writer, store_of
from tenants.journal.writes import Begin, Change, Entry
from tenants.models import JournalEntry, Run
from tests.databases import RING


def a_run(**changes: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(column.name for column in Run.__table__.columns)
    texts = dict.fromkeys(
        ("tool_id", "tool_name", "version_id", "digest", "component_digest", "principal", "arguments_hash", "seed"), "x"
    )
    counts = dict.fromkeys(
        ("version_number", "started_at_ns", "fuel_used", "memory_bytes_peak", "wall_ms", "host_calls", "fence"), 0
    )
    counts |= {"interface": 1, "takeovers": 0, "entries_at_takeover": 0, "executions": 1}
    fixed: dict[str, Any] = {
        "id": ids.new("run"),
        "tenant_id": "ten_1",
        "caller": {},
        "arguments": "{}",
        "status": "running",
    }
    return {**blank, **texts, **counts, **fixed, "log": "", "created_at": now(), **changes}


def an_entry(run: dict[str, Any], seq: int, fence: int = 0, reply: str | None = None) -> Entry:
    return Entry("ten_1", run["id"], fence, seq, 0, 0, "kv", "set", "keyed", "0" * 64, "{}", reply, 0, 1)


async def test_what_gathers_during_a_commit_is_written_together_and_in_order(database: Database) -> None:
    await database.ensure_content_keys("ten_1")
    writer = Writer(store_of(database))
    run = a_run()
    await writer.submit(Begin(run))
    await asyncio.gather(*(writer.submit(an_entry(run, seq)) for seq in range(1_000)))
    await writer.submit(
        Change("ten_1", run["id"], 0, {"status": "finished", "error": {"code": "x"}, "finished_at": now()})
    )
    await writer.close()
    async with database.system_reading() as session:
        assert len((await session.scalars(select(JournalEntry.seq))).all()) == 1_000
        row = await session.get_one(Run, run["id"])
    assert (row.status, row.error, row.created_at) == ("finished", {"code": "x"}, run["created_at"])


async def test_an_idempotency_key_is_taken_once(database: Database) -> None:
    await database.ensure_content_keys("ten_1")
    writer = Writer(store_of(database))
    rows = [a_run(idempotency_key="k") for _ in range(5)]
    ended = await asyncio.gather(*(writer.submit(Begin(row)) for row in rows), return_exceptions=True)
    await writer.close()
    assert sorted(map(type, ended), key=str) == sorted([type(None), *[KeyTakenError] * 4], key=str)


async def test_an_old_fence_writes_nothing_and_harms_no_other(database: Database) -> None:
    await database.ensure_content_keys("ten_1")
    writer = Writer(store_of(database))
    stale, sound = a_run(fence=2), a_run()
    await asyncio.gather(writer.submit(Begin(stale)), writer.submit(Begin(sound)))
    ended = await asyncio.gather(
        writer.submit(an_entry(stale, 0, fence=1)),
        writer.submit(an_entry(sound, 0)),
        writer.submit(Change("ten_1", stale["id"], 1, {"status": "finished"})),
        return_exceptions=True,
    )
    await writer.close()
    assert [type(one) for one in ended] == [FencedError, type(None), FencedError]
    async with database.system_reading() as session:
        assert (await session.scalars(select(JournalEntry.run_id))).all() == [sound["id"]]


async def test_a_row_that_the_database_cannot_hold_does_not_take_the_others_with_it(database: Database) -> None:
    await database.ensure_content_keys("ten_1")
    writer = Writer(store_of(database))
    bad, sound = a_run(status=None), a_run()
    ended = await asyncio.gather(writer.submit(Begin(a_run())), writer.submit(Begin(sound)), return_exceptions=True)
    assert ended == [None, None]
    ended = await asyncio.gather(
        *(writer.submit(write) for write in (an_entry(sound, 0), Begin(bad), an_entry(sound, 1))),
        return_exceptions=True,
    )
    await writer.close()
    assert [type(one) for one in ended] == [type(None), NotKeptError, type(None)]


def opened(store: object) -> sqlite3.Connection:
    assert isinstance(store, SqliteStore)
    assert store._connection is not None  # pyright: ignore[reportPrivateUsage]
    return store._connection  # pyright: ignore[reportPrivateUsage]


async def small(tmp_path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'small.db'}", RING)
    await migrations.upgrade(database)
    return database


async def test_a_full_disk_is_said_and_writing_goes_on_when_there_is_room(tmp_path: Path) -> None:
    database = await small(tmp_path)
    await database.ensure_content_keys("ten_1")
    store = store_of(database)
    writer = Writer(store)
    run = a_run()
    await writer.submit(Begin(run))
    connection = opened(store)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotKeptError, match="disk is full") as refused:
        await writer.submit(an_entry(run, 0, reply="x" * 1_000_000))
    assert "go on by themselves" in (refused.value.hint or "")
    connection.execute("PRAGMA max_page_count = 1000000")
    await writer.submit(an_entry(run, 0, reply="x" * 1_000_000))
    await writer.close()
    await database.close()


async def test_a_locked_database_is_said_and_writing_goes_on_afterwards(tmp_path: Path) -> None:
    database = await small(tmp_path)
    await database.ensure_content_keys("ten_1")
    store = store_of(database)
    writer = Writer(store)
    run = a_run()
    await writer.submit(Begin(run))
    connection = opened(store)
    connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "small.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotKeptError, match="locked by another program"):
        await writer.submit(an_entry(run, 0))
    other.execute("ROLLBACK")
    other.close()
    await writer.submit(an_entry(run, 0))
    await writer.close()
    await database.close()


def test_what_telling_names_hold_is_not_kept_of_a_request() -> None:
    given = {
        "headers": {"Authorization": "Bearer abc", "x-api-key": "abc", "accept": "*/*"},
        "json": [{"password": "abc", "passwords": {"n": 1}, "user": "ann", "token": "{{secret:stripe}}"}],
    }
    assert redact(given, [Slot(("json", 0, "token"), "stripe")]) == {
        "headers": {"Authorization": "[redacted]", "x-api-key": "[redacted]", "accept": "*/*"},
        "json": [{"password": "[redacted]", "passwords": {"n": 1}, "user": "ann", "token": "{{secret:stripe}}"}],
    }


@pytest.mark.parametrize("value", ["{{secret:stripe}}", "hunter2 {{secret:stripe}}", "Bearer {{secret:stripe}}"])
def test_what_only_looks_like_a_placeholder_is_not_kept_either(value: str) -> None:
    given = {"headers": {"Authorization": value}, "json": {"token": value}}
    assert redact(given) == {"headers": {"Authorization": "[redacted]"}, "json": {"token": "[redacted]"}}
