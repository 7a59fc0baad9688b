"""What tenants have stored"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Empty: housekeeping counts what is there when it first comes by.
    op.create_table(
        "stored_bytes",
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", tenants.base.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "part", name=op.f("pk_stored_bytes")),
    )


def downgrade() -> None:
    op.drop_table("stored_bytes")
