"""What is kept for a tenant, on both kinds of database: values and effects in pages, folders, a changed trail."""

import pytest
from sqlalchemy import update

from tenants.base.db import Database, now
from tenants.base.errors import ConflictError
from tenants.models import AuditEvent, LedgerEntry, StoredFile
from tenants.rules import audit
from tenants.stores import file_storage, saved_data
from tests.tenants.people import Person

PATHS = (
    "a.txt",
    "reports/2026/may.csv",
    "reports/2026/june.csv",
    "reports/all.csv",
    "Reports/other.csv",
    "x_/y",
    "xz/y",
)


async def test_values_and_effects_come_in_pages_by_their_keys(database: Database, owner: Person) -> None:
    actor = owner.actor
    async with database.unit(actor.tenant_id) as session:
        for number in range(5):
            await saved_data.change_value(session, actor, "tool:sums", f"k{number}", f'{{"Straße": {number}}}', 0)
            session.add(_effect(actor.tenant_id, f"e{number}"))
    async with database.unit(actor.tenant_id) as session:
        page = await saved_data.list_values(session, actor, "tool:sums", "straße", None, 3)
        rest = await saved_data.list_values(session, actor, "tool:sums", "straße", page.next_cursor, 3)
        effects = await saved_data.list_effects(session, actor, "E", "done", "e1", 2)
        with pytest.raises(ConflictError):
            await saved_data.change_value(session, actor, "tool:sums", "k0", "1", 7)
    assert [one.key for one in (*page.items, *rest.items)] == [f"k{number}" for number in range(5)]
    assert ([one.key for one in effects.items], effects.next_cursor) == (["e2", "e3"], "e3")


async def test_a_folder_shows_the_folders_in_it_and_its_own_files(database: Database, owner: Person) -> None:
    actor = owner.actor
    async with database.unit(actor.tenant_id) as session:
        for path in PATHS:
            session.add(_file(path))
    outermost = await file_storage.open_folder(database, actor, "")
    reports = await file_storage.open_folder(database, actor, "reports/")
    odd = await file_storage.open_folder(database, actor, "x_/")
    assert {(one.path, one.files, one.bytes) for one in outermost.folders} == {
        ("Reports/", 1, 3), ("reports/", 3, 9), ("x_/", 1, 3), ("xz/", 1, 3),
    }  # fmt: skip
    assert [one.path for one in outermost.files] == ["a.txt"]
    assert [(one.path, one.files) for one in reports.folders] == [("reports/2026/", 2)]
    assert [one.path for one in reports.files] == ["reports/all.csv"]
    assert [one.path for one in odd.files] == ["x_/y"]


async def test_a_trail_that_was_changed_beneath_the_product_is_told_of(database: Database, owner: Person) -> None:
    actor = owner.actor
    async with database.unit(actor.tenant_id) as session:
        for number in range(3):
            await audit.record(session, actor, "policy.changed", f"part {number}")
    sound = await audit.verify_all(database, actor)
    assert (sound.problems, sound.events >= 3) == ([], True)
    async with database.unit(actor.tenant_id) as session:
        await session.execute(update(AuditEvent).where(AuditEvent.seq == 2).values(subject="another"))
        await session.execute(update(AuditEvent).where(AuditEvent.seq == 1).values(seq=900))
    told = (await audit.verify_all(database, actor)).problems
    assert told[:2] == ["What came before event 2 is missing.", "Event 2 was changed after it was written."]
    assert "Event 900 was changed after it was written." in told


def _effect(tenant_id: str, key: str) -> LedgerEntry:
    return LedgerEntry(tenant_id=tenant_id, key=key, state="done", run_id="run_1", call_seq=1, done_at=now())


def _file(path: str) -> StoredFile:
    return StoredFile(
        path=path, blob=f"blb_{path}"[:40], size_bytes=3, content_type="text/plain", run_id="r", call_seq=1
    )
