# ruff: noqa: S608 - statements made of the names that are tried
"""Attempts to get out of a database that somebody else's statements make and ask."""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.sqlite import Budget, Database, StatementFailed
from sandbox.sqlite.allowed import FUNCTIONS

SCHEMA = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, score REAL);
    CREATE INDEX by_name ON customers (name);
    INSERT INTO customers VALUES (1, 'Ann', 2.5), (2, 'Bob', NULL);
"""
COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
TRIMS = ("trim", "ltrim", "rtrim")
STEPS = Budget(steps=5_000_000, statement_s=2.0)


def made(script: str = SCHEMA, **limits: Any) -> Database:
    return Database.in_memory(script, replace(STEPS, **limits))


def refusal(attempt: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(StatementFailed) as failed:
        attempt()
    return failed.value.fault.code, failed.value.fault.message


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A database of somebody else's, beside nothing that a script may make."""
    path = tmp_path / "other.db"
    raw = sqlite3.connect(path)
    raw.executescript("CREATE TABLE users (email, password_hash); INSERT INTO users VALUES ('cfo@acme.example', 'h');")
    raw.close()
    return path


ESCAPES = [
    "ATTACH DATABASE '{path}' AS m; CREATE TABLE t AS SELECT email, password_hash FROM m.users LIMIT 4;",
    "ATTACH DATABASE '{path}' AS m; UPDATE m.users SET email = 'mallory';",
    "attach'{path}'as m;",
    "aTTaCh/**/DataBase/**/'{path}'/**/aS/**/m;",
    "/* */ ATTACH '{path}' AS m",
    "-- x\nATTACH '{path}' AS m",
    "ATTACH '{path}' || '' AS m",
    "ATTACH 'file:{path}?mode=ro' AS m",
    "ATTACH 'file:{path}?immutable=1&vfs=unix-none' AS m",
    "ATTACH ':memory:' AS m",
    "ATTACH '' AS m",
    "ATTACH '{folder}/dropped.html' AS m; CREATE TABLE m.t (x); INSERT INTO m.t VALUES ('<script>');",
    "BEGIN; ATTACH '{path}' AS m; COMMIT;",
    "SAVEPOINT a; ATTACH '{path}' AS m; RELEASE a;",
    "CREATE TABLE t (x); ATTACH '{path}' AS t;",
    "EXPLAIN ATTACH '{path}' AS m",
    "DETACH main",
    "VACUUM INTO '{folder}/copy.db'",
    "VACUUM main INTO '{folder}/copy.db'",
    "VACUUM",
    "PRAGMA temp_store_directory = '{folder}'",
    "PRAGMA data_store_directory = '{folder}'",
    "PRAGMA database_list",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = ON",
    "PRAGMA writable_schema = RESET",
    "PRAGMA main.writable_schema = 1; INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x(a)');",
    "PRAGMA trusted_schema = ON",
    "PRAGMA hard_heap_limit = 1",
    "PRAGMA soft_heap_limit = 1",
    "PRAGMA max_page_count = 1000000000",
    "PRAGMA cache_size = 1000000000",
    "PRAGMA mmap_size = 1000000000",
    "PRAGMA threads = 8",
    "PRAGMA module_list",
    "PRAGMA function_list",
    "PRAGMA compile_options",
    "PRAGMA integrity_check",
    "PRAGMA page_size = 65536",
    "PRAGMA user_version = 7",
    "PRAGMA recursive_triggers = ON",
    "CREATE TABLE t AS SELECT * FROM pragma_database_list",
    "CREATE TABLE t AS SELECT count(*) FROM pragma_database_list",
    "CREATE TABLE t AS SELECT file FROM main.pragma_database_list",
    "CREATE VIEW v AS SELECT * FROM pragma_database_list; CREATE TABLE t AS SELECT * FROM v;",
    "CREATE TABLE t AS SELECT * FROM (SELECT * FROM pragma_table_list)",
    "CREATE TABLE t AS SELECT * FROM PrAgMa_CoMpIlE_oPtIoNs",
    "CREATE TABLE t AS SELECT * FROM [pragma_function_list]",
    "CREATE TABLE t AS SELECT * FROM dbstat",
    "CREATE TABLE t AS SELECT * FROM sqlite_stmt",
    "CREATE TABLE t AS SELECT * FROM fts3tokenize WHERE input = 'a b'",
    "CREATE TABLE t AS SELECT * FROM sqlite_dbpage",
    "CREATE VIRTUAL TABLE t USING fts3(x)",
    "CREATE VIRTUAL TABLE t USING fts4(x, tokenize=simple)",
    "CREATE VIRTUAL TABLE t USING fts5(x)",
    "CREATE VIRTUAL TABLE t USING fts3tokenize('simple')",
    "CREATE VIRTUAL TABLE t USING fts4aux(main, x)",
    "CREATE VIRTUAL TABLE t USING rtree(id, a, b)",
    "CREATE VIRTUAL TABLE t USING dbstat(main)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS main.t USING rtree_i32(id, a, b)",
    "CREATE VIRTUAL TABLE temp.t USING fts5(x)",
    "CREATE TEMP TABLE t (x)",
    "CREATE TABLE temp.t (x)",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE TABLE t (x); CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
    "CREATE TABLE t AS SELECT load_extension('{path}')",
    "CREATE TABLE t AS SELECT load_extension('{path}', 'x')",
    "CREATE TABLE t AS SELECT hex(fts3_tokenizer('simple'))",
    "CREATE TABLE t AS SELECT FTS3_Tokenizer('simple')",
    "CREATE TABLE t AS SELECT fts3_tokenizer('simple', x'4141414141414141')",
    "CREATE TABLE t (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT fts3_tokenizer(new.x, x'41414141'); END;"
    "INSERT INTO t VALUES ('simple');",
    "CREATE VIEW v AS SELECT fts3_tokenizer('simple') AS p; CREATE TABLE t AS SELECT * FROM v;",
    "CREATE TABLE t (x CHECK (load_extension(x))); INSERT INTO t VALUES ('{path}');",
    "CREATE TABLE t (x DEFAULT (load_extension('{path}'))); INSERT INTO t DEFAULT VALUES;",
    "CREATE TABLE t (x, y AS (hex(fts3_tokenizer(x)))); INSERT INTO t VALUES ('simple');",
    "CREATE TABLE t AS SELECT sqlite_compileoption_get(1)",
    "CREATE TABLE t AS SELECT sqlite_log(1, 'x')",
    "CREATE TABLE t AS SELECT sqlite_source_id()",
    "CREATE TABLE t AS SELECT readfile('{path}')",
    "CREATE TABLE t AS SELECT writefile('{folder}/dropped.html', 'x')",
    "CREATE TABLE t AS SELECT edit('{path}')",
    "CREATE TABLE t AS SELECT json_patch('{{}}', '{{}}')",
    "CREATE TABLE t (x); CREATE INDEX i ON t (x); ANALYZE",
    "CREATE TABLE t (x); ALTER TABLE t RENAME TO sqlite_x",
    "CREATE TABLE t (x); ALTER TABLE t ADD COLUMN y DEFAULT (1)",
    "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x(a)')",
    "UPDATE sqlite_schema SET sql = 'x'",
    "DELETE FROM sqlite_master",
    "REPLACE INTO main.sqlite_master VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x(a)')",
    "CREATE TABLE pragma_database_list (x)",
    "CREATE TABLE dbstat (x)",
    "SAVEPOINT a",
]


