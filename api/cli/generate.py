"""`sealwright tool generate SPEC`: a model writes tool.py beside a spec, here, with no server."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select

from api import packages
from api.folders import open_data_dir
from api.settings import Settings
from sandbox import Finding, Pool, images
from tenants import migrations
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.key_ring import Ring, new_entry
from tenants.capabilities import Capabilities
from tenants.confinement.reading import Reader
from tenants.models import Exchange, Tenant, Version
from tenants.runtime import Runtime
from tenants.tools.version_states import State
from tenants.vendors.author import Author, Prices
from tenants.writing import generation
from tenants.writing.generation import Result


@click.command("generate")
@click.argument("spec", type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where the source goes; default tool.py beside it."
)
@click.option("--instructions", default="", help="What to tell the model beside the spec.")
@click.pass_obj
def generate_tool(settings: Settings, spec: Path, output: Path | None, instructions: str) -> None:
    """Have a model write the source for a spec: write, build, gates, findings back, at most five rounds.

    Needs ANTHROPIC_API_KEY. SPEC is a spec.yaml or the folder that holds it.
    """
    path = spec / "spec.yaml" if spec.is_dir() else spec
    result = asyncio.run(_generate(settings, path, instructions))
    if result.source is not None:
        target = output or path.with_name("tool.py")
        target.write_text(result.source, encoding="utf-8")
        click.echo(target)
    for finding in result.findings:
        where = f" (line {finding.line})" if finding.line else ""
        click.echo(f"{finding.severity}: {finding.gate}{where}: {finding.message}")
        if finding.hint:
            click.echo(f"  hint: {finding.hint}")
    sys.exit(1 if any(finding.severity == "error" for finding in result.findings) else 0)


async def _generate(settings: Settings, path: Path, instructions: str) -> Result:
    async with Reader.open() as reader:
        spec = await packages.read_spec(reader, path)
    async with _workshop(settings) as runtime:
        version = await _version(runtime, spec, instructions)
        with runtime.events.subscribe(version.tenant_id) as events:
            watching = asyncio.create_task(_watch(events))
            result = await generation.write(runtime, version, partial(_judge, runtime, spec))
            watching.cancel()
        async with runtime.database.reading(version.tenant_id) as session:
            tokens = Exchange.input_tokens + Exchange.output_tokens + Exchange.cache_read_tokens
            row = await session.execute(
                select(func.sum(tokens + Exchange.cache_write_tokens), func.sum(Exchange.cost_microusd))
            )
            used, cost = row.one()
        click.echo(f"{result.rounds} rounds, {used or 0:,} tokens, about ${(cost or 0) / 1e6:,.2f}", err=True)
        return result


@asynccontextmanager
async def _workshop(settings: Settings) -> AsyncGenerator[Runtime]:
    """What generation needs, around a database that is thrown away."""
    image = await asyncio.to_thread(
        images.ensure, settings.images, partial(click.echo, err=True), settings.sandbox_meter
    )
    prices = Prices(input=settings.author_input_usd, output=settings.author_output_usd)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/workshop.db", Ring.parse(new_entry()))
        await migrations.ensure(database)
        async with (
            Pool.open(image, open_data_dir(settings) / "artifacts", meter=settings.sandbox_meter) as pool,
            Author.open(settings.author_model, prices, has_key=settings.has_author_key) as author,
            Capabilities.open(database, None) as effects,
        ):
            runtime = Runtime(database=database, pool=pool, image=image, effects=effects, author=author)
            try:
                yield runtime
            finally:
                await runtime.close()
                await database.close()


async def _version(runtime: Runtime, spec: dict[str, Any], instructions: str) -> Version:
    tenant = Tenant(id=ids.new("ten"), slug="workshop", name="Workshop", policy={}, catalog_version=0, created_at=now())
    async with runtime.database.system() as session:
        session.add(tenant)
    return Version(
        id=ids.new("ver"), tenant_id=tenant.id, tool_name=spec["name"], number=1, state=State.GENERATING.value,
        spec=spec, generate={"instructions": instructions}, author={},
    )  # fmt: skip


async def _judge(runtime: Runtime, spec: dict[str, Any], source: str) -> list[Finding]:
    return (await runtime.prover.examine(packages.NOBODY, spec, source, _tell_gate)).report.findings


def _tell_gate(entry: dict[str, Any]) -> None:
    mark = click.style("pass", fg="green") if entry["passed"] else click.style("FAIL", fg="red")
    click.echo(f"  {mark}  {entry['gate']}  {entry['wall_ms']} ms", err=True)


async def _watch(events: Any) -> None:
    async for event in events:
        if event.kind == "version.generating" and event.data["phase"] == "writing":
            click.echo(f"round {event.data['round']}: {event.data['characters']:,} characters", err=True)
