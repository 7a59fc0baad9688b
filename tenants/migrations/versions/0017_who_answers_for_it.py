"""Who answers for it: what made a key and a schedule, and the person behind what a machine wrote"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

import tenants.base.db


revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_api_keys_made_by"), ["made_by"], unique=False)
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grant_id", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_schedules_grant_id"), ["grant_id"], unique=False)
    name_all(op.get_bind())


def name_all(connection: Any) -> None:
    """Say of what is there already who made it."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('app.system', 'on', true)"))
    _name_makers_of_keys(connection)
    grants = _grants(connection)
    _name_grants_of_schedules(connection, grants)
    _name_people_behind_versions(connection, grants)


def _name_makers_of_keys(connection: Any) -> None:
    """The audit trail knows which keys were made by keys."""
    found = connection.execute(sa.text("SELECT subject, actor FROM audit_events WHERE action = 'key.created'")).all()
    for key_id, actor in found:
        maker = _json(actor)
        if maker.get("kind") == "api_key":
            said = {"maker": maker["id"], "id": key_id}
            connection.execute(sa.text("UPDATE api_keys SET made_by = :maker WHERE id = :id"), said)


def _grants(connection: Any) -> dict[tuple[str, str], tuple[str, str]]:
    """From (tenant, principal) to the newest (grant, person)."""
    rows = connection.execute(sa.text("SELECT id, tenant_id, client_ref, user_id FROM oauth_grants ORDER BY id")).all()
    return {(tenant, _principal(client, user)): (grant, user) for grant, tenant, client, user in rows}


def _principal(client_ref: str, user_id: str) -> str:
    """As tenants/agents/authorizations.py did when this was written."""
    return f"agt_{hashlib.sha256(f'{client_ref} {user_id}'.encode()).hexdigest()[:26]}"


def _name_grants_of_schedules(connection: Any, grants: dict[tuple[str, str], tuple[str, str]]) -> None:
    """One that an agent made, and whose grant is not found, is made by nobody: it calls nothing any more."""
    for schedule, tenant, maker in connection.execute(sa.text("SELECT id, tenant_id, created_by FROM schedules")).all():
        grant = grants.get((tenant, str(_json(maker).get("id"))))
        if grant is not None:
            said = {"grant_id": grant[0], "id": schedule}
            connection.execute(sa.text("UPDATE schedules SET grant_id = :grant_id WHERE id = :id"), said)


def _name_people_behind_versions(connection: Any, grants: dict[tuple[str, str], tuple[str, str]]) -> None:
    """Machine clients wrote without naming the person who made them: four eyes need to know whose."""
    table = sa.table("versions", sa.column("id"), sa.column("author", tenants.base.db.Json))
    for version, tenant, given in connection.execute(sa.text("SELECT id, tenant_id, author FROM versions")).all():
        author = _json(given)
        grant = grants.get((tenant, str(author.get("id"))))
        if author.get("kind") == "agent" and author.get("user_id") is None and grant is not None:
            known = {**author, "user_id": grant[1]}
            connection.execute(sa.update(table).where(table.c.id == version).values(author=known))


def _json(given: Any) -> dict[str, Any]:
    return json.loads(given) if isinstance(given, str) else given or {}


def downgrade() -> None:
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schedules_grant_id"))
        batch_op.drop_column("grant_id")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_made_by"))
        batch_op.drop_column("made_by")
