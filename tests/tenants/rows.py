"""One row in every table that belongs to a tenant, made from the tables themselves: a new one cannot be forgotten."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.content_keys import SealedText
from tenants.base.db import Base, UtcDateTime, now
from tenants.base.tenancy import TenantOwned

# Signing up has made these, and the first unit of a tenant its key.
_MADE = {"tenants", "users", "memberships", "audit_events", "content_keys"}


async def fill(session: AsyncSession, tenant_id: str, user_id: str) -> None:
    """Add a row to each table of this tenant, those first that others refer to."""
    made: dict[str, Any] = {"users.id": user_id, "tenants.id": tenant_id}
    kinds = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    owned = [table for table in Base.metadata.sorted_tables if issubclass(kinds[table], TenantOwned)]
    needed = {*owned, *(key.column.table for table in owned for key in table.foreign_keys)}
    for table in Base.metadata.sorted_tables:
        if table.name in _MADE or table not in needed:
            continue
        row: Any = kinds[table](**{c.name: _value(c, made) for c in table.columns if _is_needed(c)})
        row.tenant_id = tenant_id
        session.add(row)
        await session.flush()
        made.update({f"{table.name}.{c.name}": getattr(row, c.name) for c in table.columns if c.primary_key})


def _is_needed(column: Column[Any]) -> bool:
    has_default = column.default is not None or column.server_default is not None
    return column.name != "tenant_id" and not column.nullable and not has_default


def _value(column: Column[Any], made: dict[str, Any]) -> Any:
    for key in column.foreign_keys:
        return made[key.target_fullname]
    if isinstance(column.type, UtcDateTime):
        return now()
    kind = str if isinstance(column.type, SealedText) else column.type.python_type
    if kind is str:
        return ids.new("x")[-(getattr(column.type, "length", None) or 40) :]
    plain: dict[type, Any] = {int: 1, float: 1.0, bool: False, bytes: b"x"}
    return plain.get(kind, {})
