"""What tenants use now, by each process"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "use_tallies",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("background", sa.Integer(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("told_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "subject", "process", name=op.f("pk_use_tallies")),
    )


def downgrade() -> None:
    op.drop_table("use_tallies")
