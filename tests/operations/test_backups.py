"""What is backed up while the installation works comes back whole elsewhere, on either database, or not at all."""

import asyncio
import gzip
import json
import shutil
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, SmallInteger, Table, delete, func, select, update

from api.keys import open_with_keys
from api.processes import open_runtime
from api.settings import Settings
from sandbox import Image
from tenants.backups import restoring, taking, verifying
from tenants.backups.archives import Manifest
from tenants.backups.rows import Form, form_of, write_rows
from tenants.base.db import Base, Database
from tenants.base.key_ring import Ring
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import key_of
from tenants.models import AuditEvent, KvEntry, Run, StoredFile, Tenant, Tool, ToolText
from tenants.rights.access import Actor
from tenants.rules import audit
from tenants.runs import runs
from tenants.runtime import Runtime
from tests import object_storage
from tests.databases import drop_postgres, fresh, fresh_postgres, fresh_sqlite
from tests.makers import CHECKOUT
from tests.operations.test_keys import ran
from tests.tenants import workshop

TABLES = Base.metadata.sorted_tables
IMAGES = CHECKOUT / ".data" / "images"
WORK = '''
"""Use the clock and chance, keep values, and replace files again and again."""
import random
import time

from sealwright import files, kv


def work(number: int) -> dict:
    print("number", number, time.time())
    kv.set(f"k{number}", {"drawn": random.random()})
    files.write(f"tool/work/f{number % 4}.txt", f"content {number} " * 200)
    kept = files.read_text(f"tool/work/f{number % 4}.txt")
    if number % 7 == 0:
        raise ValueError("seven")
    return {"number": number, "length": len(kept), "drawn": random.randint(1, 10**9)}
'''


@pytest.fixture(params=["sqlite", "postgres"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Database]:
    """Another database, empty."""
    folder = tmp_path / "place"
    folder.mkdir()
    async with fresh(request, tmp_path_factory, folder) as opened:
        yield opened


def value_of(column: Column[Any], kind: str, nth: int) -> Any:
    """Something that is hard to keep as it was; `nth` makes it one of its kind."""
    if column.name == "wrapped_by":
        return "k1"
    if column.name in {"tenant_id", "blob"}:
        return f"{column.name}_{nth}"
    if column.nullable and nth == 0:
        return None
    if kind == "int":
        most = 2**63 - 1 if isinstance(column.type, BigInteger) else 2**31 - 1
        most = 2**15 - 1 if isinstance(column.type, SmallInteger) else most
        return nth if column.primary_key else (0, most, -most)[nth]
    texts = ("", "é\U0001f600\n\t\"'\\ ", "\x02s1:" + "x" * 2_000)
    moment = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC) + timedelta(microseconds=nth)
    plain: dict[str, Any] = {
        "text": f"{nth}{texts[nth]}"[: getattr(column.type, "length", None) or 5_000],
        "json": ("null", '{"a": 1.0, "é": [12345678901234567890, null, true]}', "[]")[nth],
        "float": (0.1, 1e300, -2.5)[nth],
        "bool": nth == 1,
        "moment": moment.isoformat(),
        "bytes": "AAH/",
    }
    return plain[kind]


def lines_of(table: Table, made: dict[tuple[str, int], Any]) -> list[bytes]:
    form, lines = form_of(table), list[bytes]()
    for nth in range(3):
        values: list[Any] = []
        for column in table.columns:
            value = value_of(column, form.columns[column.name], nth)
            for key in column.foreign_keys:
                value = None if column.nullable and nth == 0 else made[key.target_fullname, nth]
            made[f"{table.name}.{column.name}", nth] = value
            values.append(value)
        lines.append(json.dumps(values).encode() + b"\n")
    return lines


async def fill(database: Database, bucket: Bucket) -> None:
    made: dict[tuple[str, int], Any] = {}
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.exec_driver_sql("SELECT set_config('app.system', 'on', true)")
        for table in TABLES:
            await write_rows(connection, form_of(table), lines_of(table, made))
    for nth in range(3):
        key = key_of(made["files.tenant_id", nth], made["files.blob", nth])
        await bucket.put(key, bytes([nth]) * 1_000, "text/plain", "name")


def content_of(folder: Path) -> dict[str, list[Any]]:
    """A backup's rows, as values: databases write the same JSON in more than one way."""
    found: dict[str, list[Any]] = {}
    for table in TABLES:
        form = form_of(table)
        with gzip.open(folder / taking.name_of(table.name)) as lines:
            rows = [json.loads(line) for line in lines]
        for row in rows:
            for place, kind in enumerate(form.columns.values()):
                if kind == "json" and row[place] is not None:
                    row[place] = json.loads(row[place])
        found[table.name] = sorted(rows, key=repr)
    return found


