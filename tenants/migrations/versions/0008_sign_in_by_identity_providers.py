"""Sign-in by identity providers, and wrapped signing keys"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=500), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("email_domains", tenants.base.db.Json, nullable=False),
        sa.Column("newcomer_role", sa.String(length=20), nullable=True),
        sa.Column("updated_by", tenants.base.db.Json, nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_identity_providers")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("tenant_id", "issuer", "subject", name=op.f("uq_identities_tenant_id_issuer_subject")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identities_user_id"), ["user_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("expires_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_ins_tenant_id"), ["tenant_id"], unique=False)
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("only_tenant_id", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("provider", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_sessions_only_tenant_id"), ["only_tenant_id"], unique=False)
    # On SQLite this makes the table anew: `migrations.upgrade` has switched cascades off.
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("realm", sa.String(length=40), server_default="", nullable=False))
        batch_op.drop_constraint("uq_users_email", type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_users_realm_email"), ["realm", "email"])
    with op.batch_alter_table("oauth_signing_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wrapped_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("wrapped", sa.LargeBinary(), nullable=True))
        batch_op.alter_column("private", existing_type=tenants.base.db.Json, nullable=True)


def downgrade() -> None:
    # Wrapped keys cannot be unwrapped here; without any, new ones are made.
    op.execute("DELETE FROM oauth_signing_keys WHERE private IS NULL")
    with op.batch_alter_table("oauth_signing_keys", schema=None) as batch_op:
        batch_op.drop_column("wrapped")
        batch_op.drop_column("wrapped_by")
        batch_op.alter_column("private", existing_type=tenants.base.db.Json, nullable=False)
    op.execute("DELETE FROM users WHERE realm <> ''")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_users_realm_email"), type_="unique")
        batch_op.create_unique_constraint("uq_users_email", ["email"])
        batch_op.drop_column("realm")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_only_tenant_id"))
        batch_op.drop_column("provider")
        batch_op.drop_column("only_tenant_id")
    op.drop_table("sign_ins")
    op.drop_table("identities")
    op.drop_table("identity_providers")
