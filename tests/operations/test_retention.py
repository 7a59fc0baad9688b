"""What grows goes when its time is over, and a tenant goes whole."""

import asyncio
import gzip
import json
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, update

from api.keys import open_with_keys
from api.processes import open_runtime
from api.settings import Settings
from sandbox import Image, leftovers
from tenants.backups.rows import read_rows
from tenants.base.content_keys import SealedText
from tenants.base.db import Base, Database, now
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import key_of
from tenants.models import KvEntry, Membership, OAuthClient, Run, StoredFile, User
from tenants.retention import clearing, rules
from tenants.retention import tenants as leaving
from tenants.retention.contents import clear_contents
from tenants.retention.rules import RULES, Rule, days_of
from tenants.rights.access import Actor
from tenants.runs import runs
from tests import object_storage
from tests.operations.test_backups import IMAGES, WORK
from tests.operations.test_keys import ran
from tests.tenants import workshop
from tests.tenants.people import sign_up
from tests.tenants.rows import fill

Made = Callable[[datetime, str], dict[str, Any]]
# A row of each rule that is over since a moment; the other text makes it one of its kind.
OVER: dict[str, Made] = {
    "deliveries": lambda at, one: {"state": "delivered", "created_at": at, "subject": one},
    "exchanges": lambda at, _: {"created_at": at},
    "rejected_versions": lambda at, one: {"state": "rejected", "updated_at": at, "number": int(one)},
    "sessions": lambda at, one: {"expires_at": at, "token_hash": one},
    "api_keys": lambda at, one: {"revoked_at": at, "token_hash": one},
    "grants": lambda at, _: {"revoked_at": at},
    "refresh_tokens": lambda at, one: {"used_at": at, "expires_at": now() + timedelta(days=9), "token_hash": one},
    "codes": lambda at, one: {"expires_at": at, "code_hash": one},
    "device_codes": lambda at, one: {"expires_at": at, "device_hash": one, "user_code": one},
}
# Rows that are as old and stay: what they tell of is not over.
STILL: dict[str, Made] = {
    "deliveries": lambda at, one: {"state": "waiting", "created_at": at, "subject": one},
    "rejected_versions": lambda at, one: {"state": "retired", "updated_at": at, "number": int(one)},
    "api_keys": lambda at, one: {"created_at": at, "token_hash": one},
    "grants": lambda at, _: {"created_at": at},
    "refresh_tokens": lambda at, one: {"created_at": at, "expires_at": now(), "token_hash": one},
}


def test_every_table_has_a_rule_or_a_reason() -> None:
    ruled = {rule.table.__tablename__ for rule in RULES}
    assert ruled | set(rules.ELSEWHERE) == set(Base.metadata.tables)
    assert ruled & set(rules.ELSEWHERE) == {"versions"}  # those that were rejected, and those that served
    assert {rule.name for rule in RULES} == set(OVER)


async def row_like(database: Database, actor: Actor, rule: Rule, values: dict[str, Any]) -> None:
    """One row of a rule's table, with what it needs made up."""
    async with database.system() as session:
        made = dict[str, Any](tenant_id=actor.tenant_id)
        for column in rule.table.__table__.columns:
            for key in column.foreign_keys:
                made[column.name] = await session.scalar(select(key.column).limit(1))
            if column.name in values or column.nullable or column.default is not None or column.name in made:
                continue
            kind = column.type.python_type
            empty: dict[type, Any] = {str: "x", int: 1, bytes: b"x", datetime: now(), list: [], dict: {}}
            made[column.name] = empty.get(kind, "x" if isinstance(column.type, SealedText) else [])
        names = {column.key for column in rule.table.__mapper__.column_attrs}
        session.add(rule.table(**{name: value for name, value in (made | values).items() if name in names}))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
async def test_a_row_goes_when_its_days_are_over_and_not_before(database: Database, rule: Rule) -> None:
    owner = await sign_up(database)
    async with database.unit(owner.actor.tenant_id) as session:
        await fill(session, owner.actor.tenant_id, owner.user.id)
    before = await count(database, rule.table)
    days = days_of({rule.name: 11})
    for one, age in (("101", 10), ("102", 12), ("103", 400)):
        await row_like(database, owner.actor, rule, OVER[rule.name](now() - timedelta(days=age), one))
    if rule.name in STILL:
        await row_like(database, owner.actor, rule, STILL[rule.name](now() - timedelta(days=4_000), "104"))
    due = {one.rule.name: one for one in await clearing.count_due(database, days)}
    assert (due[rule.name].rows, due[rule.name].days) == (2, 11)
    assert (await clearing.clear(database, days))[rule.name] == 2
    assert (await clearing.clear(database, days))[rule.name] == 0
    assert await count(database, rule.table) == before + 1 + (rule.name in STILL)