async def test_every_table_comes_back_as_it_was_on_either_database(
    database: Database, place: Database, tmp_path: Path
) -> None:
    bucket, other = Bucket.open(tmp_path / "bucket"), Bucket.open(tmp_path / "other")
    await fill(database, bucket)
    taken = await taking.take(database, bucket, tmp_path / "images", tmp_path / "one", None)
    assert set(taken.rows.values()) == {3}
    assert set(taken.rows) == {table.name for table in TABLES}
    assert list(taken.keys) == ["k1"]
    await restoring.restore(place, other, tmp_path / "images", tmp_path / "one")
    await taking.take(place, other, tmp_path / "images", tmp_path / "two", None)
    assert content_of(tmp_path / "two") == content_of(tmp_path / "one")
    assert {path.read_bytes() for path in (tmp_path / "other").rglob("blob_*")} == {
        path.read_bytes() for path in (tmp_path / "bucket").rglob("blob_*")
    }
    # Numbers that the database draws go on behind those that were there.
    async with place.system() as session:
        tool = Tool(tenant_id="t", name="later", spec={}, created_by={})
        session.add(tool)
        await session.flush()
        session.add(ToolText(tenant_id="t", tool_id=tool.id, name="", title="", description="", arguments=""))


async def test_what_is_in_a_bucket_is_in_the_backup_and_goes_into_another(
    database: Database,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    s3: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    object_storage.grant(monkeypatch)
    one, two = (Bucket.open(object_storage.url(s3, f"{tmp_path.name}/{name}")) for name in ("one", "two"))
    await fill(database, one)
    await taking.take(database, one, tmp_path / "images", tmp_path / "backup", None)
    (tmp_path / "place").mkdir()
    place = await fresh_sqlite(tmp_path_factory.getbasetemp(), tmp_path / "place")
    await restoring.restore(place, two, tmp_path / "images", tmp_path / "backup")
    await place.close()
    there = {key: await one.get(key) for key in await one.list_below("")}
    assert sorted(there.values()) == [bytes([nth]) * 1_000 for nth in range(3)]
    assert {key: await two.get(key) for key in await two.list_below("")} == there


async def call_without_pause(runtime: Runtime, actor: Actor, first: int, called: list[int]) -> None:
    number = first
    while True:
        await runs.call(runtime, actor, "work", {"number": number})
        called.append(number)
        number += 8


@pytest.mark.parametrize("there", ["sqlite", "postgres"])
async def test_a_backup_under_load_is_restored_elsewhere_and_runs_come_out_alike(
    image: Image, tmp_path: Path, there: str, request: pytest.FixtureRequest
) -> None:
    del image
    settings = Settings(data_dir=tmp_path / "here", images_dir=IMAGES, sandbox_workers=1)
    called: list[int] = []
    async with open_runtime(settings) as runtime:
        actor = await workshop.make_tenant(runtime.database)
        await workshop.make_tool(runtime, actor, WORK, {"kv": ["tool/*"], "files": ["tool/*"]})
        load = [asyncio.create_task(call_without_pause(runtime, actor, first, called)) for first in range(8)]
        while len(called) < 60:
            async with runtime.database.unit(actor.tenant_id) as session:
                await audit.record(session, actor, "something.happened", "here", after=len(called))
        began = len(called)
        taken = await ran(tmp_path / "here", "backup", str(tmp_path / "backup"), "--with-keys", images_dir=str(IMAGES))
        assert taken.exit_code == 0, taken.output
        assert "THE KEYS ARE IN IT" in taken.output
        assert len(called) > began, "nothing was called while the backup was taken"
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
    elsewhere = {"images_dir": str(IMAGES), "sandbox_workers": "1"}
    database = None
    if there == "postgres":
        database = await fresh_postgres(request.getfixturevalue("postgres"), tmp_path)
        elsewhere |= {"database_url": database.url, "secrets_keys_file": str(tmp_path / "backup" / "secrets.keys")}
    restored = await ran(tmp_path / "there", "restore", str(tmp_path / "backup"), "--replays", "100", **elsewhere)
    assert restored.exit_code == 0, restored.output
    manifest = restoring.read_checked(tmp_path / "backup")
    assert (
        f"{manifest.rows['audit_events']} audit events follow each other, 4 files are as they were" in restored.output
    )
    # All but those that were under way: a call that had not ended is taken up there, as after a crash.
    alike = int(restored.output.partition(" runs came out alike, 0 cannot be compared")[0].rpartition(" ")[2])
    assert manifest.rows["runs"] - 8 <= alike <= 100 or alike == 100
    assert alike > 50
    again = await ran(tmp_path / "there", "restore", str(tmp_path / "backup"), **elsewhere)
    assert again.exit_code == 1
    assert "There is something in this database." in again.output
    if database is not None:
        await database.close()
        await drop_postgres(request.getfixturevalue("postgres"), database)


async def small(folder: Path) -> tuple[Settings, Actor]:
    """An installation with a file, a value and some events, backed up to `folder / backup`, with no keys in it."""
    settings = Settings(data_dir=folder / "here", images_dir=folder / "images")
    database = await open_with_keys(settings)
    bucket = Bucket.open(settings.data_dir / "files")
    actor = await workshop.make_tenant(database)
    async with database.unit(actor.tenant_id) as session:
        for number in range(5):
            await audit.record(session, actor, "something.happened", str(number))
        session.add(KvEntry(scope="tenant", key="k", value=1.0))
        session.add(StoredFile(path="a", blob="blb_a", size_bytes=3, content_type="t/p", run_id="r", call_seq=0))
    await bucket.put(key_of(actor.tenant_id, "blb_a"), b"abc", "t/p", "a")
    await taking.take(database, bucket, settings.images, folder / "backup", None)
    await database.close()
    return settings, actor


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


SPOILT: dict[str, Callable[[Path], object]] = {
    "a bit of rows": lambda folder: flip(folder / "rows" / "audit_events.jsonl.gz"),
    "a bit of a file": lambda folder: flip(next((folder / "files").rglob("blb_a"))),
    "rows cut off": lambda folder: (folder / "rows" / "runs.jsonl.gz").write_bytes(b""),
    "a file that is gone": lambda folder: next((folder / "files").rglob("blb_a")).unlink(),
    "rows that are gone": lambda folder: (folder / "rows" / "tenants.jsonl.gz").unlink(),
    "rows of another table": lambda folder: shutil.copy(
        folder / "rows" / "users.jsonl.gz", folder / "rows" / "tenants.jsonl.gz"
    ),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "half a manifest": lambda folder: (folder / "manifest.json").write_text('{"format": 1, "rows"'),
    "a manifest that is a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "a manifest without rows": lambda folder: rewritten(folder, lambda said: said.pop("rows")),
    "a manifest with more": lambda folder: rewritten(folder, lambda said: said.update(more=1)),
    "a later format": lambda folder: rewritten(folder, lambda said: said.update(format=2)),
    "a later schema": lambda folder: rewritten(folder, lambda said: said.update(revision="9999")),
    "a file outside": lambda folder: rewritten(folder, lambda said: said["files"].update({"../x": ["0", 0]})),
    "a file at the root": lambda folder: rewritten(folder, lambda said: said["files"].update({"/etc/x": ["0", 0]})),
    "another number of rows": lambda folder: rewritten(folder, lambda said: said["rows"].update(tenants=2)),
    "a key that is not given": lambda folder: rewritten(folder, lambda said: said["keys"].update(k9="0" * 16)),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_a_backup_that_is_not_whole_leaves_the_place_empty(tmp_path: Path, what: str) -> None:
    settings, _ = await small(tmp_path)
    SPOILT[what](tmp_path / "backup")
    keys = str(settings.keys_made_here)
    ended = await ran(tmp_path / "there", "restore", str(tmp_path / "backup"), secrets_keys_file=keys)
    assert ended.exit_code == 1, ended.output
    assert "Traceback" not in ended.output
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'there' / 'sealwright.db'}", Ring.read(Path(keys)))
    async with database.snapshot() as connection:
        names = (await connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = 'tenants'")).all()
        assert not names or not await connection.scalar(select(func.count()).select_from(Tenant))
    await database.close()


async def test_a_backup_says_loudly_whether_it_holds_the_keys_and_opens_with_no_others(tmp_path: Path) -> None:
    settings, _ = await small(tmp_path)
    [(name, mark)] = Ring.read(settings.keys_made_here).fingerprints.items()
    without = await ran(settings.data_dir, "backup", str(tmp_path / "without"))
    assert f"THE KEYS ARE NOT IN IT: {name} ({mark})" in without.output
    text = settings.keys_made_here.read_text().strip()
    assert all(text.encode() not in path.read_bytes() for path in (tmp_path / "without").rglob("*") if path.is_file())
    for given in ({}, {"secrets_keys": "k1:" + "A" * 43 + "="}, {"secrets_keys": f"{name}:" + "A" * 43 + "="}):
        refused = await ran(tmp_path / "there", "restore", str(tmp_path / "without"), **given)
        assert refused.exit_code == 1
        assert f"{name} ({mark})" in refused.output
        assert not (tmp_path / "there" / "secrets.keys").exists()
    holding = await ran(settings.data_dir, "backup", str(tmp_path / "holding"), "--with-keys")
    assert f"THE KEYS ARE IN IT: {name} ({mark})" in holding.output
    assert (tmp_path / "holding" / "secrets.keys").read_text().strip() == text
    assert (tmp_path / "holding").stat().st_mode & 0o077 == 0
    there = await ran(settings.data_dir, "backup", str(tmp_path / "holding"))
    assert there.exit_code == 1
    assert "already" in there.output


@pytest.mark.parametrize("becomes", ["replaced", "removed", "replaced twice"])
async def test_a_file_that_is_replaced_while_it_is_copied_is_taken_as_it_is_then(tmp_path: Path, becomes: str) -> None:
    settings, actor = await small(tmp_path)
    database = await open_with_keys(settings)
    store = settings.data_dir / "files"

    class Moving(Bucket):
        """A store whose contents are replaced just before they are read, as `files.write` does."""

        count = 2 if becomes == "replaced twice" else 1

        async def get(self, key: str) -> bytes:
            if self.count:
                self.count -= 1
                fresh = f"blb_{self.count}"
                await self.put(key_of(actor.tenant_id, fresh), fresh.encode(), "t/p", "a")
                async with database.unit(actor.tenant_id) as session:
                    gone, new = delete(StoredFile), update(StoredFile).values(blob=fresh, size_bytes=5)
                    await session.execute(gone if becomes == "removed" else new)
                await self.delete(key)
            return await super().get(key)

    moving = Moving.open(store)
    manifest = await taking.take(database, moving, settings.images, tmp_path / "moved", None)
    await database.close()
    names = [name for name in manifest.files if name.startswith("files/")]
    if becomes == "removed":
        assert (manifest.rows["files"], names) == (0, [])
    else:
        assert (manifest.rows["files"], len(names)) == (1, 1)
        assert (tmp_path / "moved" / names[0]).read_bytes() == b"blb_0"


async def test_what_is_not_as_it_was_is_told(image: Image, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "here", images_dir=IMAGES, sandbox_workers=1)
    async with open_runtime(settings) as runtime:
        actor = await workshop.make_tenant(runtime.database)
        await workshop.make_tool(runtime, actor, WORK, {"kv": ["tool/*"], "files": ["tool/*"]})
        async with runtime.database.unit(actor.tenant_id) as session:
            for number in range(5):
                await audit.record(session, actor, "something.happened", str(number))
        for number in range(1, 4):
            await runs.call(runtime, actor, "work", {"number": number})
        bucket = Bucket.open(settings.data_dir / "files")
        manifest: Manifest = await taking.take(runtime.database, bucket, IMAGES, tmp_path / "backup", None)
        assert manifest.images == [image.digest]
        sound = await verifying.look_through(runtime, bucket, manifest, 10)
        assert (sound.events, sound.files, sound.runs_alike, sound.faults) == (5, 3, 3, [])
        async with runtime.database.system() as session:
            await session.execute(update(AuditEvent).where(AuditEvent.seq == 2).values(subject="forged"))
            await session.execute(delete(AuditEvent).where(AuditEvent.seq == 4))
            last = await session.scalar(select(func.max(Run.id)))
            await session.execute(update(Run).where(Run.id == last).values(fuel_used=1))
        next((settings.data_dir / "files").rglob("blb*")).write_bytes(b"other")
        told = await verifying.look_through(runtime, bucket, manifest, 10)
    said = " ".join(told.faults)
    assert "Event 2 was changed" in said
    assert "Between event 3 and event 5" in said
    assert "is not as it was" in said
    assert f"The run {last} comes out otherwise: fuel_used" in said
    assert told.runs_alike == 2


def test_a_table_without_a_kind_for_each_column_cannot_come_in() -> None:
    for table in TABLES:
        assert isinstance(form_of(table), Form)
        assert set(form_of(table).columns.values()) <= {"text", "json", "bool", "int", "float", "bytes", "moment"}
