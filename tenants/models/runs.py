"""Runs: one call of one component, and what came of it."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from sandbox import jsontext
from tenants.base import ids
from tenants.base.content_keys import SealedObject, SealedText
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned

# Few runs are called by others, and the table is written for every call.
_IS_WITHIN = text("parent_run_id IS NOT NULL")
# Of columns that are written when a run ends; all others are written when it begins (tenants/journal/records.py).
AT_END = {"written": "when it ends"}


class RunStatus(StrEnum):
    """Where a run is: `suspended` ones wait for a person or a time, and nobody carries them."""

    QUEUED = "queued"
    RUNNING = "running"
    SUSPENDED = "suspended"
    FINISHED = "finished"


class Run(TenantOwned, Base):
    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "principal", "tool_name", "idempotency_key"),
        Index("ix_runs_tenant_tool", "tenant_id", "tool_name", "id"),
        Index("ix_runs_tenant_status", "tenant_id", "status", "id"),
        Index("ix_runs_queue", "status", "lease_until"),
        Index("ix_runs_parent", "parent_run_id", postgresql_where=_IS_WITHIN, sqlite_where=_IS_WITHIN),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "run"))
    tool_id: Mapped[str] = mapped_column(String(40))
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    version_id: Mapped[str] = mapped_column(String(40))
    version_number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))  # the version's reviewed digest
    component_digest: Mapped[str] = mapped_column(String(64))
    principal: Mapped[str] = mapped_column(String(600))  # Actor.id: an agent's may be its client's URL
    # The run that called this one, where a tool called a tool.
    parent_run_id: Mapped[str | None] = mapped_column(String(40))
    caller: Mapped[dict[str, Any]]  # {"kind", "id", "label", "channel": "mcp"|"rest"|"cli"}
    arguments: Mapped[str] = mapped_column(SealedText)  # JSON text
    arguments_hash: Mapped[str] = mapped_column(SealedText)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    # With the arguments, the component and the journal these make a run repeatable, bit for bit.
    seed: Mapped[str] = mapped_column(String(64))  # hex of 32 bytes
    started_at_ns: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12), info=AT_END)  # queued | running | suspended | finished
    outcome: Mapped[str | None] = mapped_column(String(12), info=AT_END)
    result: Mapped[str | None] = mapped_column(SealedText, info=AT_END)  # JSON text
    error: Mapped[dict[str, Any] | None] = mapped_column(SealedObject, info=AT_END)
    # In clear, so that failures can be counted by kind; None where it is no plain word.
    error_code: Mapped[str | None] = mapped_column(String(64), info=AT_END)
    progress: Mapped[dict[str, Any] | None] = mapped_column(SealedObject, info=AT_END)
    log: Mapped[str] = mapped_column(SealedText, default="", info=AT_END)
    fuel_used: Mapped[int] = mapped_column(BigInteger, default=0, info=AT_END)
    # What counted the fuel (Pool.meter): figures of two meters are not compared. None where nothing ran.
    meter: Mapped[str | None] = mapped_column(String(20), server_default="wasmtime", info=AT_END)
    memory_bytes_peak: Mapped[int] = mapped_column(BigInteger, default=0, info=AT_END)
    wall_ms: Mapped[float] = mapped_column(default=0.0, info=AT_END)
    host_calls: Mapped[int] = mapped_column(default=0, info=AT_END)
    # How often its code was run for it, so far: once more each time it went on after a wait, a crash or a takeover.
    # What it used is told of the last time, which does again all that the times before it did.
    executions: Mapped[int] = mapped_column(default=0, server_default="1", info=AT_END)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None] = mapped_column(info=AT_END)
    # Somebody wants it stopped: the process that holds the lease sees it with its next sign of life.
    cancel_requested_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(40), info=AT_END)
    lease_until: Mapped[datetime | None] = mapped_column(info=AT_END)
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    # The version of the host's interface that the run's journal speaks.
    interface: Mapped[int] = mapped_column(default=1, server_default="1")
    # Takeovers since the journal last grew, and how long it was then: a run that kills its host is given up.
    takeovers: Mapped[int] = mapped_column(default=0, server_default="0")
    entries_at_takeover: Mapped[int] = mapped_column(default=0, server_default="0")

    # Which of its spec's invariants did not hold: bit n for the nth. None: nobody has looked. It is written behind the
    # run's end (tenants/proving/invariant_checks.py).
    broken_invariants: Mapped[int | None]

    @property
    def broken_numbers(self) -> list[int] | None:
        """`broken_invariants` as numbers from 0 on."""
        mask = self.broken_invariants
        return None if mask is None else [number for number in range(mask.bit_length()) if mask >> number & 1]

    @property
    def arguments_value(self) -> Any:
        """`arguments` as a JSON value."""
        return _value(self.arguments)

    @property
    def result_value(self) -> Any:
        """`result` as a JSON value; None also where there is none."""
        return _value(self.result)


def _value(text: str | None) -> Any:
    """The value of a text that was checked when it was kept. One row that is broken all the same hides no other."""
    try:
        return None if text is None else jsontext.read(text)
    except jsontext.BadJson:
        return None
