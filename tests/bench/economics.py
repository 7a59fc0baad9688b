"""The idea itself: one call of a compiled tool beside an agent that calls fine-grained tools step by step.

Both are really executed, over MCP, against the same local services, and must leave them in the same state. Counted are
tool calls, HTTP round trips, payload tokens (UTF-8 bytes / 4 of what a model writes as arguments and reads as results,
each once) and wall time. A model's thinking time is in neither, nor that it reads its context anew at every step, nor
the tools' definitions: all three would cost the agent far more than the one call. The compiled tool is the approved
version, called through the product's own endpoint, in its sandbox, with journal, ledger and checks. Both servers, the
services and the client share one process and its cores.

`python -m tests.bench economics [--sizes=10,100] [--only=crm]`; a full run also draws tests/bench/economics.svg.
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api import packages
from examples.world import mail
from tenants.confinement.reading import Reader
from tests.bench import economics_plot, economics_steps, economics_tools
from tests.bench.economics_jobs import JOBS, PLACES, SECRETS, Job, Ports, State
from tests.bench.economics_plot import Measure, Panel
from tests.bench.economics_wire import BYTES_A_TOKEN, Line, connect
from tests.makers import CHECKOUT, TenantAccess, make_live, served, sign_up, unused_port

SIZES = (10, 100, 1_000, 5_000)
EXAMPLES = CHECKOUT / "examples"
PICTURE = Path(__file__).with_suffix(".svg")


@dataclass(frozen=True)
class Cost:
    calls: int
    round_trips: int
    tokens: int
    seconds: float


@dataclass(frozen=True)
class Row:
    """What a job of one size cost each way. `source_tokens` is what its spec and source come to, written once."""

    job: Job
    number: int
    steps: Cost
    compiled: Cost
    source_tokens: int


@dataclass(frozen=True)
class Place:
    """Everything that lasts from one job to the next."""

    tenant: TenantAccess
    mailbox: mail.Sink
    ports: Ports
    tools_url: str


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Place]:
    """Serve the product with the six tools live, and the fine-grained tools beside it."""
    ports = {place: unused_port() for place in PLACES}
    places = {place: f"127.0.0.1:{port}" for place, port in ports.items()}
    allowed = tuple(f"{name}={place}" for name, place in places.items())
    async with served(folder, allowed_internal_hosts=allowed) as product:
        tenant = await sign_up(product)
        for name, (value, host) in SECRETS.items():
            (await tenant.api.put(f"/secrets/{name}", json={"value": value, "hosts": [host]})).raise_for_status()
        async with economics_tools.serve(places, product.mailbox.smtp_port) as tools_url:
            yield Place(tenant, product.mailbox, ports, tools_url)
        await tenant.api.aclose()
        await tenant.person.aclose()


@contextlib.contextmanager
def timed(seconds: list[float]) -> Any:
    started = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - started)


def cost(line: Line, seconds: list[float]) -> Cost:
    return Cost(line.calls, line.round_trips, line.tokens, seconds[0])


async def by_steps(place: Place, job: Job, name: str, number: int) -> tuple[Cost, str]:
    module, seconds = economics_steps.load(EXAMPLES / job.folder), list[float]()
    place.mailbox.clear()
    async with job.opened(number, place.ports) as state, connect(place.tools_url) as line:
        with timed(seconds):
            for tool, arguments in job.first:
                await line.call(tool, arguments)
            await economics_steps.work(line, module, name, job.arguments(number))
        return cost(line, seconds), _left(state, place)


async def compiled(place: Place, job: Job, name: str, number: int) -> tuple[Cost, str]:
    seconds = list[float]()
    place.mailbox.clear()
    async with job.opened(number, place.ports) as state, connect(place.tenant.mcp_url, place.tenant.token) as line:
        with timed(seconds):
            await line.call(name, job.arguments(number))
        return cost(line, seconds), _left(state, place)


def _left(state: State, place: Place) -> str:
    """The state as text, so that what happens to the services later cannot change it."""
    return json.dumps(state(place.mailbox), sort_keys=True)


async def measure(jobs: list[Job], sizes: Sequence[int]) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder)) as place:
            for job in jobs:
                async with Reader.open() as reader:
                    package = await packages.read_package(reader, EXAMPLES / job.folder)
                await make_live(place.tenant, dict(package.spec), package.source)
                for number in sizes:
                    rows.append(await _row(place, job, package.spec["name"], number))
                    print(told(rows[-1]), flush=True)
    return rows


async def _row(place: Place, job: Job, name: str, number: int) -> Row:
    steps, left_by_steps = await by_steps(place, job, name, number)
    one, left_by_one = await compiled(place, job, name, number)
    assert left_by_steps == left_by_one, f"{job.folder} at {number}: {_first_difference(left_by_steps, left_by_one)}"
    written = sum((EXAMPLES / job.folder / file).stat().st_size for file in ("tool.py", "spec.yaml"))
    return Row(job, number, steps, one, written // BYTES_A_TOKEN)


def _first_difference(one: str, other: str) -> str:
    at = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 80) : at + 80]} | {other[max(0, at - 80) : at + 80]}"


def told(row: Row) -> str:
    """One line of a Markdown table."""
    steps, one = row.steps, row.compiled
    cells = [
        row.job.folder,
        f"{row.number:,} {row.job.items}",
        f"{steps.calls:,} → {one.calls}",
        f"{steps.round_trips:,} → {one.round_trips}",
        f"{steps.tokens:,} → {one.tokens:,} ({steps.tokens / one.tokens:.0f} ×)",
        f"{steps.seconds:.2f} → {one.seconds:.2f} s ({steps.seconds / one.seconds:.1f} ×)",
    ]
    return f"| {' | '.join(cells)} |"


def picture(rows: list[Row]) -> str:
    measures = [
        _measured("payload tokens", rows, lambda one: one.tokens),
        _measured("seconds", rows, lambda one: one.seconds),
    ]
    return economics_plot.draw("The same work, from 10 to 5,000 items (both axes logarithmic)", measures)


def _measured(label: str, rows: list[Row], value: Callable[[Cost], float]) -> Measure:
    panels = [
        Panel(
            job.folder,
            [(row.number, value(row.steps)) for row in rows if row.job is job],
            [(row.number, value(row.compiled)) for row in rows if row.job is job],
        )
        for job in JOBS
    ]
    return Measure(label, panels)


def main() -> None:
    options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--") and "=" in word)
    sizes = [int(size) for size in options["sizes"].split(",")] if "sizes" in options else SIZES
    jobs = [job for job in JOBS if options.get("only", "") in job.folder]
    logging.disable(logging.WARNING)
    print(f"tokens are UTF-8 bytes / {BYTES_A_TOKEN}; step by step → one call of the compiled tool; no thinking time")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| example | items | tool calls | round trips | payload tokens | wall time |\n|---|---|---|---|---|---|")
    rows = asyncio.run(measure(jobs, sizes))
    print("\nBoth ways left the services in the same state every time.")
    for row in {row.job.folder: row for row in rows}.values():
        print(f"{row.job.folder}: spec and source are {row.source_tokens:,} tokens, written once")
    if "sizes" not in options and "only" not in options:
        PICTURE.write_text(picture(rows), encoding="utf-8")
        print(f"drawn: {PICTURE.relative_to(CHECKOUT)}")