@pytest.mark.parametrize("script", ESCAPES)
def test_a_script_reaches_nothing_but_its_own_tables(script: str, other: Path):
    before = other.read_bytes()
    code, message = refusal(lambda: made(script.format(path=other, folder=other.parent)))

    assert code == "sql_error"
    assert str(other) not in message
    assert other.read_bytes() == before
    assert [path.name for path in other.parent.iterdir()] == [other.name]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT hex(fts3_tokenizer(:n)) AS p",
        "SELECT hex(fts3_tokenizer(:n, :p)) AS p",
        "SELECT * FROM fts3tokenize WHERE input = :n",
        "SELECT count(*) FROM fts3tokenize(:n)",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_database_list()",
        "SELECT * FROM customers, pragma_table_info('customers')",
        "SELECT (SELECT file FROM pragma_database_list)",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM pragma_database_list)",
        "SELECT * FROM customers WHERE id IN (SELECT seq FROM pragma_database_list)",
        "SELECT * FROM customers WHERE id IN pragma_database_list",
        "WITH p AS (SELECT * FROM pragma_database_list) SELECT file FROM p",
        "WITH p AS MATERIALIZED (SELECT 1 FROM pragma_database_list) SELECT count(*) FROM p",
        "SELECT 1 UNION ALL SELECT file FROM pragma_database_list",
        'SELECT * FROM "pragma_database_list"',
        "SELECT * FROM main.PRAGMA_DATABASE_LIST",
        "SELECT * FROM customers LEFT JOIN pragma_database_list ON 1",
        "SELECT * FROM pragma_module_list",
        "SELECT * FROM pragma_function_list",
        "SELECT * FROM pragma_writable_schema(1)",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_stmt",
        "SELECT * FROM sqlite_temp_master",
        "SELECT * FROM sqlite_temp_schema",
        "SELECT load_extension(:n)",
        "SELECT sqlite_version()",
        "SELECT 1 ORDER BY load_extension(:n)",
        "SELECT count(*) FILTER (WHERE load_extension(:n)) FROM customers",
        "SELECT max(id) OVER (ORDER BY fts3_tokenizer(:n)) FROM customers",
        "VALUES (fts3_tokenizer(:n))",
        "SELECT * FROM json_each(hex(fts3_tokenizer(:n)))",
        'SELECT "x" AS p',
        'SELECT "Ann" = name AS p FROM customers',
        'SELECT * FROM customers WHERE name = "Ann"',
        'SELECT name || "; DROP" AS p FROM customers',
        'SELECT """" AS p',
        "SELECT 1 AS `\"`; ATTACH 'x' AS y; SELECT 1 AS `\"`",
        "SELECT `id` FROM customers",
        "SELECT [id'] FROM customers; ATTACH 'x' AS y --'",
        "SELECT 1 AS ['] ; SELECT ' '",
        "SELECT $$x$$",
        "SELECT $a$x$a$",
        "SELECT E'\\' ; ATTACH 1 AS '",
        "SELECT 1; SELECT 2",
        "SELECT 1 -- more",
        "SELECT 1 /* more */",
        "SELECT 'x",
        "PRAGMA query_only = 0",
        "PRAGMA foreign_keys = 1",
        "ATTACH ':memory:' AS m",
        "BEGIN",
        "COMMIT",
        "EXPLAIN PRAGMA database_list",
        "CREATE TABLE t (x)",
        "INSERT INTO customers (name) VALUES (:n)",
        "WITH a AS (SELECT 1) INSERT INTO customers (id) SELECT * FROM a",
        "WITH a AS (SELECT 9) REPLACE INTO customers (id) SELECT * FROM a",
        "UPDATE customers SET name = :n RETURNING name",
        "DELETE FROM customers",
    ],
)
def test_a_statement_that_reads_does_nothing_else(statement: str):
    database = made()
    before = database.contents()
    given = {"n": "simple", "p": b"AAAAAAAA"}

    assert refusal(lambda: database.query(statement, given))[0] == "sql_error"
    assert database.contents() == before
    assert database.query("SELECT name FROM customers WHERE id = :id", {"id": 1}) == [{"name": "Ann"}]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (x)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER g AFTER INSERT ON customers BEGIN DELETE FROM customers; END",
        "CREATE INDEX i ON customers (name)",
        "DROP TABLE customers",
        "ALTER TABLE customers ADD COLUMN x",
        "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 2, 'CREATE TABLE x(a)')",
        "DELETE FROM sqlite_master",
        "INSERT INTO dbstat VALUES (1)",
        "INSERT INTO sqlite_stat1 VALUES (1, 2, 3)",
        "UPDATE customers SET name = (SELECT file FROM pragma_database_list)",
        "UPDATE customers SET name = hex(fts3_tokenizer(:n))",
        "INSERT INTO customers (name) VALUES (load_extension(:n))",
        "DELETE FROM customers RETURNING load_extension(:n)",
        "REINDEX",
        "VACUUM",
        "ANALYZE",
        "PRAGMA user_version = 1",
        "BEGIN",
        "ROLLBACK",
        "RELEASE a",
        'UPDATE customers SET name = "x"',
        "UPDATE customers SET name = zeroblob(100000000)",
    ],
)
def test_a_statement_that_changes_changes_rows_alone_and_whole(statement: str):
    database = made()
    before = database.contents()

    assert refusal(lambda: database.execute(statement, {"n": "simple"}))[0] == "sql_error"
    assert database.contents() == before
    assert database.execute("UPDATE customers SET score = :s", {"s": 1}) == 2


