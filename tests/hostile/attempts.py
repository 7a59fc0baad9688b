# ruff: noqa: E501, S608 - an attempt a line, some of them of SQL
"""Requests of somebody who wants the server to stand still, to swell, or to end: each is one that could.

`Attempt.accepted` says that taking it is no harm: then any answer below 500 will do.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.makers import make_source, make_spec
from tests.tenants.test_contracts import BRANCHING, ENDLESS, UNCOUNTED

JSON, YAML = "application/json", "application/yaml"


@dataclass(frozen=True)
class Attempt:
    """One request; `path` begins at the tenant's REST root, unless it is MCP's dry_run."""

    kind: str
    name: str
    body: bytes
    path: str = "/tools"
    method: str = "POST"
    media: str = JSON
    accepted: bool = False
    known: bool = True  # sent with a key


def spec_attempt(kind: str, title: str, /, *, accepted: bool = False, **changes: Any) -> Attempt:
    return Attempt(kind, title, json.dumps(make_spec(**changes)).encode(), accepted=accepted)


def dry_run(kind: str, name: str, spec: dict[str, Any], source: str, cases: list[dict[str, Any]]) -> Attempt:
    arguments = {"spec": spec, "source": source, "cases": cases}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "dry_run", "arguments": arguments}}
    return Attempt(kind, name, json.dumps(body).encode(), "mcp", accepted=True)


def numbered(kind: str, attempts: list[tuple[str, dict[str, Any]]]) -> list[Attempt]:
    return [spec_attempt(kind, name, **changes) for name, changes in attempts]


def schemas() -> list[Attempt]:
    found = [
        spec_attempt("schema", f"{at}", input_schema=schema, examples=[], holdouts=[])
        for at, schema in enumerate([*BRANCHING, *ENDLESS, *UNCOUNTED])
    ]
    found += [
        spec_attempt("schema", f"output {at}", output_schema=schema, examples=[], holdouts=[])
        for at, schema in enumerate(BRANCHING[:3])
    ]
    deep: dict[str, Any] = {"type": "object"}
    for _ in range(200):
        deep = {"type": "object", "properties": {"a": deep}}
    return [*found, spec_attempt("schema", "deep", input_schema=deep, examples=[], holdouts=[])]


def patterns() -> list[Attempt]:
    def schema(pattern: str) -> dict[str, Any]:
        return {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}

    hard = [
        "(?=.*b)c", r"(a)\1b", "^((?!b).)*$", "(?<=a)b", "a{1000}{1000}", "((((a{9}){9}){9}){9}){9}", r"\p{L}{1,255}",
        "(" * 500 + "a" + ")" * 500, "[a-z]{1,1000000}", "(?:a?){300}(?:a){300}", "a" * 100_000,
        "|".join(f"a{at}" for at in range(5_000)), "(?=(a+)+$)x", "(a|a|a|a)*b(?=c)",
    ]  # fmt: skip
    examples = [{"arguments": {"a": "a" * 100_000}, "result": {}}]
    found = [
        spec_attempt(
            "pattern",
            f"{at}",
            input_schema=schema(one),
            output_schema={"type": "object"},
            examples=examples,
            holdouts=[],
            accepted=True,
        )
        for at, one in enumerate(hard)
    ]
    linear = ["(a+)+$", "(a|aa)*c", "(x*)*y", "a[ab]{300}c", "[ab]*a[ab]{15}c", r"a\w{300}c"]
    found += [
        spec_attempt(
            "pattern",
            f"linear {at}",
            input_schema=schema(one),
            output_schema={"type": "object"},
            examples=examples,
            holdouts=[],
            accepted=True,
        )
        for at, one in enumerate(linear)
    ]
    return found


def globs() -> list[Attempt]:
    permits = {
        "kv": ["tool/" + "*a" * 40 + "b", "tool/" + "*" * 200, "x" * 50_000, "tool/" + "a*" * 1_000],
        "files": ["read " + "*a" * 40, "read " + "*/" * 300 + "x"],
        "http": ["GET https://api.example.com/" + "*a" * 40, "GET https://*." + "a." * 200 + "example/*"],
        "email": ["to " + "*" * 50 + "@acme.example", "from " + "a" * 10_000 + "@acme.example"],
        "tools": ["*" * 100, "a*" * 100],
        "sql": ["read " + "*a" * 30, "crm: SELECT '" + "a" * 50_000 + "'"],
    }
    found = [
        spec_attempt(
            "glob",
            f"{kind} {at}",
            name="t",
            input_schema={"type": "object"},
            examples=[],
            holdouts=[],
            capabilities={kind: [line]},
            accepted=True,
        )
        for kind, lines in permits.items()
        for at, line in enumerate(lines)
    ]
    many = [f"tool/k{at}" for at in range(5_000)]
    found.append(spec_attempt("glob", "many", capabilities={"kv": many}))
    spec = make_spec(
        "t",
        input_schema={"type": "object"},
        output_schema=None,
        examples=[],
        holdouts=[],
        capabilities={"kv": ["tool/*a*a*a*a*a*b"]},
    )
    for length in (100, 200, 4_000):
        source = f"from sealwright import kv\n\n\ndef t() -> dict:\n    return {{'v': kv.get('{'a' * length}')}}\n"
        found.append(dry_run("glob", f"key of {length}", spec, source, [{"arguments": {}}]))
    web = {"http": {"GET https://h.example/" + "*a" * 16 + "b": {"status": 200}}}
    source = "from sealwright import http\n\n\ndef t() -> dict:\n    return {'s': http.get('https://h.example/' + 'a' * 4000).status}\n"
    found.append(
        dry_run(
            "glob",
            "route",
            {**spec, "capabilities": {"http": ["GET https://h.example/*"]}},
            source,
            [{"arguments": {}, "world": web}],
        )
    )
    return found


def yamls() -> list[Attempt]:
    texts = {
        "sexagesimal": "1" + ":1" * 200_000,
        "sexagesimal floats": "1" + ":1" * 100_000 + ".5",
        "list": "- 1\n" * 50_000,
        "flow list": "[" + "1," * 100_000 + "]",
        "nested flow": "[" * 20_000,
        "nested maps": "{a: " * 5_000,
        "nested block": "\n".join(" " * at + "a:" for at in range(1_000)),
        "aliases": "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)),
        "alias of itself": "a: &a [*a]",
        "merge keys": "a0: &a0 {x: 1}\n"
        + "\n".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)),
        "many anchors": "\n".join(f"- &a{at} x" for at in range(20_000)),
        "long scalar": "a: " + "x" * 200_000,
        "quoted escapes": 'a: "' + "\\n" * 100_000 + '"',
        "folded": "a: >\n" + "  x\n" * 50_000,
        "comments": "#\n" * 100_000,
        "tags": "!!python/object/apply:os.system ['id']",
        "tag handles": "%TAG ! tag:x,2000:\n" * 20_000 + "---\na",
        "documents": "---\n" * 50_000,
        "int of many digits": "a: " + "9" * 100_000,
        "float of many digits": "a: 0." + "9" * 100_000,
        "hex": "a: 0x" + "f" * 100_000,
        "binary": "a: !!binary " + "A" * 100_000,
        "timestamps": "- 2001-12-14t21:59:43.10-05:00\n" * 5_000,
        "keys of lists": "? [" + "a," * 20_000 + "]\n: 1",
        "tabs": "\t" * 100_000,
        "spaces": "a:" + " " * 200_000 + "b",
        "colons": "a" + ": a" * 50_000,
        "question marks": "? " * 20_000,
        "dashes": "- " * 20_000 + "x",
    }
    found = [Attempt("yaml", name, text.encode(), media=YAML) for name, text in texts.items()]
    session = "../../session"
    found += [
        Attempt("yaml", f"{name}, by nobody", texts[name].encode(), session, media=YAML, known=False)
        for name in ("sexagesimal", "list", "nested flow", "aliases", "long scalar")
    ]
    return found


def jsons() -> list[Attempt]:
    texts = {
        "nested lists": "[" * 100_000,
        "nested lists that close": "[" * 50_000 + "]" * 50_000,
        "nested objects": '{"a":' * 50_000,
        "depth 900": '{"name": ' + "[" * 900 + "]" * 900 + "}",
        "depth 65": '{"name": ' + "[" * 65 + "]" * 65 + "}",
        "long number": '{"name": ' + "9" * 200_000 + "}",
        "long fraction": '{"name": 0.' + "9" * 200_000 + "}",
        "exponent": '{"name": 1e999}',
        "exponents": '{"name": [' + "1e308," * 50_000 + "1]}",
        "NaN": '{"name": NaN}',
        "same key": "{" + '"a": 1,' * 100_000 + '"a": 2}',
        "many keys": "{" + ",".join(f'"k{at}": 1' for at in range(50_000)) + "}",
        "escapes": '{"name": "' + "\\u0041" * 50_000 + '"}',
        "surrogates": '{"name": "' + "\\ud800" * 50_000 + '"}',
        "NUL": '{"name": "' + "\\u0000" * 50_000 + '"}',
        "backslashes": '{"name": "' + "\\\\" * 100_000 + '"}',
        "spaces": " " * 500_000 + "{}",
        "long key": '{"' + "k" * 200_000 + '": 1}',
        "colliding keys": "{" + ",".join(f'"{at * (2**61 - 1)}": 1' for at in range(20_000)) + "}",
        "unclosed": '{"name": "' + "x" * 200_000,
        "mark first": "\ufeff{}",
        "list of nulls": "[" + "null," * 200_000 + "null]",
    }
    found = [Attempt("json", name, text.encode()) for name, text in texts.items()]
    found.append(Attempt("json", "no text", b"\xff\xfe" * 50_000))
    found.append(Attempt("json", "by nobody", b"[" * 200_000, "../../session", known=False))
    return found


def sources() -> list[Attempt]:
    head = '"""Adds."""\n\n\n'
    foot = "\n\n" + make_source().partition("\n\n\n")[2]
    bodies = {
        "floats": "X = (" + " + ".join(f"float(x{at})" for at in range(800)) + ")",
        "decimals of floats": "\n".join(f"D{at} = Decimal(float(x))" for at in range(800)),
        "nested brackets": "X = " + "(" * 5_000 + "1" + ")" * 5_000,
        "nested lists": "X = " + "[" * 90 + "]" * 90,
        "chain of calls": "X = a" + "()" * 20_000,
        "chain of attributes": "X = a" + ".a" * 20_000,
        "sum": "X = " + "+".join("1" for _ in range(20_000)),
        "nots": "X = " + "not " * 20_000 + "1",
        "comparisons": "X = " + "<".join("1" for _ in range(10_000)),
        "many functions": "\n\n".join(f"def f{at}(a):\n    return a" for at in range(3_000)),
        "many handlers": "\n".join(f"try:\n    a()\nexcept Exception as e{at}:\n    b(e{at})" for at in range(800)),
        "many f-strings": "\n".join(f'S{at} = f"select {{a}} from {{b}} where c"' for at in range(1_500)),
        "one f-string": 'S = f"' + "{a}" * 10_000 + '"',
        "dictionary": "D = {" + ",".join(f"{at}: {at}" for at in range(30_000)) + "}",
        "long text": f"S = {'x' * 400_000!r}",
        "long integer": "N = 0x" + "f" * 200_000,
        "power": "N = 9**9**9**9",
        "repeat": "S = 'x' * 10**10",
        "branches": "def g(a):\n" + "\n".join(f"    if a == {at}:\n        return {at}" for at in range(5_000)),
        "nested ifs": "def g(a):\n"
        + "\n".join("    " * (at + 1) + "if a:" for at in range(95))
        + "\n"
        + "    " * 96
        + "return a",
        "sets": "\n".join(f"S{at} = {{x for x in y}}" for at in range(2_000)),
        "regexes": "import re\n" + "\n".join(f"R{at} = re.compile('(a+)+b{at}')" for at in range(500)),
        "globals": "\n".join(f"G{at} = []" for at in range(5_000)),
        "lambdas": "X = " + "lambda: " * 90 + "1",
        "decorators": "@a\n" * 5_000 + "def g(b):\n    return b",
        "comments": "# x\n" * 50_000,
        "lines": "\n" * 200_000,
        "continued": "X = 1" + " \\\n + 1" * 20_000,
        "imports": "\n".join("import json" for _ in range(10_000)),
        "names": "\n".join(f"n{'a' * 1_000}{at} = 1" for at in range(300)),
    }
    found = [
        Attempt(
            "source",
            name,
            json.dumps({"source": head + body + foot}).encode(),
            "/tools/add_numbers/versions",
            accepted=True,
        )
        for name, body in bodies.items()
    ]
    odd = {
        "nothing": "",
        "NUL": "\0",
        "a surrogate": "\ud800",
        "a form feed": "\f" * 100_000,
        "no spaces": "\u3000" * 50_000,
    }
    found += [
        Attempt("source", name, json.dumps({"source": text}).encode(), "/tools/add_numbers/versions", accepted=True)
        for name, text in odd.items()
    ]
    return found


def specs() -> list[Attempt]:
    case = {"arguments": {"a": 1, "b": 2}, "result": {"sum": 3}}
    wide = {
        "type": "object",
        "properties": {f"p{at}": {"type": "string", "description": "x" * 100} for at in range(1_500)},
    }
    return [
        *numbered("spec", [
            ("400 cases", {"examples": [case] * 400}),
            ("200 cases, wide schema", {"input_schema": wide, "examples": [{**case, "arguments": {}}] * 200}),
            ("200 cases that do not fit", {"examples": [{"arguments": {"a": "x" * 2_000, "b": []}, "result": {}}] * 200}),
            ("unknown fields", {f"field_{at}": 1 for at in range(20_000)}),
            ("nearly known fields", {f"example{at}": 1 for at in range(20_000)}),
            ("unknown fields of cases", {"examples": [{**case, **{f"f{at}": 1 for at in range(5_000)}}]}),
            ("long unknown field", {"d" * 300_000: 1}),
            ("long name", {"name": "a" * 300_000}),
            ("odd name", {"name": "-" * 300_000}),
            ("long description", {"description": "x" * 500_000}),
            ("description of spaces", {"description": " " * 500_000}),
            ("many capabilities", {"capabilities": {f"c{at}": ["x"] for at in range(10_000)}}),
            ("many limits", {"limits": {f"l{at}": 1 for at in range(10_000)}}),
            ("huge limit", {"limits": {"fuel": 10**1_000}}),
            ("many properties without names", {"input_schema": {"type": "object", "properties": {f"1p{at}": {} for at in range(1_500)}}}),
            ("mirror everywhere", {"input_schema": {"type": "object", "properties": {f"p{at}": {"x-mcp-header": "a"} for at in range(1_000)}}}),
            ("large result", {"examples": [{"arguments": {"a": 1, "b": 2}, "result": {"sum": list(range(100_000))}}]}),
            ("large list that does not fit", {"input_schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}, "examples": [{"arguments": {"a": list(range(100_000))}, "result": {"sum": 1}}]}),
            ("unique list", {"input_schema": {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}, "examples": [{"arguments": {"a": [[0, at] for at in range(50_000)]}, "result": {"sum": 1.5}}]}),
            ("multiples", {"input_schema": {"type": "object", "properties": {"a": {"items": {"multipleOf": 1e-300}}}}, "examples": [{"arguments": {"a": [1e300] * 20_000}, "result": {"sum": 1.5}}]}),
            ("too large", {"description": "x" * 1_500_000}),
            ("wrong kinds", {"examples": "x", "holdouts": {}, "capabilities": [], "limits": [], "effects": {}, "title": 1}),
        ]),
    ]  # fmt: skip


def worlds() -> list[Attempt]:
    spec = make_spec("t", input_schema={"type": "object"}, output_schema=None, examples=[], holdouts=[])
    parts: dict[str, dict[str, Any]] = {
        "routes": {"http": {f"GET https://h.example/{at}": {"status": 200} for at in range(20_000)}},
        "starry routes": {"http": {"GET https://h.example/" + "*a" * 1_000: {}}},
        "large answers": {"http": {"GET https://h.example/": {"text": "x" * 900_000}}},
        "odd statuses": {"http": {"GET https://h.example/": {"status": "x"}}},
        "ledger": {"ledger": {"done": [f"k{at}" for at in range(100_000)]}},
        "ledger of lists": {"ledger": {"done": [[[[]]]] * 1_000}},
        "kv": {"kv": {"tool": {f"k{at}": "v" for at in range(50_000)}}},
        "files": {"files": {f"f{at}": "x" for at in range(20_000)}},
        "no base64": {"files": {"f": {"base64": "!" * 500_000}}},
        "approvals": {"approvals": [{"approved": True}] * 50_000},
        "tools": {"tools": {f"t{at}": {"result": 1} for at in range(20_000)}},
        "secrets": {"secrets": [f"s{at}" for at in range(50_000)]},
        "unknown": {f"p{at}": 1 for at in range(20_000)},
        "no time": {"now": "9" * 100_000},
        "far time": {"now": "9999-12-31T23:59:59.999999+00:00"},
        "early time": {"now": "0001-01-01T00:00:00Z"},
        "mail": {"email": {"rejected": {f"a{at}@x.example": "no" for at in range(20_000)}}},
        "lists for objects": {"http": [], "sql": [], "kv": [], "files": []},
    }
    source = "def t() -> dict:\n    return {}\n"
    found = [dry_run("world", name, spec, source, [{"arguments": {}, "world": world}]) for name, world in parts.items()]
    found += [
        Attempt(
            "world",
            f"{name}, in a spec",
            json.dumps({**spec, "examples": [{"arguments": {}, "error": "x", "world": parts[name]}]}).encode(),
            accepted=True,
        )
        for name in ("routes", "ledger", "no base64", "unknown", "no time")
    ]
    return found


PEEK = 'from sealwright import sql\n\n\ndef peek() -> dict:\n    return {"out": sql.query("db", "SELECT * FROM t")}\n'
PEEK_SPEC: dict[str, Any] = {
    "name": "peek", "title": "p", "description": "A tool that peeks.", "input_schema": {"type": "object", "properties": {}},
    "output_schema": None, "examples": [], "holdouts": [], "effects": "read", "capabilities": {"sql": ["read db"]},
}  # fmt: skip


def sqls(data_dir: str) -> list[Attempt]:
    scripts = {
        "the server's database": f"ATTACH DATABASE '{data_dir}/sealwright.db' AS m; CREATE TABLE t AS SELECT email, password_hash FROM m.users LIMIT 4;",
        "a new file": f"ATTACH '{data_dir}/dropped.html' AS m; CREATE TABLE m.t (x);",
        "a copy": f"VACUUM INTO '{data_dir}/copy.db'",
        "hex": "CREATE TABLE t AS SELECT length(hex(zeroblob(300000000))) AS n",
        "instr": "CREATE TABLE t AS SELECT instr(hex(zeroblob(400000)), hex(zeroblob(200000)) || '1') AS n",
        "counting": "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "growing": "CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT zeroblob(1000000) FROM n",
        "distinct": "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT DISTINCT hex(randomblob(500000)) FROM n LIMIT 1000",
        "sorted": "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT hex(randomblob(500000)) AS x FROM n ORDER BY x",
        "wide": "CREATE TABLE t AS SELECT " + ", ".join(f"hex(zeroblob(500000)) AS c{at}" for at in range(190)),
        "printf": "CREATE TABLE t AS SELECT printf('%.*c', 1000000000, 'x') AS x",
        "like": "CREATE TABLE t AS SELECT hex(zeroblob(500000)) LIKE '%" + "0%" * 90 + "1' AS x",
        "json": "CREATE TABLE t AS SELECT json_patch(x, x) FROM (SELECT replace(hex(zeroblob(1000)), '0', '{\"a\":1}') AS x)",
        "triggers": "CREATE TABLE t (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.x + 1); END; INSERT INTO t VALUES (1);",
        "joins": "CREATE TABLE t (x); INSERT INTO t VALUES "
        + ",".join("(1)" for _ in range(1_000))
        + "; CREATE TABLE u AS SELECT count(*) FROM t a, t b, t c, t d;",
        "pointers": "CREATE TABLE t AS SELECT hex(fts3_tokenizer('simple')) AS p",
        "many statements": "SELECT 1;" * 50_000,
        "deep": "CREATE TABLE t AS SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
        "a blob": "CREATE TABLE t (x); INSERT INTO t VALUES (x'00ff');",
        "an infinity": "CREATE TABLE t AS SELECT 9e999 AS x",
    }
    found = [
        dry_run("sql", name, PEEK_SPEC, PEEK, [{"arguments": {}, "world": {"sql": {"db": script}}}])
        for name, script in scripts.items()
    ]
    statements = {
        "pointer read": ('"SELECT hex(fts3_tokenizer(:n)) AS p", {"n": "simple"}'),
        "pointer written": ('"SELECT hex(fts3_tokenizer(:n, :p)) AS p", {"n": "simple", "p": "AAAAAAAA"}'),
        "pointer called": ('"SELECT * FROM fts3tokenize WHERE input = :x", {"x": "a b"}'),
        "paths": ('"SELECT * FROM pragma_database_list"'),
        "much": ('"SELECT hex(zeroblob(:n)) AS x", {"n": 300000000}'),
    }
    found += [
        dry_run(
            "sql",
            name,
            PEEK_SPEC,
            PEEK.replace('"SELECT * FROM t"', said),
            [{"arguments": {}, "world": {"sql": {"db": "CREATE TABLE t (x)"}}}],
        )
        for name, said in statements.items()
    ]
    one = {
        **PEEK_SPEC,
        "examples": [{"arguments": {}, "error": "x", "world": {"sql": {"db": scripts["the server's database"]}}}],
    }
    return [*found, Attempt("sql", "the server's database, in a spec", json.dumps(one).encode())]


def calls() -> list[Attempt]:
    """Of a live tool that takes two whole numbers."""
    bodies: dict[str, Any] = {
        "texts": {"a": ["x"] * 200_000, "b": 1},
        "many names": {f"p{at}": at for at in range(50_000)},
        "long text": {"a": "x" * 900_000, "b": 1},
        "large number": {"a": 10**4_000, "b": 1},
        "numbers": {"a": list(range(150_000)), "b": []},
        "objects": {"a": [{"b": {}}] * 50_000, "b": 1},
        "a list": [[]] * 100_000,
    }
    return [
        Attempt("call", name, json.dumps({"arguments": arguments}).encode(), "/tools/add_numbers/runs", accepted=True)
        for name, arguments in bodies.items()
    ]


def texts() -> list[Attempt]:
    marks = {
        "combining": "e" + "\u0301" * 5_000,
        "combining of two kinds": "a" + "\u0301\u0323" * 5_000,
        "ligatures": "\ufdfa" * 5_000,
        "wide": "\uff41" * 5_000,
        "right to left": "\u202e" * 5_000,
        "joiners": "\u200d" * 5_000,
        "capital dotted": "\u0130" * 5_000,
        "beyond": "\U0001f980" * 5_000,
        "hangul": "\u1100\u1161" * 5_000,
        "operators": '"' * 2_000 + "a OR b AND (" * 500,
        "brackets": "(" * 5_000,
        "stars": "*" * 5_000,
        "percents": "%_" * 3_000,
        "words": "a " * 5_000,
    }
    found = [
        spec_attempt(
            "text",
            f"{name}, described",
            name="t",
            description=text,
            input_schema={"type": "object"},
            examples=[],
            holdouts=[],
            accepted=True,
        )
        for name, text in marks.items()
    ]
    found += [
        Attempt("text", f"{name}, looked for", b"", f"/tools?q={text[:1_500]}", "GET", accepted=True)
        for name, text in marks.items()
    ]
    found += [spec_attempt("text", f"{name}, as a name", name=text) for name, text in marks.items()]
    return found


def everything(data_dir: str) -> dict[str, list[Attempt]]:
    """All attempts, by kind."""
    makers: list[Callable[[], list[Attempt]]] = [
        schemas,
        patterns,
        globs,
        yamls,
        jsons,
        sources,
        specs,
        worlds,
        calls,
        texts,
    ]
    found = [attempt for make in makers for attempt in make()] + sqls(data_dir)
    kinds: dict[str, list[Attempt]] = {}
    for attempt in found:
        kinds.setdefault(attempt.kind, []).append(attempt)
    return kinds
