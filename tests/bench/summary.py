"""The table: what we promise, measured beside its peers in one run, with how noisy the machine was meanwhile.

`./dev bench` writes it to tests/bench/summary.md and tests/bench/summary.svg; `--quick` leaves out what takes minutes
(the standard build, the build of an image). A peer that cannot be installed here is said to be missing.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from sandbox import images
from sandbox.contract.limits import Limits
from sandbox.machine.native_code import Form
from tests.bench import mcp, sandbox
from tests.bench.chart import Bar, Group, draw_bars
from tests.bench.pool import plain_scaling
from tests.bench.published.peers import pyodide_times
from tests.bench.standard import PROGRAMS_FOLDER
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench

HERE = Path(__file__).parent
RUNS = 5
_ENDLESS = "def tool():\n    while True:\n        pass\n"


@dataclass
class Summary:
    """Rows of the table, bars of the chart, and what could not be measured."""

    is_quick: bool
    rows: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    groups: list[Group] = field(default_factory=list[Group])
    missing: list[str] = field(default_factory=list[str])

    def add(self, what: str, measured: str, target: str) -> None:
        print(f"{what}: {measured} (target: {target})", flush=True)
        self.rows.append((what, measured, target))

    def attempt(self, name: str, work: Callable[[], None]) -> None:
        """A peer that is not there takes nothing else with it."""
        try:
            work()
        except (OSError, subprocess.CalledProcessError, TimeoutError, RuntimeError) as error:
            self.missing.append(f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
            print(f"MISSING {self.missing[-1]}", flush=True)


def noise() -> str:
    """How alike the same piece of work is to itself, and what a second core adds."""
    taken: list[float] = []
    for _ in range(60):
        started = time.perf_counter()
        sum(range(200_000))
        taken.append(time.perf_counter() - started)
    ranked = sorted(taken)
    return (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the same loop takes {ranked[30] / ranked[0]:.2f} x"
        f" its best in the median and {ranked[56] / ranked[0]:.2f} x in 19 of 20; two plain processes do"
        f" {plain_scaling():.2f} x the work of one"
    )


def add_calls(summary: Summary) -> None:
    """tools/call beside the peers: ratios of the same round, in which all take turns."""
    program = "tests/bench/programs/mcp_peer.py"
    seconds = 1.0 if summary.is_quick else mcp.SECONDS
    with ExitStack() as stack:
        targets = [stack.enter_context(mcp.own("sandbox")), stack.enter_context(mcp.own("no-op"))]
        for name, maker in {
            mcp.FASTMCP: lambda: mcp.peer(mcp.FASTMCP, 18_911, mcp.fastmcp_python(), program, "fastmcp"),
            "MCP SDK, low level": lambda: mcp.peer("MCP SDK, low level", 18_912, sys.executable, program, "sdk"),
            "TypeScript SDK": lambda: mcp.peer("TypeScript SDK", 18_913, str(mcp.NODE), "tests/clients/peer.mjs"),
        }.items():
            summary.attempt(name, lambda maker=maker: targets.append(stack.enter_context(maker())))
        rates: dict[str, list[float]] = {target.name: [] for target in targets}
        for _ in range(RUNS):
            for target in targets:
                rates[target.name].append(uvloop.run(mcp.load(target, mcp.MODERN, 16, seconds))[0])
    if mcp.FASTMCP in rates:
        for kind, what, target in (
            ("sandbox", "sandboxed, journalled, authenticated", "≥ 1.6, worst ≥ 1.3"),
            ("no-op", "the same with a no-op for the sandbox", "≥ 4"),
        ):
            ratios = [
                ours / theirs for ours, theirs in zip(rates[f"sealwright, {kind}"], rates[mcp.FASTMCP], strict=True)
            ]
            said = f"{statistics.median(ratios):.2f} × (worst {min(ratios):.2f}, best {max(ratios):.2f})"
            summary.add(
                f"MCP tools/call at 16 connections, {what}, against fastmcp's bare echo, {RUNS} runs", said, target
            )
    summary.groups.append(
        Group(
            "MCP tools/call, requests a second at 16 connections (median of the runs)",
            [
                Bar(name, statistics.median(found), f"{statistics.median(found):.0f}", name.startswith("sealwright"))
                for name, found in rates.items()
            ],
        )
    )


def add_cpu(summary: Summary, bench: Bench) -> None:
    native, guest = sandbox.cpu(bench)
    ratios = [guest[name] / native[name] for name in native]
    said = f"{statistics.median(ratios):.2f} × median, {statistics.geometric_mean(ratios):.2f} × geometric mean"
    bars = [
        Bar("native CPython here", 1, "1"),
        Bar("sealwright, metered", statistics.geometric_mean(ratios), said, True),
    ]

    def peer() -> None:
        theirs = pyodide_times(PROGRAMS_FOLDER / "classics.py")
        beside = [theirs[name] / native[name] for name in native]
        words = f"{statistics.median(beside):.2f} × median, {statistics.geometric_mean(beside):.2f} × geometric mean"
        bars.append(Bar("Pyodide in Node, no meter", statistics.geometric_mean(beside), words))
        summary.add("the same programs in Pyodide 314 in Node, unmetered, against native CPython", words, "beside ours")

    summary.add("guest CPU against native CPython 3.11, ten programs", said, "≤ 2.25 ×")
    summary.attempt("Pyodide", peer)
    summary.groups.append(Group("CPU time of ten programs, times native CPython (geometric mean)", bars))


def add_engine(summary: Summary, bench: Bench) -> None:
    trivial = bench.build(sandbox.TRIVIAL)
    loaded = bench.load(trivial, "full")
    made = sandbox.milliseconds(lambda: bench.engine.instantiate(loaded, bench.limits).close(), 300)
    whole = sandbox.milliseconds(lambda: bench.call(loaded), 300)
    summary.add("instantiate and drop", f"{made:.3f} ms", "≤ 0.12 ms")
    summary.add("fresh instance and trivial call, in process", f"{whole:.2f} ms", "≤ 0.55 ms")
    late: list[float] = []
    endless = bench.load(bench.build(_ENDLESS), "full")
    for _ in range(10):
        started = time.perf_counter()
        bench.call(endless, limits=Limits(fuel=10**12, wall_ms=100))
        late.append((time.perf_counter() - started) * 1000 - 100)
    stop = f"{statistics.median(late):.0f} ms median, {max(late):.0f} ms worst"
    summary.add("an endless loop's stop after its limit of wall time", stop, "≤ 25 ms")
    fuel = {bench.call(loaded).fuel_used for _ in range(1_000)}
    summary.add("repeats that differ in fuel, of 1,000", str(len(fuel) - 1), "0")


def add_builds(summary: Summary, bench: Bench, scratch: Path) -> None:
    component = bench.build(sandbox.SAMPLE)
    took = sandbox.milliseconds(lambda: bench.load(bench.build(sandbox.SAMPLE)), 20)
    stored = len(component.patch)
    summary.add("source to callable, 60 lines", f"{took:.0f} ms", "69 to 83 ms, no worse")
    summary.add("stored bytes, 60 lines", f"{stored / 1000:.1f} KB", "57 KB, no worse")
    sizes: dict[Form, float] = {}
    for form in ("delta", "full"):
        bench.load(component, form)
        sizes[form] = (bench.folder / f"{component.digest}.{form}").stat().st_size / 1e6
    said = f"{sizes['delta']:.2f} MB small form, {sizes['full']:.1f} MB hot form"
    summary.add("native code per tool on a node", said, "≤ 0.9 MB, ≤ 10 MB")
    if summary.is_quick:
        return
    summary.attempt("componentize-py", lambda: sandbox.standard_build(scratch, took, stored))
    started = time.perf_counter()
    images.ensure(scratch / "images", lambda _: None)
    summary.add("image build", f"{time.perf_counter() - started:.0f} s", "≤ 60 s without the optimiser")


def written(summary: Summary, noises: tuple[str, str]) -> str:
    lines = [
        "# Measured beside its peers",
        "",
        f"By `./dev bench{' --quick' if summary.is_quick else ''}` on {platform.machine()}, Python"
        f" {platform.python_version()}. Ratios are of one run, in which all take turns.",
        "",
        f"How noisy it was: at the beginning {noises[0]}; at the end {noises[1]}.",
        "",
        "| what | measured | target |",
        "|---|---|---|",
        *(f"| {what} | {measured} | {target} |" for what, measured, target in summary.rows),
        "",
        *(f"Could not be measured here: {one}." for one in summary.missing),
        "![The same as bars](summary.svg)",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    summary = Summary("--quick" in sys.argv)
    before = noise()
    print(before, flush=True)
    add_calls(summary)
    image = images.ensure(CHECKOUT / ".data/images", print)
    with tempfile.TemporaryDirectory() as folder, Bench.open(image, Path(folder)) as bench:
        add_engine(summary, bench)
        add_cpu(summary, bench)
        add_builds(summary, bench, Path(folder))
    after = noise()
    print(after)
    (HERE / "summary.md").write_text(written(summary, (before, after)))
    (HERE / "summary.svg").write_text(draw_bars("Beside its peers, in one run", summary.groups))


if __name__ == "__main__":
    main()