@pytest.mark.parametrize(
    "given",
    [
        "hex(zeroblob(300000000))",
        "zeroblob(1000000000)",
        "randomblob(1000000000)",
        "printf('%1000000000d', 1)",
        "printf('%.*c', 1000000000, 'x')",
        "format('%*d', 1000000000, 1)",
        "printf('%-+ #0!,01000000d', 1)",
        "printf('%5.99999999s', 'x')",
        "printf('%.1000000000f', 1.5)",
        "format('%.100000000d', 1)",
        "replace(hex(zeroblob(500000)), '0', 'xxxxxxxxxx')",
        "replace(replace(hex(zeroblob(50000)), '0', '00000000000000000000'), '0', '000000')",
        "group_concat(hex(zeroblob(100000))) FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10))",
        "hex(hex(hex(hex(hex(zeroblob(100000))))))",
        "quote(zeroblob(900000))",
        "json_quote(hex(zeroblob(500000))) || hex(zeroblob(500000))",
        "char(1) || zeroblob(1048577)",
    ],
)
def test_no_value_is_larger_than_is_allowed(given: str):
    assert refusal(lambda: made(f"CREATE TABLE t AS SELECT {given}"))[0] == "sql_error"
    assert refusal(lambda: made().query(f"SELECT {given} AS x", {}))[0] in {"sql_error", "too_large"}


