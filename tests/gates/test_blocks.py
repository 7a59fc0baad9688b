"""The blocks `done` and `after` are read to their last key, and compare things as what they are."""

import base64
import io
import zipfile
from typing import Any

import pytest

from sandbox import HostCall
from sandbox.worlds import World
from tenants.gates.stated import blocks, recording
from tenants.gates.stated.differences import differences
from tenants.gates.stated.pairing import pair

WRONG: dict[str, tuple[Any, str, str]] = {
    "no object": ([], "", "an object from capability"),
    "an unknown capability": ({"mail": []}, "/mail", "no field mail"),
    "a near miss of a capability": ({"emial": []}, "/emial", "Did you mean email?"),
    "a near miss of a field": ({"email": [{"two": "a@b.example"}]}, "/email/0/two", "Did you mean to?"),
    "an unknown field of a request": ({"http": [{"methode": "POST"}]}, "/http/0/methode", "Did you mean method?"),
    "a body of another name": ({"http": [{"jsn": {}}]}, "/http/0/jsn", "Did you mean json?"),
    "an object where a list belongs": ({"email": {"to": "a@b.example"}}, "/email", "a list"),
    "a text where an object belongs": ({"email": ["a@b.example"]}, "/email/0", "an object"),
    "an empty item": ({"tools": [{}]}, "/tools/0", "an object"),
    "a number as a text": ({"email": [{"subject": 7}]}, "/email/0/subject", "a text"),
    "a test of another name": ({"email": [{"text": {"contain": "x"}}]}, "/email/0/text/contain", "no test contain"),
    "a test beside a good one": ({"email": [{"text": {"contains": "x", "has": "y"}}]}, "/email/0/text/has", "no test"),
    "no test at all": ({"email": [{"text": {}}]}, "/email/0/text", "a text"),
    "an empty part": ({"email": [{"text": {"contains": [""]}}]}, "/email/0/text/contains", "none of them empty"),
    "no parts": ({"email": [{"text": {"contains": []}}]}, "/email/0/text/contains", "none of them empty"),
    "a broken pattern": ({"email": [{"text": {"matches": "("}}]}, "/email/0/text/matches", "regular expression"),
    "a pattern that is none": ({"email": [{"text": {"matches": 3}}]}, "/email/0/text/matches", ""),
    "no address": ({"email": [{"to": "Ann"}]}, "/email/0/to", "an address"),
    "no addresses": ({"email": [{"to": []}]}, "/email/0/to", "an address"),
    "headers as a list": ({"http": [{"headers": ["x"]}]}, "/http/0/headers", "an object from header"),
    "a header of numbers": ({"http": [{"headers": {"x": 1}}]}, "/http/0/headers/x", "a text"),
    "an unknown kind of content": ({"files": {"a": {"tsv": []}}}, "/files/a/tsv", "no kind of content"),
    "two kinds of content": ({"files": {"a": {"csv": [], "json": 1}}}, "/files/a", "in one way"),
    "cells without rows": ({"files": {"a": {"csv": ["x"]}}}, "/files/a/csv", "a list of rows"),
    "a long delimiter": ({"files": {"a": {"csv": [["x"]], "delimiter": "||"}}}, "/files/a/delimiter", "one character"),
    "a workbook without sheets": ({"files": {"a": {"workbook": []}}}, "/files/a/workbook", "from sheet"),
    "broken base64": ({"files": {"a": {"base64": "*"}}}, "/files/a/base64", "base64"),
    "a number as a content": ({"files": {"a": 7}}, "/files/a", "what is in it"),
    "a list of files": ({"files": ["a"]}, "/files", "an object by path"),
    "an unknown scope": ({"kv": {"tol": {"a": 1}}}, "/kv/tol", "Did you mean tool?"),
    "a value without its key": ({"kv": {"tool": 3}}, "/kv/tool", "an object by key"),
    "rows that are none": ({"sql": [{"table": "t", "added": ["x"]}]}, "/sql/0/added", "a list of rows"),
    "tables beside statements": ({"sql": [{"table": "t"}, {"statement": "DELETE FROM t"}]}, "/sql", "or all by"),
    "a table and a statement": ({"sql": [{"table": "t", "statement": "DELETE FROM t"}]}, "/sql", "or all by"),
    "others of another word": ({"others": "yes"}, "/others", '"allowed"'),
    "others that are none": ({"others": ["mail"]}, "/others/0", "no field mail"),
    "open places as a text": ({"open": "email"}, "/open", "a list of places"),
    "an empty open place": ({"open": ["/"]}, "/open", "a list of places"),
    "open places of an item": ({"email": [{"to": "a@b.example", "open": [1]}]}, "/email/0/open", "a list of places"),
    "a block that says it is not recorded": ({"recorded": False}, "/recorded", "left out"),
    "an attachment without its name": ({"email": [{"attachments": [{"content": "x"}]}]}, "/email/0/attachments/0", "filename"),
    "an attachment with more": (
        {"email": [{"attachments": [{"filename": "a", "size": 3}]}]}, "/email/0/attachments/0/size", "no field size",
    ),
    "a clock": ({"clock": []}, "/clock", "no field clock"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_was_done_is_read_to_its_last_key(what: str) -> None:
    given, where, said = WRONG[what]
    found = blocks.problems({"done": given}, "/examples/0")
    assert found
    assert f"/examples/0/done{where}" in {one["path"] for one in found}
    assert any(said in f"{one['message']} {one.get('hint')}" for one in found), found


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], ""), ({"email": {}}, "/email"), ({"kvs": {}}, "/kvs"), ({"kv": {}}, "/kv"), ({"kv": {"tools": {"a": 1}}}, "/kv/tools"),
        ({"files": {"a": {"csvs": []}}}, "/files/a/csvs"), ({"sql": {"shop": []}}, "/sql/shop"), ({"open": ["/"]}, "/open"),
        ({"tools": {"a": 1}}, "/tools"),
    ],
)  # fmt: skip
def test_what_is_there_afterwards_is_read_to_its_last_key(given: Any, where: str) -> None:
    assert f"/after{where}" in {one["path"] for one in blocks.problems({"after": given}, "")}


