"""`sealwright export`: a tool's component out of the database into a file."""

import asyncio
from pathlib import Path

import click
from sqlalchemy import select

from api.cli.installation import opened
from api.settings import Settings
from sandbox import images
from tenants.base.errors import NotFoundError
from tenants.catalog import catalog, exports
from tenants.catalog.exports import Exported
from tenants.models import Tenant
from tenants.tools import versions


@click.command()
@click.argument("tool")
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
@click.option("--version", "number", type=int, help="Its version; the live one when left out.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file; named after the tool and its version when left out.",
)
@click.pass_obj
def export(settings: Settings, tool: str, slug: str, number: int | None, output: Path | None) -> None:
    """Write a tool's version as one component that any component host can run."""
    exported = asyncio.run(_exported(settings, tool, slug, number))
    target = output or Path(exported.filename)
    target.write_bytes(exported.wasm)
    click.echo(f"{target}: {target.stat().st_size:,} bytes, component {exported.digest}")


async def _exported(settings: Settings, tool: str, slug: str, number: int | None) -> Exported:
    async with opened(settings) as database:
        async with database.system_reading() as session:
            tenant_id = await session.scalar(select(Tenant.id).where(Tenant.slug == slug))
        if tenant_id is None:
            raise NotFoundError(f"There is no tenant {slug}.")
        if number is None:
            number = (await catalog.live(database, tenant_id)).tool(tool).version_number
        async with database.reading(tenant_id) as session:
            version = await versions.find(session, tool, number)
            component = await catalog.read_component(session, version.id)
    image = images.ensure(settings.images, lambda step: click.echo(step, err=True), settings.sandbox_meter)
    return await exports.standalone(image, component, number)
