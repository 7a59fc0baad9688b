"""`sealwright audit export | verify`: what an operator can show."""

import asyncio
import json
from typing import IO, Any

import click
from sqlalchemy import select

from api.cli.installation import opened
from api.settings import Settings
from tenants.base.errors import NotFoundError
from tenants.models import AuditEvent, Tenant
from tenants.rules import audit as trail


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
                    click.echo(json.dumps(trail.exported(event), ensure_ascii=False))

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
