"""What a run did, call by call, and what it asked people."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Index, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import canonical, ids
from tenants.base.content_keys import SealedObject, SealedText
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class JournalEntry(TenantOwned, Base):
    """One row before an effect (phase 0, the intent) and one after it (phase 1, the outcome); never changed.

    `item` is 0 for the call itself, and n + 1 for the nth part of a call that does many things.
    """

    __tablename__ = "journal_entries"

    # No index of its own: entries are always found by their run, and this is the hottest table.
    tenant_id: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phase: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    capability: Mapped[str] = mapped_column(String(40))
    operation: Mapped[str] = mapped_column(String(40))
    effect: Mapped[str] = mapped_column(String(8))  # read | keyed | unsafe
    request_hash: Mapped[str] = mapped_column(SealedText)
    request: Mapped[str | None] = mapped_column(SealedText)  # JSON text, redacted; in the call's first row only
    reply: Mapped[str | None] = mapped_column(SealedText)  # JSON text: {"value"} or {"fault"}
    elapsed_ns: Mapped[int] = mapped_column(BigInteger, default=0)
    written_at_ns: Mapped[int] = mapped_column(BigInteger)
    is_uncertain: Mapped[bool] = mapped_column(default=False, server_default=false())


class Question(TenantOwned, Base):
    """What a suspended run asks a person."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("run_id", "seq"), Index("ix_questions_open", "tenant_id", "answered_at", "id"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "qst"))
    run_id: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    asked_of: Mapped[str] = mapped_column(String(40))  # the least role that may answer
    question: Mapped[str] = mapped_column(SealedText)
    details: Mapped[str | None] = mapped_column(SealedText)  # JSON text
    deadline: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[dict[str, Any] | None] = mapped_column(SealedObject)  # {"approved", "by", "comment"}
    answered_by: Mapped[dict[str, Any] | None]
    answered_at: Mapped[datetime | None]

    @property
    def details_value(self) -> Any:
        """`details` as a JSON value."""
        return None if self.details is None else canonical.parse(self.details)
