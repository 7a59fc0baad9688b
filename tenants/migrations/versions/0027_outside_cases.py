"""Cases by somebody who wrote no version of the tool"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outside_cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("tool_name", sa.String(length=64), nullable=False),
        sa.Column("promise", sa.String(length=64), nullable=False),
        sa.Column("holdouts", tenants.base.db.Json, nullable=False),
        sa.Column("always", tenants.base.db.Json, nullable=False),
        sa.Column("author", tenants.base.db.Json, nullable=False),
        sa.Column("created_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["tools.id"], name=op.f("fk_outside_cases_tool_id_tools"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_cases")),
    )
    with op.batch_alter_table("outside_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outside_cases_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outside_cases_tool_id"), ["tool_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outside_cases")
