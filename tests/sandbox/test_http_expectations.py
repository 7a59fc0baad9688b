"""HTTP as a tool's author expects it: bytes as they came, `ok` as what worked, redirects followed within the grant."""

# ruff: noqa: E501 - tables of cases

import base64
import json
from typing import Any

import pytest

from sandbox.contract.outcomes import Fault
from tests.sandbox.makers import Bench
from tests.sandbox.worldly import answered

HERE = "https://a.example"
GRANT = {
    "http": [f"* {HERE}/*", "GET https://b.example/*", "GET http://old.example/*", "GET https://old.example/*"],
    "secret": ["k"],
}


def route(path: str, method: str = "GET") -> str:
    return f"{method} {HERE}{path}"


def moved(status: int, place: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "headers": {"location": place}, **more}


def said(bench: Bench, expression: str, **world: Any) -> Any:
    return answered(bench, f"r = http.get('{HERE}/x')\nreturn {expression}", {"http": {route("/x"): world}}, GRANT)[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"J\xfcrgen;K\xf6ln", "text/csv; charset=ISO-8859-1"), ("Köln".encode(), "text/plain"),
        (b"\xef\xbb\xbfa;b", "text/csv"), (b"\xff\xfea\x00", "text/plain; charset=utf-16"), (b"\x00\x01\xff", "image/png"),
        (b"", "text/plain"), (b"a\r\nb\rc\n", "text/plain"), (b"<?xml version='1.0' encoding='latin-1'?><a>\xfc</a>", "application/xml"),
        (b"\xc3\x28", "text/plain; charset=utf-8"), (b"abc", "text/plain; charset=klingon"), (b"caf\x82", "text/plain; charset=cp437"),
        (b"\x80", "text/plain; charset=windows-1252"), (b"x" * 3000, "application/octet-stream"), (b"\x1b$B", "text/plain; charset=iso-2022-jp"),
    ],
)  # fmt: skip
def test_content_is_the_bytes_that_came(bench: Bench, content: bytes, kind: str) -> None:
    packed = base64.b64encode(content).decode()

    assert said(bench, "r.content.hex()", base64=packed, headers={"content-type": kind}) == content.hex()


@pytest.mark.parametrize(
    ("content", "kind", "value"),
    [
        ("\ufeff{}", "application/json", {}), ('\ufeff{"a": "ü"}', "application/json; charset=utf-8", {"a": "ü"}),
        ("[1]", "text/plain", [1]), (" null ", "application/json", None), ('"x"', "application/vnd.api+json", "x"),
        ("12345678901234567890", "application/json", 12345678901234567890),
    ],
)  # fmt: skip
def test_json_is_read_with_a_byte_order_mark_or_without(bench: Bench, content: str, kind: str, value: object) -> None:
    packed = base64.b64encode(content.encode()).decode()

    assert said(bench, "r.json()", base64=packed, headers={"content-type": kind}) == value


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_json_is_read_in_any_form_of_unicode(bench: Bench, encoding: str) -> None:
    packed = base64.b64encode('{"a": "ü"}'.encode(encoding)).decode()

    assert said(bench, "r.json()", base64=packed, headers={"content-type": "application/json"}) == {"a": "ü"}


@pytest.mark.parametrize("content", ["", "{", "<html>", "{'a': 1}", "\ufeff", "nope"])
def test_what_is_no_json_is_a_value_error(bench: Bench, content: str) -> None:
    body = "try:\n    return r.json()\nexcept ValueError:\n    return 'ValueError'"
    world = {"http": {route("/x"): {"base64": base64.b64encode(content.encode()).decode()}}}

    assert answered(bench, f"r = http.get('{HERE}/x')\n{body}", world, GRANT)[0] == "ValueError"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 226, 299])
def test_what_worked_is_ok(bench: Bench, status: int) -> None:
    assert said(bench, "[r.ok, r.raise_for_status().status]", status=status) == [True, status]


