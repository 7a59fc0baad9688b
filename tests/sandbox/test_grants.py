import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.contract.placeholders import Slot
from sandbox.grants import REFUSED, Grant, InvalidGrant, read_call


def call(capability: str, operation: str, payload: Mapping[str, Any] | None = None) -> HostCall:
    return HostCall(0, capability, operation, payload or {})


def get(url: str, method: str = "GET", **more: Any) -> HostCall:
    return call("http", "request", {"method": method, "url": url, **more})


def mail(**message: Any) -> HostCall:
    return call("email", "send", {"to": "a@b.example", "subject": "s", "text": "t", **message})


STRIPE = Grant.parse({"http": ["GET https://api.stripe.com/v1/*"]})


def refused(grant: Grant, asked: HostCall) -> Fault:
    fault = grant.refusal(asked)
    assert fault is not None
    return fault


# --- nothing by default


@pytest.mark.parametrize(
    "asked",
    [
        get("https://api.stripe.com/"),
        mail(),
        call("ledger", "claim", {"keys": ["a"]}),
        call("kv", "get", {"key": "a"}),
        call("files", "read", {"path": "a"}),
        call("sql", "query", {"database": "crm", "statement": "select 1"}),
        call("tools", "call", {"name": "x"}),
        call("approvals", "ask", {"message": "?"}),
        call("ledger", "claim", {"keys": []}),
        call("http", "send_many", {"requests": []}),
    ],
)
def test_an_empty_grant_allows_nothing_and_names_the_permit_that_would(asked: HostCall):
    fault = refused(Grant(), asked)

    assert fault.code == REFUSED
    assert asked.capability in fault.message
    assert fault.details is not None
    again = Grant.parse({asked.capability: [fault.details["permit"]]})
    assert again.refusal(asked) is None


def test_waiting_needs_no_permit():
    assert Grant().refusal(call("clock", "sleep", {"seconds": 1})) is None


def test_an_empty_grant_says_so_in_words():
    assert Grant.parse({}).sentences() == ["Reach nothing outside itself."]


@pytest.mark.parametrize("asked", [call("shell", "run"), call("http", "connect"), call("secret", "read")])
def test_what_does_not_exist_is_refused_with_what_does(asked: HostCall):
    fault = refused(STRIPE, asked)

    assert fault.code == "unknown_operation"
    assert "there are http, email" in fault.message or "has" in fault.message


# --- reading permits


@pytest.mark.parametrize(
    "given",
    [
        {"http": []},
        {"http": "GET https://a.example/"},
        {"http": ["https://a.example/"]},
        {"http": ["FETCH https://a.example/"]},
        {"http": ["GET ftp://a.example/"]},
        {"http": ["GET https://user:pw@a.example/"]},
        {"http": ["GET https://a.example/?q=1"]},
        {"http": ["GET https://*/"]},
        {"http": ["GET https://*.com/*"]},
        {"http": ["GET https://a.*.example/"]},
        {"http": ["GET https://a.example:99999/"]},
        {"http": [{"method": "GET"}]},
        {"email": ["from anyone"]},
        {"email": ["at most 5 a run"]},
        {"email": ["at most many a run"]},
        {"ledger": ["../x"]},
        {"kv": ["write everything"]},
        {"sql": ["crm"]},
        {"sql": ["crm: drop table customers"]},
        {"sql": ["crm: select 1; select 2"]},
        {"clock": ["sleep"]},
        {"shell": ["*"]},
        {"approvals": ["approver"]},
    ],
)
def test_an_unreadable_permit_is_refused_with_what_may_be_written(given: Mapping[str, object]):
    with pytest.raises(InvalidGrant, match=r"cannot read|give a list|no capability|say what may be reached") as caught:
        Grant.parse(given)

    assert len(str(caught.value)) > 30


def test_a_grant_reads_back_from_its_canonical_form():
    given = {
        "http": [
            "GET  HTTPS://API.stripe.com:443/v1/*"[:4] + "https://API.Stripe.com:443/v1/*",
            "* https://*.a.example/x",
        ],
        "email": ["at most 50 a run", "from @Acme.com", "from @acme.com"],
        "ledger": ["campaign/*"],
    }
    grant = Grant.parse(given)

    assert grant.as_dict() == {
        "email": ["from @acme.com", "to anyone", "at most 50 a run"],
        "http": ["* https://*.a.example/x", "GET https://api.stripe.com/v1/*"],
        "ledger": ["campaign/*"],
    }
    assert Grant.parse(grant.as_dict()) == grant