async def count(database: Database, table: Any) -> int:
    async with database.system_reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_processes_that_clear_at_the_same_time_do_not_meet(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 7)
    owner = await sign_up(database)
    rule = next(rule for rule in RULES if rule.name == "sessions")
    for number in range(60):
        await row_like(database, owner.actor, rule, OVER["sessions"](now() - timedelta(days=99), f"s{number}"))
    others = [Database(database.url, database.content_keys.ring) for _ in range(3)]
    gone = await asyncio.gather(*(clearing.clear(one, days_of({})) for one in (database, *others)))
    assert sum(one["sessions"] for one in gone) == 60
    for other in others:
        await other.close()


@pytest.mark.parametrize(
    "given", ["deliveries", "deliveries=", "deliveries=1", "deliveries=-3", "deliveries=x", "runs=3", "=3", "a=b=c",
              "deliveries=30;codes=3", "deliveries=99999", "deliveries=3.5", "Deliveries=3"],
)  # fmt: skip
def test_days_that_are_none_are_refused_with_what_there_is(given: str) -> None:
    with pytest.raises(ValidationError, match=r"Write NAME=DAYS.*deliveries.*device_codes"):
        Settings(retention_days=given)  # pyright: ignore[reportArgumentType] - as the environment has it


def test_days_are_given_by_name() -> None:
    given = Settings(retention_days=" deliveries=3, codes=40,")  # pyright: ignore[reportArgumentType] - likewise
    assert given.retention_days == {**days_of({}), "deliveries": 3, "codes": 40}


async def test_contents_that_no_file_names_go_when_they_are_old(database: Database, tmp_path: Path) -> None:
    actor = await workshop.make_tenant(database)
    bucket = Bucket.open(tmp_path / "files")
    for blob in ("named", "old", "young"):
        await bucket.put(key_of(actor.tenant_id, blob), b"abc", "t/p", "a")
    await bucket.put(f"images/{actor.tenant_id}/digest", b"abc", "t/p", "a")
    async with database.unit(actor.tenant_id) as session:
        session.add(StoredFile(path="a", blob="named", size_bytes=3, content_type="t/p", run_id="r", call_seq=0))
    long_ago = time.time() - 2 * 86_400
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file() and path.name != "young":
            os.utime(path, (long_ago, long_ago))
    assert await clear_contents(database, bucket) == 1
    left = {path.name for path in (tmp_path / "files").rglob("*") if path.is_file()}
    assert left == {"named", "young", "digest"}


def test_what_a_machine_uses_no_more_goes_and_what_it_uses_stays(image: Image, tmp_path: Path) -> None:
    cache, root = tmp_path / "artifacts", tmp_path / "images"
    own = next(image.root.glob("native-*")).name
    half, whole = "a" * 64 + ".01234567", "b" * 64
    for folder in (cache / own, cache / "native-other", cache / "native-young"):
        folder.mkdir(parents=True)
        for name in (half, whole, f"{whole}.seal", "key"):
            (folder / name).write_text("x")
    for name in ("served", "old", "needed"):
        (root / name).mkdir(parents=True)
        said = (image.root / "manifest.json").read_text().replace(image.digest, f"digest of {name}")
        (root / name / "manifest.json").write_text(said)
    long_ago = time.time() - 40 * 86_400
    for path in (cache / own, cache / "native-other", cache / own / half, *root.glob("*/manifest.json")):
        os.utime(path, (long_ago, long_ago))
    leftovers.mark_used(Image.read(root / "served"))
    gone = leftovers.clear_machine(cache, root, {"digest of needed"}, 30)
    assert set(gone) == {cache / own / half, cache / "native-other", root / "old"}
    assert sorted(path.name for path in (cache / own).iterdir()) == sorted([whole, f"{whole}.seal", "key"])
    assert {path.name for path in root.iterdir()} == {"served", "needed"}
    assert leftovers.clear_machine(tmp_path / "nothing", tmp_path / "there", set(), 1) == []


