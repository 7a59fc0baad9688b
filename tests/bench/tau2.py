"""The published trajectories of tau2-bench, called over MCP: the end states must be those of the benchmark's own hash.

Its retail and airline domains run in a process of their own, with the package in an environment of its own, and are an
outside world over HTTP. Each of their tools is sealed: the spec made from its own schemas, with cases that its own code
has answered, put through every gate of a served product and approved there. Then the published calls of every task are
made, in their order; then once more with the server killed (kill -9) in the middle of one call of each task, started
again, and asked again under the same idempotency key. At last some composed tools take the place of several calls.
Each domain is there in several lanes, each with a service and a tenant of its own, so that one kill hits calls of
several tasks; the tenants of the further lanes relax the gates that may be relaxed, which the first has passed.

`./dev bench tau2 [--domains=retail] [--tasks=10] [--lanes=1] [--kill=no]`
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from tenants.rules.gates import RELAXABLE
from tests.bench.published import composed, environments, sealed
from tests.bench.published.calls import Caller
from tests.bench.published.sealed import Heard, Published
from tests.bench.published.served import Served, World, product, world
from tests.bench.published.trajectories import Call, Lane, Tally, Task, play, play_killed
from tests.makers import TenantAccess, sign_up, submit

MODULES = {"retail": "tau2.domains.retail.environment", "airline": "tau2.domains.airline.environment"}


LANES = 6


@dataclass
class Domain:
    """A domain with its lanes: in the tenant of each its tools are live, and each has its part of the tasks."""

    name: str
    lanes: list[Lane]


async def read(side: World, name: str) -> tuple[list[Published], list[Task], dict[str, list[Heard]]]:
    """The tools, the tasks, and per tool what its own code answers to the published calls of all tasks."""
    tools, calls = await side.domain(name)
    changes = frozenset(tool.name for tool in tools if tool.changes)
    tasks: list[Task] = []
    heard: dict[str, list[Heard]] = {tool.name: [] for tool in tools}
    for task, made in calls.items():
        begins, ends, said = await side.published(name, task)
        tasks.append(Task(name, task, made, begins, ends, said, changes))
        for call, (status, value) in zip(made, said, strict=True):
            heard[call["name"]].append(Heard(call["arguments"], status, value))
    return tools, tasks, heard


@asynccontextmanager
async def prepared(folder: Path, options: Mapping[str, str]) -> AsyncGenerator[tuple[World, Served, list[Domain]]]:
    """Serve both sides, with every tool of every domain live in a tenant for each lane."""
    python = environments.python_with("tau2")
    names = options["domains"].split(",") if "domains" in options else list(MODULES)
    lanes = range(int(options.get("lanes", LANES)))
    place = folder / "world"
    place.mkdir()
    async with (
        world(python, {f"{name}-{lane}": MODULES[name] for name in names for lane in lanes}, place) as side,
        product(folder / "product", side.port) as served,
        httpx2.AsyncClient(timeout=180) as http,
        AsyncExitStack() as stack,
    ):
        domains: list[Domain] = []
        for name in names:
            tools, tasks, heard = await read(side, f"{name}-0")
            tasks = tasks[: int(options.get("tasks", len(tasks)))]
            domain = Domain(name, [])
            for lane in lanes:
                tenant = await sign_up(served.product)
                stack.push_async_callback(tenant.api.aclose)
                stack.push_async_callback(tenant.person.aclose)
                print(f"{name}, lane {lane}:", flush=True)
                if lane > 0:  # the same tools once more: what they have passed is not asked again
                    relaxed = dict.fromkeys(RELAXABLE, "off")
                    (
                        await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"gates": relaxed})
                    ).raise_for_status()
                await seal(side, tenant, [replace(tool, domain=f"{name}-{lane}") for tool in tools], heard)
                caller = Caller(tenant.mcp_url, tenant.token, http)
                domain.lanes.append(Lane(f"{name}-{lane}", caller, tasks[lane :: len(lanes)], tenant))
            domains.append(domain)
        yield side, served, domains


async def seal(side: World, tenant: TenantAccess, tools: list[Published], heard: Mapping[str, list[Heard]]) -> None:
    """Put each tool through the gates, some at a time, and approve it; print what they found."""
    room = asyncio.Semaphore(3)

    async def one(tool: Published) -> None:
        async with room:
            known = heard[tool.name] or [await side.heard(tool, given) for given in sealed.PROBES.get(tool.name, [])]
            refused = next((one for one in known if one.status != 200), None) or await _refusal(side, tool, known)
            await live(tenant, sealed.spec(tool, known, refused), sealed.source(tool))

    await asyncio.gather(*(one(tool) for tool in tools))


async def _refusal(side: World, tool: Published, known: list[Heard]) -> Heard | None:
    """What the tool says to a call in which every text means nothing to it."""
    if not known:
        return None
    free = {name for name, one in tool.input["properties"].items() if one.get("type") == "string" and "enum" not in one}
    given = {name: "nothing" if name in free else value for name, value in known[0].arguments.items()}
    said = await side.heard(tool, given)
    return said if said.status != 200 else None


async def live(tenant: TenantAccess, spec: dict[str, Any], source: str) -> None:
    started = time.monotonic()
    version = await submit(tenant, spec, source)
    seconds, findings = time.monotonic() - started, version["findings"]
    told = Counter(f"{one['severity']} of {one['gate']}" for one in findings)
    what = ", ".join(f"{count} {kind}" for kind, count in told.items()) or "nothing found"
    print(f"  {spec['name']:<34}{version['state']:<20}{seconds:4.1f} s  {what}", flush=True)
    if version["state"] == "rejected":
        print(*(f"    {one['severity']}: {one['gate']}: {one['message']}" for one in findings), sep="\n", flush=True)
    if version["state"] == "awaiting_approval":
        path = f"/tools/{spec['name']}/versions/{version['number']}/approve"
        (await tenant.api.post(path, json={"digest": version["digest"]})).raise_for_status()


async def measure(options: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with prepared(Path(folder), options) as (side, served, domains):
            lanes = [lane for domain in domains for lane in domain.lanes]
            started, tally = time.monotonic(), Tally()
            await asyncio.gather(*(play(side, lane, tally, "plain") for lane in lanes))
            _tell("left alone", tally, time.monotonic() - started)
            if options.get("kill") != "no":
                started, tally = time.monotonic(), Tally()
                await play_killed(side, served, lanes, tally, "killed")
                _tell("killed in the middle", tally, time.monotonic() - started)
            for domain in domains:
                if domain.name == "retail":
                    await compose(side, domain)


async def compose(side: World, domain: Domain) -> None:
    """Make every trajectory that can be composed both ways; print calls and tokens."""
    first = domain.lanes[0]
    for one in composed.TOOLS:
        await live(first.tenant, *composed.read(one.name))
    print("| composed | trajectories | ended as published | tool calls | payload tokens |\n|---|---|---|---|---|")
    rows: dict[str, list[Cost]] = {}
    for task in (task for lane in domain.lanes for task in lane.tasks):
        calls = composed.rewritten(task)
        if calls is not None:
            names = {call["name"] for call in calls} & {one.name for one in composed.TOOLS}
            kind = min(names) if len(names) == 1 else "several of them"
            rows.setdefault(kind, []).append(await _both_ways(side, first, task, calls))
    for kind, costs in [*sorted(rows.items()), ("all", [cost for several in rows.values() for cost in several])]:
        before, after = [sum(cost.calls[way] for cost in costs) for way in (0, 1)]
        tokens = [sum(cost.tokens[way] for cost in costs) for way in (0, 1)]
        right = sum(cost.as_published for cost in costs)
        cells = f"{before} → {after} | {tokens[0]:,} → {tokens[1]:,} ({tokens[0] / tokens[1]:.1f} ×)"
        print(f"| {kind} | {len(costs)} | {right} | {cells} |", flush=True)


@dataclass(frozen=True)
class Cost:
    """One trajectory step by step and composed: each as (steps, composed)."""

    calls: tuple[int, int]
    tokens: tuple[int, int]
    as_published: bool


async def _both_ways(side: World, lane: Lane, task: Task, calls: list[Call]) -> Cost:
    made: list[Caller] = []
    ends: list[str] = []
    for way, several in (("steps", task.calls), ("composed", calls)):
        caller = Caller(lane.caller.url, lane.caller.token, lane.caller.http)
        await side.begin(lane.name, task.name)
        for at, call in enumerate(several):
            said = await caller.call(call["name"], call["arguments"], f"{way}/{task.name}/{at}")
            if said.is_error and call["name"] in {one.name for one in composed.TOOLS}:
                print(f"  {task.name}: {call['name']}: {said.code}: {said.message}", flush=True)
        made.append(caller)
        ends.append((await side.state(lane.name))["hash"])
    steps, composing = made
    return Cost((steps.calls, composing.calls), (steps.tokens, composing.tokens), set(ends) == {task.ends})


def _tell(what: str, tally: Tally, seconds: float) -> None:
    print(
        f"{what}: {tally.as_published} of {tally.tasks} tasks end as published; {tally.calls} calls, "
        f"{tally.calls - len(tally.unlike)} answered as published; {seconds:.0f} s",
        flush=True,
    )
    if tally.kills:
        print(
            f"  {tally.kills} kills with {tally.cut_off} calls under way; {tally.repeats} requests came twice under "
            f"one key and were done once; started again within {max(tally.back_s):.1f} s"
        )
    for text in [*(f"ended otherwise: {name}" for name in tally.differ), *tally.unlike[:20]]:
        print(f"  {text}")


def main() -> None:
    options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--") and "=" in word)
    logging.disable(logging.WARNING)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    asyncio.run(measure(options))


if __name__ == "__main__":
    main()
