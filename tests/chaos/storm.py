"""One storm: bulk runs of a real tool against a real mail server and a real HTTP server, processes killed meanwhile.

The plan is drawn from a seed; the kernel's timing is its own. What is checked holds for every timing.
"""

import asyncio
import base64
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from examples.world import mail
from examples.world.web import serve_app
from sandbox import Pool, images
from tenants import migrations
from tenants.agents import api_keys
from tenants.base import leases
from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.capabilities import Capabilities
from tenants.catalog import catalog
from tenants.models import Run
from tenants.people import accounts
from tenants.runtime import Runtime
from tests.chaos.processes import Process, answers
from tests.chaos.tools import STORM
from tests.makers import unused_port
from tests.tenants import workshop

CHECKOUT = Path(__file__).parents[2]
NAME = "storm_send"
PASSWORD = "correct horse battery"


@dataclass
class Orders:
    """An HTTP server that honours idempotency keys, as a good one does."""

    by_key: dict[str, str] = field(default_factory=dict[str, str])
    repeats: int = 0

    async def post(self, request: Request) -> JSONResponse:
        try:
            key, item = request.headers["idempotency-key"], (await request.json())["item"]
        except ClientDisconnect:  # killed before it had said all
            return JSONResponse({}, 400)
        if key in self.by_key:
            self.repeats += 1
        self.by_key.setdefault(key, item)
        return JSONResponse({"id": key}, 201)


@dataclass
class Report:
    """What a storm did and what came of it; `faults` is empty when every promise was kept."""

    seed: int
    kind: str
    kills: Counter[str] = field(default_factory=Counter[str])
    runs: int = 0
    items: int = 0
    delivered: int = 0
    uncertain: int = 0
    repeats_keyed: int = 0
    resumed_after_s: list[float] = field(default_factory=list[float])
    seconds: float = 0
    faults: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        slowest = max(self.resumed_after_s, default=0)
        lines = [
            f"seed {self.seed}, {self.kind}: {self.kills.total()} kills {dict(self.kills)} in {self.seconds:.0f} s",
            f"{self.runs} acknowledged runs, {self.items:,} items, {self.delivered:,} letters delivered once,"
            f" {self.uncertain} uncertain, {self.repeats_keyed} keyed posts repeated and recognised",
            f"taken over {len(self.resumed_after_s)} times, the slowest after {slowest:.1f} s"
            f" (lease {leases.LEASE.total_seconds():.0f} s)",
        ]
        return "\n".join([*lines, *(f"BROKEN: {fault}" for fault in self.faults)])


