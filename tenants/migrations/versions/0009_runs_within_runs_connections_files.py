"""Runs within runs, connections, files"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_by", tenants.base.db.Json, nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_connections")),
    )
    op.create_table(
        "files",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("blob", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("call_seq", sa.Integer(), nullable=False),
        sa.Column("updated_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "path", name=op.f("pk_files")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_run_id", sa.String(length=40), nullable=True))
        within = sa.text("parent_run_id IS NOT NULL")
        batch_op.create_index(
            "ix_runs_parent", ["parent_run_id"], unique=False, postgresql_where=within, sqlite_where=within
        )


def downgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index("ix_runs_parent")
        batch_op.drop_column("parent_run_id")

    op.drop_table("files")
    op.drop_table("connections")
