# ruff: noqa: S608 - statements put together from names that are tried
"""One statement is the same one to the permit and to every database, or it is refused."""

import contextlib
import sqlite3
import time

import pytest

from sandbox import Grant, HostCall, InvalidGrant
from sandbox.capabilities.syntax.sql_text import Unclear, cut, joined

TWO = [
    "SELECT 1 AS `\"`; ATTACH 'x' AS y; SELECT 1 AS `\"`",
    "SELECT `id` FROM t",
    "SELECT 1 AS ['] ; SELECT ' '",
    "SELECT [a'] FROM t; DELETE FROM t WHERE ''='",
    'SELECT [a"] FROM t; DELETE FROM t WHERE ""="',
    "SELECT ARRAY['a]', 'b']",
    "SELECT $$'$$; DELETE FROM t; SELECT $$'$$",
    "SELECT $a$'$a$; DELETE FROM t; SELECT $a$'$a$",
    "SELECT $é$x$é$",
    "SELECT E'\\'; DELETE FROM t; --'",
    "SELECT E'\\'' || '; DELETE FROM t; SELECT '",
    "SELECT e'\\''",
    "SELECT 1; SELECT 2",
    "SELECT 1;;SELECT 2",
    "SELECT 1 -- '\nDELETE FROM t",
    "SELECT 1 --",
    "SELECT 1 /* ' */ ; DELETE FROM t --'",
    "SELECT /**/ 1",
    "SELECT 'a",
    'SELECT "a',
    "SELECT '''",
    "SELECT 'a'' ; DELETE FROM t",
    'SELECT """ ; DELETE FROM t',
    "SELECT 'a' \"b",
    "SELECT 1 /*",
    "SELECT '--' -- '",
    "SELECT 1 AS \"a\" ; DELETE FROM t WHERE 'x'='x'",
]


@pytest.mark.parametrize("statement", TWO)
def test_what_two_databases_could_cut_differently_is_refused(statement: str):
    with pytest.raises(Unclear):
        cut(statement)
    for permit in ("read db", "write db"):
        for operation in ("query", "execute"):
            call = HostCall(0, "sql", operation, {"database": "db", "statement": statement})
            refusal = Grant.parse({"sql": [permit]}).refusal(call)
            assert refusal is not None
            assert refusal.code == "malformed_request"
    with pytest.raises(InvalidGrant):
        Grant.parse({"sql": [f"db: {statement}"]})


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("SELECT 'a;b' FROM t", ["text"]),
        ("SELECT 'it''s' FROM t", ["text"]),
        ('SELECT "camelCase", "a""b" FROM "Orders"', ["name", "name", "name"]),
        ("SELECT a[1], b[2][3] FROM t", []),
        ("SELECT 'a\\b', LIKE_('x')", ["text", "text"]),
        ("SELECT :a, $1, price$ FROM t", []),
        ("SELECT ARRAY['a', 'b']", ["text", "text"]),
        ("SELECT '[' || ']' || '`' || '$$' || '--'", ["text"] * 5),
        ("SELECT name FROM t WHERE note LIKE '%e\\_%' ESCAPE '\\'", ["text", "text"]),
    ],
)
def test_an_ordinary_statement_is_cut_where_it_is_quoted(statement: str, kinds: list[str]):
    pieces = cut(statement)
    assert [piece.kind for piece in pieces if piece.kind != "code"] == kinds
    assert "".join(piece.text for piece in pieces) == statement


@pytest.mark.parametrize("name", ["id", "a b", "a`b", 'a"b', "a;b", "select", "é", "[x]", "'", "--"])
def test_a_name_in_quotes_is_never_a_text(name: str):
    quoted = '"' + name.replace('"', '""') + '"'
    raw = sqlite3.connect(":memory:")
    raw.execute(f"CREATE TABLE t ({quoted})")
    raw.execute("INSERT INTO t VALUES (7)")
    assert raw.execute(joined(cut(f"SELECT {quoted} FROM t"))).fetchall() == [(7,)]
    with pytest.raises(sqlite3.OperationalError):
        raw.execute(joined(cut(f'SELECT "no {name.replace(chr(34), chr(34) * 2)}" FROM t')))


@pytest.mark.parametrize("mark", ["'", '"', "''", "'a'", "[", "]", "$", "e'\\\\'", "[']'", "`", ";", "-", "/"])
def test_cutting_takes_time_in_proportion(mark: str):
    started = time.thread_time()
    with contextlib.suppress(Unclear):
        cut("SELECT " + mark * 100_000)
    assert time.thread_time() - started < 1