async def world(given: dict[str, Any], *calls: tuple[str, str, dict[str, Any]]) -> World:
    """A world in which that was done."""
    made = World(given)
    for number, (capability, operation, payload) in enumerate(calls):
        reply = await made.answer(HostCall(number, capability, operation, payload))
        assert reply.fault is None, reply
    return made


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def write(path: str, content: bytes) -> tuple[str, str, dict[str, Any]]:
    return "files", "write", {"path": path, "base64": b64(content)}


def workbook(*rows: str) -> bytes:
    """A small workbook as spreadsheets write them."""
    out = io.BytesIO()
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts = {
        "xl/workbook.xml": f'<workbook {main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="May" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {main}><si><t>sku</t></si><si><r><t>A</t></r><r><t>1</t></r></si></sst>",
        "xl/styles.xml": f'<styleSheet {main}><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{''.join(f'<row>{row}</row>' for row in rows)}"
        "</sheetData></worksheet>",
    }
    with zipfile.ZipFile(out, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return out.getvalue()


BOOK = workbook(
    '<c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>qty</t></is></c>',
    '<c r="A2" t="s"><v>1</v></c><c r="C2"><v>3</v></c><c r="D2"><v>2.5</v></c><c r="E2" t="b"><v>1</v></c>',
    '<c r="A3" s="1"><v>46143</v></c><c r="B3" s="2"><v>46143.5</v></c>',
)
CELLS = [["sku", "qty"], ["A1", None, 3, 2.5, True], ["2026-05-01T00:00:00", "2026-05-01T12:00:00"]]
CSV = b"\xef\xbb\xbfsku,qty\r\nA1,3\r\n\"B,2\",4\r\n"


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (CSV, {"csv": [["sku", "qty"], ["A1", "3"], ["B,2", "4"]]}),
        (CSV, {"csv": [["sku", "qty"], ["A1", 3], ["B,2", 4]]}),
        (CSV, {"csv": [{"sku": "A1", "qty": 3}, {"sku": "B,2", "qty": "4"}]}),
        (CSV, {"contains": "A1,3"}),
        (b"sku;qty\nA1;3\n", {"csv": [["sku", "qty"], ["A1", 3]], "delimiter": ";"}),
        (b'{"b": 1.0, "a": [1]}', {"json": {"a": [1], "b": 1}}),
        (b"Hello\r\nAnn\r\n", "Hello\nAnn"),
        (b"Hello\nAnn", "Hello\nAnn\n"),
        (b"\xff\x00", {"base64": b64(b"\xff\x00")}),
        (BOOK, {"workbook": {"May": CELLS}}),
    ],
)
async def test_a_file_is_compared_as_what_it_is(content: bytes, stated: Any) -> None:
    done = await world({}, write("a/b.txt", content))
    for case in ({"done": {"files": {"a/b.txt": stated}}}, {"after": {"files": {"a/b.txt": stated}}}):
        assert blocks.problems(case, "") == []
        assert differences(case, done) == []


