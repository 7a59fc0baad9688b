"""`sealwright tool check|build|run PATH`: a tool folder, checked, built and run here, with no server."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from api import packages
from api.cli.generate import generate_tool
from api.folders import open_data_dir
from api.settings import Settings
from sandbox import Finding, Pool, export_standalone, images
from tenants.confinement.judging import Prover
from tenants.confinement.reading import Reader
from tenants.confinement.reports import Report, Verdict

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

    _end(asyncio.run(_prove(settings, path)).report)


@tool.command("build")
@_FOLDER
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where the component goes; default NAME.wasm.")
@click.pass_obj
def build_tool(settings: Settings, path: Path, output: Path | None) -> None:
    """Run every gate, then write a component that any component host can run."""

    verdict = asyncio.run(_prove(settings, path))
    component = verdict.component
    if component is not None and verdict.report.passed:
        target = output or Path(f"{component.name}.wasm")
        image = images.ensure(settings.images, _say, settings.sandbox_meter)
        target.write_bytes(export_standalone(image, component))
        _say(f"{target}: {target.stat().st_size:,} bytes, component {component.digest}")
    _end(verdict.report)


@tool.command("run")
@_FOLDER
@click.argument("arguments", default="{}")
@click.option(
    "--world",
    type=click.Path(path_type=Path, exists=True),
    help="A canned world (YAML) to run it in; else that of the spec's first example.",
)
@click.pass_obj
def run_tool(settings: Settings, path: Path, arguments: str, world: Path | None) -> None:
    """Call the tool once in the sandbox. Its world is a canned one: nothing leaves this machine."""

    async def work() -> dict[str, Any]:
        async with Reader.open() as reader:
            given = await reader.document(packages.NOBODY, arguments)
            package = await packages.read_package(reader, path)
            canned = await packages.read_document(reader, world) if world else _first_world(package.spec)
            async with _prover(settings, reader) as prover:
                case = {"arguments": given, "world": canned}
                return await prover.call(packages.NOBODY, package.spec, package.source, case)

    told = asyncio.run(work())
    if told["runs"]:
        _tell(told["runs"][0])
    _end_with([Finding(**finding) for finding in told["findings"]])


def _first_world(spec: Mapping[str, Any]) -> Any:
    """What the tool meets in the spec's first example, its moment included; nothing where there is no example."""
    return next((example.get("world") for example in spec.get("examples") or ()), None)


# Whoever runs this is author and judge in one: what worlds draw is no secret here, and the same in every try.
_KEY = bytes(32)


@asynccontextmanager
async def _prover(settings: Settings, reader: Reader) -> AsyncGenerator[Prover]:
    image = await asyncio.to_thread(images.ensure, settings.images, _say, settings.sandbox_meter)
    async with Pool.open(image, open_data_dir(settings) / "artifacts", workers=1, meter=settings.sandbox_meter) as pool:
        yield Prover(reader.confinement, pool, image, _KEY)


async def _prove(settings: Settings, path: Path) -> Verdict:
    async with Reader.open() as reader:
        package = await packages.read_package(reader, path)
        async with _prover(settings, reader) as prover:
            return await prover.examine(packages.NOBODY, package.spec, package.source, _tell_gate)


def _tell_gate(entry: dict[str, object]) -> None:
    mark = click.style("pass", fg="green") if entry["passed"] else click.style("FAIL", fg="red")
    _say(f"{mark}  {entry['gate']}  {entry['wall_ms']} ms")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _end(report: Report) -> None:
    _end_with(report.findings)


def _end_with(findings: list[Finding]) -> None:
    """Print what was found, and leave with 1 when anything must be mended."""
    for finding in findings:
        where = f" (line {finding.line})" if finding.line else ""
        click.echo(f"{finding.severity}: {finding.gate}{where}: {finding.message}")
        if finding.hint:
            click.echo(f"  hint: {finding.hint}")
    sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _tell(run: dict[str, Any]) -> None:
    """The result on standard output; the log and what it cost on standard error."""
    if run["log"]:
        _say(run["log"].rstrip())
    cost = f"{run['wall_ms']:.1f} ms, {run['fuel_used']:,} fuel, {run['host_calls']} host calls"
    _say(f"{run['outcome']}: {cost}")
    if "result" in run:
        click.echo(json.dumps(run["result"]))
        return
    fault = run.get("error")
    if fault is not None:
        click.echo(f"{fault['code']}: {fault['message']}", err=True)
        if fault["hint"]:
            click.echo(f"hint: {fault['hint']}", err=True)
    sys.exit(1)
