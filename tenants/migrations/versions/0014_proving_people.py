"""Proved addresses, second factors, and attempts that are counted in one place"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db
from tenants.people.email_addresses import tidy_email
from tenants.base.errors import InvalidError


revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("blocked_until", tenants.base.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_last_at"), ["last_at"], unique=False)

    op.create_table(
        "outgoing_letters",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("wrapped_by", sa.String(length=40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_letters")),
    )
    with op.batch_alter_table("outgoing_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_letters_next_at"), ["next_at"], unique=False)

    op.create_table(
        "mail_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("details", tenants.base.db.Json, nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mail_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_mail_tokens")),
    )
    with op.batch_alter_table("mail_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_tokens_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_mail_tokens_user_purpose", ["user_id", "purpose"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", tenants.base.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_user_id"), ["user_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_codes_user_id_code_hash")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_user_id"), ["user_id"], unique=False)

    op.create_table(
        "second_steps",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("only_tenant_id", sa.String(length=40), nullable=True),
        sa.Column("provider", sa.String(length=40), nullable=True),
        sa.Column("challenge", sa.String(length=100), nullable=True),
        sa.Column("expires_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_steps_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_second_steps")),
    )
    with op.batch_alter_table("second_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_second_steps_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_second_steps_user_id"), ["user_id"], unique=False)

    op.create_table(
        "totps",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("wrapped_by", sa.String(length=40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", tenants.base.db.UtcDateTime(), nullable=True),
        sa.Column("last_used_at", tenants.base.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totps_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totps")),
    )
    with op.batch_alter_table("identity_providers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_factor_claims", tenants.base.db.Json, server_default="[]", nullable=False)
        )

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network", sa.String(length=45), server_default="", nullable=False))
        batch_op.add_column(sa.Column("second_factor_at", tenants.base.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("authenticated_at", tenants.base.db.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("challenge", sa.String(length=100), nullable=True))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_proved_at", tenants.base.db.UtcDateTime(), nullable=True))
    _tidy_addresses()


def _tidy_addresses() -> None:
    """Bring addresses of international domains into the one form; whatever has none, or is taken, stays as it is."""
    users = sa.table("users", sa.column("id"), sa.column("realm"), sa.column("email"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(users.c.id, users.c.realm, users.c.email)).all():
        try:
            email = tidy_email(row.email)
        except InvalidError:
            continue
        taken = sa.select(users.c.id).where(users.c.realm == row.realm, users.c.email == email)
        if email != row.email and connection.execute(taken).first() is None:
            connection.execute(users.update().where(users.c.id == row.id).values(email=email))


def downgrade() -> None:
    op.drop_table("totps")
    op.drop_table("second_steps")
    op.drop_table("recovery_codes")
    op.drop_table("passkeys")
    op.drop_table("mail_tokens")
    op.drop_table("outgoing_letters")
    op.drop_table("attempts")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("address_proved_at")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("challenge")
        batch_op.drop_column("authenticated_at")
        batch_op.drop_column("second_factor_at")
        batch_op.drop_column("network")

    with op.batch_alter_table("identity_providers", schema=None) as batch_op:
        batch_op.drop_column("second_factor_claims")