@pytest.mark.parametrize(
    "given",
    [
        "instr(hex(zeroblob(400000)), hex(zeroblob(200000)) || '1')",
        "instr(zeroblob(1000000), zeroblob(500000) || x'01')",
        "replace(hex(zeroblob(400000)), hex(zeroblob(200000)) || '1', 'x')",
        "trim(hex(zeroblob(400000)), replace(hex(zeroblob(400000)), '0', '1'))",
        "ltrim(hex(zeroblob(500000)), hex(zeroblob(500000)))",
        "rtrim(hex(randomblob(500000)), hex(randomblob(400000)) || 'x')",
        "length(replace(hex(zeroblob(500000)), '00', '0'))",
        "hex(zeroblob(500000)) LIKE '%0%0%0%0%0%0%0%0%0%0%0%0%1'",
        "hex(zeroblob(500000)) GLOB '*0*0*0*0*0*0*0*0*0*0*0*0*1'",
        "hex(zeroblob(500000)) LIKE '%' || substr(hex(zeroblob(200)), 1, 190) || '1'",
        "json_valid(replace(hex(zeroblob(400000)), '00', '[]'))",
        "length(json_array(hex(zeroblob(400000))))",
    ],
)
def test_one_function_takes_time_in_proportion(given: str):
    database = made()
    started = time.thread_time()
    try:
        database.query(f"SELECT length({given}) AS x", {})
    except StatementFailed as failed:
        assert failed.fault.code in {"sql_error", "too_slow"}  # noqa: PT017 - either way it has to end
    assert time.thread_time() - started < 2.5