@dataclass
class Storm:
    """A product under fire. `kinds` of kill: the server, the other process, or a sandbox worker of either."""

    folder: Path
    url: str
    token: str
    tenant: str
    orders_url: str
    database: Database
    mailbox: mail.Sink
    orders: Orders
    processes: list[Process]
    chance: random.Random
    report: Report

    async def rage(self, kills: int, recipients: int, runs_at_once: int) -> None:
        acknowledged: dict[str, str] = {}
        supervising = asyncio.create_task(self._supervise())
        callers = [
            asyncio.create_task(self._call(f"c{self.report.seed}-{number}", recipients, acknowledged))
            for number in range(runs_at_once)
        ]
        number = runs_at_once
        for _ in range(kills):
            await asyncio.sleep(self.chance.uniform(0.05, 1.5))
            await self._kill_one()
            # There is always something going on to be killed.
            if await self._going_on() < runs_at_once:
                callers.append(
                    asyncio.create_task(self._call(f"c{self.report.seed}-{number}", recipients, acknowledged))
                )
                number += 1
        await asyncio.gather(*callers)
        await self._settle(acknowledged, recipients)
        supervising.cancel()

    async def _supervise(self) -> None:
        """Start again what has ended by itself, as any supervisor does: a kill can hit a process that is starting."""
        while True:
            for process in self.processes:
                if process.running is not None and process.running.poll() is not None:
                    process.start()
            await asyncio.sleep(0.2)

    async def _call(self, campaign: str, recipients: int, acknowledged: dict[str, str]) -> None:
        """Ask for a run until it is acknowledged, with one key, as a careful client does."""
        body = {"arguments": {"campaign": campaign, "count": recipients, "url": self.orders_url}}
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": campaign, "Prefer": "respond-async"}
        path = f"{self.url}/api/v1/tenants/{self.tenant}/tools/{NAME}/runs"
        async with httpx2.AsyncClient(timeout=120) as http:
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    answer = await http.post(path, json=body, headers=headers)
                    if answer.status_code in {200, 202}:
                        acknowledged[answer.json()["id"]] = campaign
                        return
                    if answer.status_code < 500:
                        self.report.faults.append(f"{campaign}: {answer.status_code} {answer.text[:300]}")
                        return
                await asyncio.sleep(0.1)

    async def _kill_one(self) -> None:
        victim = self.chance.choice(self.processes)
        children = victim.children()
        if children and self.chance.random() < 0.3:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(children), signal.SIGKILL)
            self.report.kills["sandbox worker"] += 1
            return
        carried = await self._carried_by(victim.pid)
        victim.kill()
        since = time.monotonic()
        self.report.kills[victim.arguments[0]] += 1
        # Watched from the kill on, not from when the process is back: another one may take the run first.
        watching = [asyncio.create_task(self._taken_over(run_id, owner, since)) for run_id, owner in carried]
        victim.start()
        if victim.arguments[0] == "serve":
            await answers(self.url)
        await asyncio.gather(*watching)

    async def _carried_by(self, pid: int) -> list[tuple[str, str]]:
        async with self.database.system_reading() as session:
            rows = await session.execute(select(Run.id, Run.lease_owner).where(Run.status == "running"))
            return [(run_id, owner) for run_id, owner in rows if owner and leases.Owner.parse(owner).pid == pid]

    async def _taken_over(self, run_id: str, owner: str, since: float) -> None:
        """See a run taken over in time: the time counts while there is a process that could take it."""
        limit = leases.LEASE.total_seconds() + 2
        able_since = since
        while True:
            async with self.database.system_reading() as session:
                run = (await session.execute(select(Run.status, Run.lease_owner).where(Run.id == run_id))).one()
            if run.status == "finished" or run.lease_owner != owner:
                self.report.resumed_after_s.append(time.monotonic() - since)
                return
            if not any(process.is_up() for process in self.processes):
                able_since = time.monotonic()
            if time.monotonic() - able_since > limit:
                up = [
                    f"{one.arguments[0]} started {time.monotonic() - one.started_at:.0f} s ago"
                    for one in self.processes
                ]
                self.report.faults.append(f"{run_id} was not taken over within {limit:.0f} s ({', '.join(up)})")
                return
            await asyncio.sleep(0.05)

    async def _going_on(self) -> int:
        async with self.database.system_reading() as session:
            return len((await session.scalars(select(Run.id).where(Run.status != "finished"))).all())

    async def _settle(self, acknowledged: dict[str, str], recipients: int) -> None:
        async with asyncio.timeout(180):
            while await self._going_on():
                await asyncio.sleep(0.2)
        async with self.database.system_reading() as session:
            found = {run.id: run for run in await session.scalars(select(Run))}
        heard = Counter(message.recipient.partition("@")[0] for message in self.mailbox.messages)
        report = self.report
        report.runs, report.items = len(acknowledged), len(acknowledged) * recipients
        report.delivered, report.repeats_keyed = len(heard), self.orders.repeats
        report.faults += [f"{item} was delivered {count} times" for item, count in heard.items() if count > 1]
        for run_id, campaign in acknowledged.items():
            run = found.get(run_id)
            if run is None or run.outcome != "returned":
                report.faults.append(f"{run_id} was acknowledged and {run and (run.outcome, run.error)}")
                continue
            self._check(json.loads(run.result or "{}"), campaign, recipients, heard)
        # Each connection has one letter in flight, and a killed process has as many as connections.
        most = 8 * report.kills.total()
        if report.uncertain > most:
            report.faults.append(f"{report.uncertain} letters are uncertain, more than {most} can have been in flight")

    def _check(self, ends: dict[str, int], campaign: str, recipients: int, heard: Counter[str]) -> None:
        self.report.uncertain += ends["uncertain"]
        arrived = sum(1 for item in heard if item.startswith(f"{campaign}-"))
        whole = ends["sent"] + ends["uncertain"] == recipients and ends["posted"] == recipients
        if not whole or not ends["sent"] <= arrived <= ends["sent"] + ends["uncertain"]:
            self.report.faults.append(f"{campaign} says {ends}, and {arrived} of {recipients} letters arrived")
        posted = sum(1 for item in self.orders.by_key.values() if item.startswith(f"{campaign}-"))
        if posted != recipients:
            self.report.faults.append(f"{campaign}: {posted} of {recipients} orders arrived")


