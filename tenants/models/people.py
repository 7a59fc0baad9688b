"""Tenants, the people in them, and the ways they prove who they are."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "ten"))
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    # See tenants/rules/policies.py for its keys and their safe defaults.
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What the operator gives to it, see tenants/rules/allotments.py; no request of the tenant's changes it.
    allotted: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    # Counts up whenever what the tenant serves changes: clients' and servers' caches are keyed by it.
    catalog_version: Mapped[int] = mapped_column(default=0)
    # The same for who may do what: keys and memberships.
    access_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=now)


class User(Base):
    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("realm", "email"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "usr"))
    # Empty for those who signed up. Else the tenant whose identity provider brought them: an account of that tenant's
    # own, which takes nobody's address away elsewhere and can never be a member of another tenant.
    realm: Mapped[str] = mapped_column(String(40), default="", server_default="")
    email: Mapped[str] = mapped_column(String(320))  # see tenants/people/email_addresses.py
    # When a letter to the address was answered. Until then it is what somebody typed, and gives no right anywhere.
    address_proved_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Membership(TenantOwned, Base):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "mem"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Invitation(TenantOwned, Base):
    """A link that makes one address a member, until it is used, withdrawn or over: then the row goes."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "inv"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(320))  # lower case
    role: Mapped[str] = mapped_column(String(20))
    invited_by: Mapped[dict[str, Any]]
    # Whether the link went to the address by letter and nowhere else: then who has it has proved the address.
    mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    inviter_id: Mapped[str | None] = mapped_column(String(40))  # the person behind whoever invited
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class UserSession(Base):
    """A signed-in browser. Global, because a person may belong to several tenants."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "ses"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # A session that an identity provider opened reaches the tenant of that provider and no other.
    # Not named tenant_id: row security would then hide it before anybody knows whose it is.
    only_tenant_id: Mapped[str | None] = mapped_column(String(40), index=True)
    provider: Mapped[str | None] = mapped_column(String(40))
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    network: Mapped[str] = mapped_column(String(45), default="", server_default="")  # shortened, for the person to read
    # When a second factor was shown in this session; never, without one.
    second_factor_at: Mapped[datetime | None]
    # When the person last showed that it is still they. Older sessions never have: they are asked.
    authenticated_at: Mapped[datetime | None]
    # Of a passkey being added or shown, until it is answered.
    challenge: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiKey(TenantOwned, Base):
    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_tenant_created", "tenant_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "key"))
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(20))  # the first characters, to tell keys apart
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    # The person who made it: a key never outlives or exceeds that person's role.
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    # The key that made it, and ends it; None for one that a person made.
    made_by: Mapped[str | None] = mapped_column(String(40), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
