"""Beside a tenant who asks the served product for one thing without a pause, another tenant's calls go on.

A slow machine is no unfairness: what counts is how long the server's own thread computes while one call of the quiet
one is under way. Beside that it is told how many of the noisy one's requests were answered meanwhile.
"""

import asyncio
import itertools
import json
import statistics
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from api.settings import Settings
from tests import slowness
from tests.hostile.watched import Server, served_apart
from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, sign_up
from tests.samples import draw

AT_ONCE = 12
CALLS = 8
# Of the server's own thread on a processor, at the median call, where it is as fast as where this was measured.
COMPUTED_MS_MAX = 200
RUNS = "/tools/add_numbers/runs"
numbers = itertools.count(1)

Answer = httpx2.Response
Request = Callable[[TenantAccess], Awaitable[Answer]]


def post(path: str, body: Any, **headers: str) -> Request:
    return lambda tenant: tenant.api.post(path, json=body() if callable(body) else body, headers=headers)


def get(path: str) -> Request:
    return lambda tenant: tenant.api.get(path)


def put(path: str, body: bytes) -> Request:
    return lambda tenant: tenant.api.put(path.format(next(numbers) % 50), content=body)


def mcp(method: str, **params: Any) -> Request:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    return lambda tenant: tenant.api.post(tenant.mcp_url, json=body, headers=headers)


def use(name: str, /, **arguments: Any) -> Request:
    return mcp("tools/call", name=name, arguments=arguments)


def added(**more: Any) -> dict[str, Any]:
    return {"arguments": {"a": 1, "b": 2, **more}}


async def begun_and_cancelled(tenant: TenantAccess) -> Answer:
    begun = await tenant.api.post(RUNS, json=added(), headers={"Prefer": "respond-async"})
    return await tenant.api.post(f"/runs/{begun.json()['id']}/cancel") if begun.status_code == 202 else begun


async def replayed(tenant: TenantAccess) -> Answer:
    (run,) = (await tenant.api.get("/runs?limit=1&status=finished")).json()["items"]
    return await tenant.api.post(f"/runs/{run['id']}/replay")


async def streamed(tenant: TenantAccess) -> Answer:
    """A stream of events that is left again after its first bytes."""
    async with tenant.api.stream("GET", "/events") as answer:
        call = asyncio.create_task(tenant.api.post(RUNS, json=added()))
        async for _ in answer.aiter_bytes():
            break
        return await call


async def left(tenant: TenantAccess) -> Answer:
    """A call whose caller goes away."""
    call = asyncio.create_task(tenant.api.post(RUNS, json=added()))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    return await tenant.api.get("/runs?limit=1")


async def proposed(tenant: TenantAccess) -> Answer:
    source = f"{make_source()}\n\nNUMBER = {next(numbers)}\n"
    return await tenant.api.post("/tools/add_numbers/versions", json={"source": source})


async def strange(tenant: TenantAccess) -> Answer:
    return await tenant.api.post(RUNS, json=added(), headers={"Authorization": "Bearer sw_nobody"})


def scheduled() -> dict[str, Any]:
    return {"tool": "add_numbers", "arguments": {"a": 1, "b": next(numbers)}, "cron": "* * * * *"}


def hooked() -> dict[str, Any]:
    return {"url": f"https://hooks.example/{next(numbers)}", "events": ["run.finished"]}


