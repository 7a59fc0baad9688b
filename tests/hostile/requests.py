# ruff: noqa: E501 - a hostile line is as long as it is
"""Requests that strangers send to stop, bloat or open a server: a name, a door, what is sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PLAIN = '"""Do it."""\n\n\ndef work(**given) -> dict:\n    """Do it."""\n    return {}\n'
OBJECT: dict[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True)
class Hostile:
    """`door`: POST /tools ("spec"), MCP dry_run ("draft"), a version of a sound tool ("source"), or a path ("raw")."""

    name: str
    door: str
    body: Any
    content_type: str = "application/json"
    signed_in: bool = True


def spec(**changes: Any) -> dict[str, Any]:
    return {"name": "work", "description": "A tool that works.", "input_schema": OBJECT, "effects": "read", **changes}


def schemas() -> Iterator[tuple[str, Any]]:
    for levels in (18, 25, 60):
        for keyword in ("anyOf", "allOf", "oneOf"):
            ladder: dict[str, Any] = {
                f"a{n}": {keyword: [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]}
                for n in range(levels)
            }
            yield (
                f"{keyword} that doubles {levels} times",
                {
                    **OBJECT,
                    "properties": {"x": {"$ref": "#/$defs/a0"}},
                    "$defs": {**ladder, f"a{levels}": {"type": "null"}},
                },
            )
    twice = {"anyOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]}
    yield "a tree that doubles with depth", {**OBJECT, "$defs": {"n": {"properties": {"c": twice}}}, "allOf": [twice]}
    yield "a reference to itself", {**OBJECT, "$ref": "#"}
    yield (
        "two references in a ring",
        {**OBJECT, "$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    )
    yield "a dynamic reference in a ring", {**OBJECT, "$dynamicAnchor": "x", "allOf": [{"$dynamicRef": "#x"}]}
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        deep = {"not": deep}
    yield "not of not, 400 deep", {**OBJECT, "properties": {"x": deep}}
    for pattern in (
        "^(a+)+$", "(a|a)*b", "(a|aa)+$", "([a-zA-Z]+)*$", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?=(a+))a*b",
        "(a{1,500}){1,500}", "a{100000}", "(((a{100}){100}){100}){100}", "(?<=a+)b", "(\\w+\\s?)*$", "\\1(a)", "(a)\\1{9}",
        "[" * 3000, "(" * 3000 + ")" * 3000, "a|" * 20000, "(?i)" + "ſ" * 5000,
    ):  # fmt: skip
        yield f"the pattern {pattern[:24]}", {**OBJECT, "properties": {"x": {"type": "string", "pattern": pattern}}}
        yield f"the name pattern {pattern[:24]}", {**OBJECT, "patternProperties": {pattern: {"type": "string"}}}
    yield "an enum of 50,000", {**OBJECT, "properties": {"x": {"enum": list(range(50_000))}}}
    yield "20,000 properties", {**OBJECT, "properties": {f"p{n}": {"type": "string"} for n in range(20_000)}}
    yield "a remote reference", {**OBJECT, "$ref": "http://127.0.0.1:9/schema.json"}
    yield "a file's reference", {**OBJECT, "$ref": "file:///etc/passwd"}
    yield (
        "unique among many kinds",
        {**OBJECT, "properties": {"x": {"type": "array", "uniqueItems": True, "contains": twice}}, "$defs": {"n": {}}},
    )


def permits() -> Iterator[tuple[str, Any]]:
    stars = "a*" * 60 + "b"
    for line in (
        f"tool/{stars}",
        "tool/" + "*" * 300,
        "tool/" + "**/" * 200,
        "tool/" + "?*" * 100,
        "tool/" + "[a-" * 50,
    ):
        yield f"kv {line[:20]}", {"kv": [line]}
        yield f"files {line[:20]}", {"files": [line.replace("tool/", "read ")]}
    yield "http stars", {"http": [f"GET https://example.com/{stars}"]}
    yield "http host stars", {"http": ["GET https://" + "*." * 100 + "com/*"]}
    yield "50,000 permits", {"kv": [f"tool/{n}" for n in range(50_000)]}
    yield "a permit of 200 KB", {"kv": ["tool/" + "x" * 200_000]}
    yield "tools stars", {"tools": ["*" * 500]}
    yield "email stars", {"email": ["from " + "*" * 500]}


def scripts() -> Iterator[tuple[str, str]]:
    for at, said in enumerate((
        "ATTACH DATABASE '/etc/passwd' AS m", "ATTACH 'x.db' AS m", "attach/**/database ':memory:' as m",
        "ATTACH DATABASE 'file:x?mode=rwc' AS m", "DETACH main", "VACUUM INTO '/tmp/sw-hostile.db'", "VACUUM",
        "PRAGMA database_list", "PRAGMA writable_schema=1", "PRAGMA trusted_schema=1", "PRAGMA temp_store_directory='/'",
        "PRAGMA journal_mode=WAL", "PRAGMA mmap_size=1000000000", "PRAGMA cache_size=-4000000",
        "SELECT load_extension('x')", "SELECT fts3_tokenizer('simple')", "SELECT writefile('/tmp/x','y')", "SELECT readfile('/etc/passwd')",
        "CREATE VIRTUAL TABLE t USING fts3(x)", "CREATE VIRTUAL TABLE t USING fts5(x)", "CREATE VIRTUAL TABLE t USING rtree(a,b,c)",
        "CREATE VIRTUAL TABLE t USING dbstat", "CREATE TABLE t AS SELECT * FROM pragma_database_list", "CREATE TABLE t AS SELECT * FROM sqlite_dbpage",
        "CREATE TABLE t AS SELECT * FROM dbstat", "CREATE TABLE t AS SELECT * FROM generate_series(1, 1000000000)",
        "CREATE TABLE t AS SELECT hex(zeroblob(300000000)) AS x", "CREATE TABLE t AS SELECT zeroblob(1000000000) AS x",
        "CREATE TABLE t AS SELECT instr(hex(zeroblob(400000)), hex(zeroblob(399999)) || '1') AS x",
        "CREATE TABLE t AS SELECT replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000))) AS x",
        "CREATE TABLE t AS SELECT printf('%1000000000d', 1) AS x", "CREATE TABLE t AS SELECT randomblob(1000000000) AS x",
        "CREATE TABLE t AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n FROM c",
        "CREATE TABLE t AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c LIMIT 3000000) SELECT count(*) AS n FROM c a, c b",
        "CREATE TABLE t(x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t VALUES (1); END; INSERT INTO t VALUES (1)",
        "CREATE TABLE t(x); INSERT INTO sqlite_master VALUES ('table','y','y',1,'CREATE TABLE y(x)')",
        "CREATE VIEW v AS SELECT load_extension('x'); SELECT * FROM v",
        "CREATE TABLE t(x DEFAULT (fts3_tokenizer('simple'))); INSERT INTO t DEFAULT VALUES",
        "CREATE TABLE t(x, y AS (load_extension(x))); INSERT INTO t(x) VALUES ('z')",
        "CREATE TABLE t(x); CREATE INDEX i ON t(load_extension(x)); INSERT INTO t VALUES ('z')",
        "SELECT " + "(" * 2000 + "1" + ")" * 2000, "SELECT 1" + " UNION SELECT 1" * 5000, "SELECT " + ",".join("1" for _ in range(30_000)),
        "SELECT '" + "a" * 5_000_000 + "'", "CREATE TABLE t(" + ",".join(f"c{n}" for n in range(5000)) + ")",
        "SELECT 1 AS `\"`; ATTACH 'x' AS y; SELECT 1 AS `\"`", "SELECT\x00ATTACH", "SELECT like('" + "%a" * 3000 + "', '" + "a" * 3000 + "')",
    )):  # fmt: skip
        yield f"SQL {at}: {said[:40]}", said


def sources() -> Iterator[tuple[str, str]]:
    yield "800 floats", PLAIN + "\n" + "\n".join(f"x{n} = float(price_{n})" for n in range(800))
    yield "3,000 nested lists", PLAIN + "\nx = " + "[" * 3000 + "]" * 3000
    yield "20,000 terms", PLAIN + "\nx = " + " + ".join("1" for _ in range(20_000))
    yield "5,000 attributes", PLAIN + "\nx = a" + ".b" * 5_000
    yield "200 nested ifs", PLAIN + "\n" + "".join("    " * n + "if x:\n" for n in range(90)) + "    " * 90 + "pass\n"
    yield "an integer of 400,000 digits", PLAIN + "\nx = " + "9" * 400_000
    yield "a power tower", PLAIN + "\nx = 9 ** 9 ** 9\n"
    yield "a string times a billion", PLAIN + "\nx = 'a' * 10 ** 10\n"
    yield "f strings in f strings", PLAIN + "\nx = " + 'f"{' * 120 + "1" + '}"' * 120
    yield "50,000 lines", PLAIN + "\n" + "x = 1\n" * 50_000
    yield "NUL", PLAIN + "\0"
    yield "a decorator 2,000 times", "@a\n" * 2_000 + PLAIN
    yield "a comprehension in itself", PLAIN + "\nx = " + "[y for y in " * 150 + "z" + "]" * 150
    yield "unicode names", PLAIN + "\n" + "\n".join(f"ﬁ{n} = 𝒳{n} = 1" for n in range(2_000))
    yield "a docstring of 300 KB", '"""' + "x" * 300_000 + '"""\n' + PLAIN
    yield "an endless import", PLAIN + "\nwhile True:\n    pass\n"
    yield "lambdas in lambdas", PLAIN + "\nx = " + "lambda: " * 1_500 + "1"


def cases() -> Iterator[tuple[str, Any]]:
    yield "400 cases", spec(examples=[{"arguments": {}, "result": {}}] * 400)
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    yield "arguments 400 deep", spec(examples=[{"arguments": {"x": deep}, "result": {}}])
    yield "a result 400 deep", spec(examples=[{"arguments": {}, "result": {"x": deep}}])
    yield "a world 400 deep", spec(examples=[{"arguments": {}, "result": {}, "world": {"kv": {"tool": {"a": deep}}}}])
    yield (
        "a world with a file of 900 KB",
        spec(examples=[{"arguments": {}, "result": {}, "world": {"files": {"a": "x" * 900_000}}}]),
    )
    yield (
        "5,000 routes",
        spec(
            examples=[
                {
                    "arguments": {},
                    "result": {},
                    "world": {"http": {f"GET https://a.example/{n}": {} for n in range(5_000)}},
                }
            ]
        ),
    )
    yield (
        "routes of stars",
        spec(
            examples=[{"arguments": {}, "result": {}, "world": {"http": {"GET https://a.example/" + "*a" * 500: {}}}}]
        ),
    )
    yield "odd time", spec(examples=[{"arguments": {}, "result": {}, "world": {"now": "9" * 100_000}}])
    yield "a surrogate", spec(description="\\ud800")
    yield "a name of 100 KB", spec(name="x" * 100_000)
    yield "10,000 unknown fields", spec(**{f"field_{n}": 1 for n in range(10_000)})


def raw() -> Iterator[Hostile]:
    yaml = "application/yaml"
    for at, text in enumerate((
        "1" + ":1" * 400_000, "- a\n" * 100_000, "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(30)),
        "{" * 50_000, "[" * 50_000, "!!python/object/apply:os.system ['id']", "? " * 20_000, "a: |\n" + " x\n" * 100_000,
        "&a [*a]", "!!binary " + "A" * 100_000, "- " * 5_000, "a: b: c", "%YAML 9.9\n---\na", "<<: [" + "{a: 1}," * 9_000 + "]",
    )):  # fmt: skip
        yield Hostile(f"YAML {at} at sign-in", "/api/v1/session", text, yaml, signed_in=False)
        yield Hostile(f"YAML {at} as a spec", "spec", text, yaml)
    for at, text in enumerate((
        "[" * 200_000, '{"a":' * 100_000, "9" * 1_000_000, "1e999999999", '"' + "\\u0000" * 100_000 + '"', '{"a":1,"a":2}',
        "NaN", '["' + "\\ud800" + '"]', "\ufeff{}", "{" + ",".join(f'"{n}":{n}' for n in range(100_000)) + "}", "-" * 100_000, "null",
    )):  # fmt: skip
        yield Hostile(f"JSON {at} at sign-in", "/api/v1/session", text, signed_in=False)
        yield Hostile(f"JSON {at} as a spec", "spec", text)
        yield Hostile(f"JSON {at} to MCP", "/t/{slug}/mcp", text)


def every() -> list[Hostile]:
    found = [Hostile(name, "spec", spec(input_schema=schema)) for name, schema in schemas()]
    found += [
        Hostile(f"{name}, of results", "spec", spec(output_schema=schema)) for name, schema in list(schemas())[::5]
    ]
    found += [Hostile(name, "spec", spec(capabilities=lines)) for name, lines in permits()]
    for name, script in scripts():
        world = {"sql": {"db": script}}
        found.append(Hostile(name, "spec", spec(examples=[{"arguments": {}, "result": {}, "world": world}])))
    for name, script in list(scripts())[::6]:
        case = {"arguments": {}, "world": {"sql": {"db": script}}}
        found.append(Hostile(f"{name}, tried", "draft", {"spec": spec(), "source": PLAIN, "cases": [case]}))
    found += [Hostile(name, "draft", {"spec": spec(), "source": source}) for name, source in sources()]
    found += [Hostile(f"{name}, submitted", "source", {"source": source}) for name, source in list(sources())[::3]]
    found += [Hostile(name, "spec", body) for name, body in cases()]
    return found + list(raw())


def as_text(body: Any) -> bytes:
    return (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
