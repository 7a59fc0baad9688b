"""Taking a backup while the installation serves: every row as it was at one moment, then what lies beside the database.

A file's content may be replaced while the backup is taken. Then the newer one is taken with its newer row, as a tool
that reads at that moment does too: no file is missing, and none is older than the rest.
"""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from sandbox import images
from tenants import migrations
from tenants.backups.archives import KEYS, Archive, BackupError, Manifest
from tenants.backups.rows import form_of, read_rows
from tenants.base.db import Database, now
from tenants.capabilities.files.buckets import Bucket, GoneError
from tenants.capabilities.files.files import key_of
from tenants.migrations import Stage
from tenants.models import Base, StoredFile
from tenants.stores import platform_keys
from tenants.tools import versions

_FILES: Any = StoredFile.__table__
_AT_ONCE = 16
# The folder of a backup with what tools have stored.
CONTENTS = "files"
_ATTEMPTS_MAX = 20


async def take(database: Database, bucket: Bucket, images_root: Path, target: Path, keys: str | None) -> Manifest:
    """Write a backup to the new folder `target`, which is there when all of it is. `keys`: the platform's, put into it.

    Raises BackupError.
    """
    if await asyncio.to_thread(target.exists):
        raise BackupError(f"There is something at {target} already.", hint="Name a folder that is not there yet.")
    schema = await migrations.schema_of(database)
    if schema.stage is not Stage.CURRENT or schema.revision is None:
        raise BackupError(
            "The database's schema is not this release's.", hint="Take the backup with the release that serves."
        )
    archive = Archive(target.with_name(f".{target.name}.{secrets.token_hex(4)}"))
    archive.folder.mkdir(parents=True, mode=0o700)
    at = now()
    async with database.snapshot() as connection:
        rows = {one.name: await _take_table(archive, connection, one) for one in _tables() if one is not _FILES}
        rows[_FILES.name] = await _take_files(archive, database, bucket, connection)
        wanted = set((await connection.scalars(versions.live_images())).all())
    ring = database.content_keys.ring
    uses = await platform_keys.uses_of(database, ring, rows_max=0)
    if keys is not None:
        archive.put(KEYS, keys.encode())
    manifest = Manifest(
        taken_at=at.isoformat(),
        revision=schema.revision,
        keys={use.key_id: use.fingerprint for use in uses if use.rows},
        has_keys=keys is not None,
        images=await asyncio.to_thread(_take_images, archive, images_root, wanted),
        rows=rows,
        forms=[form_of(one) for one in _tables()],
        files=archive.files,
    )
    archive.seal(manifest)
    archive.folder.rename(target)
    return manifest


def _tables() -> Sequence[Table]:
    return Base.metadata.sorted_tables


def name_of(table: str) -> str:
    """What a table's lines are called in a backup."""
    return f"rows/{table}.jsonl.gz"


def name_of_content(tenant_id: str, blob: str) -> str:
    return f"{CONTENTS}/{tenant_id}/{blob}"


def name_of_image(digest: str) -> str:
    return f"images/{digest}.tar.gz"


async def _take_table(archive: Archive, connection: AsyncConnection, table: Table) -> int:
    form, count = form_of(table), 0
    with archive.writing_lines(name_of(table.name)) as lines:
        async for row in read_rows(connection, table):
            lines.write(form.line(row))
            count += 1
    return count


async def _take_files(archive: Archive, database: Database, bucket: Bucket, connection: AsyncConnection) -> int:
    form, count = form_of(_FILES), 0
    rows = [row async for row in read_rows(connection, _FILES)]
    with archive.writing_lines(name_of(_FILES.name)) as lines:
        for begun in range(0, len(rows), _AT_ONCE):
            part = rows[begun : begun + _AT_ONCE]
            for taken in await asyncio.gather(*(_take_file(archive, database, bucket, row) for row in part)):
                if taken is not None:
                    lines.write(form.line(taken))
                    count += 1
    return count


async def _take_file(archive: Archive, database: Database, bucket: Bucket, row: Any) -> Sequence[Any] | None:
    """Its row and its content, as they are now if it was replaced; None when it was removed meanwhile."""
    for _ in range(_ATTEMPTS_MAX):
        try:
            content = await bucket.get(key_of(row.tenant_id, row.blob))
        except GoneError:
            async with database.snapshot() as connection:
                same = (_FILES.c.tenant_id == row.tenant_id, _FILES.c.path == row.path)
                found = [one async for one in read_rows(connection, _FILES, *same)]
            if not found:
                return None
            row = found[0]
        else:
            archive.put(name_of_content(row.tenant_id, row.blob), content)
            return row
    raise BackupError(f"The content of the file {row.path!r} of {row.tenant_id} cannot be found.")


def _take_images(archive: Archive, root: Path, wanted: set[str | None]) -> list[str]:
    """The images that live versions were sealed on, as far as this machine has them."""
    here = {image.digest: image for image in images.every(root) if image.digest in wanted}
    for digest, image in here.items():
        archive.put(name_of_image(digest), images.packed(image))
    return sorted(here)