SPEC = make_spec()
CASES = [{"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}}]
NOISES: dict[str, Request] = {
    "short calls": post(RUNS, added()),
    "asynchronous calls": post(RUNS, added(), Prefer="respond-async"),
    "calls with one key": post(RUNS, added(), **{"Idempotency-Key": "the same"}),
    "calls begun and cancelled": begun_and_cancelled,
    "callers who leave": left,
    "arguments that do not fit": post(RUNS, added(c="x")),
    "large arguments": post(RUNS, added(c="x" * 40_000)),
    "deep arguments": post(RUNS, added(c=json.loads("[" * 60 + "]" * 60))),
    "a tool that is not there": post("/tools/nothing/runs", added()),
    "a key that nobody has": strange,
    "MCP calls": use("add_numbers", a=1, b=2),
    "MCP calls that do not fit": use("add_numbers", a="one"),
    "MCP lists": mcp("tools/list"),
    "MCP searches": use("search_tools", query="add numbers that come out"),
    "MCP descriptions": use("describe_tool", name="add_numbers"),
    "dry runs": use("dry_run", spec=SPEC, source=make_source(), cases=CASES),
    "dry runs that are refused": use("dry_run", spec=SPEC, source="import os\n" * 2_000, cases=CASES),
    "MCP guides": use("read_guide", topic="http"),
    "versions": proposed,
    "specs that are there": post("/tools", SPEC),
    "specs with much to read": post("/tools", make_spec(examples=[{**CASES[0]}] * 100)),
    "specs that are not valid": post("/tools", make_spec(input_schema={"type": "nothing"})),
    "lists of runs": get("/runs?limit=100"),
    "lists of failed runs": get("/runs?outcome=failed"),
    "lists of tools": get("/tools?q=add"),
    "usage": get("/usage"),
    "the audit trail": get("/audit"),
    "replays": replayed,
    "streams of events": streamed,
    "files": put("/files/noise/{}.txt", b"x" * 100_000),
    "lists of files": get("/files"),
    "secrets": lambda tenant: tenant.api.put("/secrets/noise", json={"value": "s3cret-word", "hosts": ["a.example"]}),
    "schedules": post("/schedules", scheduled),
    "webhooks": post("/webhooks", hooked),
    "keys": post("/api-keys", {"name": "noise", "scopes": ["tools:call"]}),
    "bodies that are no JSON": lambda tenant: tenant.api.post("/tools", content=b"{" * 50_000),
}


@dataclass
class Served:
    process: Server
    noisy: TenantAccess
    quiet: TenantAccess


@dataclass
class Noise:
    answered: int = 0
    statuses: set[int] = field(default_factory=set[int])


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    folder = tmp_path_factory.mktemp("neighbours")
    async with served_apart(folder) as process:
        settings = Settings(data_dir=folder, port=int(process.url.rpartition(":")[2]))
        product = Product(settings, None)  # pyright: ignore[reportArgumentType] - nobody reads mail here
        noisy, quiet = await sign_up(product), await sign_up(product)
        for tenant in (noisy, quiet):
            await make_live(tenant)
        yield Served(process, noisy, quiet)


@asynccontextmanager
async def noise(tenant: TenantAccess, request: Request) -> AsyncGenerator[Noise]:
    heard = Noise()

    async def go_on() -> None:
        while True:
            answer = await request(tenant)
            heard.answered += 1
            heard.statuses.add(answer.status_code)

    callers = [asyncio.create_task(go_on()) for _ in range(AT_ONCE)]
    try:
        while not heard.answered and not any(caller.done() for caller in callers):
            await asyncio.sleep(0.005)
        yield heard
        broken = [caller.exception() for caller in callers if caller.done()]
        assert broken == []
    finally:
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)


@pytest.mark.parametrize("kind", draw("noises", NOISES, 12))
async def test_a_call_does_not_wait_for_all_that_another_asks(server: Served, kind: str) -> None:
    computed_ms = await computed_during_calls(server, kind)
    if (
        statistics.median(computed_ms) > COMPUTED_MS_MAX * slowness.times()
    ):  # a machine that is busy with others spends it on the noise
        computed_ms = await computed_during_calls(server, kind)
    assert statistics.median(computed_ms) <= COMPUTED_MS_MAX * slowness.times(), computed_ms


async def computed_during_calls(server: Served, kind: str) -> list[float]:
    """What the server computed in milliseconds, for everybody, while each call of the quiet tenant was under way."""
    waited: list[int] = []
    computed_ms: list[float] = []
    async with asyncio.timeout(120), noise(server.noisy, NOISES[kind]) as heard:
        for number in range(CALLS):
            before, computed_s = heard.answered, server.process.computed_s()
            answer = await server.quiet.api.post(RUNS, json={"arguments": {"a": number, "b": 1}})
            waited.append(heard.answered - before)
            computed_ms.append(round((server.process.computed_s() - computed_s) * 1000, 1))
            assert (answer.status_code, answer.json()["result"]) == (200, {"sum": number + 1})
    assert max(heard.statuses) < 500
    print(f"{kind}: {computed_ms} ms, {waited} answered, {sorted(heard.statuses)}")
    return computed_ms
