"""When secrets expire"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("secrets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", tenants.base.db.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("secrets", schema=None) as batch_op:
        batch_op.drop_column("expires_at")
