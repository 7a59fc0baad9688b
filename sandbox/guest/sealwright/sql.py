"""Queries against the databases the grant names: connections that people have set up. Values go in as parameters.

A permit is one statement (`crm: select name from customers where id = :id`), or `read crm` / `write crm` for any
statement without text in quotes. One statement a call, without comments: SELECT, VALUES, INSERT, UPDATE, DELETE, WITH.
HostError codes: "not_found" (no such connection), "unavailable" (retryable), "sql_error", "too_slow" (10 s),
"too_many_rows" (10,000), "too_large" (2 MiB).

Bounds: a statement has up to 10,000 characters; parameters are exactly the names that it has.
"""

from collections.abc import Mapping

from sealwright import _host
from sealwright._errors import Json


def query(database: str, statement: str, parameters: Mapping[str, Json] | None = None) -> list[dict[str, Json]]:
    """Rows as a list of dicts: `sql.query("crm", "select id from deals where owner = :owner", {"owner": who})`.

    It runs in a read-only transaction. Dates, times, decimals and UUIDs come as text.

    Raises HostError. Bytes come in base64.
    """
    return _host.call("sql", "query", _host.given(database=database, statement=statement, parameters=parameters))


def execute(database: str, statement: str, parameters: Mapping[str, Json] | None = None) -> int:
    """Change rows, in a transaction of its own; returns how many were changed.

    HostError "uncertain" where a run was cut off in the middle: look before you repeat it.

    Raises HostError. Up to 10,000 rows are changed at once.
    """
    return _host.call("sql", "execute", _host.given(database=database, statement=statement, parameters=parameters))
