"""Images side by side: which are served, who carries to the newest, and what does not carry over"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "images",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", tenants.base.db.UtcDateTime(), nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=True),
        sa.Column("carrier_until", tenants.base.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_behind_by", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.drop_column("left_behind_by")
    op.drop_table("images")
