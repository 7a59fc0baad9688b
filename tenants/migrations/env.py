"""Alembic's entry: always online, always on the connection that `tenants.migrations.upgrade` hands over."""

from typing import Any, Literal

from alembic import context

from tenants.db import Json, UtcDateTime
from tenants.models import Base


def render(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    del autogen_context
    if kind == "type" and isinstance(item, UtcDateTime):
        return "tenants.db.UtcDateTime()"
    if kind == "type" and repr(item) == repr(Json):
        return "tenants.db.Json"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction holds it all
)
context.run_migrations()
