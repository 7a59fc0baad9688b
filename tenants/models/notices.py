"""What has happened and is told to other systems, where nothing else keeps it."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Notice(TenantOwned, Base):
    """Written in the unit of what it tells of; webhooks are told from here. See tenants/notifications/deliveries.py."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_tenant_created", "tenant_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "ntc"))
    kind: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AlertRule(TenantOwned, Base):
    """What a tenant's people want to hear of once it begins, and once it is over. See tenants/alerts."""

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "alr"))
    kind: Mapped[str] = mapped_column(String(20))
    tool_name: Mapped[str | None] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    # It fires at this much or more, in the unit of its kind, within the span where its kind has one.
    threshold: Mapped[int]
    span_minutes: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    # The people who have asked for letters, by their ids: nobody asks for another.
    letters_to: Mapped[list[Any]]
    # Since when it fires, None while it is quiet; and how much it was when that last changed.
    fired_at: Mapped[datetime | None]
    value: Mapped[int | None]
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
