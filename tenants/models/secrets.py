"""A tenant's secrets, sealed with the tenant's own key, which is wrapped by the platform's."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class TenantKey(TenantOwned, Base):
    """A tenant's key for sealing, wrapped by the key of the ring that `wrapped_by` names."""

    __tablename__ = "tenant_keys"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped_by: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def wrap_context(self) -> str:
        return f"{self.tenant_id}/{self.number}"


class SecretEntry(TenantOwned, Base):
    """One secret. Nothing ever shows its value again."""

    __tablename__ = "secrets"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    hosts: Mapped[list[Any]]  # where it may be sent
    version: Mapped[int] = mapped_column(default=1)
    key_number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    # When whoever gave it out stops taking it, as a person has said. It is sent all the same: they may be wrong.
    expires_at: Mapped[datetime | None]

    @property
    def seal_context(self) -> str:
        return f"secret/{self.name}/{self.version}"
