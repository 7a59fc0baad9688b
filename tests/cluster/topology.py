"""Two servers and two workers with disks of their own, on one PostgreSQL and one S3 server, each behind a proxy."""

import asyncio
import base64
import os
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from api.settings import Settings
from examples.world import mail
from sandbox import images
from tests.chaos.processes import Process
from tests.cluster.proxies import Proxy
from tests.makers import CHECKOUT, Product, unused_port
from tests.postgres import running

BUCKET = "cluster"
_READY_S = 300


@dataclass
class Node:
    """One process of the product: `probe` is where it says whether it is ready."""

    name: str
    process: Process
    probe: int
    port: int | None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_ready(self) -> float:
        """Seconds until it is."""
        began = time.monotonic()
        async with httpx2.AsyncClient(timeout=5) as http:
            while time.monotonic() - began < _READY_S:
                try:
                    if (await http.get(f"http://127.0.0.1:{self.probe}/readyz")).status_code == 200:
                        return time.monotonic() - began
                except httpx2.HTTPError:
                    pass
                await asyncio.sleep(0.05)
        raise TimeoutError(f"{self.name} is not ready: {self.process.log.read_text()[-2_000:]}")


@dataclass
class Cluster:
    nodes: list[Node]
    database: Proxy
    storage: Proxy
    mailbox: mail.Sink

    @property
    def servers(self) -> list[Node]:
        return [node for node in self.nodes if node.port is not None]

    def product(self, node: Node) -> Product:
        return Product(Settings(port=node.port or 0), self.mailbox)


@asynccontextmanager
async def opened(folder: Path, servers: int = 2, workers: int = 2) -> AsyncGenerator[Cluster]:
    """All of it, ready."""
    with running() as url:
        real = Path(parse_qs(urlsplit(url).query)["host"][0]) / ".s.PGSQL.5432"
        place = folder / "pg"
        place.mkdir()
        database = Proxy(place / real.name, lambda: asyncio.open_unix_connection(real))
        async with _storage() as (storage, storage_url), mail.serve() as mailbox:
            await database.begin()
            key = "k1:" + base64.b64encode(b"c" * 32).decode()
            given = {
                "SEALWRIGHT_DATABASE_URL": f"postgresql://app@/app?host={place}",
                "SEALWRIGHT_STORAGE_URL": storage_url,
                "SEALWRIGHT_SECRETS_KEYS": key,
                "SEALWRIGHT_SANDBOX_WORKERS": "1",
                "SEALWRIGHT_DRAIN_S": "2",
                "SEALWRIGHT_LOG_JSON": "false",
                "AWS_ACCESS_KEY_ID": "x",
                "AWS_SECRET_ACCESS_KEY": "x",
            }
            await _migrate(given | {"SEALWRIGHT_DATA_DIR": str(folder / "migrating")})
            nodes = [_node(folder, given, f"s{number}", "serve") for number in range(1, servers + 1)]
            nodes += [_node(folder, given, f"w{number}", "worker") for number in range(1, workers + 1)]
            cluster = Cluster(nodes, database, storage, mailbox)
            try:
                # One after the other: the first one publishes its image, the others fetch it.
                for node in nodes:
                    node.process.start()
                    await node.until_ready()
                yield cluster
            finally:
                for node in nodes:
                    node.process.end()
                await database.end()


def _node(folder: Path, given: dict[str, str], name: str, command: str) -> Node:
    own, probe, port = folder / name, unused_port(), unused_port() if command == "serve" else None
    own.mkdir()
    # Built once, as a container's image brings it: to build or fetch and compile it anew would take a minute each.
    built = CHECKOUT / ".data" / "images" / images.recipe()[:24]
    if built.exists():
        shutil.copytree(built, own / "images" / built.name)
    own_settings = {"SEALWRIGHT_DATA_DIR": str(own), "SEALWRIGHT_METRICS_PORT": str(probe)}
    if port is not None:
        own_settings["SEALWRIGHT_PORT"] = str(port)
    return Node(name, Process([command], given | own_settings, folder / f"{name}.log"), probe, port)


async def _migrate(given: dict[str, str]) -> None:
    command = "from api.cli import main; main()"
    migrating = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, "migrate", env={**os.environ, **given}, cwd=CHECKOUT
    )
    assert await migrating.wait() == 0


@asynccontextmanager
async def _storage() -> AsyncGenerator[tuple[Proxy, str]]:
    """An S3 API server with one bucket, behind a proxy."""
    port, front = unused_port(), unused_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    null = asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(*command, stdout=null, stderr=null)
    proxy = Proxy(front, lambda: asyncio.open_connection("127.0.0.1", port))
    try:
        async with httpx2.AsyncClient() as http, asyncio.timeout(60):
            while True:
                try:
                    await http.put(f"http://127.0.0.1:{port}/{BUCKET}")
                    break
                except httpx2.HTTPError:
                    await asyncio.sleep(0.1)
        await proxy.begin()
        endpoint = f"http://127.0.0.1:{front}"
        yield proxy, f"s3://{BUCKET}?endpoint={endpoint}&region=us-east-1&path_style=true"
    finally:
        await proxy.end()
        server.kill()
        await server.wait()
