"""Comments on lines of a version's source"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "line_comments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", tenants.base.db.Json, nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("settled_by", tenants.base.db.Json, nullable=True),
        sa.Column("settled_at", tenants.base.db.UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_line_comments_version_id_versions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_comments")),
    )
    with op.batch_alter_table("line_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_comments_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_comments_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    op.drop_table("line_comments")