@pytest.mark.parametrize(
    ("content", "stated", "place"),
    [
        (b'{"at": "2026-05-01", "n": 1}', {"json": {"at": "any", "n": 1}}, "json/at"),
        (b'{"n": [{"at": 1}, {"at": 2}]}', {"json": {"n": [{"at": 0}, {}]}}, "json/n/*/at"),
        (b"sku,at\nA1,10:00\n", {"csv": [["sku", "at"], ["A1", "any"]]}, "csv/1/1"),
        (BOOK, {"workbook": {"May": [CELLS[0], CELLS[1], ["any", "any"]]}}, "workbook/May/2/*"),
    ],
)
async def test_a_part_of_a_file_is_left_open_by_name(content: bytes, stated: Any, place: str) -> None:
    done = await world({}, write("a/b.txt", content))
    for block in ("done", "after"):
        case: dict[str, Any] = {block: {"files": {"a/b.txt": stated}, "open": [f"files/a~1b.txt/{place}"]}}
        assert blocks.problems(case, "") == []
        assert differences(case, done) == []
        del case[block]["open"]
        assert differences(case, done)


@pytest.mark.parametrize(
    ("content", "stated", "said"),
    [
        (CSV, {"csv": [["sku", "qty"], ["A1", "4"], ["B,2", "4"]]}, 'content 1 1: expected "4", came "3"'),
        (CSV, {"csv": [["sku", "qty"], ["A1", "3"]]}, "expected nothing there"),
        (b"sku;qty\n", {"csv": [["sku", "qty"]]}, "came"),
        (b'{"a": 2}', {"json": {"a": 1}}, "content a: expected 1, came 2"),
        (b"{", {"json": {}}, "a text that is no JSON"),
        (b"Hello\nAnn\nBye", "Hello\nBob\nBye", 'line 2: expected "Bob", came "Ann"'),
        (b"\xff\x00", "x", "bytes that are no text"),
        (BOOK, {"workbook": {"May": [["sku"]]}}, "content May 0 1: expected nothing there"),
        (b"PK", {"workbook": {"May": [["sku"]]}}, "no workbook"),
        (b"x", None, "expected no file, came a file"),
    ],
)
async def test_what_differs_in_a_file_is_told_by_its_place(content: bytes, stated: Any, said: str) -> None:
    done = await world({}, write("b.txt", content))
    (found,) = differences({"done": {"files": {"b.txt": stated}}}, done)
    assert said in found.sentence, found


