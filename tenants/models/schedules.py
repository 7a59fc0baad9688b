"""What happens by itself: calls at set times, and notices to other systems."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.content_keys import SealedText
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Schedule(TenantOwned, Base):
    """A tool called at the times a cron expression names, in a time zone."""

    __tablename__ = "schedules"
    __table_args__ = (Index("ix_schedules_queue", "paused", "next_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "sch"))
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    arguments: Mapped[dict[str, Any]]
    cron: Mapped[str] = mapped_column(String(100))
    zone: Mapped[str] = mapped_column(String(60))
    missed: Mapped[str] = mapped_column(String(10))  # skip | once: what to do about times nobody was there for
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    last_run_id: Mapped[str | None] = mapped_column(String(40))
    last_error: Mapped[str | None] = mapped_column(Text)
    # It acts for whoever made it, and no longer than they could: an agent by this grant, a key by itself.
    created_by: Mapped[dict[str, Any]]
    grant_id: Mapped[str | None] = mapped_column(String(40), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Webhook(TenantOwned, Base):
    """Where a tenant wants to be told of events. The signing key is sealed like a secret."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "whk"))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[Any]]
    key_number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def seal_context(self) -> str:
        return f"webhook/{self.url}"


class Delivery(TenantOwned, Base):
    """One notice to one webhook, and how often it was tried."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "kind", "subject"),
        Index("ix_webhook_deliveries_queue", "state", "next_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "msg"))
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(SealedText)  # exactly what is signed and sent
    state: Mapped[str] = mapped_column(String(10))  # waiting | delivered | given_up
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    delivered_at: Mapped[datetime | None]
