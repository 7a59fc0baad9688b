"""Queries against the databases the grant names. Always pass values as parameters."""

from sealwright import _host


def query(database, statement, parameters=None):
    """Rows as a list of dicts: `sql.query("crm", "select id from deals where owner = :owner", {"owner": who})`."""
    return _host.call("sql", "query", _host.given(database=database, statement=statement, parameters=parameters))


def execute(database, statement, parameters=None):
    """Change rows; returns how many were changed."""
    return _host.call("sql", "execute", _host.given(database=database, statement=statement, parameters=parameters))