async def test_order_between_things_does_not_matter_and_each_statement_means_one_of_them() -> None:
    calls = [("tools", "call", {"name": "pay", "arguments": {"n": n}}) for n in (1, 2, 2, 3)]
    done = await world({"tools": {"pay": {"result": None}}}, *calls)

    def stated(*numbers: Any) -> Any:
        return {"done": {"tools": [{"name": "pay", "arguments": {"n": number}} for number in numbers]}}

    assert differences(stated(3, 2, 1, 2), done) == []
    assert len(differences(stated(3, 2, 1), done)) == 1
    assert len(differences(stated(3, 2, 1, 1), done)) == 1
    assert len(differences(stated(3, 2, 1, 2, 2), done)) == 1


def test_what_fits_several_is_moved_on_so_that_each_finds_its_own() -> None:
    fits = {(0, 0), (0, 1), (1, 0), (2, 1), (2, 2)}
    assert pair(3, 3, lambda one, other: (one, other) in fits).without == []
    chain = {(at, at) for at in range(50)} | {(at, at + 1) for at in range(50)} | {(50, 0)}
    assert pair(51, 51, lambda one, other: (one, other) in chain).without == []
    nobody = pair(2, 3, lambda _one, _other: False)
    assert (nobody.without, nobody.unsaid) == ([0, 1], [0, 1, 2])


SHOP = "CREATE TABLE stock (sku TEXT PRIMARY KEY, qty INTEGER); INSERT INTO stock VALUES ('a', 1), ('b', 2);"
UPDATE = "UPDATE stock SET qty = :qty WHERE sku = :sku"


async def test_tables_are_stated_by_rows_or_statements_or_asked_afterwards() -> None:
    done = await world(
        {"sql": {"shop": SHOP}},
        ("sql", "execute", {"database": "shop", "statement": UPDATE, "parameters": {"qty": 5, "sku": "a"}}),
    )
    rows = {"database": "shop", "table": "stock", "added": [{"sku": "a", "qty": 5}], "removed": [{"sku": "a", "qty": 1}]}
    statement = {"database": "shop", "statement": f"  {UPDATE.replace(' ', '  ')};", "parameters": {"qty": 5, "sku": "a"}}
    query = {"shop": {"SELECT qty FROM stock ORDER BY sku": [{"qty": 5}, {"qty": 2}]}}
    for case in ({"done": {"sql": [rows]}}, {"done": {"sql": [statement]}}, {"after": {"sql": query}}):
        assert blocks.problems(case, "") == []
        assert differences(case, done) == []
    assert recording.block(done)["sql"] == [rows]
    assert differences({"done": {}}, done)
    assert differences({"done": {"sql": [{**rows, "added": [{"sku": "a", "qty": 6}]}]}}, done)
    assert differences({"done": {"sql": [{name: rows[name] for name in ("database", "table", "added")}]}}, done)
    (failed,) = differences({"after": {"sql": {"shop": {"SELECT price FROM stock": []}}}}, done)
    assert "no such column" in failed.sentence
    assert differences({"after": {"sql": {"other": {"SELECT 1": []}}}}, done)


async def test_a_value_that_is_put_back_is_nothing_that_was_done() -> None:
    lock = [("kv", "set", {"scope": "tool", "key": "lock", "value": value}) for value in (True, None)]
    done = await world({"kv": {"tool": {"n": 1}}}, *lock, ("kv", "set", {"scope": "tool", "key": "n", "value": 2}))
    assert differences({"done": {"kv": {"tool": {"n": 2}}}, "after": {"kv": {"tool": {"n": 2, "lock": None}}}}, done) == []
    assert differences({"done": {"kv": {"tool": {"n": 3}}}}, done)


POST = {
    "method": "POST", "url": "https://a.example/x?b=2", "params": {"a": 1}, "json": {"id": "x7", "n": 1.0},
    "headers": {"X-Tenant": "acme"}, "key": "k1",
}  # fmt: skip
SENT = {"method": "POST", "url": "https://a.example/x?a=1&b=2", "json": {"id": "x7", "n": 1}}


