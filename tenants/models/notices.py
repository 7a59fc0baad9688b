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