async def everything_in(database: Database) -> str:
    """Every row of every table, as it lies there."""
    said: list[str] = []
    async with database.snapshot() as connection:
        for table in Base.metadata.sorted_tables:
            said += [f"{table.name}: {tuple(row)}" async for row in read_rows(connection, table)]
    return "\n".join(said)


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Where files lie, and nothing in it."""
    if request.param == "folder":
        return Bucket.open(tmp_path / "files")
    object_storage.grant(monkeypatch)
    return Bucket.open(object_storage.url(request.getfixturevalue("s3"), tmp_path.name))


async def test_a_removed_tenant_is_in_no_table_and_others_stay_as_they_were(database: Database, bucket: Bucket) -> None:
    mine, theirs = await sign_up(database, "mine"), await sign_up(database, "theirs")
    for person in (mine, theirs):
        async with database.unit(person.actor.tenant_id) as session:
            await fill(session, person.actor.tenant_id, person.user.id)
        async with database.system() as session:
            session.add(
                OAuthClient(
                    client_id=person.user.id, source="manual", details={}, owner_tenant_id=person.actor.tenant_id
                )
            )
        await bucket.put(key_of(person.actor.tenant_id, "blob"), b"abc", "t/p", "a")
    async with database.system() as session:
        # What waits or is under way would be waited for.
        await session.execute(update(Run).values(status="finished"))
    others = [line for line in (await everything_in(database)).splitlines() if mine.actor.tenant_id not in line]
    gone = await leaving.remove(database, bucket, mine.actor.tenant_id)
    assert gone["contents"] == 1
    left = await everything_in(database)
    for word in (mine.actor.tenant_id, mine.user.id, mine.user.email, mine.actor.tenant_slug):
        assert word not in left, [line for line in left.splitlines() if word in line]
    kept = [line for line in others if mine.user.id not in line and mine.user.email not in line]
    assert sorted(left.splitlines()) == sorted(kept)
    assert [*await bucket.list_below("")] == [key_of(theirs.actor.tenant_id, "blob")]
    assert await leaving.remove(database, bucket, mine.actor.tenant_id) == {}


async def test_people_who_belong_to_another_tenant_stay(database: Database, tmp_path: Path) -> None:
    actor, other = await workshop.make_tenant(database), await workshop.make_tenant(database)
    async with database.system() as session:
        session.add(Membership(tenant_id=other.tenant_id, user_id=actor.id, role="viewer"))
    await leaving.remove(database, Bucket.open(tmp_path), actor.tenant_id)
    assert await count(database, User) == 2
    await leaving.remove(database, Bucket.open(tmp_path), other.tenant_id)
    assert await count(database, User) == 0


async def test_a_tenant_is_given_out_and_leaves_no_trace_on_the_disk(image: Image, tmp_path: Path) -> None:
    del image
    data, databases = tmp_path / "data", tmp_path / "databases"
    settings = Settings(data_dir=data, images_dir=IMAGES, sandbox_workers=1, sqlite_dir=databases)
    mark = "mark-of-this-tenant"
    async with open_runtime(settings) as runtime:
        actor = await workshop.make_tenant(runtime.database)
        await workshop.make_tool(runtime, actor, f"{WORK}\nMARK = '{mark}'\n", {"kv": ["tool/*"], "files": ["tool/*"]})
        for number in range(1, 4):
            await runs.call(runtime, actor, "work", {"number": number})
        assert runtime.vault is not None
        async with runtime.database.unit(actor.tenant_id) as session:
            await runtime.vault.put(session, actor, "one", "value of a secret", ["a.example"])
            session.add(KvEntry(scope="tenant", key="k", value=mark))
    (databases / actor.tenant_slug).mkdir(parents=True)
    (databases / actor.tenant_slug / "own.db").write_text(mark)
    given = {"images_dir": str(IMAGES), "sqlite_dir": str(databases)}
    ended = await ran(data, "tenant", "export", actor.tenant_slug, str(tmp_path / "out"), **given)
    assert ended.exit_code == 0, ended.output
    with gzip.open(tmp_path / "out" / "runs.jsonl.gz", "rt") as lines:
        told = [json.loads(line) for line in lines]
    assert [json.loads(run["arguments"]) for run in told] == [{"number": number} for number in range(1, 4)]
    assert len(list((tmp_path / "out" / "files").glob("blb_*"))) == 3
    out = "".join(gzip.decompress(path.read_bytes()).decode() for path in (tmp_path / "out").glob("*.gz"))
    assert mark in out
    assert "value of a secret" not in out
    for wrong in ("", "other", actor.tenant_slug.upper()):
        assert (await ran(data, "tenant", "delete", actor.tenant_slug, "--yes", wrong or "x", **given)).exit_code == 1
    ended = await ran(data, "tenant", "delete", actor.tenant_slug, "--yes", actor.tenant_slug, **given)
    assert ended.exit_code == 0, ended.output
    words = [word.encode() for word in (mark, actor.tenant_id, actor.tenant_slug, actor.id)]
    traces = [
        (path, word)
        for path in (*data.rglob("*"), *databases.rglob("*"))
        for word in words
        if word.decode() in path.name or (path.is_file() and word in path.read_bytes())
    ]
    assert traces == []
    assert (await ran(data, "tenant", "delete", actor.tenant_slug, "--yes", actor.tenant_slug)).exit_code == 1


async def test_the_command_says_what_is_due_and_removes_it_when_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database = await open_with_keys(settings)
    actor = await workshop.make_tenant(database)
    rule = next(rule for rule in RULES if rule.name == "sessions")
    await row_like(database, actor, rule, OVER["sessions"](now() - timedelta(days=20), "one"))
    await database.close()
    usual = await ran(tmp_path, "retention")
    assert usual.exit_code == 0, usual.output
    assert "sessions              30 days          0 due" in usual.output
    given = {"retention_days": "sessions=10"}
    assert "sessions              10 days          1 due" in (await ran(tmp_path, "retention", **given)).output
    removed = await ran(tmp_path, "retention", "--apply", **given)
    assert "1 sessions removed" in removed.output
    assert "          0 due" in (await ran(tmp_path, "retention", **given)).output