@pytest.mark.parametrize(
    ("stated", "fits"),
    [
        (SENT, True),
        ({**SENT, "headers": {"x-tenant": "acme"}, "key": "k1"}, True),
        ({**SENT, "json": {"n": 1}, "open": ["json/id"]}, True),
        ({**SENT, "json": {"id": "y", "n": 1}, "open": ["/json/*"]}, True),
        ({**SENT, "url": "https://a.example/x?b=2", "open": ["url/a"]}, True),
        ({**SENT, "url": {"contains": "a.example"}}, True),
        ({**SENT, "headers": {"x-tenant": {"matches": "^ac"}, "x-other": None}}, True),
        ({**SENT, "json": {"n": 1}}, False),
        ({**SENT, "json": {"id": "x7", "n": "1"}}, False),
        ({**SENT, "json": {"id": "x7", "n": True}}, False),
        ({**SENT, "method": "PUT"}, False),
        ({**SENT, "url": "https://a.example/x?b=2"}, False),
        ({**SENT, "url": "https://a.example/y?a=1&b=2"}, False),
        ({**SENT, "headers": {"x-tenant": "other"}}, False),
        ({**SENT, "headers": {"x-tenant": None}}, False),
        ({**SENT, "headers": {"x-missing": "1"}}, False),
        ({"method": "POST", "url": SENT["url"]}, False),
        ({**SENT, "form": {"a": 1}}, False),
    ],
)
async def test_a_request_is_stated_by_what_it_asks_for(stated: Any, fits: bool) -> None:
    done = await world({"http": {"POST https://a.example/x": {"json": {}}}}, ("http", "request", POST))
    case = {"done": {"http": [stated]}}
    assert blocks.problems(case, "") == []
    assert (differences(case, done) == []) is fits


async def test_a_request_that_only_asks_need_not_be_stated_and_a_reading_one_is_none() -> None:
    world_of = {"http": {"POST https://a.example/search": {"json": {}}, "GET https://a.example/x": {"json": {}}}}
    asks = ("http", "request", {"method": "POST", "url": "https://a.example/search", "json": {"q": 1}})
    done = await world(world_of, asks, ("http", "request", {"method": "GET", "url": "https://a.example/x"}))
    assert differences({"done": {}}, done) == []
    assert recording.block(done) == {"recorded": True}


async def test_mail_with_files_is_stated_by_what_they_hold() -> None:
    attached = [{"filename": "may.csv", "content_type": "text/csv", "text": "sku,qty\r\nA1,3\r\n"}]
    message = {"to": ["Ann <ann@example.com>", "bob@example.com"], "subject": "May", "text": "Hello", "attachments": attached}
    done = await world({}, ("email", "send", message))
    files = [{"filename": "may.csv", "content": {"csv": [["sku", "qty"], ["A1", "3"]]}}]
    stated = {"to": ["bob@example.com", "ANN@example.com"], "subject": "May", "text": "Hello", "attachments": files}
    assert differences({"done": {"email": [stated]}}, done) == []
    assert differences({"done": {"email": [{**stated, "attachments": [{**files[0], "content": "x"}]}]}}, done)
    assert differences({"done": {"email": [{**stated, "attachments": []}]}}, done)
    recorded = recording.block(done)
    assert differences({"done": recorded}, done) == []
    assert recorded["email"][0]["attachments"] == files


async def test_what_is_recorded_twice_and_differs_is_left_open() -> None:
    first = {"recorded": True, "kv": {"tool": {"a/b": {"at": 1, "n": 2}}}, "email": [{"to": "a@b.example", "text": "1"}]}
    again = {"recorded": True, "kv": {"tool": {"a/b": {"at": 9, "n": 2}}}, "email": [{"to": "a@b.example", "text": "2"}]}
    assert recording.opened(first, again)["open"] == ["kv/tool/a~1b/at", "email/0/text"]
    assert recording.opened(first, first) == first
