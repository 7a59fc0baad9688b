"""`sealwright tenant export | delete`: all of one tenant, given out or removed."""

import asyncio
import gzip
import json
import shutil
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import click

from api.cli.installation import opened
from api.settings import Settings
from api.startup import StartError
from sandbox import leftovers
from tenants.capabilities.files.files import key_of
from tenants.retention import tenants as leaving


@click.command("export")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, resolve_path=True))
@click.pass_obj
def export_tenant(settings: Settings, slug: str, target: Path) -> None:
    """Write all that is a tenant's to the new folder TARGET: a file of JSON lines for each table, and its files.

    In clear, as the tenant sees it; without secrets, passwords, keys and tokens.
    """
    if target.exists():
        raise StartError(f"There is something at {target} already.", "Name a folder that is not there yet.")
    (target / "files").mkdir(parents=True, mode=0o700)
    count = asyncio.run(_export(settings, slug, target))
    click.echo(f"{target}: {count} rows")


async def _export(settings: Settings, slug: str, target: Path) -> int:
    counted, bucket = Counter[str](), settings.open_bucket()
    async with opened(settings) as database:
        tenant = await leaving.read_tenant(database, slug)
        with ExitStack() as files:
            lines: dict[str, IO[str]] = {}
            async for table, row in leaving.export(database, tenant.id):
                if table not in lines:
                    lines[table] = files.enter_context(gzip.open(target / f"{table}.jsonl.gz", "wt", encoding="utf-8"))
                lines[table].write(json.dumps(row, ensure_ascii=False) + "\n")
                if table == "files":
                    content = await bucket.get(key_of(tenant.id, row["blob"]))
                    await asyncio.to_thread((target / "files" / row["blob"]).write_bytes, content)
                counted[table] += 1
    return counted.total()


@click.command("delete")
@click.argument("slug")
@click.option("--yes", metavar="SLUG", help="The slug once more, instead of being asked for it.")
@click.pass_obj
def delete_tenant(settings: Settings, slug: str, yes: str | None) -> None:
    """Remove a tenant for good: every row, every content, and the people who belong to no other tenant.

    Its runs are stopped first. Backups still hold it, and so does native code on other machines, without a name, until
    that makes room.
    """
    if (yes or click.prompt(f"This cannot be undone. Type {slug} to go on")) != slug:
        raise StartError("That is not its name: nothing was removed.")
    for name, count in asyncio.run(_delete(settings, slug)).items():
        click.echo(f"{count} {name} removed")


async def _delete(settings: Settings, slug: str) -> dict[str, int]:
    async with opened(settings) as database:
        tenant = await leaving.read_tenant(database, slug)
        components = await leaving.components_of(database, tenant.id)
        gone = await leaving.remove(database, settings.open_bucket(), tenant.id)
    # What another tenant has the same of is made anew when it is next called.
    gone["native_code"] = await asyncio.to_thread(
        leftovers.forget_components, settings.data_dir / "artifacts", components
    )
    if settings.sqlite_dir is not None and (folder := settings.sqlite_dir / slug).is_dir():
        await asyncio.to_thread(shutil.rmtree, folder)
        gone["folders_of_databases"] = 1
    return {name: count for name, count in gone.items() if count}
