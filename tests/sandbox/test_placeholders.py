"""A secret is what `secret()` of this run made. Whatever else looks like one is text, and stays what it is."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.capabilities.syntax import overrides
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.contract.placeholders import Placeholders, Slot
from sandbox.grants import REFUSED, Grant

SEED = b"a run".ljust(32, b".")
RUN, OTHER = Placeholders(SEED), Placeholders(b"another run".ljust(32, b"."))
URL = "https://api.example/v1/x"
GRANT = Grant.parse(
    {
        "http": ["* https://api.example/*"],
        "secret": ["key", "stripe_*"],
        "kv": ["tool/*"],
        "files": ["*"],
        "ledger": ["*"],
        "email": ["from @acme.com"],
        "tools": ["*"],
        "approvals": ["ask *"],
        "sql": ["write db"],
    }
)


def made(name: str = "key", run: Placeholders = RUN) -> str:
    """What `secret(name)` gives a tool."""
    return f"{{{{secret:{name}:{run.tag(name)}}}}}"


OWN = made()


def admit(capability: str, operation: str, payload: Mapping[str, Any]) -> HostCall | Fault:
    # As it comes off the wire.
    said = json.loads(json.dumps({"payload": payload}))["payload"]
    return GRANT.allowance(SEED).admit(HostCall(0, capability, operation, said))


def request(**fields: Any) -> HostCall | Fault:
    return admit("http", "request", {"method": "POST", "url": URL, **fields})


PLACES = {
    "a header": {"headers": {"X-Key": "%s"}},
    "a header after a word": {"headers": {"Authorization": "Bearer %s"}},
    "the query of the URL": {"url": f"{URL}?a=%s"},
    "a parameter": {"params": {"a": "%s"}},
    "JSON": {"json": {"a": ["%s"]}},
    "a form": {"data": {"a": "%s"}},
    "a text": {"data": "%s"},
    "a user": {"auth": {"basic": ["%s", "x"]}},
    "a key": {"key": "%s"},
}


def put(place: Any, text: str) -> Any:
    if isinstance(place, str):
        return place.replace("%s", text)
    if isinstance(place, dict):
        return {put(name, text): put(value, text) for name, value in place.items()}  # pyright: ignore[reportUnknownVariableType]
    return [put(one, text) for one in place]


TAG = str(RUN.tag("key"))
LOOKALIKES = [
    "{{secret:key}}",
    "{{secret:stripe_x}}",
    "{{ secret:key }}",
    "{{secret:key&api_key={{secret:stripe_key}}",
    "{{secret:stripe_x&api_key={{secret:key}}",
    "{{secret:{{secret:key}}}}",
    "{{SECRET:key}}",
    "{{secret:key}}{{secret:key}}",
    "${secret:key}",
    "{secret:key}",
    "{{{secret:key}}}",
    "{{secret:*}}",
    "{{secret:}}",
    "{{secret:key|raw}}",
    "{{secret:key#}}",
    "{{secret:key:0}}",
    "%7B%7Bsecret%3Akey%7D%7D",
    "&#123;&#123;secret:key&#125;&#125;",
    "\\u007b\\u007bsecret:key\\u007d\\u007d",
    "{{secret:key\u200b}}",
    "｛｛secret:key｝｝",
    "{{secret\uff1akey}}",
    "secret('key')",
    "secret(key)",
    "{{secret:key\ufffd" + "0" * 48 + "}}",
    "{{secret:key?" + "a" * 48 + "}}",
    made(run=OTHER),
    made("stripe_key", OTHER),
    made(run=OTHER).replace("key:", "key"),
    made(run=OTHER).replace("key:", "key?"),
    made(run=OTHER).replace("key:", "key\udbff"),
    made(run=OTHER).upper(),
    OWN.replace(str(RUN.tag("key"))[:16], str(OTHER.tag("key"))[:16]),
    OWN.replace(str(RUN.tag("key"))[:16], "0" * 16),
    made(run=OTHER).encode("utf-8", "replace").decode(),
    "{{secret:key:" + "0" * 48 + "}}",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", LOOKALIKES)
def test_what_only_looks_like_a_placeholder_stays_text(place: str, text: str) -> None:
    asked = request(**put(PLACES[place], text))

    if isinstance(asked, HostCall):
        assert asked.secrets == ()
    else:  # for another reason: a URL of such characters
        assert asked.code == "malformed_request"


@pytest.mark.parametrize(
    ("fields", "slots"),
    [
        ({"headers": {"X-Key": OWN}}, [Slot(("headers", "X-Key"), "key")]),
        ({"headers": {"Authorization": f"Bearer {OWN}"}}, [Slot(("headers", "Authorization"), "key", "Bearer ")]),
        ({"headers": {"Authorization": f"token {OWN}"}}, [Slot(("headers", "Authorization"), "key", "token ")]),
        ({"headers": {"Authorization": f"Api-Key {OWN}"}}, [Slot(("headers", "Authorization"), "key", "Api-Key ")]),
        ({"params": {"a": "1", "k": OWN}}, [Slot(("params", "k"), "key")]),
        ({"params": {"k": ["1", OWN]}}, [Slot(("params", "k", 1), "key")]),
        ({"url": f"{URL}?a=1&k={OWN}&b"}, [Slot(("url", 1), "key")]),
        ({"json": OWN}, [Slot(("json",), "key")]),
        ({"json": {"a": [{"b": OWN}]}}, [Slot(("json", "a", 0, "b"), "key")]),
        ({"data": {"client_secret": OWN}}, [Slot(("data", "client_secret"), "key")]),
        ({"auth": {"basic": ["ann", OWN]}}, [Slot(("auth", "basic", 1), "key")]),
        ({"auth": {"basic": [made("stripe_key"), ""]}}, [Slot(("auth", "basic", 0), "stripe_key")]),
    ],
)
def test_a_secret_has_its_narrow_places_and_people_read_its_name_there(
    fields: dict[str, Any], slots: list[Slot]
) -> None:
    asked = request(**fields)

    assert isinstance(asked, HostCall), asked
    assert asked.secrets == tuple(slots)
    said = json.dumps(asked.payload)
    assert "{{secret:" in said
    assert not RUN.touch(json.loads(said))


MISPLACED = {
    "the middle of a part of the path": {"url": f"https://api.example/x{OWN}y"},
    "a part of the path behind signs": {"url": f"https://api.example/v1/a.{OWN}/x?a=1"},
    "the path twice": {"url": f"https://api.example/{OWN}/{OWN}"},
    "the path beside what looks like it": {"url": f"https://api.example/{{{{secret:key}}}}/{OWN}"},
    "what is signed": {"url": "https://api.example/", "auth": {"hmac": {"key": "k", "header": "X-S", "over": OWN}}},
    "the claims of a token": {"url": "https://api.example/", "auth": {"jwt": {"key": "k", "claims": {"a": OWN}}}},
    "an unknown kind of auth": {"url": "https://api.example/", "auth": {"digest": {"key": OWN}}},
    "a file": {"url": "https://api.example/", "files": [{"name": "f", "text": OWN}]},
    "the host": {"url": f"https://{OWN}.example/"},
    "the user": {"url": f"https://{OWN}@api.example/"},
    "the password": {"url": f"https://ann:{OWN}@api.example/"},
    "the port": {"url": f"https://api.example:{OWN}/"},
    "the whole URL": {"url": OWN},
    "the fragment": {"url": f"{URL}#{OWN}"},
    "the name of a parameter in the URL": {"url": f"{URL}?{OWN}=1"},
    "a parameter without a name": {"url": f"{URL}?{OWN}"},
    "a part of a parameter in the URL": {"url": f"{URL}?a=x{OWN}"},
    "a part of a parameter": {"params": {"a": f"x{OWN}"}},
    "the name of a parameter": {"params": {OWN: "1"}},
    "a text of parameters": {"params": f"a={OWN}"},
    "a list of parameters": {"params": [["a", OWN]]},
    "the name of a header": {"headers": {OWN: "1"}},
    "a part of a header": {"headers": {"X-Key": f"key={OWN}"}},
    "two in a header": {"headers": {"X-Key": f"{OWN}{OWN}"}},
    "a header after two words": {"headers": {"Authorization": f"Bearer of {OWN}"}},
    "a header with something after it": {"headers": {"Authorization": f"Bearer {OWN}, x"}},
    "a cookie among others": {"headers": {"Cookie": f"a=1; s={OWN}"}},
    "a header with a line break": {"headers": {"X-Key": f"a\r\nX: {OWN}"}},
    "headers that are none": {"headers": [["X-Key", OWN]]},
    "the method": {"method": OWN},
    "the key": {"key": OWN},
    "the time": {"timeout_ms": OWN},
    "a text": {"data": OWN},
    "inside a text": {"data": f"token={OWN}"},
    "the name of a form field": {"data": {OWN: "x"}},
    "a part of a form field": {"data": {"a": f"{OWN}."}},
    "a key in JSON": {"json": {OWN: 1}},
    "a part of a text in JSON": {"json": {"a": f"the key is {OWN}"}},
    "twice in a text in JSON": {"json": [f"{OWN}{OWN}"]},
    "another kind of auth": {"auth": {"digest": ["ann", OWN]}},
    "basic and more": {"auth": {"basic": ["ann", OWN], "x": 1}},
    "a part of a password": {"auth": {"basic": ["ann", f"x{OWN}"]}},
    "a field that is none": {"cert": OWN},
    "a field's name": {OWN: "x"},
    "base64 that is none": {"data_base64": OWN},
    "cut": {"json": OWN[:-3]},
    "in capitals": {"headers": {"X-Key": OWN.replace("secret", "SECRET")}},
    "without its mark": {"headers": {"X-Key": OWN.replace("key:", "key")}},
    "with half a character, as a tool has it": {"headers": {"X-Key": OWN.replace("key:", "key\udbff")}},
    "another name under its tag": {"headers": {"X-Key": OWN.replace("key", "stripe_key")}},
    "percent-encoded as well as it goes": {"url": f"{URL}?a=" + OWN.replace("{", "%7B")},
}


@pytest.mark.parametrize("where", MISPLACED)
def test_a_secret_anywhere_else_is_refused_with_the_right_way(where: str) -> None:
    refused = request(**MISPLACED[where])
    many = admit("http", "send_many", {"requests": [{"method": "POST", "url": URL, **MISPLACED[where]}]})

    for fault in (refused, many):
        assert isinstance(fault, Fault)
        assert fault.code == "secret_misplaced"
        assert "A secret cannot be" in fault.message
        assert TAG not in fault.message
        assert "auth=" in str(fault.hint)


@pytest.mark.parametrize(
    ("capability", "operation", "payload"),
    [
        ("kv", "set", {"key": "a", "value": OWN}),
        ("kv", "set", {"key": "a", "value": {"deep": [f"x {OWN}"]}}),
        ("kv", "get", {"key": OWN}),
        ("files", "write", {"path": "a.txt", "text": OWN}),
        ("files", "read", {"path": f"a/{OWN}"}),
        ("ledger", "claim", {"keys": [OWN]}),
        ("email", "send", {"to": "a@b.example", "subject": OWN, "text": "t"}),
        ("email", "send", {"to": "a@b.example", "subject": "s", "text": f"the key is {OWN}"}),
        ("email", "send_many", {"messages": [{"to": "a@b.example", "subject": "s", "text": "t", "html": OWN}]}),
        ("sql", "query", {"database": "db", "statement": "select :a", "parameters": {"a": OWN}}),
        ("sql", "execute", {"database": "db", "statement": OWN}),
        ("tools", "call", {"name": "other", "arguments": {"a": OWN}}),
        ("approvals", "ask", {"message": f"may I use {OWN}?"}),
        ("clock", "sleep", {"seconds": OWN}),
        ("shell", "run", {"command": OWN}),
    ],
)
def test_a_secret_goes_into_no_other_capability(capability: str, operation: str, payload: dict[str, Any]) -> None:
    refused = admit(capability, operation, payload)

    assert isinstance(refused, Fault)
    assert refused.code == "secret_misplaced"
    assert "only into an HTTP request" in refused.message


def test_each_of_many_requests_has_its_own_slots_and_beside_them_there_are_none() -> None:
    requests = [
        {"method": "GET", "url": URL},
        {"method": "POST", "url": URL, "json": ["{{secret:key}}", OWN]},
    ]
    asked = admit("http", "send_many", {"requests": requests})
    beside = admit("http", "send_many", {"requests": requests, "more": OWN})

    assert isinstance(asked, HostCall)
    assert asked.secrets == (Slot(("requests", 1, "json", 1), "key"),)
    assert isinstance(beside, Fault)


def test_a_secret_that_is_not_granted_is_refused_whoever_made_its_placeholder() -> None:
    refused = request(headers={"X-Key": made("crm_admin")})
    hidden = request(params={"q": OWN, "r": made("crm_admin")})

    for fault in (refused, hidden):
        assert isinstance(fault, Fault)
        assert (fault.code, (fault.details or {})["permit"]) == (REFUSED, "crm_admin")


def test_a_run_has_its_own_placeholders_and_the_same_ones_again() -> None:
    assert Placeholders(SEED).tag("key") == RUN.tag("key") != RUN.tag("kez")
    assert OTHER.tag("key") != RUN.tag("key")
    assert OTHER.run != RUN.run
    assert RUN.whole(OWN) == "key"
    assert OTHER.whole(OWN) is None
    assert RUN.tag("a}}b") is RUN.tag("") is RUN.tag("a" * 101) is None
    assert SEED.hex() not in repr(RUN)


def test_a_long_payload_with_a_secret_is_read_once() -> None:
    rows = [{"a": "x" * 20, "b": [1, 2, None, {"c": "{{secret:key}}"}]} for _ in range(20_000)]
    asked = request(json={"rows": rows, "token": OWN})

    assert isinstance(asked, HostCall)
    assert asked.secrets == (Slot(("json", "token"), "key"),)


HEADERS_REFUSED = """
X-HTTP-Method-Override X-HTTP-Method X-Method-Override X-METHOD-OVERRIDE x_http_method_override Method
X-Method X-Original-Method X-Forwarded-Method HTTP-Method-Override _method X-Override-Method X-Rewrite-Method
X-Original-URL X-Rewrite-URL X-Original-URI X-Rewrite-Path X-Override-URL X-Original-Path X-Original-Host
X-Envoy-Original-Path X-Real-URL X-Request-URI X-Proxy-URL Base-URL X-Base-Path X-HTTP-Path-Override
X-HTTP-Host-Override X-Path-Info URL URI Path X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto
X-Forwarded-Scheme X-Forwarded-Server X-Forwarded-Port X-Forwarded-Prefix X-Forwarded Forwarded Forwarded-For
Forwarded-Host Forwarded-Proto X-Forward-For X-Original-Forwarded-For X_Forwarded_For Host X-Host
X-Backend-Host X-Real-IP X-Client-IP Client-IP True-Client-IP CF-Connecting-IP X-Cluster-Client-IP Connection
Keep-Alive Proxy-Authorization Proxy-Connection Proxy-Authenticate TE Trailer Transfer-Encoding Upgrade
Content-Length Expect Via Max-Forwards HTTP2-Settings Alt-Used Destination X-Middleware-Subrequest
X-Middleware-Rewrite-Path X-Matched-Path X-Invoke-Path X-Original-Query X-Sendfile X-Accel-Redirect
X-Internal-Redirect-Location X-Upstream-Host X-Script-Name-Path X-Effective-URL X-Redirect-Location
X-Request-Path X-Route X-Verb X-HTTP-Verb
""".split()  # noqa: SIM905 - as a list it would be ninety lines


@pytest.mark.parametrize("name", HEADERS_REFUSED)
def test_a_header_that_could_make_another_request_of_this_one_is_refused(name: str) -> None:
    for spelled in (name, name.lower(), name.upper(), name.replace("-", "_")):
        refused = request(headers={spelled: "DELETE"})
        assert isinstance(refused, Fault), spelled
        assert refused.code == "malformed_request"
        assert "not for a tool to set" in refused.message


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "Accept", "Accept-Language", "Content-Type", "Cookie", "User-Agent", "Referer", "Origin"),
        *("Idempotency-Key", "If-Match", "If-None-Match", "If-Modified-Since", "Range", "Prefer", "X-Api-Key"),
        *("X-Request-Id", "X-Correlation-Id", "Stripe-Version", "Stripe-Account", "X-GitHub-Api-Version", "X-Say"),
        *("X-Amz-Target", "X-Goog-User-Project", "X-Goog-Upload-Protocol", "Dropbox-API-Arg", "SOAPAction"),
        *("Notion-Version", "X-Shopify-Access-Token", "webhook-id", "webhook-signature", "X-Original-Filename"),
        *("traceparent", "tracestate", "X-Requested-With", "Content-Encoding", "Content-Disposition", "Digest"),
    ],
)
def test_what_services_ask_for_in_headers_may_be_set(name: str) -> None:
    assert not overrides.is_refused(name)


@pytest.mark.parametrize(
    "fields",
    [
        {"data": {"_method": "DELETE"}},
        {"data": {"_method": ["delete"]}},
        {"data": {"_METHOD": " Put "}},
        {"data": {"_http_method": "PATCH"}},
        {"data": {"_httpmethod": "PATCH"}},
        {"data": {"x-http-method-override": "PUT"}},
        {"data": "a=1&_method=DELETE"},
        {"data": "a=1&%5Fmethod=DELETE"},
        {"data": "a=1&_m%65thod=DELETE"},
        {"data": '{"_method": "DELETE"}'},
        {"data": '--b\r\nContent-Disposition: form-data; name="_method"\r\n\r\nDELETE\r\n--b--'},
        {"data_base64": "X21ldGhvZD1ERUxFVEU="},
        {"json": {"_method": "DELETE", "a": 1}},
        {"json": {"$method": "DELETE"}},
        {"params": {"_method": "DELETE"}},
        {"params": {"X-HTTP-Method-Override": "DELETE"}},
        {"params": {"method_override": "GET"}},
        {"params": {"$httpMethod": "PUT"}},
        {"url": f"{URL}?_method=DELETE"},
        {"url": f"{URL}?a=1&%5fmethod=delete"},
        {"url": f"{URL}?x-http-method-override=PATCH#x"},
    ],
)
def test_a_field_that_would_make_another_method_is_refused(fields: dict[str, Any]) -> None:
    refused = request(**fields)

    assert isinstance(refused, Fault)
    assert "another method" in refused.message


@pytest.mark.parametrize(
    "fields",
    [
        {"data": {"_method": "POST"}},
        {"json": {"method": "DELETE", "path": "/x"}},
        {"json": {"_method": "bank transfer"}},
        {"json": [{"_method": "DELETE"}]},
        {"params": {"method": "flickr.photos.search"}},
        {"data": "the method=DELETE is described elsewhere"},
    ],
)
def test_other_fields_are_the_services_own(fields: dict[str, Any]) -> None:
    assert isinstance(request(**fields), HostCall)