@pytest.mark.parametrize(
    "statement",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS x FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(hex(zeroblob(500000))) AS x FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n LIMIT 100000000) SELECT sum(i) AS x FROM n",
        f"{COUNTING.format(3000)} SELECT count(*) AS x FROM n a, n b, n c",
    ],
)
def test_a_statement_does_not_run_for_ever(statement: str):
    assert refusal(lambda: made().query(statement, {}))[0] == "too_slow"


def test_rows_and_bytes_are_counted_before_they_are_all_taken():
    many = f"{COUNTING.format(20_000)} SELECT i FROM n"
    wide = "SELECT " + ", ".join(f"hex(zeroblob(500000)) AS a{at}" for at in range(60))
    blobs = "SELECT " + ", ".join(f"zeroblob(1000000) AS a{at}" for at in range(60))

    assert refusal(lambda: made().query(many, {}))[0] == "too_many_rows"
    assert refusal(lambda: made().query(wide, {}))[0] == "too_large"
    assert refusal(lambda: made().query(blobs, {}))[0] == "too_large"
    assert refusal(lambda: made(rows=1).query("SELECT id FROM customers", {})) == (
        "too_many_rows",
        "There are more than 1 rows.",
    )
    assert refusal(lambda: made(changed_rows=1).execute("DELETE FROM customers", {}))[0] == "too_many_rows"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT " + "-" * 0 + "+".join("1" for _ in range(500)),
        "SELECT " + ", ".join("1" for _ in range(500)),
        " UNION ALL ".join("SELECT 1" for _ in range(100)),
        "SELECT max(" + ", ".join("1" for _ in range(126)) + ")",
        "SELECT 'a' LIKE '" + "%" * 300 + "'",
        "SELECT ?2000",
    ],
)
def test_a_statement_is_no_larger_than_is_allowed(statement: str):
    assert refusal(lambda: made().query(statement, {}))[0] == "sql_error"


def test_a_database_in_memory_has_an_end():
    script = f"CREATE TABLE t (x); {COUNTING.format(100)} INSERT INTO t SELECT zeroblob(1000000) FROM n;"
    assert refusal(lambda: made(script)) == ("sql_error", "database or disk is full")


def test_what_json_cannot_say_is_told_or_written_as_base64():
    database = made()
    assert database.query("SELECT x'00ff' AS b", {}) == [{"b": "AP8="}]
    assert database.query("SELECT CAST(x'ff41' AS TEXT) AS t", {}) == [{"t": "\ufffdA"}]
    assert "infinite" in refusal(lambda: database.query("SELECT 9e999 AS x", {}))[1]
    for odd in (2**70, [1], {"a": 1}, "\ud800"):
        assert refusal(lambda: database.query("SELECT :x AS x", {"x": odd}))[0] == "sql_error"  # noqa: B023 - called at once
    assert refusal(lambda: database.query("SELECT 1\0", {}))[0] == "sql_error"
    assert json.dumps(database.query("SELECT * FROM customers", {}))


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        *[("instr", pair) for pair in [("abc", "c"), ("abc", ""), ("", ""), (b"a\x00b", b"b"), ("a1.5", 1.5)]],
        *[("instr", pair) for pair in [(None, "a"), (10**18, 0), (1e20, "e"), (0.1 + 0.2, "3"), (-2.0, ".0")]],
        *[("instr", pair) for pair in [(b"ab", "b"), ("\u00e4b", "b"), (1e-7, "e-07"), (float("inf"), "I")]],
        *[("replace", three) for three in [("aaa", "a", "bb"), ("abc", "", "x"), ("abc", "b", None), (12.5, ".", ",")]],
        *[("replace", three) for three in [("\u00e4a", "\u00e4", "a"), ("abab", "ab", ""), (7, 7, 8)]],
        *[(name, pair) for name in TRIMS for pair in [("xxaxx", "x"), ("xyaxy", "yx"), ("a", ""), ("", "a"), (110, 1)]],
        *[(name, pair) for name in TRIMS for pair in [("\u00e4a\u00e4", "\u00e4"), (None, "a"), (" a ", " ")]],
        *[("printf", three) for three in [("%s-%05d", "a", 7), ("%.2f%%%s", 1.005, None), (None, 1, 2)]],
        *[("format", three) for three in [("%,d %x", 1234567, 255), ("%-9s|%c", "a", "bc"), ("plain", 1, 2)]],
    ],
)  # fmt: skip
def test_functions_written_anew_answer_as_sqlites_own(function: str, arguments: tuple[Any, ...]):
    marks = ", ".join(f":p{at}" for at in range(len(arguments)))
    given = {f"p{at}": value for at, value in enumerate(arguments)}
    statement = f"SELECT {function}({marks}) AS x"
    expected = sqlite3.connect(":memory:").execute(statement, given).fetchone()[0]
    assert made().query(statement, given) == [{"x": expected}]


