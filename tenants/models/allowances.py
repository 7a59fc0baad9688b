"""How much has been used: of what a grant counts by the day, and of a tenant's limits right now."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class DayUse(TenantOwned, Base):
    """What all runs of one tool have used of one capability in one day (UTC)."""

    __tablename__ = "day_uses"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX), primary_key=True)
    capability: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026-06-01
    used: Mapped[int] = mapped_column(BigInteger)


class RunCharge(TenantOwned, Base):
    """The last call of a run that was counted: repeated after a crash, it is not counted again."""

    __tablename__ = "run_charges"

    run_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    capability: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
    charged_at: Mapped[datetime] = mapped_column(default=now)


class UseTally(TenantOwned, Base):
    """What one process has of one tenant, or of one client of it (`subject`, empty for all), while that is much.

    `asked` counts requests since the process began to tell; `beat` grows each time it tells.
    """

    __tablename__ = "use_tallies"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32), primary_key=True)
    process: Mapped[str] = mapped_column(String(80), primary_key=True)
    asked: Mapped[int] = mapped_column(BigInteger)
    running: Mapped[int]
    background: Mapped[int]
    beat: Mapped[int] = mapped_column(BigInteger)
    told_at: Mapped[datetime]
