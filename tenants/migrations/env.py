"""Alembic's entry: always online, always on the connection that `tenants.migrations.upgrade` hands over."""

from typing import Any, Literal

from alembic import context

from tenants.base.db import Json, UtcDateTime
from tenants.models import Base


def render(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    del autogen_context
    if kind == "type" and isinstance(item, UtcDateTime):
        return "tenants.base.db.UtcDateTime()"
    if kind == "type" and repr(item) == repr(Json):
        return "tenants.base.db.Json"
    return False


def mine(name: str | None, kind: str, parents: Any) -> bool:
    """Leave alone what only one of the databases has: the full-text index, which no model describes."""
    del parents
    return not (name or "").startswith("tool_words") and (kind, name) not in {
        ("column", "words"),
        ("index", "ix_tool_texts_words"),
    }


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    include_name=mine,
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction holds it all
)
context.run_migrations()