def test_an_approver_reads_sentences():
    grant = Grant.parse(
        {
            "http": ["GET https://api.stripe.com/v1/*"],
            "email": ["from @acme.com", "at most 5000 a run"],
            "secret": ["k"],
        }
    )

    assert grant.sentences() == [
        "Send email from any address at acme.com.",
        "Send email to anyone.",
        "Use email for at most 5,000 recipients in a run.",
        "Send GET requests to https://api.stripe.com/v1/ and everything below it.",
        "Have the secret k put into its requests, without seeing it.",
    ]


# --- http


@pytest.mark.parametrize(
    "url",
    [
        "https://api.stripe.com/v1/charges",
        "HTTPS://API.STRIPE.COM:443/v1/charges?limit=3#top",
        "https://api.stripe.com./v1/a/b/c",
        "https://api.stripe.com/v1/x/../y",
        "https://api.stripe.com/v1/%63harges",
        "https://api.stripe.com/v1/a%2Fb",
        "https://api.stripe.com/v1/café",
    ],
)
def test_a_url_within_its_permit_is_allowed_however_it_is_spelt(url: str):
    assert STRIPE.refusal(get(url)) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://api.stripe.com/v1/charges",
        "https://api.stripe.com:8443/v1/charges",
        "https://api.stripe.com.evil.example/v1/charges",
        "https://evil.example/v1/charges",
        "https://api.stripe.com@evil.example/v1/charges",
        "https://evil.example\\@api.stripe.com/v1/charges",
        "https://api.stripe.com/v2/charges",
        "https://api.stripe.com/v1",
        "https://api.stripe.com/v1/../v2/x",
        "https://api.stripe.com/v1/%2e%2e/v2/x",
        "https://api.stripe.com/v1/%2E%2E%2Fv2/x",
        "https://api.stripe.com/v1/%252e%252e%252fv2/x",
        "https://api.stripe.com/v1/..;/v2/x",
        "https://api.stripe.com/v1/..%5cv2/x",
        "https://api.stripe.com//v1/x",
        "https://api.stripe.com/v1/\r\nHost: evil.example",
        "https://api.stripe.com/v1/%0d%0aHost:evil",
        "https://api.stripe.com/v1/ x",
        "https://api.stripe.com/v1/%zz",
        "https://api.stripe.com:0/v1/x",
        "https://api..stripe.com/v1/x",
        "https:///v1/x",
        "//api.stripe.com/v1/x",
        "file:///etc/passwd",
        "https://аpi.stripe.com/v1/x",
        "https://api.stripe.com/v1/\ud800",
        "",
    ],
)
def test_a_url_outside_its_permit_is_refused(url: str):
    assert STRIPE.refusal(get(url)) is not None


def test_a_method_outside_the_permit_is_refused_with_the_line_to_ask_for():
    fault = refused(STRIPE, get("https://api.stripe.com/v1/charges?a=1", "POST"))

    assert fault.hint == ('Ask for it in the spec: capabilities: {"http": ["POST https://api.stripe.com/v1/charges"]}.')


def test_a_subdomain_wildcard_does_not_hold_the_domain_itself_nor_a_lookalike():
    grant = Grant.parse({"http": ["GET https://*.acme.example/*"]})

    assert grant.refusal(get("https://a.b.acme.example/x")) is None
    assert grant.refusal(get("https://acme.example/x")) is not None
    assert grant.refusal(get("https://evilacme.example/x")) is not None


def test_a_star_within_a_path_stands_for_one_piece():
    grant = Grant.parse({"http": ["GET https://a.example/users/*/mail"]})

    assert grant.refusal(get("https://a.example/users/7/mail")) is None
    assert grant.refusal(get("https://a.example/users/7/8/mail")) is not None
    assert grant.refusal(get("https://a.example/users/7%2F8/mail")) is not None


def test_every_request_of_a_batch_is_checked():
    batch = [{"url": "https://api.stripe.com/v1/a"}, {"url": "https://evil.example/"}]

    assert STRIPE.refusal(call("http", "send_many", {"requests": batch})) is not None
    assert STRIPE.refusal(call("http", "send_many", {"requests": batch[:1]})) is None


def test_the_host_is_given_the_url_that_was_checked():
    admitted = STRIPE.allowance().admit(
        get("https://API.stripe.com/v1/a/../b c".replace(" ", "%20"), headers={"a": "b"})
    )

    assert isinstance(admitted, HostCall)
    assert admitted.payload == {
        "method": "GET",
        "url": "https://api.stripe.com/v1/b%20c",
        "headers": {"a": "b"},
    }


