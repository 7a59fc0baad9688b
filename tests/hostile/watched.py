"""A server in a process of its own, and somebody who watches whether it goes on answering while others are hostile.

A slow machine is no stall: what counts is how long the server's own thread computed between two answers.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.makers import CHECKOUT, unused_port


@dataclass
class Watch:
    """What was seen while something was asked: the longest the loop computed without answering, and the growth."""

    stalled_ms: float = 0.0
    answered: int = 0
    rss_mb_before: float = 0.0
    rss_mb_peak: float = 0.0

    @property
    def grown_mb(self) -> float:
        return self.rss_mb_peak - self.rss_mb_before


@dataclass
class Server:
    """A served product. `person` is the browser of somebody who signed up, `api` a key with every scope."""

    process: subprocess.Popen[bytes]
    url: str
    slug: str = "stranger"
    clients: list[httpx2.AsyncClient] = field(default_factory=list[httpx2.AsyncClient])

    def client(self, **headers: str) -> httpx2.AsyncClient:
        made = httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=60)
        self.clients.append(made)
        return made

    def computed_s(self) -> float:
        """Seconds that the thread of the event loop has computed so far."""
        thread = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/schedstat").read_text()
        return int(thread.split()[0]) / 1e9

    def rss_mb(self, figure: str = "VmRSS") -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{figure}:"):
                return int(line.split()[1]) / 1024
        return 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[Watch]:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")  # the peak begins anew
        watch = Watch(rss_mb_before=self.rss_mb())
        ended = asyncio.Event()
        probe = asyncio.create_task(self._probe(watch, ended))
        try:
            yield watch
        finally:
            ended.set()
            await probe  # it looks once more, whatever the request did

    async def _probe(self, watch: Watch, ended: asyncio.Event) -> None:
        async with httpx2.AsyncClient(base_url=self.url, timeout=60) as client:
            is_last = False
            while not is_last:
                is_last, before = ended.is_set(), self.computed_s()
                answer = await client.get("/healthz")
                watch.stalled_ms = max(watch.stalled_ms, (self.computed_s() - before) * 1000)
                watch.rss_mb_peak = self.rss_mb("VmHWM")
                watch.answered += answer.status_code == 200
                await asyncio.sleep(0.003)


@asynccontextmanager
async def served_apart(folder: Path) -> AsyncGenerator[Server]:
    port = unused_port()
    environment = {
        **os.environ,
        "SEALWRIGHT_DATA_DIR": str(folder),
        "SEALWRIGHT_IMAGES_DIR": str(CHECKOUT / ".data" / "images"),
        "SEALWRIGHT_SANDBOX_WORKERS": "1",
    }
    server = Server(_spawn(folder, environment, port), f"http://127.0.0.1:{port}")
    try:
        await _until_it_answers(server, folder)
        yield server
    finally:
        for client in server.clients:
            await client.aclose()
        server.process.terminate()
        server.process.wait(timeout=120)


def _spawn(folder: Path, environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    command = [Path(sys.executable).parent / "sealwright", "serve", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=CHECKOUT)


async def _until_it_answers(server: Server, folder: Path) -> None:
    deadline = time.monotonic() + 120
    async with httpx2.AsyncClient(base_url=server.url, timeout=5) as client:
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                raise AssertionError((folder / "server.log").read_text()[-4000:])
            try:
                if (await client.get("/healthz")).status_code == 200:
                    return
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
    raise AssertionError("the server did not start")
