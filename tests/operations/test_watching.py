"""Metrics and readiness on a port of their own; processes that are told to end, also as the first of a container."""

import asyncio
import json
import os
import shutil
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.processes import open_runtime
from api.settings import Settings
from api.watching import readiness
from sandbox import Image
from tenants.journal.writes import UnavailableError
from tenants.runs import runs
from tests.makers import CHECKOUT, make_live, make_spec, mcp_session, served, sign_up, unused_port
from tests.operations.test_backups import IMAGES, WORK
from tests.tenants import workshop
from tests.test_demo import SEALWRIGHT, environment


def values_of(text: str, name: str) -> dict[str, float]:
    """A metric's values by its labels as they are written."""
    lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    return {labels.removeprefix(name): float(value) for labels, _, value in lines}


async def test_what_a_server_does_is_counted_on_a_port_of_its_own(image: Image, tmp_path: Path) -> None:
    del image
    port = unused_port()
    async with served(tmp_path, metrics_port=port) as product, httpx2.AsyncClient() as http:
        tenant = await sign_up(product)
        await make_live(tenant, make_spec("add_numbers"))
        async with mcp_session(tenant) as session:
            for number in range(3):
                await session.call_tool("add_numbers", {"a": number, "b": 1})
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
        await tenant.api.get("/tools/nothing")
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        ready = await http.get(f"http://127.0.0.1:{port}/readyz")
        assert (await http.get(f"http://127.0.0.1:{port}/livez")).json() == {"status": "ok"}
        for path in ("/", "/api/v1/image", "/metrics/x", "/healthz"):
            assert (await http.get(f"http://127.0.0.1:{port}{path}")).status_code == 404
        assert (await http.post(f"http://127.0.0.1:{port}/metrics")).status_code == 404
        # The product's own port tells nothing of it.
        assert "sealwright_runs" not in (await http.get(f"{product.url}/metrics")).text
    assert values_of(text, "sealwright_runs_total") == {
        '{channel="mcp",outcome="returned"}': 3, '{channel="rest",outcome="returned"}': 1,
    }  # fmt: skip
    assert values_of(text, "sealwright_run_seconds_count") == {'{channel="mcp"}': 3, '{channel="rest"}': 1}
    assert values_of(text, "sealwright_versions_judged_total") == {'{state="awaiting_approval"}': 1}
    asked = values_of(text, "sealwright_http_requests_total")
    assert asked['{area="rest",status="4xx"}'] == 1
    assert asked['{area="mcp",status="2xx"}'] >= 4
    assert values_of(text, "sealwright_ready") == values_of(text, "sealwright_database_up") == {"": 1}
    assert len(values_of(text, "sealwright_queue_oldest_seconds")) == 5
    assert values_of(text, "process_resident_memory_bytes")[""] > 1e6
    for name in (tenant.slug, "add_numbers", tenant.email, "ten_"):
        assert name not in text
    assert ready.json() == {"status": "ok", "parts": dict.fromkeys(ready.json()["parts"], "ok")}
    assert set(ready.json()["parts"]) == {"process", "database", "stamps", "writer", "sandbox", "image"}


