"""What tools reach of a tenant's own: its databases by name, and its files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Connection(TenantOwned, Base):
    """A database that a person has set up for the tenant's tools. Its password is sealed, and never shown again."""

    __tablename__ = "connections"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)  # without the password
    version: Mapped[int] = mapped_column(default=1)
    key_number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @property
    def seal_context(self) -> str:
        return f"connection/{self.name}/{self.version}"


class StoredFile(TenantOwned, Base):
    """A file by its path. Its content is the blob, which is written once and never changed."""

    __tablename__ = "files"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    blob: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(String(200))
    # The call that wrote it: the same call again, after a crash, is no second one.
    run_id: Mapped[str] = mapped_column(String(40))
    call_seq: Mapped[int]
    # {"kind": "tool", "id", "label"} or who put it there; None for what was written before it was kept.
    written_by: Mapped[dict[str, Any] | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)


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