@pytest.mark.parametrize("payload", [{}, {"url": 3}, {"url": "https://api.stripe.com/v1/x", "method": "BREW"}])
def test_a_malformed_request_is_a_fault_not_a_crash(payload: Mapping[str, Any]):
    assert refused(STRIPE, call("http", "request", payload)).code == "malformed_request"


@given(st.text(max_size=60))
def test_a_url_is_unsafe_or_its_canonical_form_reads_the_same(tail: str):
    try:
        url = Url.parse(f"https://a.example/{tail}")
    except UnsafeUrl:
        return

    assert Url.parse(url.text) == url
    assert url.host == "a.example"


# --- secrets


def test_a_secret_that_is_not_granted_is_refused_anywhere_in_a_request():
    url = "https://api.stripe.com/v1/x"
    asked = get(url, headers={"Authorization": "Bearer {{secret:stripe_key}}"})
    assert STRIPE.refusal(asked) is None  # text that looks like a placeholder is text
    asked = replace(asked, secrets=(Slot(("headers", "Authorization"), "stripe_key", "Bearer "),))

    assert refused(STRIPE, asked).details == {
        "capability": "secret",
        "operation": "use",
        "permit": "stripe_key",
    }
    allowed = Grant.parse({**STRIPE.as_dict(), "secret": ["stripe_key"]})
    assert allowed.refusal(asked) is None


# --- email


def test_email_is_held_to_its_senders_domain():
    grant = Grant.parse({"email": ["from @acme.com"]})

    assert grant.refusal(mail(sender="Bills <billing@ACME.com>")) is None
    assert grant.refusal(mail()) is None  # the tenant's own default sender
    assert grant.refusal(mail(sender="a@evil-acme.com")) is not None
    assert grant.refusal(mail(sender="a@acme.com.evil.example")) is not None
    assert grant.refusal(mail(sender="a@acme.com\r\nBcc: x@evil.example")) is not None


def test_email_may_be_narrowed_to_recipients():
    grant = Grant.parse({"email": ["from @acme.com", "to @b.example", "to boss@c.example"]})

    assert grant.refusal(mail(to=["a@b.example", "boss@c.example"])) is None
    assert grant.refusal(mail(to=["a@b.example", "clerk@c.example"])) is not None


def test_messages_are_counted_over_the_whole_run():
    allowance = Grant.parse({"email": ["from @acme.com", "at most 3 a run"]}).allowance()
    two = call("email", "send_many", {"messages": [mail().payload, mail().payload]})

    assert isinstance(allowance.admit(two), HostCall)
    over = allowance.admit(two)
    assert isinstance(over, Fault)
    assert over.hint == 'Ask for more in the spec: capabilities: {"email": ["at most 4 a run"]}.'
    assert isinstance(allowance.admit(mail()), HostCall)


# --- named things


@pytest.mark.parametrize(
    ("grant", "asked", "allowed"),
    [
        ({"ledger": ["campaign/*"]}, call("ledger", "claim", {"keys": ["campaign/1", "campaign/2"]}), True),
        ({"ledger": ["campaign/*"]}, call("ledger", "claim", {"keys": ["campaign/1", "other/2"]}), False),
        ({"ledger": ["read campaign/*"]}, call("ledger", "is_done", {"key": "campaign/1"}), True),
        ({"ledger": ["read campaign/*"]}, call("ledger", "done", {"keys": ["campaign/1"]}), False),
        ({"kv": ["tool/*"]}, call("kv", "set", {"key": "a", "value": 1}), True),
        ({"kv": ["tool/*"]}, call("kv", "set", {"key": "a", "value": 1, "scope": "tenant"}), False),
        ({"kv": ["tool/*"]}, call("kv", "get", {"key": "a", "scope": "galaxy"}), False),
        ({"files": ["reports/*"]}, call("files", "write", {"path": "reports/a.csv"}), True),
        ({"files": ["reports/*"]}, call("files", "write", {"path": "reports/../x"}), False),
        ({"files": ["reports/*"]}, call("files", "read", {"path": "/reports/a"}), False),
        ({"files": ["reports/*"]}, call("files", "list", {"prefix": "reports/2026"}), True),
        ({"files": ["reports/*"]}, call("files", "list", {"prefix": ""}), False),
        ({"files": ["reports/*"]}, call("files", "link", {"path": "reports/a.csv"}), False),
        ({"files": ["share reports/*"]}, call("files", "link", {"path": "reports/a.csv"}), True),
        ({"files": ["share reports/*"]}, call("files", "write", {"path": "reports/a.csv"}), False),
        ({"files": ["reports/*"]}, call("files", "read", {"path": "reports/" + "a" * 500}), False),
        ({"tools": ["crm_*"]}, call("tools", "call", {"name": "crm_follow_up"}), True),
        ({"tools": ["crm_*"]}, call("tools", "call", {"name": "invoices"}), False),
        ({"approvals": ["ask approver"]}, call("approvals", "ask", {}), True),
        ({"approvals": ["ask approver"]}, call("approvals", "ask", {"of": "owner"}), False),
    ],
)
def test_a_named_thing_is_allowed_exactly_within_its_pattern(
    grant: Mapping[str, object],
    asked: HostCall,
    allowed: bool,  # noqa: FBT001  (a column of the table above)
):
    assert (Grant.parse(grant).refusal(asked) is None) is allowed