async def test_readiness_looks_at_every_part_that_has_to_answer(image: Image, tmp_path: Path) -> None:
    del image
    settings = Settings(data_dir=tmp_path, images_dir=IMAGES, sandbox_workers=1)
    async with open_runtime(settings) as runtime:
        actor = await workshop.make_tenant(runtime.database)
        await workshop.make_tool(runtime, actor, WORK, {"kv": ["tool/*"], "files": ["tool/*"]})
        await runs.call(runtime, actor, "work", {"number": 1})
        assert set((await readiness.read_parts(runtime)).values()) == {"ok"}

        async def bad() -> set[str]:
            return {part for part, state in (await readiness.read_parts(runtime)).items() if state != "ok"}

        runtime.leaving = True
        assert await bad() == {"process"}
        runtime.leaving = False

        store: Any = runtime.records.writer._store  # pyright: ignore[reportPrivateUsage] - a disk that is full
        apply = store.apply

        async def fail(*_: Any) -> None:
            raise UnavailableError("database or disk is full")

        store.apply = fail
        with pytest.raises(Exception, match="disk is full"):
            await runs.call(runtime, actor, "work", {"number": 2})
        assert await bad() == {"writer"}
        store.apply = apply
        await runs.call(runtime, actor, "work", {"number": 3})
        writer: Any = runtime.records.writer
        writer._failed_at -= 60  # by itself, when no more of it fails
        assert await bad() == set()

        served_by = runtime.image
        gone = tmp_path / "gone"
        gone.mkdir()
        shutil.copy(served_by.root / "manifest.json", gone)
        runtime.image = replace(served_by, root=gone)
        assert await bad() == set()
        (gone / "manifest.json").unlink()
        assert await bad() == {"image"}
        runtime.image = served_by

        stamps: Any = runtime.database._stamps  # pyright: ignore[reportPrivateUsage] - its own connection breaks
        await stamps.close()
        assert await bad() == {"stamps"}
        stamps._connection = None
        assert await bad() == set()

        team: Any = runtime.pool._runners  # pyright: ignore[reportPrivateUsage] - what new workers need is gone
        told = team._told
        team._told = {**told, "image": str(tmp_path / "nowhere")}
        for pid in runtime.pool.process_ids:
            os.kill(pid, signal.SIGKILL)
        ended = (await runs.call(runtime, actor, "work", {"number": 4})).run
        assert ended.outcome != "returned"
        assert await bad() == {"sandbox"}
        team._told = told
        assert (await runs.call(runtime, actor, "work", {"number": 5})).run.outcome == "returned"
        assert await bad() == set()


@asynccontextmanager
async def as_first_process(folder: Path, command: str, **settings: str) -> AsyncGenerator[tuple[Process, int]]:
    """A command as process 1 of a PID namespace, as in a container: that process, and its number out here."""
    given = {f"SEALWRIGHT_{name.upper()}": value for name, value in settings.items()}
    space = ("unshare", "--pid", "--fork", "--kill-child")
    process = await asyncio.create_subprocess_exec(
        *space, *SEALWRIGHT, command, env=environment(folder) | given, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        async with asyncio.timeout(60):
            while not (found := children.read_text().split()):
                await asyncio.sleep(0.01)
        yield process, int(found[0])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_ready(http: httpx2.AsyncClient, url: str) -> None:
    async with asyncio.timeout(240):
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx2.HTTPError:
                await asyncio.sleep(0.05)


def can_unshare() -> bool:
    return os.geteuid() == 0 and shutil.which("unshare") is not None


@pytest.mark.skipif(not can_unshare(), reason="making a PID namespace is root's")
@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
async def test_the_first_process_of_a_container_ends_when_it_is_told(
    image: Image, tmp_path: Path, command: str, sign: signal.Signals
) -> None:
    del image
    port = unused_port()
    given = {"port": str(unused_port()), "metrics_port": str(port), "sandbox_workers": "1", "log_json": "true"}
    async with as_first_process(tmp_path, command, **given) as (process, number), httpx2.AsyncClient() as http:
        await until_ready(http, f"http://127.0.0.1:{port}/readyz")
        assert (await http.get(f"http://127.0.0.1:{port}/metrics")).status_code == 200
        os.kill(number, sign)
        async with asyncio.timeout(30):
            _, said = await process.communicate()
    assert process.returncode in {0, 128 + sign, -sign}, said.decode()
    assert [line for line in said.decode().splitlines() if json.loads(line)["level"] == "error"] == []


@pytest.mark.skipif(not can_unshare(), reason="making a PID namespace is root's")
@pytest.mark.parametrize("signals", [1, 2])
async def test_a_server_that_is_to_end_says_so_and_serves_on_for_a_while(
    image: Image, tmp_path: Path, signals: int
) -> None:
    del image
    port = unused_port()
    given = {"port": str(port), "sandbox_workers": "1", "drain_s": "3" if signals == 1 else "200"}
    async with as_first_process(tmp_path, "serve", **given) as (process, number), httpx2.AsyncClient() as http:
        url = f"http://127.0.0.1:{port}"
        await until_ready(http, f"{url}/readyz")
        os.kill(number, signal.SIGTERM)
        async with asyncio.timeout(10):
            while (ready := await http.get(f"{url}/readyz")).status_code == 200:
                await asyncio.sleep(0.01)
        assert ready.json()["parts"]["process"] == "ending"
        # New connections are taken, and answered as before.
        async with httpx2.AsyncClient() as other:
            assert (await other.get(f"{url}/api/v1/image")).status_code == 200
        if signals == 2:
            os.kill(number, signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode is not None
