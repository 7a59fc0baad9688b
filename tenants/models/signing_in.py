"""How people prove who they are: letters to their address, second factors, and what was tried.

All of it is about a person, who may belong to several tenants, so nothing here is a tenant's.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now


class Attempt(Base):
    """How often somebody tried lately, by the hash of who and what."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(default=now, index=True)
    blocked_until: Mapped[datetime | None]


class MailToken(Base):
    """What a link in a letter stands for, once. `details` are a sign-up's, until it is confirmed."""

    __tablename__ = "mail_tokens"
    __table_args__ = (Index("ix_mail_tokens_user_purpose", "user_id", "purpose"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))  # sign_up | prove | change | reset
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(320))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OutgoingLetter(Base):
    """A letter of the product's own that has not left yet. Its text may hold a link, so it is sealed by the ring."""

    __tablename__ = "outgoing_letters"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "let"))
    email: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(200))
    wrapped_by: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=now, index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def wrap_context(self) -> str:
        return f"letter/{self.id}"


class SecondStep(Base):
    """Somebody whose first factor was right and whose second is awaited. It is no session: it opens nothing else."""

    __tablename__ = "second_steps"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    only_tenant_id: Mapped[str | None] = mapped_column(String(40))
    provider: Mapped[str | None] = mapped_column(String(40))
    challenge: Mapped[str | None] = mapped_column(String(100))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Totp(Base):
    """A person's authenticator app: its secret, sealed by the ring. It counts once it is confirmed by a code."""

    __tablename__ = "totps"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    wrapped_by: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    # The step of the last code that was taken: it and those before are never taken again.
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    @property
    def wrap_context(self) -> str:
        return f"authenticator/{self.user_id}"


class Passkey(Base):
    """A WebAuthn credential. The public key proves whoever holds the private one, and is no secret."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "pky"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url of up to 1023 bytes
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)  # 32 bits without a sign
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One way in for who has lost every other second factor; it goes when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "rec"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