def test_ordinary_sql_goes_on_working():
    script = """
        PRAGMA foreign_keys = ON;
        BEGIN TRANSACTION;
        CREATE TABLE IF NOT EXISTS owners (id INTEGER PRIMARY KEY AUTOINCREMENT,
                                           email TEXT UNIQUE CHECK (instr(email, '@') > 0));
        CREATE TABLE deals (id TEXT PRIMARY KEY, owner REFERENCES owners (id) ON DELETE CASCADE,
                            total NUMERIC DEFAULT 0,
                            made TEXT DEFAULT CURRENT_TIMESTAMP, label TEXT AS (upper(trim(id, 'x'))) STORED) ;
        CREATE INDEX deals_of_owners ON deals (owner, lower(id));
        CREATE VIEW totals AS SELECT owner, sum(total) AS total FROM deals GROUP BY owner HAVING count(*) > 0;
        CREATE TRIGGER counted AFTER INSERT ON deals BEGIN UPDATE deals SET total = total + 1 WHERE id = new.id; END;
        INSERT INTO owners (email) VALUES ('a@x.example'), ('b@x.example');
        INSERT INTO deals (id, owner, total) VALUES ('xd1x', 1, 10), ('d2', 1, 20), ('d3', 2, 5);
        CREATE TABLE copied AS SELECT * FROM deals WHERE 0;
        DROP TABLE IF EXISTS copied;
        COMMIT;
    """
    database = made(script)
    reads = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)
        SELECT o.email AS "The e-mail", t.total, json_extract('{"a": [1, 2]}', '$.a[1]') AS second,
               row_number() OVER (ORDER BY t.total DESC) AS place, (SELECT max(i) FROM n) AS most,
               strftime('%Y', '2026-01-02') AS year, coalesce(nullif(:x, ''), 'none') AS given,
               CASE WHEN 1 THEN 'a;b' END AS c
        FROM owners AS o JOIN totals AS t ON t.owner = o.id
        WHERE o.email LIKE '%@x.example' AND EXISTS (SELECT value FROM json_each('[1]')) ORDER BY "The e-mail"
    """
    rows = database.query(" ".join(reads.split()), {"x": ""})
    assert rows[0] == {
        "The e-mail": "a@x.example", "total": 32, "second": 2, "place": 1, "most": 3, "year": "2026",
        "given": "none", "c": "a;b",
    }  # fmt: skip
    assert database.query("SELECT label FROM deals WHERE id = :i", {"i": "xd1x"}) == [{"label": "D1"}]
    assert database.query("SELECT name FROM sqlite_master WHERE type = 'view'", {}) == [{"name": "totals"}]
    upsert = "INSERT INTO owners (id, email) VALUES (:i, :e) ON CONFLICT (id) DO UPDATE SET email = excluded.email"
    assert database.execute(upsert, {"i": 1, "e": "c@x.example"}) == 1
    assert database.execute("DELETE FROM owners WHERE id = :i RETURNING id", {"i": 1}) == 1
    assert database.query("SELECT count(*) AS n FROM deals", {}) == [{"n": 1}]
    assert "CHECK" in refusal(lambda: database.execute("INSERT INTO owners (email) VALUES (:e)", {"e": "none"}))[1]


RAW = sqlite3.connect(":memory:")
KNOWN = sorted({str(name) for (name,) in RAW.execute("SELECT name FROM pragma_function_list")} - FUNCTIONS - {"match"})
MODULES = sorted({str(name) for (name,) in RAW.execute("SELECT name FROM pragma_module_list")})


@pytest.mark.parametrize("name", [name for name in KNOWN if re.fullmatch(r"\w+", name)])
def test_every_function_of_the_library_is_allowed_by_name_or_refused(name: str):
    database = made()
    said = [
        refusal(lambda: database.query(f"SELECT {name}({marks})", {}))[1]  # noqa: B023 - called at once
        for marks in ("", "1", "1, 2", "1, 2, 3")
    ]
    wrong = re.compile("wrong number|context|no such|may not be used")
    assert any("not offered" in one for one in said) or all(wrong.search(one) for one in said)


@pytest.mark.parametrize("name", [name for name in MODULES if name not in {"json_each", "json_tree"}])
def test_every_module_for_virtual_tables_is_refused(name: str):
    database = made()
    for asked in ("*", "count(*)", "1"):
        for table in (name, name.upper(), f"main.{name}", f'"{name}"', f"{name}(1)"):
            code, _ = refusal(lambda: database.query(f"SELECT {asked} FROM {table}", {}))  # noqa: B023 - called at once
            assert code == "sql_error"
    refusal(lambda: made(f"CREATE VIRTUAL TABLE t USING {name}(a, b, c)"))


def test_a_file_is_opened_alone_and_its_own_schema_brings_nothing_in(other: Path):
    raw = sqlite3.connect(other)
    raw.executescript(
        """CREATE VIRTUAL TABLE notes USING fts5(text); INSERT INTO notes VALUES ('hello');
        CREATE VIEW paths AS SELECT * FROM pragma_database_list;
        CREATE VIEW pointers AS SELECT fts3_tokenizer('simple') AS p;
        CREATE TABLE checked (x CHECK (length(fts3_tokenizer(x)) > 0));
        CREATE TABLE made (x, y DEFAULT (hex(fts3_tokenizer('simple'))));"""
    )
    raw.close()
    reading, writing = (Database.file(other, Budget(), writing=writing) for writing in (False, True))

    assert reading.query("SELECT email FROM users", {}) == [{"email": "cfo@acme.example"}]
    for table in ("notes", "notes_content", "NOTES_data", "paths", "pointers"):
        code, _ = refusal(lambda: reading.query(f"SELECT * FROM {table}", {}))  # noqa: B023 - called at once
        assert code == "sql_error"
    assert refusal(lambda: reading.execute("UPDATE users SET email = 'x'", {}))[0] == "sql_error"
    assert writing.execute("UPDATE users SET email = 'x'", {}) == 1
    for change in (
        "INSERT INTO notes_data VALUES (1, x'00')",
        "INSERT INTO notes(notes) VALUES ('rebuild')",
        "INSERT INTO checked VALUES ('simple')",
    ):
        assert refusal(lambda: writing.execute(change, {}))[0] == "sql_error"  # noqa: B023 - called at once
    assert refusal(lambda: writing.execute("INSERT INTO made (x) VALUES (1)", {}))[0] == "sql_error"
    reading.close()
    writing.close()
