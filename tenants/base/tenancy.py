"""Tenants are kept apart: a query of a tenant's unit is narrowed to its rows, and what it writes becomes one of them.

`_narrow` refuses when no tenant is set; on PostgreSQL row-level security is the second wall behind it.
"""

from sqlalchemy import String, event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, mapped_column, with_loader_criteria

from tenants.base.content_keys import SealedObject, SealedText, owned
from tenants.base.errors import NoTenantError


class TenantOwned:
    """A row that belongs to one tenant. Only that tenant's units can see or write it."""

    tenant_id: Mapped[str] = mapped_column(String(40), index=True)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    info = state.session.info
    if info.get("system"):
        return
    tenant_id = info.get("tenant")
    if tenant_id is None:
        raise NoTenantError
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantOwned,
            lambda table: table.tenant_id == tenant_id,
            include_aliases=True,
            track_closure_variables=True,
        )
    )


@event.listens_for(Session, "after_begin")
def _bind(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Refuse a session that names no tenant; on PostgreSQL tell row-level security which tenant it is."""
    del transaction
    tenant_id, system = session.info.get("tenant"), session.info.get("system", False)
    if tenant_id is None and not system:
        raise NoTenantError
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "SELECT set_config('app.tenant', %s, true), set_config('app.system', %s, true)"
            if connection.dialect.driver == "psycopg"
            else "SELECT set_config('app.tenant', $1, true), set_config('app.system', $2, true)",
            (tenant_id or "", "on" if system else ""),
        )


@event.listens_for(Session, "before_flush")
def _own(session: Session, *unused: object) -> None:
    """New rows get the unit's tenant; a row of another tenant is refused, whatever path it came by."""
    del unused
    for row in (*session.new, *session.dirty):
        if isinstance(row, TenantOwned):
            _own_contents(row, row.tenant_id or session.info.get("tenant", ""))
    if session.info.get("system"):
        return
    tenant_id = session.info.get("tenant")
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantOwned):
            if row.tenant_id is None:  # pyright: ignore[reportUnnecessaryComparison] - unset until the first flush
                row.tenant_id = tenant_id  # pyright: ignore[reportAttributeAccessIssue]
            if row.tenant_id != tenant_id:
                raise NoTenantError("a row of another tenant cannot be written here")


def _own_contents(row: TenantOwned, tenant_id: str) -> None:
    """What is about to be sealed says whose it is, so that the column's type finds the key."""
    state = inspect(row)
    for column in state.mapper.columns:
        if isinstance(column.type, SealedText | SealedObject) and state.attrs[column.key].history.has_changes():
            setattr(row, column.key, owned(tenant_id, getattr(row, column.key)))
