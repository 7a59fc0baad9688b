"""Queries against the databases the grant names: connections that people have set up. Values go in as parameters.

A permit is one statement (`crm: select name from customers where id = :id`), or `read crm` / `write crm` for any
statement without text in quotes. One statement a call, without comments: SELECT, VALUES, INSERT, UPDATE, DELETE, WITH.
HostError codes: "not_found" (no such connection), "unavailable" (retryable), "sql_error", "too_slow" (10 s),
"too_many_rows" (10,000), "too_large" (2 MiB).
"""

from sealwright import _host


def query(database, statement, parameters=None):
    """Rows as a list of dicts: `sql.query("crm", "select id from deals where owner = :owner", {"owner": who})`.

    It runs in a read-only transaction. Dates, times, decimals and UUIDs come as text.
    """
    return _host.call("sql", "query", _host.given(database=database, statement=statement, parameters=parameters))


def execute(database, statement, parameters=None):
    """Change rows, in a transaction of its own; returns how many were changed.

    Raises HostError "uncertain" where a run was cut off in the middle: look before you repeat it.
    """
    return _host.call("sql", "execute", _host.given(database=database, statement=statement, parameters=parameters))
