"""Files that go with a message: whole when they arrive, and never more than files."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from examples.world import mail
from sandbox import HostCall, mail_messages
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.email import messages
from tenants.capabilities.email.email import Email
from tenants.capabilities.email.smtp import MailServer, Smtp
from tests.tenants.capabilities.mailing import email_of

Call = Callable[..., HostCall]
BYTES = bytes(range(256)) * 300


@pytest.fixture
async def email(sink: mail.Sink) -> AsyncGenerator[Email]:
    email = email_of(Smtp(MailServer("127.0.0.1", sink.smtp_port, "hello@acme.example", "none", timeout_s=5)))
    yield email
    await email.close()


def letter(*attachments: Any, **more: Any) -> dict[str, Any]:
    return {"to": "ann@example.com", "subject": "Offer", "text": "Hi", "attachments": list(attachments), **more}


def attached(name: str = "a.bin", **more: Any) -> dict[str, Any]:
    content = {} if {"text", "base64"} & set(more) else {"base64": b64encode(BYTES).decode()}
    return {"filename": name, **content, **more}


async def test_attachments_arrive_as_they_were(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    files = [
        attached("offer 7.pdf", content_type="application/PDF"),
        attached("Übersicht.csv", content_type="text/csv", text="a;ü\n1;2\n"),
        attached("empty.txt", text=""),
    ]
    await email.send(call("email.send", **letter(*files, html="<p>Hi</p>")), bound)

    (message,) = sink.messages
    assert (message.text.strip(), message.html.strip()) == ("Hi", "<p>Hi</p>")
    found = list(message.parsed.iter_attachments())
    assert [part.get_filename() for part in found] == ["offer 7.pdf", "Übersicht.csv", "empty.txt"]
    kinds = ["application/pdf", "text/csv", "application/octet-stream"]
    assert [part.get_content_type() for part in found] == kinds
    assert found[0].get_content() == BYTES
    assert found[1].get_content() == "a;ü\n1;2\n"
    assert found[2].get_content() == b""
    assert max(len(line) for line in message.content.splitlines()) <= 998


@pytest.mark.parametrize(
    "bad",
    [
        attached('a.pdf"\r\nBcc: eve@example.com'),
        attached('a.pdf"; name="b.exe'),
        attached("a\x00.pdf"),
        attached("../../etc/passwd"),
        attached("C:\\a.exe"),
        attached("invoice\u202efdp.exe"),
        attached(".."),
        attached(""),
        attached("ü" * 101),
        attached("a.pdf", content_type='text/plain; name="b.exe"'),
        attached("a.pdf", content_type="text/plain\r\nBcc: eve@example.com"),
        attached("a.eml", content_type="message/rfc822"),
        attached("a.pdf", content_type="multipart/mixed"),
        attached("a.pdf", base64="not base64!"),
        attached("a.pdf", text="half \ud800"),
        attached("a.pdf", text="both", base64="YQ=="),
        {"filename": "a.pdf"},
        {"filename": "a.pdf", "text": 7},
        attached("a.pdf", disposition="inline"),
        "a.pdf",
    ],
)
async def test_what_is_more_than_a_file_is_refused(
    email: Email, sink: mail.Sink, call: Call, bound: Bound, bad: object
):
    with pytest.raises(Unable) as refused:
        await email.send(call("email.send", **letter(bad)), bound)

    assert refused.value.fault.code == "malformed_request"
    assert sink.messages == []


async def test_too_much_is_refused_with_its_figure_and_the_limit(email: Email, call: Call, bound: Bound):
    half = "A" * (mail_messages.ATTACHMENT_BYTES_MAX // 2 + 1)
    with pytest.raises(Unable, match=r"have 10,485,762 bytes; a message may carry 10,485,760") as large:
        await email.send(call("email.send", **letter(attached("a", text=half), attached("b", text=half))), bound)
    with pytest.raises(Unable, match="a list of up to 20"):
        await email.send(call("email.send", **letter(*[attached(text="a")] * 21)), bound)

    assert large.value.fault.code == "too_large"


async def test_a_boundary_written_on_purpose_ends_no_part(email: Email, sink: mail.Sink, call: Call, bound: Bound):
    made = messages.write(letter(key="k"), bound, "0", "hello@acme.example")
    text = f"--=_m{made.identity}\r\n\r\n--=_m{made.identity}--"

    await email.send(call("email.send", **letter(attached(), text=text, key="k")), bound)

    assert [part.get_content() for part in sink.messages[0].parsed.iter_attachments()] == [BYTES]
    assert sink.messages[0].text.splitlines() == text.splitlines()
