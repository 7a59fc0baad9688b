"""What tools remember between runs: the ledger of effects that have happened, and small keyed values."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base.db import Base, JsonText, now
from tenants.base.tenancy import TenantOwned


class LedgerEntry(TenantOwned, Base):
    """One effect by key: claimed by a run, then done for good (or released)."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ix_ledger_entries_run", "tenant_id", "run_id", "state"),)

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))  # claimed | done | uncertain
    run_id: Mapped[str] = mapped_column(String(40))
    call_seq: Mapped[int]  # the run's call that claimed it: that one may be repeated, a later one may not
    claimed_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class KvEntry(TenantOwned, Base):
    __tablename__ = "kv_entries"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    scope: Mapped[str] = mapped_column(String(70), primary_key=True)  # "tenant" or "tool:NAME"
    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    value: Mapped[Any] = mapped_column(JsonText)
    revision: Mapped[int] = mapped_column(BigInteger, default=1)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
