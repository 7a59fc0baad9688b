"""C1 and H2: a stranger's text that would open a file, hold the server up or fill it, through every door there is."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.held_up import computed, while_others_ask
from tests.makers import TenantAccess, make_source, make_spec, mcp_session

# Far above what it takes, and far below what it took.
HELD_UP_S_MAX = 1.0
PEEK = """from sealwright import sql


def peek() -> dict:
    return {"out": sql.query("db", "SELECT * FROM t")}
"""
# {db}: the server's own database. {new}: a file that is not there. {folder}: where both lie.
SCRIPTS = {
    "as it was shown": "ATTACH DATABASE '{db}' AS m; "
    "CREATE TABLE t AS SELECT email, password_hash FROM m.users LIMIT 4;",
    "in small letters": "attach database '{db}' as m; create table t as select * from m.users;",
    "without the word database": "ATTACH '{db}' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "in double quotes": 'ATTACH "{db}" AS m; CREATE TABLE t AS SELECT * FROM m.users;',
    "by an expression": "ATTACH ('{folder}' || '/sealwright.db') AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "by a subquery": "ATTACH (SELECT '{db}') AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "by characters": "ATTACH char({codes}) AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "as a URI": "ATTACH 'file:{db}' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "as a URI that only reads": "ATTACH 'file:{db}?mode=ro&immutable=1' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "as a URI of the VFS": "ATTACH 'file:{db}?vfs=unix-none' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "behind a comment": "SELECT 1; -- x\nATTACH /* y */ DATABASE '{db}' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "in a transaction": "BEGIN; COMMIT; ATTACH '{db}' AS m; CREATE TABLE t AS SELECT * FROM m.users;",
    "with a key": "ATTACH '{db}' AS m KEY 'x'; CREATE TABLE t AS SELECT * FROM m.users;",
    "as temp": "ATTACH '{db}' AS temp; CREATE TABLE t AS SELECT * FROM temp.users;",
    "as main": "DETACH main; ATTACH '{db}' AS main; CREATE TABLE t AS SELECT * FROM users;",
    "in a trigger": "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN ATTACH '{db}' AS m; END;",
    "explained": "EXPLAIN ATTACH '{db}' AS m;",
    "to write": "ATTACH '{db}' AS m; UPDATE m.tenants SET access_version = access_version + 1; CREATE TABLE t (a);",
    "to make a file": "ATTACH '{new}' AS m; CREATE TABLE m.x (a); CREATE TABLE t (a);",
    "to make a page": "ATTACH '{folder}/dropped.html' AS m; CREATE TABLE m.\"<script>\" (a); CREATE TABLE t (a);",
    "vacuumed": "CREATE TABLE t (a); VACUUM INTO '{new}';",
    "vacuumed by name": "CREATE TABLE t (a); VACUUM main INTO '{new}';",
    "vacuumed by an expression": "CREATE TABLE t (a); VACUUM INTO '{folder}' || '/new.db';",
    "by a pragma's folder": "PRAGMA temp_store_directory = '{folder}'; PRAGMA temp_store = 1; CREATE TABLE t (a);",
    "by a pragma's journal": "PRAGMA journal_mode = WAL; PRAGMA data_store_directory = '{folder}'; CREATE TABLE t (a);",
    "its paths": "CREATE TABLE t AS SELECT * FROM pragma_database_list;",
    "by the shell's functions": "CREATE TABLE t AS SELECT readfile('{db}') AS a;",
    "by the shell's other function": "CREATE TABLE t AS SELECT writefile('{new}', 'x') AS a;",
    "by an extension": "SELECT load_extension('{db}'); CREATE TABLE t (a);",
    "by a pointer": "CREATE TABLE t AS SELECT hex(fts3_tokenizer('simple')) AS a;",
    "by a virtual table": "CREATE VIRTUAL TABLE t USING fts3tokenize;",
    "by a table of files": "CREATE VIRTUAL TABLE t USING csv(filename='{db}');",
    "by a table of folders": "CREATE TABLE t AS SELECT * FROM fsdir('{folder}');",
    "by a table of archives": "CREATE VIRTUAL TABLE t USING zipfile('{db}');",
    "by the database's own pages": "CREATE VIRTUAL TABLE t USING sqlite_dbpage;",
    "by its schema": "PRAGMA writable_schema = 1; CREATE TABLE t (a);",
    "by a commit that is none": "ATTACH '{db}' AS m",
}
DOORS = ("POST /tools", "POST /tools, a hold-out", "PUT /tools", "propose_tool", "revise_tool", "a case", "its spec")


def peek(**changes: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict[str, Any]()}
    spec = {"name": "peek", "title": "p", "description": "A tool that peeks.", "input_schema": schema}
    more = {"output_schema": None, "examples": list[Any](), "holdouts": list[Any](), "effects": "read"}
    return {**spec, **more, "capabilities": {"sql": ["read db"]}, **changes}


async def sent(tenant: TenantAccess, door: str, script: str) -> str:
    """Send a canned database through one door; what came back, as text. Where it is taken, its tool runs."""
    world = {"sql": {"db": script}}
    case = {"arguments": dict[str, Any](), "result": {"out": list[Any]()}, "world": world}
    if door in {"PUT /tools", "revise_tool"}:
        await tenant.api.post("/tools", json=peek())
    if door == "POST /tools":
        return (await tenant.api.post("/tools", json=peek(examples=[case]))).text
    if door == "POST /tools, a hold-out":
        return (await tenant.api.post("/tools", json=peek(holdouts=[case]))).text
    if door == "PUT /tools":
        return (await tenant.api.put("/tools/peek", json=peek(examples=[case]))).text
    cases = [{"arguments": dict[str, Any](), "world": world}]
    called: dict[str, tuple[str, dict[str, Any]]] = {
        "propose_tool": ("propose_tool", {"spec": peek(examples=[case])}),
        "revise_tool": ("revise_tool", {"name": "peek", "spec": peek(examples=[case])}),
        "a case": ("dry_run", {"spec": peek(), "cases": cases}),
        "its spec": ("dry_run", {"spec": peek(examples=[case])}),
    }
    name, arguments = called[door]
    return await asked(tenant, name, source=PEEK, **arguments)


async def asked(tenant: TenantAccess, name: str, /, **arguments: Any) -> str:
    async with mcp_session(tenant) as session:
        return (await session.call_tool(name, arguments)).model_dump_json()


def filled(script: str, folder: Path) -> str:
    database = folder / "sealwright.db"
    codes = ", ".join(str(ord(letter)) for letter in str(database))
    return (
        script.replace("{db}", str(database)).replace("{new}", str(folder / "new.db")).replace("{folder}", str(folder))
    ).replace("{codes}", codes)


def access_versions(folder: Path) -> list[Any]:
    with closing(sqlite3.connect(folder / "sealwright.db")) as database:
        return database.execute("SELECT id, access_version FROM tenants ORDER BY id").fetchall()


async def assert_closed(tenant: TenantAccess, door: str, script: str) -> None:
    folder = tenant.product.settings.data_dir.absolute()
    before, versions = sorted(path.name for path in folder.iterdir()), access_versions(folder)
    said = await sent(tenant, door, filled(script, folder))
    assert "argon2" not in said
    assert "owner@" not in said
    assert "world" in said or "/sql/" in said, said
    assert "Something went wrong" not in said
    assert sorted(path.name for path in folder.iterdir()) == before
    assert access_versions(folder) == versions
    assert (await tenant.person.get(f"{tenant.product.url}/healthz")).status_code == 200


@pytest.mark.parametrize("door", DOORS)
async def test_a_canned_database_opens_no_file_of_the_server_through_any_door(tenant: TenantAccess, door: str) -> None:
    await assert_closed(tenant, door, SCRIPTS["as it was shown"])


@pytest.mark.parametrize(("number", "spelling"), list(enumerate(SCRIPTS)))
async def test_a_canned_database_opens_no_file_of_the_server_however_it_is_said(
    tenant: TenantAccess, number: int, spelling: str
) -> None:
    await assert_closed(tenant, DOORS[number % len(DOORS)], SCRIPTS[spelling])


def of_levels(levels: int) -> dict[str, Any]:
    """H7: each property is one of two that are the same."""
    defs: dict[str, Any] = {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(levels)}
    return {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/a0"}},
        "$defs": {**defs, f"a{levels}": {"type": "string"}},
    }


HEAVY: dict[str, dict[str, Any]] = {
    "a schema that branches": {"input_schema": of_levels(28), "examples": [{"arguments": {"x": 1}, "result": {}}]},
    "400 cases": {"examples": [{"arguments": {}, "result": {"out": "x" * 900}} for _ in range(400)]},
    "a pattern": {
        "input_schema": {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a|a)*$"}}},
        "examples": [{"arguments": {"x": "a" * 40 + "b"}, "result": {}}],
    },
    "a quadratic function": {
        "examples": [
            {"arguments": {}, "result": {}, "world": {"sql": {"db": "SELECT instr(hex(zeroblob(400000)), 'x')"}}}
        ]
    },
    "a large value": {
        "examples": [
            {"arguments": {}, "result": {}, "world": {"sql": {"db": "SELECT length(hex(zeroblob(300000000)))"}}}
        ]
    },
    "a database without an end": {
        "examples": [
            {
                "arguments": {},
                "result": {},
                "world": {
                    "sql": {
                        "db": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
                    }
                },
            }
        ]
    },
    "many databases": {
        "examples": [
            {"arguments": {}, "result": {}, "world": {"sql": {f"d{n}": "CREATE TABLE t (a)" for n in range(2_000)}}}
        ]
    },
    "a route of stars": {
        "examples": [
            {"arguments": {}, "result": {}, "world": {"http": {f"GET https://a.example/{'*a' * 400}b": {"json": 1}}}}
        ]
    },
    "a permit of stars": {"capabilities": {"kv": ["tool/" + "*a" * 500 + "b"]}},
    "fields without an end": {f"field_{n}": n for n in range(3_000)},
    "an enum of everything": {
        "input_schema": {"type": "object", "properties": {"x": {"enum": [f"v{n}" for n in range(30_000)]}}}
    },
}


@pytest.mark.parametrize("what", HEAVY)
async def test_a_spec_that_is_too_much_is_answered_and_the_server_goes_on_meanwhile(
    tenant: TenantAccess, what: str
) -> None:
    waiting = asyncio.create_task(tenant.api.post("/tools", json=peek(**HEAVY[what])))
    held_up_s = await while_others_ask(tenant.product, waiting)
    answer = await waiting
    assert answer.status_code in {201, 422}, answer.text
    assert held_up_s < HELD_UP_S_MAX


YAML = {"Content-Type": "application/yaml"}
SEXAGESIMAL = b"1" + b":1" * 30_000


@pytest.mark.parametrize(
    "path", ["/session", "/signup", "/session/refresh", "/tenants", "/nothing", "/tenants/acme", "/openapi.json"]
)
@pytest.mark.parametrize(
    "kind", ["application/yaml", "application/x-yaml", "text/yaml", "Application/YAML; charset=utf-8"]
)
async def test_yaml_is_read_for_nobody_who_is_not_known(tenant: TenantAccess, path: str, kind: str) -> None:
    async with httpx2.AsyncClient(base_url=f"{tenant.product.url}/api/v1") as stranger:
        with computed() as answering:
            answer = await stranger.post(path, content=SEXAGESIMAL, headers={"Content-Type": kind})
    assert answer.status_code in {404, 405, 415}, answer.text
    assert answering.s < HELD_UP_S_MAX


@pytest.mark.parametrize("authorization", [None, "Bearer sw_nothing", "Bearer x.y.z", "Basic eDp5", "Bearer"])
async def test_yaml_for_a_tenant_is_read_for_who_belongs_to_it(tenant: TenantAccess, authorization: str | None) -> None:
    headers = YAML | ({"Authorization": authorization} if authorization else {})
    async with httpx2.AsyncClient(base_url=f"{tenant.product.url}/api/v1/tenants/{tenant.slug}") as stranger:
        answer = await stranger.post("/tools", content=b"name: [", headers=headers)
    assert answer.status_code == 401, answer.text


async def test_yaml_of_a_known_person_is_small(tenant: TenantAccess) -> None:
    answer = await tenant.api.post("/tools", content=b"# " + b"x" * (64 << 10), headers=YAML)
    assert answer.status_code == 413
    assert "65,536" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        SEXAGESIMAL,
        b"[" + b"a," * 30_000 + b"]",
        b"- " * 30_000,
        b"[" * 60_000,
        b"{a: " * 15_000,
        b"? " * 30_000,
        b"&a " * 20_000,
        b"!" * 60_000,
        b"a: " + b"9" * 60_000,
        b"'" + b"''" * 30_000,
        b'"' + b"\\x41" * 15_000 + b'"',
        b"\n" * 60_000,
        b"a:\n" + b" b:\n" * 15_000,
        b"# " * 30_000,
        b"%TAG ! x\n" * 6_000,
        b"---\n" * 15_000,
        b"|\n" + b" x\n" * 20_000,
        b"a: &a [*a]",
        b"\xff\xfea\x00",
        b"\x00" * 1_000,
        b"\xef\xbb\xbfname: x",
        b'a: "\\u0000"',
        "name: \u2028x".encode(),
        b"<<: [" + b"{a: 1}," * 8_000 + b"]",
        b"".join(b"k%d: v\n" % n for n in range(6_000)),
        b"".join(b"k: v\n" for _ in range(6_000)),
        json.dumps({"a": ["x"] * 10_000}).encode(),
    ],
)
async def test_no_yaml_holds_the_server_up(tenant: TenantAccess, text: bytes) -> None:
    waiting = asyncio.create_task(tenant.api.post("/tools", content=text, headers=YAML))
    held_up_s = await while_others_ask(tenant.product, waiting)
    assert (await waiting).status_code in {400, 422}, (await waiting).text
    assert held_up_s < HELD_UP_S_MAX


async def test_a_spec_in_yaml_means_what_yaml_1_2_says(tenant: TenantAccess) -> None:
    spec = make_spec("say_no")
    text = (
        "name: say_no\ndescription: no\ninput_schema: {type: object, properties: {at: {enum: [yes, 1:30, 010]}}}\n"
        "examples:\n  - {arguments: {at: yes}, result: {no: 2026-06-01}}\n"
    )
    answer = await tenant.api.post("/tools", content=text.encode(), headers=YAML)
    assert answer.status_code == 201, answer.text
    told = answer.json()["spec"]
    assert (told["name"], told["description"]) == (spec["name"], "no")
    assert told["input_schema"]["properties"]["at"]["enum"] == ["yes", "1:30", 10]
    assert told["examples"] == [{"arguments": {"at": "yes"}, "result": {"no": "2026-06-01"}}]


async def test_a_version_whose_source_is_too_much_is_rejected_with_a_sentence(tenant: TenantAccess) -> None:
    spec = make_spec()
    assert (await tenant.api.post("/tools", json=spec)).status_code == 201
    # 16 KB of it took the loop 9.7 seconds.
    many = "\n".join(f"    x = float({n})" for n in range(800))
    source = make_source().replace("    return", f"{many}\n    return")
    async with mcp_session(tenant) as session:
        told = await session.call_tool("revise_tool", {"name": spec["name"], "source": source})
    assert told.structured_content is not None
    assert told.structured_content["state"] in {"rejected", "awaiting_approval"}
