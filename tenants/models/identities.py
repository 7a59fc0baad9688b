"""Sign-in by a tenant's own identity provider: the providers, whom they vouched for, and sign-ins under way."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class IdentityProvider(TenantOwned, Base):
    """An OpenID Connect provider that a tenant trusts to say who its people are. It counts in that tenant only."""

    __tablename__ = "identity_providers"

    tenant_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    # In the address that the provider sends people back to, so that no two providers share one.
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(500))
    # The client's secret; sealed nothing for a client that has none.
    key_number: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    email_domains: Mapped[list[Any]]
    # What somebody becomes whom nobody has added. None: members only.
    newcomer_role: Mapped[str | None] = mapped_column(String(20))
    # Values of `amr` or `acr` in its ID tokens that count as a second factor here. None: it is asked for here.
    second_factor_claims: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    updated_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def seal_context(self) -> str:
        return f"identity-provider/{self.name}/{self.version}"


class Identity(TenantOwned, Base):
    """A person as a provider knows them. The issuer and its subject say who it is; an address only introduces."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("tenant_id", "issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "idn"))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)


class SignIn(TenantOwned, Base):
    """A browser on its way to a provider and back. Taken once."""

    __tablename__ = "sign_ins"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(500))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    browser_hash: Mapped[str] = mapped_column(String(64))
    next: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)
