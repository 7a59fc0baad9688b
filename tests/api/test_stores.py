"""What a tenant's tools reach of its own, over REST: connections without their passwords, and links to files."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from api.edge.media import passive
from tests.makers import TenantAccess, make_live, make_spec, submit

LOOKUP = '''"""Look a customer up, and have another tool greet."""

from sealwright import ToolError, sql, tools


def greet_customer(id: int) -> dict[str, str]:
    """Return the greeting of one customer."""
    rows = sql.query("crm", "SELECT name FROM customers WHERE id = :id", {"id": id})
    if not rows:
        raise ToolError("no_such_customer", f"There is no customer {id}.", hint="Search first.")
    return {"said": tools.call("greet", {"name": rows[0]["name"]})["said"]}
'''
PASSWORD = "a-password-nobody-reads"
SHARE = '''"""Share a report."""

from sealwright import files


def share_report(text: str) -> dict[str, str]:
    """Write the report, and return a link to it."""
    files.write("reports/<may>.html", text, content_type="text/html")
    return {"url": files.link("reports/<may>.html", expires_s=60)}
'''


async def test_a_connection_is_set_up_checked_and_removed_and_its_password_never_shown(tenant: TenantAccess) -> None:
    body = {"url": f"postgresql://reader:{PASSWORD}@127.0.0.1/crm"}
    put = await tenant.api.put("/connections/crm", json=body)
    assert (put.status_code, put.json()["url"]) == (200, "postgresql://reader@127.0.0.1/crm")
    listed = await tenant.api.get("/connections")
    assert [one["name"] for one in listed.json()["items"]] == ["crm"]
    check = await tenant.api.post("/connections/crm/check")
    assert check.json()["error"]["code"] == "address_refused"
    audit = await tenant.api.get("/audit")
    assert "connection.stored" in audit.text
    bad = await tenant.api.put("/connections/crm", json={"url": f"mysql://reader:{PASSWORD}@h/crm"})
    assert bad.status_code == 422
    for answer in (put, listed, check, audit, bad):
        assert PASSWORD not in answer.text
    assert (await tenant.api.delete("/connections/crm")).status_code == 204
    assert (await tenant.api.post("/connections/crm/check")).status_code == 404


async def test_a_link_of_a_tool_gives_the_file_to_whoever_has_it_and_never_as_a_page_of_ours(
    tenant: TenantAccess,
) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    spec = make_spec(
        "share_report",
        description="Writes a report, and gives out a link to it.",
        input_schema={**schema, "additionalProperties": False},
        output_schema={"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
        examples=[
            {
                "arguments": {"text": "<h1>May</h1>"},
                "result": {"url": "https://files.example/reports/%3Cmay%3E.html?expires_s=60"},
                "done": {"files": {"reports/<may>.html": "<h1>May</h1>"}},
            }
        ],
        holdouts=[],
        capabilities={"files": ["reports/*", "share reports/*"]},
        effects="idempotent",
    )
    live = await make_live(tenant, spec, SHARE)
    assert live["grant"]["sentences"] == [
        "Read and change files under reports/*.",
        "Read files under reports/*, and make links by which anybody who has one can download them for up to 7 days.",
    ]
    run = (await tenant.api.post("/tools/share_report/runs", json={"arguments": {"text": "<script>"}})).json()
    assert run["outcome"] == "returned", run["error"]
    assert run["parent_run_id"] is None
    url = run["result"]["url"]
    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.get(url)
        wrong = await anybody.get(f"{url[:-3]}AAA")
    assert (answer.status_code, answer.text, wrong.status_code) == (200, "<script>", 404)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%3Cmay%3E.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert b64encode(b"<script>").decode() not in url


async def test_people_put_files_there_for_tools_and_fetch_what_tools_wrote(tenant: TenantAccess) -> None:
    raw = {"Content-Type": "application/octet-stream"}
    put = await tenant.api.put("/files/imports/may ü.csv?content_type=text/csv", content=b"a,b\n\0", headers=raw)
    assert put.status_code == 204, put.text
    listed = await tenant.api.get("/files", params={"prefix": "imports/"})
    assert listed.json()["items"] == [{"path": "imports/may ü.csv", "size": 5}]
    got = await tenant.api.get("/files/imports/may ü.csv")
    assert (got.content, got.headers["content-disposition"]) == (
        b"a,b\n\0",
        "attachment; filename*=UTF-8''may%20%C3%BC.csv",
    )
    assert (await tenant.api.put("/files/imports//x", content=b"", headers=raw)).status_code == 422
    assert (await tenant.api.delete("/files/imports/may ü.csv")).status_code == 204
    assert (await tenant.api.get("/files/imports/may ü.csv")).status_code == 404
    assert "file.removed" in (await tenant.api.get("/audit")).text


def greeting(*permits: str) -> dict[str, Any]:
    world = {
        "sql": {"crm": "CREATE TABLE customers (id INTEGER, name TEXT); INSERT INTO customers VALUES (1, 'Ann')"},
        "tools": {"greet": {"result": {"said": "Hello Ann"}}},
    }
    return make_spec(
        "greet_customer",
        description="Greets one customer by name.",
        input_schema={"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        output_schema={"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]},
        examples=[
            {"arguments": {"id": 1}, "result": {"said": "Hello Ann"}, "world": world},
            {"arguments": {"id": 2}, "error": {"code": "no_such_customer"}, "world": world},
        ],
        holdouts=[],
        capabilities={"sql": list(permits), "tools": ["greet"]},
        effects="read",
    )


async def test_the_gates_know_which_statements_a_tool_needs(tenant: TenantAccess) -> None:
    exact = "crm: SELECT name FROM customers WHERE id = :id"
    wide = await submit(tenant, greeting("read crm"), LOOKUP)
    assert [
        (finding["severity"], finding["message"], finding["hint"])
        for finding in wide["findings"]
        if finding["gate"] == "least_privilege"
    ] == [
        (
            "warning",
            "The permit sql: 'read crm' allows any statement, and the examples run 1.",
            f"Ask for those alone: '{exact}'.",
        )
    ]
    for permits, said in (((exact,), []), ((exact, "crm: DELETE FROM customers"), ["no example runs it"])):
        revised = await tenant.api.put("/tools/greet_customer", json=greeting(*permits))
        assert revised.status_code == 200, revised.text
        version = await submit(tenant, greeting(*permits), LOOKUP)
        found = [one["message"] for one in version["findings"] if one["gate"] == "least_privilege"]
        assert [any(word in message for message in found) for word in said] == [True] * len(said)
        assert version["state"] == ("rejected" if said else "awaiting_approval"), version["findings"]


ACTIVE = [
    "text/html", "TEXT/HTML", "text/html; charset=utf-7", "text/html;charset=utf-8", "application/xhtml+xml",
    "image/svg+xml", "IMAGE/SVG+XML", "text/xml", "application/xml", "application/rss+xml", "application/mathml+xml",
    "text/javascript", "application/javascript", "application/ecmascript", "text/css", "text/vbscript",
    "application/x-shockwave-flash", "application/wasm", "multipart/x-mixed-replace", "multipart/related",
    "message/rfc822", "application/vnd.wap.xhtml+xml", "application/vnd.mozilla.xul+xml", "text/x-component",
    "application/hta", "text/cache-manifest", "application/manifest+json", "application/x-httpd-php", "text/xsl",
    "application/ld+json", "application/x-x509-ca-cert", "application/java-archive", "unknown/unknown", "x/y",
]  # fmt: skip


@pytest.mark.parametrize("kind", ACTIVE)
def test_no_file_is_served_by_us_as_something_that_runs(kind: str) -> None:
    assert passive(kind) == "application/octet-stream"


@pytest.mark.parametrize(
    ("kind", "served"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("text/plain; charset=utf-16", "text/plain"),
        ("application/pdf", "application/pdf"),
        ("image/png", "image/png"),
        ("application/vnd.ms-excel", "application/vnd.ms-excel"),
    ],
)
def test_files_that_only_show_keep_their_type(kind: str, served: str) -> None:
    assert passive(kind) == served


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/csv", "text/javascript"])
async def test_a_file_that_is_fetched_is_saved_whatever_was_said_when_it_was_put(
    tenant: TenantAccess, kind: str
) -> None:
    put = await tenant.api.put(f"/files/p.html?content_type={quote(kind)}", content=b"<script>alert(1)</script>")
    assert put.status_code == 204, put.text
    for sent in ({}, {"Accept": "text/html"}, {"Range": "bytes=0-5"}, {"Sec-Fetch-Dest": "document"}):
        got = await tenant.api.get("/files/p.html", headers=sent)
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"].startswith("sandbox;")
        assert got.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "kind",
    [
        "text/html\r\nX-Evil: 1", "text/html\n", "text", "", "text/", "/html", "text/html;", "text/html, text/plain",
        "text/html; charset=utf-8; x=y", "text/ht ml", "text/html\x00", "text/\u0145html", "*/*", "a" * 70 + "/b",
        "text/plain; charset=", "text/plain; boundary=x", "'text/html'", "text\\html", "text/html\u2028",
    ],
)  # fmt: skip
async def test_what_is_no_type_is_refused_when_a_file_is_put(tenant: TenantAccess, kind: str) -> None:
    put = await tenant.api.put("/files/p.html", params={"content_type": kind}, content=b"x")
    assert put.status_code in {400, 422}, put.text
