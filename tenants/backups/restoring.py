"""A backup put back into an empty place: checked whole before anything is written, and looked through afterwards.

The schema is made as it was, filled, and then brought to what this release needs, as any other database of that age.
"""

import asyncio
from pathlib import Path

from sqlalchemy import Integer, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from sandbox import images
from tenants import migrations
from tenants.backups.archives import Archive, BackupError, Manifest
from tenants.backups.rows import write_rows
from tenants.backups.taking import CONTENTS, name_of, name_of_image
from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import key_of
from tenants.migrations import Stage
from tenants.models import Base


def read_checked(source: Path) -> Manifest:
    """What a backup holds, once every file in it was compared with its hash. Raises BackupError."""
    archive = Archive(source)
    manifest = archive.manifest()
    archive.check(manifest)
    if not migrations.knows(manifest.revision):
        raise BackupError(
            f"The backup has the schema {manifest.revision}, which this release does not know.",
            hint="Restore it with the release that took it, or a later one.",
        )
    return manifest


def demand_keys(manifest: Manifest, ring: Ring) -> None:
    """Raises BackupError when something in the backup would open with none of these keys."""
    lost = {name: mark for name, mark in manifest.keys.items() if mark is None or ring.fingerprints.get(name) != mark}
    if lost:
        told = ", ".join(f"{name} ({mark})" for name, mark in lost.items())
        raise BackupError(
            f"The backup needs the key {told}; the keys given are {ring}.",
            hint="Without it no secret and no record of a run can be read. Give it by SEALWRIGHT_SECRETS_KEYS_FILE.",
        )


async def restore(database: Database, bucket: Bucket, images_root: Path, source: Path) -> Manifest:
    """Put a checked backup into an empty database and storage. Raises BackupError; then no row was written."""
    manifest = await asyncio.to_thread(read_checked, source)
    demand_keys(manifest, database.content_keys.ring)
    await _demand_empty(database)
    await _put_contents(bucket, source, manifest)
    await asyncio.to_thread(_put_images, images_root, source, manifest)
    if (await migrations.schema_of(database)).stage is Stage.EMPTY:
        await migrations.upgrade(database, manifest.revision)
    await _put_rows(database, Archive(source), manifest)
    await migrations.upgrade(database)
    return manifest


async def _demand_empty(database: Database) -> None:
    schema = await migrations.schema_of(database)
    if schema.stage is Stage.EMPTY:
        return
    async with database.snapshot() as connection:
        full = [table.name for table in Base.metadata.sorted_tables if await _count(connection, table.name)]
    if full or schema.stage is not Stage.CURRENT:
        raise BackupError("There is something in this database.", hint="Restore into an empty one.", tables=full)


async def _put_contents(bucket: Bucket, source: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        folder, _, rest = name.partition("/")
        if folder == CONTENTS:
            tenant_id, _, blob = rest.partition("/")
            content = await asyncio.to_thread((source / name).read_bytes)
            # What it is called when it is downloaded by a link of the store's own is said by the file's row.
            await bucket.put(key_of(tenant_id, blob), content, "application/octet-stream", blob)


def _put_images(root: Path, source: Path, manifest: Manifest) -> None:
    """An image that lies where this release looks for its own is served. One that is there stays there."""
    name = images.recipe()[:24]
    folders = [root / name, *(root / f"{name}-{digest[:12]}" for digest in manifest.images)]
    for digest in manifest.images:
        if any((found := images.found(folder)) is not None and found.digest == digest for folder in folders):
            continue
        free = next(folder for folder in folders if images.found(folder) is None)
        images.unpacked((source / name_of_image(digest)).read_bytes(), free, digest)


async def _put_rows(database: Database, archive: Archive, manifest: Manifest) -> None:
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT set_config('app.system', 'on', true)"))
        for form in manifest.forms:
            with archive.reading_lines(name_of(form.table)) as lines:
                written = await write_rows(connection, form, lines)
            if not written == manifest.rows[form.table] == await _count(connection, form.table):
                raise BackupError(
                    f"The backup says {manifest.rows[form.table]} rows of {form.table}, and has {written}."
                )
        if not database.is_sqlite:
            await connection.run_sync(_go_on_counting)


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL's own numbers go on behind those that were put there."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.identity is not None and isinstance(column.type, Integer):
                last = connection.scalar(select(func.max(column)))
                if last is not None:
                    sequence = func.pg_get_serial_sequence(table.name, column.name)
                    connection.execute(select(func.setval(sequence, last)))


async def _count(connection: AsyncConnection, table: str) -> int:
    return await connection.scalar(select(func.count()).select_from(text(f'"{table}"'))) or 0
