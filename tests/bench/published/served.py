"""The two sides of a published trajectory: the domains as an outside world, and the product to be killed."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from api.settings import Settings
from examples.world import mail
from tests.bench.published.sealed import PLACE, Heard, Published
from tests.chaos.processes import Process, answers
from tests.makers import CHECKOUT, Product, unused_port

PROGRAM = CHECKOUT / "tests" / "bench" / "programs" / "published_world.py"
_PATIENCE_S = 150


@dataclass(frozen=True)
class World:
    """The domains' own process, asked by who measures."""

    http: httpx2.AsyncClient
    port: int

    async def domain(self, domain: str) -> tuple[list[Published], dict[str, list[dict[str, Any]]]]:
        """Its tools, and the published calls of each task."""
        told = await self._ask("domain", domain=domain)
        return [Published(domain, name, **said) for name, said in told["tools"].items()], told["tasks"]

    async def published(self, domain: str, task: str) -> tuple[str, str, list[tuple[int, Any]]]:
        """The hash of the state before and after the published calls, and what each was answered."""
        told = await self._ask("published", domain=domain, task=task)
        return told["before"], told["hash"], [(one["status"], one["json"]) for one in told["answers"]]

    async def heard(self, tool: Published, arguments: Mapping[str, Any]) -> Heard:
        told = await self._ask("try", domain=tool.domain, tool=tool.name, arguments=arguments)
        return Heard(arguments, told["status"], told["json"])

    async def begin(self, domain: str, task: str, hold: Mapping[str, Any] | None = None) -> None:
        await self._ask("begin", domain=domain, task=task, hold=hold)

    async def held(self, domain: str) -> bool:
        """Wait until a call is held back; whether one was."""
        return (await self._ask("held", domain=domain))["held"]

    async def drop(self, domain: str) -> None:
        await self._ask("drop", domain=domain)

    async def state(self, domain: str) -> dict[str, Any]:
        """`hash` of the state, requests `asked`, and those that were `repeats` under a key known before."""
        return await self._ask("state", domain=domain)

    async def _ask(self, what: str, **given: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/control/{what}", json=given)
        return answer.raise_for_status().json()


@asynccontextmanager
async def world(python: Path | str, modules: Mapping[str, str], folder: Path) -> AsyncGenerator[World]:
    """Serve the modules' domains on loopback, in an environment of their own."""
    port = unused_port()
    words = [str(python), str(PROGRAM), str(port), *(f"{name}={module}" for name, module in modules.items())]
    # In a folder of its own: the package looks for settings where it is started.
    started = await asyncio.create_subprocess_exec(
        *words, cwd=folder, stdout=PIPE, env={"LOGURU_LEVEL": "CRITICAL", "PYTHONPATH": str(CHECKOUT)}
    )
    try:
        assert started.stdout is not None
        said = await started.stdout.readline()
        assert said == b"serving\n", said
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE_S) as http:
            yield World(http, port)
    finally:
        started.kill()
        await started.wait()


@dataclass
class Served:
    """The product in a process of its own."""

    product: Product
    process: Process

    async def kill(self) -> None:
        """kill -9, and nothing takes its place yet."""
        await asyncio.to_thread(self.process.kill)

    async def start(self) -> None:
        self.process.start()
        await answers(self.product.url)


@asynccontextmanager
async def product(folder: Path, port_of_world: int) -> AsyncGenerator[Served]:
    """Serve the product as an operator does; the name in the tools' specs leads to the world."""
    async with mail.serve() as mailbox:
        settings = Settings(data_dir=folder, port=unused_port())
        environment = {
            "SEALWRIGHT_DATA_DIR": str(folder),
            "SEALWRIGHT_IMAGES_DIR": str(CHECKOUT / ".data" / "images"),
            "SEALWRIGHT_PORT": str(settings.port),
            "SEALWRIGHT_SMTP_URL": f"smtp://127.0.0.1:{mailbox.smtp_port}",
            "SEALWRIGHT_ALLOWED_INTERNAL_HOSTS": f"{PLACE}:80=127.0.0.1:{port_of_world}",
            "SEALWRIGHT_SANDBOX_WORKERS": "1",
        }
        served = Served(Product(settings, mailbox), Process(["serve"], environment, folder / "serve.log"))
        folder.mkdir(parents=True, exist_ok=True)
        await served.start()
        try:
            yield served
        finally:
            served.process.end()
