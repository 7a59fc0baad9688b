"""`sealwright backup | restore`: everything of an installation into a folder, and back into an empty place."""

import asyncio
from pathlib import Path

import click

from api.cli.installation import opened
from api.folders import open_data_dir
from api.logs import configure
from api.processes import open_runtime
from api.settings import Settings
from api.startup import StartError, starting
from tenants.backups import restoring, taking, verifying
from tenants.backups.archives import KEYS, Manifest
from tenants.backups.verifying import Findings
from tenants.base.key_ring import Ring, keep


@click.command()
@click.argument("target", type=click.Path(path_type=Path, resolve_path=True))
@click.option("--with-keys", is_flag=True, help="Put the platform's keys into it: whoever has it then has everything.")
@click.pass_obj
def backup(settings: Settings, target: Path, *, with_keys: bool) -> None:
    """Write everything there is to the new folder TARGET. Servers may go on serving."""

    async def take() -> Manifest:
        async with opened(settings) as database:
            keys = database.content_keys.ring.written() if with_keys else None
            return await taking.take(database, settings.open_bucket(), settings.images, target, keys)

    manifest = asyncio.run(take())
    click.echo(
        f"{target}: {sum(manifest.rows.values())} rows, {manifest.rows['files']} files, as of {manifest.taken_at}"
    )
    names = ", ".join(f"{name} ({mark})" for name, mark in manifest.keys.items())
    if with_keys:
        click.echo(f"THE KEYS ARE IN IT: {names}. Whoever has this backup can open everything in it.", err=True)
    elif names:
        click.echo(f"THE KEYS ARE NOT IN IT: {names}. Keep them elsewhere: nothing in it opens without them.", err=True)
    if not manifest.images:
        click.echo("The image that live tools run on is not on this machine, so it is not in the backup.", err=True)


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--replays", default=100, show_default=True, help="How many of the newest runs are executed again.")
@click.pass_obj
def restore(settings: Settings, source: Path, replays: int) -> None:
    """Put the backup SOURCE into this installation, which is empty, and look through what is there then.

    Ends with 1 when something is not as it was. Schedules and runs that were under way go on when a process starts.
    """
    configure(as_json=settings.log_json)
    findings = asyncio.run(_restored(settings, source.absolute(), replays))
    click.echo(
        f"{findings.events} audit events follow each other, {findings.files} files are as they were,"
        f" {findings.runs_alike} runs came out alike, {findings.not_comparable} cannot be compared"
    )
    for fault in findings.faults:
        click.echo(fault, err=True)
    raise SystemExit(1 if findings.faults else 0)


async def _restored(settings: Settings, source: Path, replays: int) -> Findings:
    with starting():
        open_data_dir(settings)
        manifest = restoring.read_checked(source)
        ring = _keys_for(settings, source, manifest)
        restoring.demand_keys(manifest, ring)
        database = settings.open_database(ring)
        try:
            await restoring.restore(database, settings.open_bucket(), settings.images, source)
        finally:
            await database.close()
    async with open_runtime(settings) as runtime:
        return await verifying.look_through(runtime, settings.open_bucket(), manifest, replays)


def _keys_for(settings: Settings, source: Path, manifest: Manifest) -> Ring:
    """Those that the settings give; else those of the backup, which become this installation's. Raises StartError."""
    given = settings.ring()
    if given is not None:
        return given
    if manifest.has_keys:
        text = (source / KEYS).read_text(encoding="ascii")
        Ring.parse(text)
        return keep(settings.keys_made_here, text)
    if manifest.keys:
        names = ", ".join(f"{name} ({mark})" for name, mark in manifest.keys.items())
        raise StartError(f"The keys {names} are not in this backup.", "Give them by SEALWRIGHT_SECRETS_KEYS_FILE.")
    return Ring.kept_in(settings.keys_made_here)