# --- statements

BY_ID = "crm: SELECT name FROM customers WHERE id = :id"


def sql(operation: str, statement: str, **parameters: object) -> HostCall:
    return call("sql", operation, {"database": "crm", "statement": statement, "parameters": parameters})


@pytest.mark.parametrize(
    ("permit", "asked", "allowed"),
    [
        (BY_ID, sql("query", "SELECT name\n  FROM customers\n  WHERE id = :id;", id=7), True),
        (BY_ID, sql("query", "SELECT name FROM customers WHERE id = 7"), False),
        (BY_ID, sql("query", "SELECT name, card FROM customers WHERE id = :id", id=7), False),
        ("crm: DELETE FROM t WHERE id = :id", sql("execute", "DELETE FROM t WHERE id = :id", id=1), True),
        ("hr: SELECT 1", sql("query", "SELECT 1"), False),
        ("read crm", sql("query", "select name from customers where id = :id", id=7), True),
        ("read crm", sql("query", "with a as (select 1) select * from a"), True),
        ("read crm", sql("query", "select name from customers where name = 'ann'"), False),
        ("read crm", sql("query", "select $$ann$$"), False),
        ("crm: select 'ann'", sql("query", "select 'ann'"), True),
        ("read crm", sql("execute", "delete from customers"), False),
        ("write crm", sql("execute", "delete from customers"), True),
        ("write crm", sql("query", "select 1"), True),
        ("write c*", sql("execute", "with a as (select 1) delete from customers"), True),
        ("read crm", sql("query", "with a as (delete from customers returning id) select id from a"), False),
        ("write crm", sql("execute", "drop table customers"), False),
        ("write crm", sql("execute", "delete from a; drop table b"), False),
        ("write crm", sql("query", "select 1 -- and more"), False),
        ("write crm", sql("query", "attach database x as y"), False),
        ("write crm", sql("query", "select 1", ids=[1, 2]), False),
    ],
)
def test_a_statement_is_allowed_word_for_word_or_by_its_kind_with_values_as_parameters(
    permit: str,
    asked: HostCall,
    allowed: bool,  # noqa: FBT001  (a column of the table above)
):
    assert (Grant.parse({"sql": [permit]}).refusal(asked) is None) is allowed


def test_the_host_is_given_the_statement_that_was_approved():
    admitted = Grant.parse({"sql": [BY_ID]}).allowance().admit(sql("query", f" {BY_ID[5:]} ; ", id=7))

    assert isinstance(admitted, HostCall)
    assert admitted.payload["statement"] == BY_ID[5:]


def test_a_permit_says_which_statement_and_what_it_does():
    grant = Grant.parse({"sql": [BY_ID, "write crm"], "files": ["share a/*"], "tools": ["crm_lookup"]})

    assert grant.sentences() == [
        "Read files under a/*, and make links by which anybody who has one can download them for up to 7 days.",
        "Read from the database crm with this statement alone: SELECT name FROM customers WHERE id = :id",
        "Read and change anything in the database crm, with any statement.",
        "Call the tool crm_lookup, with all that it may do when it is called.",
    ]


# --- covering


