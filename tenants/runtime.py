"""What a process needs to build and run tools: opened once at the edge, passed down, never global."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox import Grant, Host, Image, Pool, Shares
from tenants.base.db import Database, wake
from tenants.base.errors import OverQuotaError
from tenants.base.events import Events
from tenants.base.leases import Owner
from tenants.capabilities.bound import Parts
from tenants.confinement.judging import Prover
from tenants.confinement.reading import Reader
from tenants.journal.records import Records
from tenants.people.mailer import Mailer
from tenants.retention.rules import days_of
from tenants.rules.background import Background
from tenants.rules.rounds import Rounds
from tenants.rules.stored_bytes import Gauge
from tenants.rules.tallies import Tallies
from tenants.stores.vault import Vault
from tenants.telemetry.metrics import Metrics
from tenants.telemetry.spans import Traces
from tenants.vendors.author import Author

# How many tools may be called by tools at a time, counted apart for each depth, and shared fairly among tenants.
CALLS_AT_ONCE = 48
# Versions that one process builds and checks at a time; one tenant has half of them at most.
BUILDS_AT_ONCE = 4
# Replays, comparisons with the past, dry runs and exports at a time in one process, and how many of one tenant wait.
DEMANDING_AT_ONCE = 6
DEMANDING_WAITING_MAX = 16
DEPTH_MAX = 4


class Effects(Protocol):
    """The world that runs reach: makes the real host of one run (tenants/capabilities)."""

    def host(self, tenant_id: str, run_id: str, tool_name: str, *, parts: Parts, grant: Grant) -> Host: ...


@dataclass
class Runtime:
    """`author` writes source for specs; without one nothing is generated. `owner` names this process in leases.

    `running` is the runs under way here, for cancelling them. Events are the database's own, so that what a unit
    announces reaches who watches here.
    """

    database: Database
    pool: Pool
    image: Image
    effects: Effects
    events: Events = field(default_factory=Events)
    author: Author | None = None
    vault: Vault | None = None
    # Sends the product's own letters; None where the operator named nobody whom they are from.
    mailer: Mailer | None = None
    # What every tenant may send mail from, besides what the operator gave to it: see tenants/rules/allotments.py.
    mail_domains: tuple[str, ...] = ()
    # Where people find us, for links in canned worlds; real ones are made by tenants/capabilities/files/links.py.
    origin: str = "https://tools.example.com"
    metrics: Metrics = field(default_factory=Metrics)
    # None: nobody wants any, and then they cost nothing.
    traces: Traces | None = None
    # It is to end soon: whoever asks whether it is ready is told no, and everything goes on as before.
    leaving: bool = False
    # This process is about to end: a run that is cut off is given to another process, not cancelled.
    stopping: bool = False
    # It ends now: runs are given away at their next call, and after `grace_s` wherever they are.
    draining: bool = False
    grace_s: float = 5.0
    owner: Owner = field(default_factory=Owner.of_this_process)
    running: dict[str, asyncio.Task[Any]] = field(default_factory=dict[str, asyncio.Task[Any]])
    # What computes for long while somebody waits, and is no call of a tool: see `demanding`.
    demands: Shares = field(default_factory=lambda: Shares(DEMANDING_AT_ONCE))
    # Whose versions are built and checked here now.
    builds: Rounds = field(default_factory=lambda: Rounds(BUILDS_AT_ONCE))
    # For how many days each rule of tenants/retention/rules.py keeps.
    retention_days: Mapping[str, int] = field(default_factory=lambda: days_of({}))
    # Versions that could not be proved anew by a fault of ours: tried again when this process is started again.
    stumbled_over: set[str] = field(default_factory=set[str])
    # One for each depth from which a tool may call another.
    turns: tuple[Shares, ...] = field(
        default_factory=lambda: tuple(Shares(CALLS_AT_ONCE) for _ in range(DEPTH_MAX - 1))
    )
    _background: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])

    def __post_init__(self) -> None:
        self.database.events = self.events
        # What tenants use now, here and at the other processes; runs among it that nobody waits for.
        self.tallies = Tallies(str(self.owner))
        self.background = Background(self.tallies)
        self.storage = Gauge(self.database)
        self.records = Records(self.database, self.storage.note)
        # What reads strangers' texts does it in confined processes; they start with the first such text.
        self.reader = Reader(pool=self.pool)
        # From the ring, so that every process has the same version meet the same worlds, and no tenant knows them.
        key = self.database.content_keys.ring.derived("canned worlds")[0]
        self.prover = Prover(self.reader.confinement, self.pool, self.image, key, self.origin)

    def spawn(self, work: Coroutine[Any, Any, object], name: str) -> asyncio.Task[Any]:
        """Let `work` go on behind the request that started it; it ends with this runtime."""
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    @asynccontextmanager
    async def demanding(self, tenant_id: str) -> AsyncGenerator[None]:
        """Hold one of the few places for what computes for long, shared fairly. Raises OverQuotaError."""
        if self.demands.waiting(tenant_id) >= DEMANDING_WAITING_MAX:
            message = f"{DEMANDING_WAITING_MAX} replays, dry runs or exports of this tenant wait already."
            raise OverQuotaError(message, retry_after_s=5, hint="Wait for one to end.")
        async with self.demands.place(tenant_id):
            yield

    async def close(self) -> None:
        """Stop what goes on in the background, then write what is still to be written."""
        self.stopping = self.draining = True
        gives_away = bool(self.running) and not self.database.is_sqlite
        if self.running:
            # A call that is cut off in the middle leaves something uncertain; between two calls nothing is.
            await asyncio.wait(self.running.values(), timeout=self.grace_s)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.records.close()
        await self.reader.confinement.close()
        if gives_away:
            async with self.database.system() as session:  # as it commits, the others hear of it
                wake(session, "runs")