@pytest.mark.parametrize(
    "status", [300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 404, 409, 418, 422, 429, 500, 503, 599]
)
def test_what_did_not_work_is_not_ok_and_raises(bench: Bench, status: int) -> None:
    body = "try:\n    r.raise_for_status()\nexcept http.StatusError as error:\n    return [r.ok, error.status]"
    world = {"http": {route("/x"): {"status": status}}}

    assert answered(bench, f"r = http.get('{HERE}/x')\n{body}", world, GRANT)[0] == [False, status]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "place",
    [f"{HERE}/y", "/y", "y", "./y", "../y", "//a.example/y", f"{HERE}/y#part", "/y?q=1", "/z/../y", "HTTPS://A.example/y"],
)  # fmt: skip
def test_a_redirect_is_followed_within_the_grant(bench: Bench, status: int, place: str) -> None:
    world = {"http": {route("/x"): moved(status, place), route("/y"): {"json": "there"}}}

    result, asked = answered(bench, f"r = http.get('{HERE}/x')\nreturn [r.ok, r.json(), r.url]", world, GRANT)

    assert result[:2] == [True, "there"]
    assert result[2].startswith(f"{HERE}/y")
    assert len(asked.asked) == 2


@pytest.mark.parametrize(
    "place",
    [
        "https://c.example/y",
        "http://a.example/y",
        "https://a.example:8443/y",
        "https://b.example.evil.example/",
        "http://169.254.169.254/x",
    ],
)
def test_a_redirect_out_of_the_grant_is_refused_with_the_permit_that_it_would_take(bench: Bench, place: str) -> None:
    fault, _ = answered(bench, f"http.get('{HERE}/x')", {"http": {route("/x"): moved(302, place)}}, GRANT)

    assert isinstance(fault, Fault)
    assert fault.code == "capability_refused"
    assert f"GET {place.rpartition('/')[0]}" in f"{fault.message} {fault.hint}"


@pytest.mark.parametrize(
    "place", ["", None, "http://[", "ftp://a.example/y", "javascript:alert(1)", "mailto:a@b.example", "https://"]
)
def test_what_leads_nowhere_is_handed_back_or_refused_and_never_taken_for_an_answer(
    bench: Bench, place: str | None
) -> None:
    head = {} if place is None else {"location": place}
    result, _ = answered(
        bench, f"return http.get('{HERE}/x').ok", {"http": {route("/x"): {"status": 302, "headers": head}}}, GRANT
    )

    assert result is False or isinstance(result, Fault)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("status", [301, 302])
def test_a_change_that_is_redirected_as_old_clients_lose_it_is_handed_back(
    bench: Bench, method: str, status: int
) -> None:
    world = {"http": {route("/x", method.upper()): moved(status, "/y")}}
    result, asked = answered(bench, f"r = http.{method}('{HERE}/x', json=1)\nreturn [r.ok, r.status]", world, GRANT)

    assert result == [False, status]
    assert len(asked.asked) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_change_is_made_where_it_is_sent_to_with_its_body_and_key(bench: Bench, status: int) -> None:
    world = {"http": {route("/x", "POST"): moved(status, "/y"), route("/y", "POST"): {"status": 201}}}
    result, asked = answered(bench, f"return http.post('{HERE}/x', json={{'a': 1}}, key='k1').status", world, GRANT)

    assert result == 201
    assert {name: asked.asked[1].payload[name] for name in ("method", "json", "key")} == {
        "method": "POST",
        "json": {"a": 1},
        "key": "k1",
    }


def test_see_other_is_read_after_a_change(bench: Bench) -> None:
    world = {"http": {route("/x", "POST"): moved(303, "/y"), route("/y"): {"json": "made"}}}
    result, asked = answered(bench, f"return http.post('{HERE}/x', data={{'a': 1}}, key='k').json()", world, GRANT)

    assert result == "made"
    assert not {"data", "key"} & set(asked.asked[1].payload)


