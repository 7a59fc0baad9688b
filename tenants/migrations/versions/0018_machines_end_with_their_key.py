"""Machines end with their key: what made a machine's client"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("oauth_grants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_oauth_grants_made_by"), ["made_by"], unique=False)
    name_makers(op.get_bind())


def name_makers(connection: Any) -> None:
    """The audit trail knows which clients were made by keys."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('app.system', 'on', true)"))
    found = connection.execute(sa.text("SELECT subject, actor FROM audit_events WHERE action = 'client.created'")).all()
    for client_id, given in found:
        maker = json.loads(given) if isinstance(given, str) else given
        if maker.get("kind") == "api_key":
            said = {"maker": maker["id"], "client_id": client_id}
            sql = (
                "UPDATE oauth_grants SET made_by = :maker WHERE client_ref IN "
                "(SELECT id FROM oauth_clients WHERE client_id = :client_id)"
            )
            connection.execute(sa.text(sql), said)


def downgrade() -> None:
    with op.batch_alter_table("oauth_grants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oauth_grants_made_by"))
        batch_op.drop_column("made_by")
