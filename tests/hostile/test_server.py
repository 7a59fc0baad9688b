"""Nothing that a stranger sends makes the server stand still, swell or end, whatever becomes of the request.

The real server, in a process of its own, is sent each of the attempts of its table, a few at a time, while somebody
else asks /healthz without a pause.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.settings import Settings
from tests import slowness
from tests.hostile.attempts import JSON, Attempt, everything
from tests.hostile.watched import Server, Watch, served_apart
from tests.makers import Product, TenantAccess, make_live, make_spec, sign_up

STALL_MS_MAX = 200  # of the server's own thread on a processor, where it is as fast as where this was measured
GROWN_MB_MAX = 100
DEADLINE_S = 40
AT_ONCE = 4
KINDS = ("schema", "pattern", "glob", "yaml", "json", "source", "spec", "world", "sql", "call", "text")


@dataclass
class Served:
    process: Server
    tenant: TenantAccess
    data_dir: Path


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    async with served_apart(folder) as process:
        settings = Settings(data_dir=folder, port=int(process.url.rpartition(":")[2]))
        tenant = await sign_up(Product(settings, None))  # pyright: ignore[reportArgumentType] - nobody reads mail here
        await make_live(tenant)
        yield Served(process, tenant, folder)


async def send(server: Served, http: httpx2.AsyncClient, attempt: Attempt) -> str | None:
    """What was wrong with the answer; None when nothing was."""
    tenant = server.tenant
    base = f"{tenant.product.url}/api/v1/tenants/{tenant.slug}"
    headers = {"Content-Type": attempt.media, "Accept": "application/json, text/event-stream"}
    headers |= {"Authorization": f"Bearer {tenant.token}"} if attempt.known else {"X-Sealwright-Csrf": "1"}
    url = tenant.mcp_url if attempt.path == "mcp" else f"{base}/{attempt.path.lstrip('/')}"
    if attempt.path.startswith("../"):
        url = f"{tenant.product.url}/api/v1/{attempt.path.rpartition('/')[2]}"
    if attempt.path == "mcp":
        headers["MCP-Protocol-Version"] = "2025-11-25"
    began = time.monotonic()
    try:
        answer = await http.request(attempt.method, url, content=attempt.body, headers=headers)
    except httpx2.HTTPError as error:
        return f"{attempt.name}: {type(error).__name__} after {time.monotonic() - began:.1f} s"
    wrong = answer.status_code >= 500 or (not attempt.accepted and answer.status_code < 400)
    if "internal" in answer.text[:2_000] and '"code"' in answer.text[:2_000]:
        wrong = True
    return f"{attempt.name}: {answer.status_code} {answer.text[:200]}" if wrong else None


async def alone(server: Served, attempt: Attempt) -> Watch:
    """What the server does for one attempt, with nothing else to do."""
    async with httpx2.AsyncClient(timeout=DEADLINE_S) as http, server.process.watched() as watch:
        await send(server, http, attempt)
    return watch


@pytest.mark.parametrize("kind", KINDS)
async def test_the_server_goes_on_serving_whatever_it_is_sent(server: Served, kind: str) -> None:
    attempts = everything(str(server.data_dir))[kind]
    wrong: list[str] = []
    places = asyncio.Semaphore(AT_ONCE)

    async def tried(http: httpx2.AsyncClient, attempt: Attempt) -> None:
        async with places:
            said = await send(server, http, attempt)
            wrong.extend([said] if said else [])

    async with httpx2.AsyncClient(timeout=DEADLINE_S) as http, server.process.watched() as watch:
        await asyncio.gather(*(tried(http, attempt) for attempt in attempts))
    assert wrong == []
    assert server.process.process.poll() is None
    assert watch.answered
    print(f"{kind}: {len(attempts)} attempts, stall {watch.stalled_ms:.0f} ms, {watch.grown_mb:.0f} MB")
    stall_ms_max = STALL_MS_MAX * slowness.times()
    if watch.stalled_ms > stall_ms_max or watch.grown_mb > GROWN_MB_MAX:
        # Several requests were under way at once: what each does alone is what is asked.
        seen = {attempt.name: await alone(server, attempt) for attempt in attempts}
        assert {name: one.stalled_ms for name, one in seen.items() if one.stalled_ms > stall_ms_max} == {}
        assert {name: one.grown_mb for name, one in seen.items() if one.grown_mb > GROWN_MB_MAX} == {}
    assert {path.suffix for path in server.data_dir.iterdir()} & {".html"} == set()


async def test_nothing_of_the_servers_database_is_in_an_answer(server: Served) -> None:
    (attempt,) = [one for one in everything(str(server.data_dir))["sql"] if one.name == "the server's database"]
    headers = {"Authorization": f"Bearer {server.tenant.token}", "Content-Type": JSON}
    headers |= {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    async with httpx2.AsyncClient(timeout=DEADLINE_S) as http:
        answer = await http.post(server.tenant.mcp_url, content=attempt.body, headers=headers)
    assert server.tenant.email not in answer.text
    assert "argon2" not in answer.text
    assert "ATTACH is not offered" in answer.text


async def test_there_are_enough_attempts_and_honest_work_goes_on_after_them(server: Served) -> None:
    found = everything(str(server.data_dir))
    assert set(found) == set(KINDS)
    assert all(len(attempts) >= 7 for attempts in found.values())
    assert sum(map(len, found.values())) >= 120
    answer = await server.tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 20, "b": 22}})
    assert json.loads(answer.text)["result"] == {"sum": 42}
    told: Any = await server.tenant.api.post("/tools", json=make_spec("add_again"))
    assert told.status_code == 201