@pytest.mark.parametrize(
    ("wider", "narrower", "covered"),
    [
        ({"http": ["GET https://a.example/*"]}, {"http": ["GET https://a.example/v1/*"]}, True),
        ({"http": ["GET https://a.example/v1/*"]}, {"http": ["GET https://a.example/*"]}, False),
        ({"http": ["* https://*.a.example/*"]}, {"http": ["PUT https://b.a.example/x"]}, True),
        ({"http": ["GET https://b.a.example/*"]}, {"http": ["GET https://*.a.example/*"]}, False),
        ({"email": ["from @a.example"]}, {"email": ["from x@a.example", "at most 5 a run"]}, True),
        ({"email": ["from @a.example", "at most 5 a run"]}, {"email": ["from @a.example"]}, False),
        ({"email": ["from @a.example", "at most 5 a day"]}, {"email": ["from @a.example", "at most 5 a run"]}, False),
        (
            {"email": ["from @a.example", "at most 5 a day"]},
            {"email": ["from @a.example", "at most 4 a day", "at most 9 a run"]},
            True,
        ),
        ({"email": ["from @a.example", "to @b.example"]}, {"email": ["from @a.example"]}, False),
        ({"email": ["from @a.example"]}, {"email": ["from @a.example", "to @b.example"]}, True),
        ({"kv": ["tool/*"]}, {"kv": ["read tool/a"]}, True),
        ({"kv": ["read tool/*"]}, {"kv": ["tool/a"]}, False),
        ({"sql": ["read crm"]}, {"sql": [BY_ID]}, True),
        ({"sql": [BY_ID]}, {"sql": ["read crm"]}, False),
        ({"sql": ["read crm"]}, {"sql": ["write crm"]}, False),
        ({}, {"kv": ["tool/a"]}, False),
        ({"kv": ["tool/a"]}, {}, True),
    ],
)
def test_a_grant_covers_what_it_allows_and_says_no_when_unsure(
    wider: Mapping[str, object],
    narrower: Mapping[str, object],
    covered: bool,  # noqa: FBT001  (a column of the table above)
):
    assert Grant.parse(wider).covers(Grant.parse(narrower)) is covered


# --- effects


@pytest.mark.parametrize(
    ("asked", "effect"),
    [
        (get("https://a.example/"), "read"),
        (get("https://a.example/", "POST"), "unsafe"),
        (get("https://a.example/", "POST", key="k"), "keyed"),
        (
            call(
                "http",
                "send_many",
                {"requests": [{"url": "https://a.example/"}, {"url": "https://a.example/", "method": "PUT"}]},
            ),
            "unsafe",
        ),
        (mail(), "unsafe"),
        (mail(key="k"), "keyed"),
        (call("ledger", "claim", {"keys": ["k"]}), "keyed"),
        (call("ledger", "is_done", {"key": "k"}), "read"),
        (call("kv", "compare_and_set", {"key": "k"}), "unsafe"),
        (call("ledger", "claim"), "unsafe"),
        (call("shell", "run"), "unsafe"),
        (call("http", "send_many", {"requests": 3}), "unsafe"),
    ],
)
def test_every_operation_says_whether_it_may_be_repeated(asked: HostCall, effect: str):
    said = read_call(asked)
    # What cannot be read is never done twice: a call that was not admitted is unsafe.
    assert (asked.effect if isinstance(said, Fault) else said.effect) == effect


PIECES = [
    "..",
    ".",
    "%2e",
    "%2E%2e",
    "%252e",
    "%2f",
    "%252F",
    "%5c",
    "/",
    "//",
    ";",
    "..;",
    "a",
    "v1",
    "v2",
    "%",
    "?",
    "#",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_no_spelling_of_an_allowed_path_climbs_out_of_its_permit(pieces: list[str]):
    asked = get("https://api.stripe.com/v1/" + "".join(pieces))
    admitted = STRIPE.allowance().admit(asked)
    if isinstance(admitted, Fault):
        return
    sent = str(admitted.payload["url"]).removeprefix("https://api.stripe.com").partition("?")[0]
    for _ in range(4):  # however often a careless server decodes
        plain = re.sub(r";[^/]*", "", sent).replace("\\", "/")
        assert posixpath.normpath(plain).startswith("/v1")
        sent = unquote(sent)


def test_a_days_count_is_read_beside_a_runs_and_told_to_whoever_keeps_it() -> None:
    grant = Grant.parse({"email": ["from @acme.com", "at most 50 a day", "at most 20 a run", "at most 40 a day"]})

    assert grant.as_dict() == {"email": ["from @acme.com", "to anyone", "at most 20 a run", "at most 40 a day"]}
    assert Grant.parse(grant.as_dict()) == grant
    assert grant.daily() == {"email": 40}
    assert "Use email for at most 40 recipients a day." in grant.sentences()
    assert Grant.parse({"email": ["from @acme.com", "at most 20 a run"]}).daily() == {}


def test_one_call_that_is_more_than_a_day_allows_is_refused_at_once() -> None:
    grant = Grant.parse({"email": ["from @acme.com", "at most 1 a day"]})
    messages = [{"to": f"p{n}@b.example", "sender": "a@acme.com"} for n in range(2)]

    refused = grant.refusal(HostCall(0, "email", "send_many", {"messages": messages}))

    assert refused is not None
    assert refused.hint == 'Ask for more in the spec: capabilities: {"email": ["at most 2 a day"]}.'