def test_who_asks_is_told_to_no_other_place(bench: Bench) -> None:
    world = {"http": {route("/x"): moved(302, "https://b.example/y"), "GET https://b.example/y": {"json": 1}}}
    options = "headers={'Authorization': 'Bearer t', 'Cookie': 'a=1', 'X-Key': secret('k'), 'X-Plain': 'p'}, auth={'basic': ('u', 'p')}"
    result, asked = answered(bench, f"return http.get('{HERE}/x', {options}).json()", world, GRANT)

    assert result == 1
    assert asked.asked[1].payload["headers"] == {"X-Plain": "p"}
    assert "auth" not in asked.asked[1].payload
    assert not asked.asked[1].secrets


@pytest.mark.parametrize(
    ("here", "there"), [(f"{HERE}/x", f"{HERE}/y"), ("http://old.example/x", "https://old.example/y")]
)
def test_who_asks_is_told_to_the_same_place(bench: Bench, here: str, there: str) -> None:
    world = {"http": {f"GET {here}": moved(301, there), f"GET {there}": {"json": 1}}}
    result, asked = answered(
        bench, f"return http.get('{here}', headers={{'Authorization': 'Bearer t'}}).json()", world, GRANT
    )

    assert result == 1
    assert asked.asked[1].payload["headers"] == {"Authorization": "Bearer t"}


def test_a_circle_ends(bench: Bench) -> None:
    world = {"http": {route("/x"): moved(302, "/y"), route("/y"): moved(302, "/x")}}
    fault, asked = answered(bench, f"http.get('{HERE}/x')", world, GRANT)

    assert isinstance(fault, Fault)
    assert fault.code == "too_many_redirects"
    assert len(asked.asked) == 11


def test_a_redirect_can_be_looked_at(bench: Bench) -> None:
    body = f"r = http.get('{HERE}/x', follow_redirects=False)\nreturn [r.status, r.headers['location']]"

    assert answered(bench, body, {"http": {route("/x"): moved(302, "/y")}}, GRANT)[0] == [302, "/y"]


