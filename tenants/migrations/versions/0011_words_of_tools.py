"""Words of tools: the full-text index"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op


revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = "tenant_id, name, title, description, arguments"
_OLD = "old.id, old.tenant_id, old.name, old.title, old.description, old.arguments"
_NEW = _OLD.replace("old.", "new.")
_ADD = f"INSERT INTO tool_words (rowid, {_COLUMNS}) VALUES ({_NEW});"
_TAKE = f"INSERT INTO tool_words (tool_words, rowid, {_COLUMNS}) VALUES ('delete', {_OLD});"
_SQLITE = (
    f"CREATE VIRTUAL TABLE tool_words USING fts5({_COLUMNS}, content='tool_texts', content_rowid='id', "
    "tokenize='porter unicode61')",
    f"CREATE TRIGGER tool_texts_added AFTER INSERT ON tool_texts BEGIN {_ADD} END",
    f"CREATE TRIGGER tool_texts_taken AFTER DELETE ON tool_texts BEGIN {_TAKE} END",
    f"CREATE TRIGGER tool_texts_changed AFTER UPDATE ON tool_texts BEGIN {_TAKE} {_ADD} END",
)
_WEIGHED = " || ".join(
    f"setweight(to_tsvector('english', {field}), '{weight}')"
    for field, weight in (("name", "A"), ("title", "B"), ("description", "C"), ("arguments", "D"))
)
_POSTGRES = (
    f"ALTER TABLE tool_texts ADD COLUMN words tsvector GENERATED ALWAYS AS ({_WEIGHED}) STORED",
    "CREATE INDEX ix_tool_texts_words ON tool_texts USING gin (words)",
)


def upgrade() -> None:
    op.create_table(
        "tool_texts",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("tool_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["tools.id"], name=op.f("fk_tool_texts_tool_id_tools"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_texts")),
        sa.UniqueConstraint("tool_id", name=op.f("uq_tool_texts_tool_id")),
    )
    with op.batch_alter_table("tool_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tool_texts_tenant_id"), ["tenant_id"], unique=False)
    connection = op.get_bind()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)
    _enter(connection)


def _enter(connection: Any) -> None:
    """Enter the tools that are there already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('app.system', 'on', true)"))
    found = sa.text(
        "SELECT tools.id, tools.tenant_id, tools.spec, versions.id, versions.spec FROM tools LEFT JOIN versions "
        "ON versions.tool_id = tools.id AND versions.number = tools.live_version"
    )
    rows = [
        {"tool_id": tool_id, "tenant_id": tenant_id, "version_id": version_id or "", **_fields(_spec(live or spec))}
        for tool_id, tenant_id, spec, version_id, live in connection.execute(found).all()
    ]
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO tool_texts (tool_id, tenant_id, version_id, name, title, description, arguments) "
                "VALUES (:tool_id, :tenant_id, :version_id, :name, :title, :description, :arguments)"
            ),
            rows,
        )


def _fields(spec: Any) -> dict[str, str]:
    """As tenants/tools/full_text.py did when this was written."""
    properties = spec["input_schema"].get("properties", {})
    told = [one.get("description") for one in properties.values() if one not in (True, False)]
    given = {
        "name": spec["name"],
        "title": spec.get("title") or "",
        "description": spec["description"],
        "arguments": " ".join([*properties, *(one for one in told if isinstance(one, str))]),
    }
    return {field: _plain(said) for field, said in given.items()}


def _plain(given: str) -> str:
    spread = unicodedata.normalize("NFKD", given.lower())
    return " ".join(re.findall(r"[^\W_]+", "".join(char for char in spread if not unicodedata.combining(char))))


def _spec(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE tool_words")
    op.drop_table("tool_texts")
