"""What was said to a model and what it answered: kept with the version, and what spending is counted by."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Exchange(TenantOwned, Base):
    """One request to a model and its reply.

    Written before the request with the most it can cost, settled after it with what it did cost: a crash in
    between leaves the reservation, so that spending is never counted too low.
    """

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_version", "version_id", "round"),
        Index("ix_exchanges_tenant_created", "tenant_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "exc"))
    # None for the draft of a spec: there is no version yet.
    version_id: Mapped[str | None] = mapped_column(String(40))
    tool_name: Mapped[str | None] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX), index=True)
    purpose: Mapped[str] = mapped_column(String(10))  # write | draft | second
    round: Mapped[int] = mapped_column(default=1)
    model: Mapped[str] = mapped_column(String(100))
    # What this round added to the conversation; the rules and the guide are named by `prompt_digest`.
    request: Mapped[list[Any]]
    prompt_digest: Mapped[str] = mapped_column(String(64))
    reply: Mapped[list[Any] | None]
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(Text)
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cache_write_tokens: Mapped[int] = mapped_column(default=0)
    cache_read_tokens: Mapped[int] = mapped_column(default=0)
    # Millionths of a US dollar: at first what it may cost at most, then what it did cost.
    cost_microusd: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
