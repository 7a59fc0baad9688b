"""`sealwright audit export | verify` and `sealwright secrets key | rotate`: what an operator can show, and must do."""

import asyncio
import json
from typing import IO, Any

import click
from sqlalchemy import select

from api.cli.admin import opened
from api.settings import Settings
from tenants.agents import signing_keys
from tenants.base.errors import NotFoundError
from tenants.models import AuditEvent, Tenant
from tenants.rules import audit as trail
from tenants.sign_in import second_factors
from tenants.stores.vault import Vault, new_entry
from tenants.vendors.kms import LockedError


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command("export")
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
@click.pass_obj
def export(settings: Settings, slug: str) -> None:
    """Print a tenant's events as JSON lines, oldest first."""

    async def print_all() -> None:
        async with opened(settings) as database:
            async with database.system_reading() as session:
                tenant = await session.scalar(select(Tenant).where(Tenant.slug == slug))
            if tenant is None:
                raise NotFoundError(f"There is no tenant {slug}.")
            async with database.reading(tenant.id) as session:
                events = await session.stream_scalars(
                    select(AuditEvent).where(AuditEvent.tenant_id == tenant.id).order_by(AuditEvent.seq)
                )
                async for event in events:
                    click.echo(json.dumps(trail.as_json(event), ensure_ascii=False))

    asyncio.run(print_all())


@audit.command("verify")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
def verify(file: IO[str]) -> None:
    """Check exported events: that none was changed, removed or put in between. Needs no database.

    What was cut off at the end cannot be seen: compare the last hash with one you noted elsewhere.
    """
    rows = [_row(number, line) for number, line in enumerate(file, 1) if line.strip()]
    problems = trail.verify(rows)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)
    last = f"; the last hash is {rows[-1]['hash']}" if rows else ""
    click.echo(f"{len(rows)} events, unchanged and in order{last}")


def _row(number: int, line: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        _ = row["seq"], row["hash"], row["prior_hash"]
    except (ValueError, TypeError, LookupError) as error:
        raise click.ClickException(f"line {number} is no exported event") from error
    return row


@click.group()
def secrets() -> None:
    """Tenants' secrets."""


@secrets.command("key")
@click.option("--kms", "kms_key", metavar="KEY", help="An AWS KMS key that locks it: an id, ARN or alias/NAME.")
def key(kms_key: str | None) -> None:
    """Print a fresh entry for SEALWRIGHT_SECRETS_KEYS. Put it first, restart, then run `secrets rotate`."""
    try:
        click.echo(new_entry(kms_key))
    except LockedError as error:
        raise click.ClickException(f"AWS KMS made no key: {error}") from error


@secrets.command("rotate")
@click.pass_obj
def rotate(settings: Settings) -> None:
    """Wrap every tenant's key, and those that sign access tokens, with the first of SEALWRIGHT_SECRETS_KEYS.

    The others can then be taken away.
    """

    async def work() -> int:
        async with opened(settings) as database:
            ring = settings.ring()
            people = await second_factors.rewrap(database, ring)
            return await Vault(database, ring).rotate() + await signing_keys.rewrap(database, ring) + people

    click.echo(f"{asyncio.run(work())} keys wrapped anew")
