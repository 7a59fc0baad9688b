"""Mail through a real SMTP server that refuses, stalls and hangs up."""

import ssl
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import anyio
import pytest

from examples.world import mail
from sandbox import HostCall, Mailbox
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.email.email import Email
from tenants.capabilities.email.smtp import MailServer, Smtp
from tenants.capabilities.ledger import Ledger
from tests.tenants.capabilities.kept import Kept
from tests.tenants.capabilities.mailing import email_of

Call = Callable[..., HostCall]


def server_of(sink: mail.Sink, **changes: Any) -> MailServer:
    server = MailServer("127.0.0.1", sink.smtp_port, "Acme <hello@acme.example>", "none", timeout_s=5)
    return replace(server, **changes)


@pytest.fixture
async def email(sink: mail.Sink) -> AsyncGenerator[Email]:
    email = email_of(Smtp(server_of(sink)))
    yield email
    await email.close()


def letter(to: object = "ann@example.com", **more: Any) -> dict[str, Any]:
    return {"to": to, "subject": "Hello", "text": "Hello Ann", **more}


async def test_a_message_arrives_as_it_was_written(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    payload = letter(html="<p>Hello <b>Änn</b></p>", sender="News <news@acme.example>", reply_to="help@acme.example")

    sent = await email.send(call("email.send", **payload), bound)

    (message,) = sink.messages
    assert (message.sender, message.recipient) == ("news@acme.example", "ann@example.com")
    assert message.text.strip() == "Hello Ann"
    assert message.html.strip() == "<p>Hello <b>Änn</b></p>"
    assert message.parsed["From"] == "News <news@acme.example>"
    assert message.parsed["Reply-To"] == "help@acme.example"
    assert message.parsed["Date"]
    assert message.message_id == sent["id"]


async def test_without_a_sender_it_is_from_the_tenants_own(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    await email.send(call("email.send", **letter()), bound)

    assert sink.messages[0].parsed["From"] == "Acme <hello@acme.example>"


async def test_a_repeat_of_the_same_effect_has_the_same_message_id(email: Email, call: Call, bound: Bound):
    by_key = [await email.send(call("email.send", **letter(key="spring/ann")), bound) for _ in range(2)]
    by_place = [await email.send(HostCall(7, "email", "send", letter()), bound) for _ in range(2)]
    of_another_run = await email.send(HostCall(7, "email", "send", letter()), replace(bound, run_id="run_2"))

    assert by_key[0]["id"] == by_key[1]["id"]
    assert by_place[0]["id"] == by_place[1]["id"]
    assert of_another_run["id"] not in (by_place[0]["id"], by_key[0]["id"])


async def test_a_refusal_for_good_and_one_for_now_are_told_apart(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    sink.behaviour.refused["gone@example.com"] = "550 5.1.1 No such user"
    sink.behaviour.deferred["full@example.com"] = "452 4.2.2 Mailbox full"

    with pytest.raises(Unable) as rejected:
        await email.send(call("email.send", **letter("gone@example.com")), bound)
    with pytest.raises(Unable) as unavailable:
        await email.send(call("email.send", **letter("full@example.com")), bound)

    assert rejected.value.fault.code == "rejected"
    assert rejected.value.fault.details == {"code": 550, "message": "550 5.1.1 No such user"}
    assert unavailable.value.fault.code == "unavailable"
    assert sink.messages == []


async def test_many_are_answered_for_one_by_one_in_order(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    sink.behaviour.refused["gone@example.com"] = "550 5.1.1 No such user"
    sink.behaviour.deferred["full@example.com"] = "452 4.2.2 Mailbox full"
    sink.behaviour.hang_up.append("cut@example.com")
    sink.behaviour.drop.append("lost@example.com")
    people = [f"p{n}@example.com" for n in range(40)]
    odd = ["gone@example.com", "full@example.com", "cut@example.com", "lost@example.com", "not an address"]

    answers = await email.send_many(call("email.send_many", messages=[letter(to) for to in [*odd, *people]]), bound)

    assert [answer["status"] for answer in answers[:5]] == ["rejected", "failed", "uncertain", "uncertain", "rejected"]
    assert answers[0]["error"] == "550 5.1.1 No such user"
    assert answers[2]["error"] == "the connection was lost before the server answered"
    assert {answer["status"] for answer in answers[5:]} == {"sent"}
    assert sorted(m.recipient for m in sink.messages) == sorted([*people, "cut@example.com"])
    by_id = {message.message_id: message.recipient for message in sink.messages}
    assert [by_id[answer["id"]] for answer in answers[5:]] == people


async def test_connections_are_kept_and_bounded(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    many = [letter(f"p{n}@example.com") for n in range(60)]

    await email.send_many(call("email.send_many", messages=many), bound)
    await email.send_many(call("email.send_many", messages=many), bound)

    assert len(sink.messages) == 120
    assert sink.connections <= 8


async def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(sink: mail.Sink, call: Call, bound: Bound):
    email = email_of(Smtp(server_of(sink, connections=1)))
    await email.send(call("email.send", **letter()), bound)
    sink.behaviour.hang_up.append("cut@example.com")
    with pytest.raises(Unable, match="before the server answered"):
        await email.send(call("email.send", **letter("cut@example.com")), bound)

    await email.send(call("email.send", **letter("bob@example.com")), bound)

    assert [message.recipient for message in sink.messages][-1] == "bob@example.com"
    await email.close()


async def test_a_server_that_takes_no_mail_is_unavailable(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    sink.behaviour.closed = True

    with pytest.raises(Unable, match="could not be reached: 421") as refused:
        await email.send(call("email.send", **letter()), bound)

    assert refused.value.fault.code == "unavailable"


async def test_a_server_that_is_not_there_is_unavailable(call: Call, bound: Bound):
    email = email_of(Smtp(MailServer("127.0.0.1", 1, "a@acme.example", "none", timeout_s=2)))

    (answer,) = await email.send_many(call("email.send_many", messages=[letter()]), bound)

    assert answer["status"] == "failed"
    assert "could not be reached" in answer["error"]


async def test_a_server_that_never_answers_leaves_it_uncertain(sink: mail.Sink, call: Call, bound: Bound):
    email = email_of(Smtp(server_of(sink, timeout_s=0.2)))
    sink.behaviour.delay_ms = 1_000

    (answer,) = await email.send_many(call("email.send_many", messages=[letter()]), bound)

    assert (answer["status"], answer["error"]) == ("uncertain", "the server did not answer in time")


async def test_a_cancelled_send_does_not_spoil_the_connection_for_the_next(sink: mail.Sink, call: Call, bound: Bound):
    email = email_of(Smtp(server_of(sink, connections=1)))
    await email.send(call("email.send", **letter()), bound)
    sink.behaviour.delay_ms = 300
    with anyio.move_on_after(0.1):
        await email.send(call("email.send", **letter("slow@example.com")), bound)
    sink.behaviour.delay_ms = 0

    sent = await email.send(call("email.send", **letter("bob@example.com")), bound)

    assert sink.to("bob@example.com")[0].message_id == sent["id"]
    await email.close()


@pytest.mark.parametrize(
    "payload",
    [
        letter("ann@example.com\r\nRCPT TO:<eve@example.com>"),
        letter("ann@example.com>\r\nDATA"),
        letter("ann@example.com,eve@example.com"),
        letter("ann@example.com eve@example.com"),
        letter(""),
        letter([]),
        letter(None),
        letter(subject="Hello\r\nBcc: eve@example.com"),
        letter(sender="news@acme.example, boss@bank.example"),
        letter(sender="news@acme.example\r\nBcc: eve@example.com"),
        letter(reply_to="help@acme.example\nBcc: eve@example.com"),
        letter(html=7),
        letter(bcc="eve@example.com\r\nRCPT TO:<mal@example.com>"),
        letter(cc="eve@example.com, mal@example.com"),
        letter(cc=[""]),
        letter(bcc=[None]),
        letter(headers={"Bcc": "eve@example.com"}),
        letter(headers={"List-Unsubscribe": "<https://acme.example/u>\r\nBcc: eve@example.com"}),
        letter(headers={"X-SMTPAPI": "{}"}),
        letter(headers={"Content-Type": "text/html"}),
        letter(headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}),
        letter(headers={"List-Unsubscribe": "https://acme.example/u"}),
        letter(headers={"List-Unsubscribe": "<javascript:alert(1)>"}),
        letter(headers={"References": "no id"}),
        letter(headers=["List-Id"]),
        letter(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR"),
        letter(calendar="METHOD:REQUEST"),
        letter(calendar={"method": "REQUEST"}),
        letter(to="ann@straße.example"),
        {"to": "ann@example.com", "subject": "Hello"},
    ],
)
async def test_what_could_be_read_as_more_than_one_message_is_refused(
    email: Email, sink: mail.Sink, call: Call, bound: Bound, payload: dict[str, Any]
):
    with pytest.raises(Unable) as refused:
        await email.send(call("email.send", **payload), bound)

    assert refused.value.fault.code == "malformed_request"
    assert (sink.messages, sink.connections) == ([], 0)


async def test_a_line_with_a_single_dot_does_not_end_the_message(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    text = "one\n.\nMAIL FROM:<eve@example.com>\n..two\n"

    await email.send(call("email.send", **letter(text=text)), bound)

    assert sink.messages[0].text.replace("\r\n", "\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "Ärger\nmit ünïcode \U0001f600\n" * 20,
        "x" * 5_000 + "\nend",
        "trailing space \nand tab\t\nand = sign, and =3D\n",
        "one\r\ntwo\rthree\n\n\nfour",
        "",
        "--=_boundary\nFrom somebody\n",
        "NUL \0 inside",
    ],
)
async def test_any_text_comes_out_as_it_went_in(email: Email, sink: mail.Sink, call: Call, bound: Bound, text: str):
    await email.send(call("email.send", **letter(text=text, html=f"<p>{text}</p>")), bound)

    (message,) = sink.messages
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert message.text.replace("\r\n", "\n").removesuffix("\n") == lines.removesuffix("\n")
    assert message.html.replace("\r\n", "\n").removesuffix("\n") == f"<p>{lines}</p>"
    assert message.parsed.defects == []


@pytest.mark.parametrize(
    "subject", ["Grüße aus Köln " * 10, "word " * 60, "=?utf-8?q?faked?=", "\u2028\x85 odd", "a" * 200]
)
async def test_any_subject_comes_out_as_it_went_in(
    email: Email, sink: mail.Sink, call: Call, bound: Bound, subject: str
):
    await email.send(call("email.send", **letter(subject=subject)), bound)

    assert sink.messages[0].subject.strip() == subject.strip()
    assert all(len(line) <= 78 for line in sink.messages[0].content.split(b"\r\n"))


@pytest.mark.parametrize(
    "given",
    ["a@b.example", "Ann <a@b.example>", '"Doe, Ann" <a@b.example>', "J. R. Doe <a@b.example>", "<a@b.example>"],
)
def test_an_address_is_read_as_the_grant_reads_it(given: str):
    box = Mailbox.parse(given)

    assert (box.name, box.address) == parseaddr(given)


async def test_half_a_character_is_refused(email: Email, call: Call, bound: Bound):
    for field_name in ("subject", "text", "html"):
        with pytest.raises(Unable, match="half a character"):
            await email.send(call("email.send", **letter() | {field_name: "\ud800"}), bound)


async def test_to_several_at_once_says_who_was_refused(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    sink.behaviour.refused["gone@example.com"] = "550 5.1.1 No such user"

    sent = await email.send(call("email.send", **letter(["ann@example.com", "gone@example.com"])), bound)

    assert sent["refused"] == {"gone@example.com": "550 5.1.1 No such user"}
    assert [message.recipient for message in sink.messages] == ["ann@example.com"]


async def test_an_international_address_is_sent_to(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    await email.send(call("email.send", **letter("jürgen@bücher.example")), bound)

    assert [message.recipient for message in sink.messages] == ["jürgen@bücher.example"]


async def test_a_key_that_was_sent_before_is_not_sent_again(
    sink: mail.Sink, database: Database, call: Call, bound: Bound
):
    email = email_of(Smtp(server_of(sink)), Ledger(database))
    sink.behaviour.deferred["full@example.com"] = "452 4.2.2 Mailbox full"
    some = [letter(f"{name}@example.com", key=f"spring/{name}") for name in ("ann", "bob", "full")]
    first = await email.send_many(call("email.send_many", messages=some), bound)
    sink.behaviour.deferred.clear()

    later = replace(bound, run_id="run_2")
    again = await email.send_many(call("email.send_many", messages=some), later)
    alone = await email.send(call("email.send", **some[0]), later)
    elsewhere = await email.send(call("email.send", **some[0]), replace(bound, tenant_id="tenant_other"))

    assert [answer["status"] for answer in first] == ["sent", "sent", "failed"]
    assert [answer["status"] for answer in again] == ["sent"] * 3
    assert again[:2] == first[:2]
    assert alone["id"] == first[0]["id"] != elsewhere["id"]
    assert sorted(m.recipient.split("@")[0] for m in sink.messages) == ["ann", "ann", "bob", "full"]
    await email.close()


async def test_a_call_repeated_after_a_crash_sends_only_what_was_not_begun(
    email: Email, sink: mail.Sink, bound: Bound, kept: Kept
):
    journalled = replace(bound, parts=kept)
    call = HostCall(0, "email", "send_many", {"messages": [letter(f"p{n}@example.com") for n in range(4)]})
    first = await email.send_many(call, journalled)
    # The process died when two were sent, one of them without a word about it, and two were not begun.
    kept.done = {place: value for place, value in kept.done.items() if place == (0, 0)}
    kept.begun = {(0, 0), (0, 1)}
    sink.clear()

    again = await email.send_many(call, journalled)

    assert again[0] == first[0]
    assert (again[1]["status"], again[1]["error"]) == (
        "uncertain",
        "the run was interrupted while this was being sent",
    )
    assert again[2:] == first[2:]
    assert sorted(message.recipient for message in sink.messages) == ["p2@example.com", "p3@example.com"]


async def test_starttls_and_a_login_are_used_when_the_server_has_them(certificate: Path, call: Call, bound: Bound):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with mail.serve(tls=context, login=("acme", "s3cret-word")) as sink:
        server = server_of(sink, host="localhost", security="starttls", user="acme", password="s3cret-word")
        trusting = email_of(Smtp(replace(server, tls=ssl.create_default_context(cafile=str(certificate)))))
        await trusting.send(call("email.send", **letter()), bound)
        await trusting.close()

        guessing = email_of(
            Smtp(replace(server, password="guess", tls=ssl.create_default_context(cafile=str(certificate))))
        )
        with pytest.raises(Unable, match="refused our login") as wrong:
            await guessing.send(call("email.send", **letter()), bound)
        with pytest.raises(Unable, match="could not be reached"):
            await email_of(Smtp(server)).send(call("email.send", **letter()), bound)  # trusts no such certificate

        assert [message.recipient for message in sink.messages] == ["ann@example.com"]
        assert "guess" not in str(wrong.value)


async def test_no_mail_leaves_in_the_clear_when_starttls_is_asked_for(sink: mail.Sink, call: Call, bound: Bound):
    email = email_of(Smtp(server_of(sink, security="starttls")))

    with pytest.raises(Unable, match="could not be reached"):
        await email.send(call("email.send", **letter()), bound)

    assert sink.messages == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://u:p%40ss@mail.example:2525?from=Acme%20%3Chi%40acme.example%3E",
            MailServer("mail.example", 2525, "Acme <hi@acme.example>", "starttls", "u", "p@ss"),
        ),
        ("smtp://mail.example", MailServer("mail.example", 587, "no-reply@mail.example", "starttls")),
        ("smtps://mail.example", MailServer("mail.example", 465, "no-reply@mail.example", "tls")),
        ("smtp://localhost:2525", MailServer("localhost", 2525, "no-reply@localhost", "none")),
        ("smtp://localhost?security=starttls", MailServer("localhost", 587, "no-reply@localhost", "starttls")),
    ],
)
def test_a_mail_server_is_read_from_a_url(url: str, server: MailServer):
    assert MailServer.parse(url) == server


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://a?security=maybe", "smtp://a?password=x"])
def test_what_is_no_mail_server_is_said(url: str):
    with pytest.raises(ValueError, match=r"mail server is written|none of"):
        MailServer.parse(url)


INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\nSUMMARY:Grüße\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
LOGO = {"filename": "logo.png", "content_type": "image/png", "content_id": "logo", "base64": "iVBORw=="}


async def test_copies_go_out_and_those_in_secret_stand_in_no_header(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    payload = letter(["ann@example.com"], cc=["Bob <bob@example.com>", "cy@example.com"], bcc="dan@example.com")

    await email.send(call("email.send", **payload), bound)

    found = {message.recipient: message for message in sink.messages}
    assert set(found) == {"ann@example.com", "bob@example.com", "cy@example.com", "dan@example.com"}
    for message in found.values():
        assert message.parsed["To"] == "ann@example.com"
        assert message.parsed["Cc"] == "bob@example.com, cy@example.com"
        assert "dan@" not in message.parsed.as_string()


async def test_a_mailing_has_the_headers_that_mailings_must_have(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    headers = {
        "list-unsubscribe": "<https://acme.example/u?t=1>, <mailto:u@acme.example>",
        "LIST-UNSUBSCRIBE-POST": "List-Unsubscribe=One-Click", "List-Id": "News <news.acme.example>",
        "In-Reply-To": "<a@b.example>", "References": "<a@b.example> <c@d.example>", "Auto-Submitted": "auto-generated",
    }  # fmt: skip

    await email.send(call("email.send", **letter(headers=headers)), bound)

    parsed = sink.messages[0].parsed
    assert parsed["List-Unsubscribe"] == "<https://acme.example/u?t=1>, <mailto:u@acme.example>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["References"] == "<a@b.example> <c@d.example>"


async def test_a_picture_stands_in_the_html_and_an_invitation_beside_it(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    plain = {"filename": "a.pdf", "content_type": "application/pdf", "base64": "JVBERg=="}
    payload = letter(html='<img src="cid:logo">', attachments=[LOGO, plain], calendar=INVITATION)

    await email.send(call("email.send", **payload), bound)

    parsed = sink.messages[0].parsed
    kinds = [part.get_content_type() for part in parsed.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/calendar", "application/pdf",
    ]  # fmt: skip
    picture = next(part for part in parsed.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<logo>", "inline")
    invitation = next(part for part in parsed.walk() if part.get_content_type() == "text/calendar")
    assert invitation.get_param("method") == "REQUEST"
    content = invitation.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "SUMMARY:Grüße" in content.decode()


async def test_an_international_domain_is_sent_to_as_the_net_knows_it(
    email: Email, sink: mail.Sink, call: Call, bound: Bound
):
    await email.send(call("email.send", **letter("ann@bücher.example", cc="bob@例え.example")), bound)

    assert {message.recipient for message in sink.messages} == {"ann@xn--bcher-kva.example", "bob@xn--r8jz45g.example"}


@pytest.mark.parametrize(
    "kind",
    ["text/calendar; method=REQUEST", "text/calendar; charset=utf-8; method=CANCEL", 'text/csv; charset="utf-8"'],
)
async def test_an_attachment_may_say_its_charset_and_what_a_calendar_is_for(
    email: Email, sink: mail.Sink, call: Call, bound: Bound, kind: str
):
    attached = {"filename": "a.ics", "content_type": kind, "text": INVITATION}
    await email.send(call("email.send", **letter(attachments=[attached])), bound)

    part = list(sink.messages[0].parsed.walk())[-1]
    assert part.get_content_type() == kind.partition(";")[0]
    assert part.get_param("charset") == "utf-8"
