"""Stored values as their text: numbers come back digit for digit"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "kv_entries"
# SQLite took a number that stands alone for one of its own; as text it needs 17 digits to be the same.
_AS_TEXT = """UPDATE kv_entries SET said =
    CASE typeof(value) WHEN 'real' THEN printf('%!.17g', value) ELSE CAST(value AS TEXT) END"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(_TABLE, "value", type_=sa.Text(), postgresql_using="value::text")
        return
    op.add_column(_TABLE, sa.Column("said", sa.Text(), nullable=False, server_default=""))
    op.execute(_AS_TEXT)
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        batch_op.drop_column("value")
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        batch_op.alter_column("said", new_column_name="value", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        batch_op.alter_column(
            "value",
            existing_type=sa.Text(),
            type_=sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            existing_nullable=False,
            postgresql_using="value::jsonb",
        )
