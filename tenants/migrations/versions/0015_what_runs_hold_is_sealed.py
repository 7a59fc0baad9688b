"""What runs hold is sealed: keys for it, and the two marks that stay in clear"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# SQLite keeps text in a column of any type; PostgreSQL holds JSON columns to JSON, and hashes to 64 characters.
_OBJECTS = (("runs", "error"), ("runs", "progress"), ("questions", "details"), ("questions", "answer"))
_HASHES = (("runs", "arguments_hash"), ("journal_entries", "request_hash"))


def upgrade() -> None:
    op.create_table(
        "content_keys",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_by", sa.String(length=40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("seals_from", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_content_keys")),
        sa.UniqueConstraint("key_id", name=op.f("uq_content_keys_key_id")),
    )
    op.create_index(op.f("ix_content_keys_created_at"), "content_keys", ["created_at"])
    op.add_column("runs", sa.Column("error_code", sa.String(length=64), nullable=True))
    op.add_column("journal_entries", sa.Column("is_uncertain", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE journal_entries SET is_uncertain = true WHERE reply LIKE '%uncertain%'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("UPDATE runs SET error_code = left(error->>'code', 64) WHERE error->>'code' IS NOT NULL")
        for table, column in _OBJECTS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text USING {column}::text")
        for table, column in _HASHES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text")
    else:
        op.execute("UPDATE runs SET error_code = substr(json_extract(error, '$.code'), 1, 64) WHERE error IS NOT NULL")


def downgrade() -> None:
    """Refuses once anything is sealed: what is older could not read it."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM content_keys")):
        raise RuntimeError("what runs hold is sealed already: restore the backup from before the upgrade instead")
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _OBJECTS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE jsonb USING {column}::jsonb")
        for table, column in _HASHES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(64)")
    op.drop_column("journal_entries", "is_uncertain")
    op.drop_column("runs", "error_code")
    op.drop_table("content_keys")
