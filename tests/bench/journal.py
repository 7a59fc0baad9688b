"""What durability costs: journalled host calls per second, and 5,000 letters against a plain script's."""

import asyncio
import resource
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
from sqlalchemy import func, select

from examples.world import mail
from sandbox import HostCall, HostReply, Image, Pool, images
from tenants import migrations
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.capabilities import Capabilities, MailServer
from tenants.journal.hosts import JournalledHost
from tenants.journal.journals import Journal
from tenants.journal.writer import Writer, store_of
from tenants.journal.writes import Begin, Change
from tenants.models import JournalEntry, Run
from tenants.people import accounts
from tenants.runs import runs
from tenants.runtime import Runtime
from tests.databases import RING
from tests.makers import CHECKOUT
from tests.postgres import running
from tests.tenants import workshop

CALLS = 4_000
LETTERS = 5_000
CONNECTIONS = 8
TOOL = '''
"""Send one letter to each recipient, once."""
from sealwright import email, ledger


def send(count: int) -> dict:
    sent = 0
    for start in range(0, count, 500):
        keys = [f"bench/{number}" for number in range(start, min(start + 500, count))]
        ledger.claim(keys)
        letters = [{"to": f"{key[6:]}@example.com", "subject": key, "text": key, "key": key} for key in keys]
        sent += sum(answer["status"] == "sent" for answer in email.send_many(letters))
        ledger.done(keys)
    return {"sent": sent}
'''


class Instant:
    """A world that answers at once: what is left is the journal."""

    async def answer(self, call: HostCall) -> HostReply:
        return HostReply({"status": 200, "text": "x" * 200}, elapsed_ns=1 + call.seq)

    def progress(self, done: float, total: float | None, message: str | None) -> None: ...


def _row() -> dict[str, Any]:
    blank: dict[str, Any] = {column.name: 0 for column in Run.__table__.columns}
    nothing = (
        "idempotency_key", "outcome", "result", "error", "progress", "finished_at", "cancel_requested_at",
        "parent_run_id", "error_code",
    )  # fmt: skip
    texts = ("tool_id", "tool_name", "version_id", "digest", "component_digest", "principal", "arguments_hash", "seed")
    times = {"created_at": now(), "lease_until": now(), "lease_owner": "bench"}
    own: dict[str, Any] = {
        "id": ids.new("run"),
        "tenant_id": "ten_1",
        "caller": {},
        "arguments": "{}",
        "status": "running",
        "log": "",
    }
    return {**blank, **dict.fromkeys(nothing), **dict.fromkeys(texts, "x"), **times, **own}


async def _calls(database: Database, at_once: int) -> float:
    await database.ensure_content_keys("ten_1")
    writer = Writer(store_of(database))

    async def one() -> None:
        row = _row()
        await writer.submit(Begin(row))
        host = JournalledHost(Journal("ten_1", row["id"], 0, writer), Instant())
        for seq in range(CALLS // at_once):
            await host.answer(HostCall(seq, "kv", "compare_and_set", {"key": "a", "value": {"n": seq}}))
        await host.journal.settled()
        await writer.submit(Change("ten_1", row["id"], 0, {"status": "finished"}))

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    elapsed = time.perf_counter() - began
    await writer.close()
    return CALLS / elapsed


async def _script(port: int) -> float:
    """The same letters from a plain script: as many connections, no record of anything."""
    waiting = iter(range(LETTERS))

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for number in waiting:
                message = EmailMessage()
                message["From"], message["To"] = "bench@example.com", f"{number}@example.com"
                message["Subject"] = f"bench/{number}"
                message.set_content(f"bench/{number}")
                await smtp.send_message(message)

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    return LETTERS / (time.perf_counter() - began)


async def _tool(database: Database, image: Image, folder: Path, port: int) -> tuple[float, int]:
    server = MailServer("127.0.0.1", port, "bench@example.com", "none", connections=CONNECTIONS)
    effects = Capabilities(database, mail=server, mail_domains=("*",))
    user, tenant = await accounts.sign_up(
        database, email="bench@example.com", password="correct horse battery", name="Bench", tenant_name="Bench"
    )
    actor = await accounts.actor_for(database, user, tenant.slug)
    async with Pool.open(image, folder / "artifacts", workers=1) as pool:
        runtime = Runtime(database=database, pool=pool, image=image, effects=effects)
        grant = {"ledger": ["bench/*"], "email": ["to @example.com"]}
        await workshop.make_tool(runtime, actor, TOOL, grant, "send", {"wall_ms": 600_000})
        began = time.perf_counter()
        run = (await runs.call(runtime, actor, "send", {"count": LETTERS})).run
        elapsed = time.perf_counter() - began
        assert run.result == f'{{"sent":{LETTERS}}}' or str(LETTERS) in (run.result or ""), run.error
        async with database.system_reading() as session:
            rows = await session.scalar(select(func.count()).select_from(JournalEntry)) or 0
        await runtime.close()
    await effects.close()
    return elapsed, rows


async def _both(name: str, url: str, image: Image, folder: Path) -> None:
    database = Database(url, RING)
    await migrations.upgrade(database)
    for at_once in (1, 32):
        rate = await _calls(database, at_once)
        print(
            f"{name:10}  journalled unsafe calls, {at_once:2} runs at once   {rate:8,.0f} /s  (two durable rows each)"
        )
    async with mail.serve() as sink:
        plain = await _script(sink.smtp_port)
        elapsed, rows = await _tool(database, image, folder, sink.smtp_port)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:10}  {LETTERS:,} letters in one call {elapsed:6.1f} s   {LETTERS / elapsed:6,.0f} sends/s"
        f"   {rows / elapsed:6,.0f} journal rows/s   plain script {plain:6,.0f} sends/s"
        f"   ratio {LETTERS / elapsed / plain:.2f}   peak {peak:,.0f} MB (mail server included)"
    )
    await database.close()


def main() -> None:
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_both("SQLite", f"sqlite+aiosqlite:///{folder}/bench.db", image, Path(folder)))
    with running() as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(_both("PostgreSQL", url, image, Path(folder)))
