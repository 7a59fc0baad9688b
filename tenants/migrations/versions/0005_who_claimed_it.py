"""Which of a run's calls claimed a ledger entry"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call_seq", sa.Integer(), nullable=False, server_default="0"))
        batch_op.alter_column("call_seq", server_default=None)
        # A run's claims are found when it ends.
        batch_op.create_index("ix_ledger_entries_run", ["tenant_id", "run_id", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entries_run")
        batch_op.drop_column("call_seq")
