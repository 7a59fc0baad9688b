"""How much each tenant has stored."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, TenantOwned


class StoredBytes(TenantOwned, Base):
    """A part of what a tenant has stored; the parts together are the whole. Counted with what is written.

    Several parts, so that processes which write for one tenant do not wait for each other's commits.
    """

    __tablename__ = "stored_bytes"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bytes: Mapped[int] = mapped_column(BigInteger)
    # Of part 0: when all of it was last counted anew.
    counted_at: Mapped[datetime | None]
