"""`sealwright tool check|build|run PATH`: a tool folder, checked, built and run here, with no server."""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from api import packages
from api.cli.generate import generate_tool
from api.documents import parse
from api.folders import open_data_dir
from api.settings import Settings
from sandbox import (
    BuildFailed,
    Call,
    Component,
    Execution,
    Finding,
    Pool,
    Returned,
    World,
    export_standalone,
    images,
)
from tenants import contracts, gates, rubric
from tenants.gates import Candidate, Report

_FOLDER = click.argument("path", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def tool() -> None:
    """A tool folder (spec.yaml, tool.py), with no server."""


tool.add_command(generate_tool)


@tool.command("check")
@_FOLDER
@click.pass_obj
def check_tool(settings: Settings, path: Path) -> None:
    """Check the spec and the source, build the component, and run every gate."""

    async def work() -> Report:
        async with _candidate(settings, path) as candidate:
            return await _prove(candidate)

    _end(asyncio.run(work()))


@tool.command("build")
@_FOLDER
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where the component goes; default NAME.wasm.")
@click.pass_obj
def build_tool(settings: Settings, path: Path, output: Path | None) -> None:
    """Run every gate, then write a component that any component host can run."""

    async def work() -> tuple[Report, Component | None]:
        async with _candidate(settings, path) as candidate:
            return await _prove(candidate), candidate.component

    report, component = asyncio.run(work())
    if component is not None and report.passed:
        target = output or Path(f"{component.name}.wasm")
        image = images.ensure(settings.images, _say)
        target.write_bytes(export_standalone(image, component))
        _say(f"{target}: {target.stat().st_size:,} bytes, component {component.digest}")
    _end(report)


@tool.command("run")
@_FOLDER
@click.argument("arguments", default="{}")
@click.option("--world", type=click.Path(path_type=Path, exists=True), help="A canned world (YAML) to run it in.")
@click.pass_obj
def run_tool(settings: Settings, path: Path, arguments: str, world: Path | None) -> None:
    """Call the tool once in the sandbox. Its world is a canned one: nothing leaves this machine."""
    canned: Any = parse(world.read_text(encoding="utf-8")) if world else None  # World refuses what is no world

    async def work() -> Execution | Report:
        async with _candidate(settings, path) as candidate:
            given = parse(arguments)
            contracts.demand(
                contracts.value_problems(candidate.spec["input_schema"], given), "The arguments do not fit the schema."
            )
            report = Report()
            if not await _build(candidate, report):
                return report
            return await _call(candidate, json.dumps(given), World(canned))

    ended = asyncio.run(work())
    if isinstance(ended, Report):
        _end(ended)
    else:
        _tell(ended)


async def _call(candidate: Candidate, arguments: str, world: World) -> Execution:
    if candidate.component is None:
        raise RuntimeError("a candidate is built before it is called")
    call = Call(arguments, secrets.token_bytes(32), time.time_ns())
    return await candidate.pool.run(
        candidate.component, call, grant=candidate.grant, limits=candidate.limits, host=world
    )


@asynccontextmanager
async def _candidate(settings: Settings, path: Path) -> AsyncGenerator[Candidate]:
    package = packages.read(path)
    contracts.demand(rubric.problems(package.spec), f"{path / 'spec.yaml'} is not valid.")
    image = await asyncio.to_thread(images.ensure, settings.images, _say)
    async with Pool.open(image, open_data_dir(settings) / "artifacts", workers=1) as pool:
        yield Candidate(rubric.complete(package.spec), package.source, pool, image)


async def _prove(candidate: Candidate) -> Report:
    return await gates.examine(candidate, _tell_gate)


async def _build(candidate: Candidate, report: Report) -> bool:
    started = time.monotonic()
    built = await candidate.pool.fork(candidate.source, candidate.spec["name"])
    if isinstance(built, BuildFailed):
        _tell_gate(report.add("build", list(built.findings), started))
        return False
    candidate.component = built
    _say(f"built {built.digest[:12]} in {(time.monotonic() - started) * 1000:.0f} ms: {len(built.patch):,} bytes")
    return True


def _tell_gate(entry: dict[str, object]) -> None:
    mark = click.style("pass", fg="green") if entry["passed"] else click.style("FAIL", fg="red")
    _say(f"{mark}  {entry['gate']}  {entry['wall_ms']} ms")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _end(report: Report) -> None:
    """Print what was found, and leave with 1 when anything must be mended."""
    for finding in report.findings:
        _print(finding)
    sys.exit(0 if report.passed else 1)


def _print(finding: Finding) -> None:
    where = f" (line {finding.line})" if finding.line else ""
    click.echo(f"{finding.severity}: {finding.gate}{where}: {finding.message}")
    if finding.hint:
        click.echo(f"  hint: {finding.hint}")


def _tell(execution: Execution) -> None:
    """The result on standard output; the log and what it cost on standard error."""
    if execution.log:
        _say(execution.log.rstrip())
    cost = f"{execution.wall_ms:.1f} ms, {execution.fuel_used:,} fuel, {execution.host_calls} host calls"
    _say(f"{execution.outcome.kind}: {cost}")
    if isinstance(execution.outcome, Returned):
        click.echo(execution.outcome.result)
        return
    fault = getattr(execution.outcome, "fault", None)
    if fault is not None:
        click.echo(f"{fault.code}: {fault.message}", err=True)
        if fault.hint:
            click.echo(f"hint: {fault.hint}", err=True)
    sys.exit(1)
