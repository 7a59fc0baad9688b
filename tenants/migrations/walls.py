"""Row-level security on every table that has a tenant, and the rights of a role that serves. PostgreSQL only."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Table
from sqlalchemy.engine import Connection

_RULE = "(tenant_id = nullif(current_setting('app.tenant', true), '') OR current_setting('app.system', true) = 'on')"
_MARK = hashlib.sha256(_RULE.encode()).hexdigest()[:16]
_STANDING = """
    SELECT class.relname FROM pg_class class JOIN pg_policy policy ON policy.polrelid = class.oid
    WHERE class.relnamespace = current_schema()::regnamespace AND class.relrowsecurity AND class.relforcerowsecurity
      AND policy.polname = 'tenant_wall' AND obj_description(policy.oid, 'pg_policy') = $1
"""


def build(connection: Connection, tables: Iterable[Table]) -> None:
    """Put a wall around each table of tenants that has none, or another one, so that a new table cannot forget it.

    FORCE makes it bind the owner too; only a superuser passes. What stands is left alone: each of these statements
    takes the table from everybody else.
    """
    standing = set(connection.exec_driver_sql(_STANDING, (_MARK,)).scalars())
    for table in tables:
        if "tenant_id" in table.columns and table.name not in standing:
            _build(connection, table.name)


def _build(connection: Connection, table: str) -> None:
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS tenant_wall ON {table}",
        f"CREATE POLICY tenant_wall ON {table} USING {_RULE} WITH CHECK {_RULE}",
        f"COMMENT ON POLICY tenant_wall ON {table} IS '{_MARK}'",
    ):
        connection.exec_driver_sql(statement)


def are_passed(connection: Connection) -> bool:
    """Whether the walls do not bind the role that asks."""
    sql = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    return bool(connection.exec_driver_sql(sql).scalar())


def admit(connection: Connection, role: str) -> None:
    """Give `role` what a server needs and no more: rows of every table there is, and of those to come.

    It owns nothing, so it can change no schema and lift no wall.
    """
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar()
    quoted = connection.exec_driver_sql("SELECT quote_ident($1)", (role,)).scalar()
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA {schema} TO {quoted}",
        f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rows} ON TABLES TO {quoted}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {numbers} ON SEQUENCES TO {quoted}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}",
    ):
        connection.exec_driver_sql(statement)