async def storm(
    folder: Path, database_url: str | None, *, kills: int, seed: int, recipients: int = 200, runs_at_once: int = 3
) -> Report:
    """Serve, call, kill `kills` times, wait for the end, and report."""
    report = Report(seed, "PostgreSQL" if database_url else "SQLite")
    began = time.monotonic()
    async with product(folder, database_url, report) as under_fire:
        await under_fire.rage(kills, recipients, runs_at_once)
    report.seconds = time.monotonic() - began
    return report


@asynccontextmanager
async def product(folder: Path, database_url: str | None, report: Report) -> AsyncGenerator[Storm]:
    orders = Orders()
    app = Starlette(routes=[Route("/orders", orders.post, methods=["POST"])])
    port = unused_port()  # storms do not meet
    async with mail.serve() as mailbox, serve_app(app) as url:
        mailbox.behaviour.delay_ms = 5  # so that there is something in flight to be cut off
        environment = {
            "SEALWRIGHT_DATA_DIR": str(folder),
            "SEALWRIGHT_IMAGES_DIR": str(CHECKOUT / ".data" / "images"),
            "SEALWRIGHT_PORT": str(port),
            "SEALWRIGHT_SMTP_URL": f"smtp://127.0.0.1:{mailbox.smtp_port}",
            "SEALWRIGHT_MAIL_DOMAINS": "*",
            "SEALWRIGHT_ALLOWED_INTERNAL_HOSTS": url.removeprefix("http://"),
            "SEALWRIGHT_SANDBOX_WORKERS": "1",
            "SEALWRIGHT_BUILD_TASKS": "0",
            "SEALWRIGHT_SECRETS_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
            **({"SEALWRIGHT_DATABASE_URL": database_url} if database_url else {}),
        }
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(
            database_url or f"sqlite+aiosqlite:///{folder / 'sealwright.db'}",
            Ring.parse(environment["SEALWRIGHT_SECRETS_KEYS"]),
        )
        await migrations.upgrade(database)
        tenant, token = await _prepare(folder, database, url)
        processes = [Process([name], environment, folder / f"{name}.log") for name in ("serve", "worker")]
        for process in processes:
            process.start()
        try:
            await answers(f"http://127.0.0.1:{port}")
            yield Storm(
                folder, f"http://127.0.0.1:{port}", token, tenant, f"{url}/orders", database, mailbox, orders,
                processes, random.Random(report.seed), report,  # noqa: S311 - a plan, to be repeated
            )  # fmt: skip
        finally:
            for process in processes:
                process.end()
            await database.close()


async def _prepare(folder: Path, database: Database, url: str) -> tuple[str, str]:
    """Make a tenant with the tool live; return its slug and an API key."""
    user, tenant = await accounts.sign_up(
        database, email="owner@storm.example", password=PASSWORD, name="Owner", tenant_name="Storm"
    )
    actor = await accounts.actor_for(database, user, tenant.slug)
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    async with Pool.open(image, folder / "artifacts", workers=1) as pool, Capabilities.open(database) as effects:
        runtime = Runtime(database=database, pool=pool, image=image, effects=effects)
        grant: dict[str, Any] = {
            "ledger": ["storm/*"], "email": ["to @example.com"], "http": [f"POST {url}/orders"],
        }  # fmt: skip
        await workshop.make_tool(runtime, actor, STORM, grant, NAME, {"wall_ms": 300_000})
        assert NAME in (await catalog.live(database, actor.tenant_id)).tools
        await runtime.close()
    async with database.unit(actor.tenant_id) as session:
        _, token = await api_keys.create(session, actor, name="storm", scopes=["tools:call", "runs:read"])
    return tenant.slug, token