def test_of_many_each_is_followed_and_one_that_may_not_be_costs_no_other(bench: Bench) -> None:
    routes = {
        route("/1"): moved(302, "/y"), route("/2"): {"json": 2}, route("/3"): moved(302, "https://c.example/"),
        route("/4"): moved(302, "/4"), route("/5"): moved(302, "/y"), route("/y"): {"json": "there"},
    }  # fmt: skip
    body = (
        f"answers = http.send_many([{{'url': f'{HERE}/{{n}}', 'follow_redirects': n != 5}} for n in range(1, 6)])\n"
        "return [a.code if isinstance(a, http.RequestFailed) else a.json() if a.ok else a.status for a in answers]"
    )

    assert answered(bench, body, {"http": routes}, GRANT)[0] == [
        "there",
        2,
        "capability_refused",
        "too_many_redirects",
        302,
    ]


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ("params={'limit': 100, 'cursor': None}", "?limit=100"), ("params={'a': None}", ""), ("params={'a': [1, None, 2]}", "?a=1&a=2"),
        ("params={'on': True, 'off': False}", "?on=true&off=false"), ("params=[('a', 1), ('a', 2)]", "?a=1&a=2"),
        ("params={'q': 'a b&c=ü'}", "?q=a%20b%26c%3D%C3%BC"), ("params={'a': ['x', 'y'], 'b': 1.5}", "?a=x&a=y&b=1.5"),
        ("params={}", ""), ("params={'status[]': ['open', 'won']}", "?status%5B%5D=open&status%5B%5D=won"), ("params={'e': ''}", "?e="),
        ("params=(('a', None), ('b', True))", "?b=true"), ("params={'n': 12345678901234567890}", "?n=12345678901234567890"),
    ],
)  # fmt: skip
def test_query_parameters_are_written_one_way(bench: Bench, options: str, query: str) -> None:
    result, _ = answered(bench, f"return http.get('{HERE}/x', {options}).url", {"http": {route("/x"): {}}}, GRANT)

    assert result == f"{HERE}/x{query}"


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ("{'a': 1, 'b': None, 'c': True}", {"a": "1", "c": "true", "b": None}), ("{'a': ['x', 'y']}", {"a": ["x", "y"]}),
        ("[('a', 1), ('b', 'ü'), ('a', False)]", {"a": ["1", "false"], "b": "ü"}), ("{'a': ''}", {"a": ""}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("files", ["", ", files={'f': b'1'}"])
def test_forms_are_written_one_way_with_files_or_without(
    bench: Bench, data: str, form: dict[str, Any], files: str
) -> None:
    world = {"http": {route("/x", "POST"): [{"when": {"form": form}, "json": "as meant"}, {"json": "otherwise"}]}}

    assert answered(bench, f"return http.post('{HERE}/x', data={data}{files}).json()", world, GRANT)[0] == "as meant"


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ("{'f': ('a.pdf', b'%PDF', 'application/pdf')}", ['name="f"; filename="a.pdf"', "Content-Type: application/pdf", "%PDF"]),
        ("{'f': ('ü \"x\".txt', 'Grüße')}", ['filename="ü %22x%22.txt"', "Content-Type: text/plain", "Grüße"]),
        ("{'f': b'raw'}", ['name="f"; filename="f"', "application/octet-stream", "raw"]),
        ("{'f': [('1.csv', 'a'), ('2.csv', 'b')]}", ['filename="1.csv"', 'filename="2.csv"', "text/csv"]),
        ("[('f', ('1.json', '{}')), ('g', (None, 'plain'))]", ["application/json", 'name="g"\r\n']),
        ("{'f': ('a', 'x', 'text/csv; charset=utf-8')}", ["Content-Type: text/csv; charset=utf-8"]),
    ],
)  # fmt: skip
def test_files_are_sent_as_multipart_form_data(bench: Bench, files: str, parts: list[str]) -> None:
    world = {"http": {route("/x", "POST"): [{"when": {"contains": part}, "json": n} for n, part in enumerate(parts)]}}
    for n, part in enumerate(parts):
        routes = {"http": {route("/x", "POST"): [{"when": {"contains": part}, "json": "there"}, {"json": "not there"}]}}
        body = f"return http.post('{HERE}/x', files={files}, headers={{'Content-Type': 'multipart/form-data'}}).json()"
        assert answered(bench, body, routes, GRANT)[0] == "there", (n, part, world)


@pytest.mark.parametrize(
    "options",
    [
        "files={'f': b'1'}, json={}", "files={'f': b'1'}, data='text'", "files={'f': b'1'}, data=b'x'", "files={}",
        "files={'f': ('a\\nb', b'1')}", "files={'a\\r\\nX: y': b'1'}", "files={'f': ('a', b'1', 'text/plain\\r\\nX: y')}",
        "files={'f': ('a', b'1', 'no type')}", "files={'': b'1'}", "files={'_method': (None, 'DELETE')}",
        "files={'_method': b'delete'}, data={'a': 1}", "files={'f': ('x' * 300, b'1')}", "files={'f': ('\\ud800', b'1')}",
        "files={'f%d' % n: b'1' for n in range(51)}", "data={'_method': 'PUT'}, files={'f': b'1'}", "files={'f': ('a', secret('k'))}",
    ],
)  # fmt: skip
def test_files_that_are_none_are_refused(bench: Bench, options: str) -> None:
    body = f"try:\n    return http.post('{HERE}/x', {options}).status\nexcept (HostError, TypeError) as error:\n    return type(error).__name__"

    assert answered(bench, body, {"http": {route("/x", "POST"): {}}}, GRANT)[0] in {
        "RequestFailed",
        "TypeError",
        "CapabilityRefused",
    }


def test_headers_that_are_none_are_left_out(bench: Bench) -> None:
    _, asked = answered(
        bench, f"http.get('{HERE}/x', headers={{'A': None, 'B': '1'}})", {"http": {route("/x"): {}}}, GRANT
    )

    assert json.dumps(asked.asked[0].payload["headers"]) == '{"B": "1"}'
