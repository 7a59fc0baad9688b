"""Who has been shown the source of a tool"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "source_readings",
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("read_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["tools.id"], name=op.f("fk_source_readings_tool_id_tools"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tool_id", "reader", name=op.f("pk_source_readings")),
    )
    with op.batch_alter_table("source_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_readings_tenant_id"), ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("source_readings")
