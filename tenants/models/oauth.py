"""Connected agents: OAuth clients, what people granted them, and the tokens that came of it. Secrets are hashed."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class OAuthClient(Base):
    """A program that may ask for access. Global, but for those that one tenant made by hand."""

    __tablename__ = "oauth_clients"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "cli"))
    # A random name, or the URL of a client's metadata document.
    client_id: Mapped[str] = mapped_column(String(512), unique=True)
    source: Mapped[str] = mapped_column(String(10))  # registered | document | manual
    # RFC 7591 metadata, checked by api/oauth before it gets here.
    details: Mapped[dict[str, Any]]
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    registration_hash: Mapped[str | None] = mapped_column(String(64))
    # A client made by hand acts for its tenant, and never beyond the person who made it.
    # Not named tenant_id: row security would then hide the global clients.
    owner_tenant_id: Mapped[str | None] = mapped_column(String(40), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    # Until when a fetched metadata document may be believed.
    fresh_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class OAuthGrant(TenantOwned, Base):
    """One authorization: a person let a client act for a tenant. Every token of it falls when it is revoked."""

    __tablename__ = "oauth_grants"
    __table_args__ = (Index("ix_oauth_grants_tenant_created", "tenant_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "gra"))
    client_ref: Mapped[str] = mapped_column(ForeignKey("oauth_clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    resource: Mapped[str] = mapped_column(String(500))
    scopes: Mapped[list[Any]]
    # The key that made it, and ends it, for a machine's client; None where a person did.
    made_by: Mapped[str | None] = mapped_column(String(40), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(40))


class OAuthCode(Base):
    """An authorization code, good for one exchange."""

    __tablename__ = "oauth_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(Text)
    challenge: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OAuthRefreshToken(Base):
    """One link of a grant's chain of refresh tokens.

    `salt` makes the successor out of the token itself, so that a repeated request finds the same successor
    without any token being stored.
    """

    __tablename__ = "oauth_refresh_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"), index=True)
    salt: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OAuthDeviceCode(Base):
    """A device waiting for a person to type its code."""

    __tablename__ = "oauth_device_codes"

    device_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_code: Mapped[str] = mapped_column(String(20), unique=True)
    client_ref: Mapped[str] = mapped_column(ForeignKey("oauth_clients.id", ondelete="CASCADE"))
    scopes: Mapped[list[Any]]
    resource: Mapped[str | None] = mapped_column(String(500))
    expires_at: Mapped[datetime]
    polled_at: Mapped[datetime | None]
    interval_s: Mapped[int] = mapped_column(default=5)
    decision: Mapped[str | None] = mapped_column(String(10))  # approved | denied | used
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"))


class SigningKey(Base):
    """A key that signs access tokens. The newest signs; older ones stay published while their tokens live.

    The private JWK is wrapped by the key of the platform's ring that `wrapped_by` names.
    """

    __tablename__ = "oauth_signing_keys"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrapped_by: Mapped[str | None] = mapped_column(String(40))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Where keys were kept before they were wrapped; emptied as soon as a process finds one.
    private: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def wrap_context(self) -> str:
        return f"signing-key/{self.kid}"
