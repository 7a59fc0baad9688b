"""One message: from a tool's request to the bytes that leave, with an identity that a repeat shares.

The standard library's message objects take 1.5 ms for what is a few lines of text, on the loop that serves all.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Any, Literal, Protocol
from urllib.parse import quote

from sandbox import Mailbox, Malformed, mail_messages
from tenants.capabilities.bound import Bound, Unable

_LONG_LINE = re.compile(rb"[^\n]{999}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `id` is its Message-ID, which follows from the key, as `identity` does.

    `key` is the tool's own name of this effect, if it gave one. A repeat of the same call has the same `id` anyway.
    `international`: an address holds more than ASCII, so the server must know SMTPUTF8.
    """

    key: str | None
    identity: str
    sender: Mailbox
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str | None
    reply_to: Mailbox | None
    attachments: tuple[mail_messages.Attachment, ...]

    @property
    def id(self) -> str:
        return f"<{self.identity}@{self.sender.address.rpartition('@')[2]}>"

    @property
    def international(self) -> bool:
        return not all(part.isascii() for part in (self.sender.address, *self.recipients))

    def mime(self) -> bytes:
        """The message as it goes over SMTP."""
        headers = {
            "From": _header(self.sender),
            "To": ", ".join(self.recipients),
            "Subject": _encoded(self.subject),
            "Date": format_datetime(datetime.now(UTC)),
            "Message-ID": self.id,
            **({"Reply-To": _header(self.reply_to)} if self.reply_to else {}),
            "MIME-Version": "1.0",
        }
        return _headers(headers) + _content(self)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter. `reply` is what the server said, or what went wrong.

    failed: certainly not sent, and trying later may help. uncertain: nobody knows whether it was sent.
    """

    status: Literal["sent", "rejected", "failed", "uncertain"]
    reply: str = ""
    code: int | None = None
    refused: Mapping[str, str] = field(default_factory=dict[str, str])


class Carrier(Protocol):
    """Takes letters to where mail leaves. `sender` is who they are from when a tool does not say."""

    @property
    def sender(self) -> str: ...

    @property
    def connections(self) -> int:
        """How many letters are on their way at a time."""
        ...

    async def deliver(self, letter: Letter) -> Delivery: ...

    async def close(self) -> None: ...


def write(request: Mapping[str, Any], bound: Bound, place: str, default_sender: str) -> Letter:
    """Make the letter. `place` is `seq` or `seq.index`: where in the run it was asked for. Raises Unable."""
    try:
        message = mail_messages.Message.parse(request)
        sender = message.sender or Mailbox.parse(default_sender)
    except Malformed as error:
        raise Unable.of(error.fault) from error
    recipients = tuple(mailbox.address for mailbox in message.recipients)
    named = f"{bound.tenant_id}\n{message.key or (bound.run_id, place)}\n{recipients}"
    return Letter(
        message.key,
        hashlib.sha256(named.encode()).hexdigest()[:40],
        sender,
        recipients,
        message.subject,
        message.text,
        message.html,
        message.reply_to,
        message.attachments,
    )


def _header(mailbox: Mailbox) -> str:
    if not mailbox.name:
        return mailbox.address
    name = mailbox.name
    return f"{_encoded(name) if not name.isascii() else chr(34) + name + chr(34)} <{mailbox.address}>"


def _encoded(text: str) -> str:
    """A header's text: as it is when short and ASCII, else folded and in encoded words. (RFC 2047)"""
    if text.isascii() and len(text) <= 70 and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")


def _headers(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _content(letter: Letter) -> bytes:
    body = _body(letter.text, letter.html, letter.identity)
    if not letter.attachments:
        return body
    # Base64 holds no line of a boundary, so only the body can.
    return _parts("mixed", f"=_m{letter.identity}", [body], [_attached(one) for one in letter.attachments])


def _body(text: str, html: str | None, identity: str) -> bytes:
    plain = _part("text/plain", text)
    return plain if not html else _parts("alternative", f"=_{identity}", [plain, _part("text/html", html)])


def _parts(kind: str, boundary: str, ours: Sequence[bytes], encoded: Sequence[bytes] = ()) -> bytes:
    while any(boundary.encode() in part for part in ours):  # nobody hits it by chance, and on purpose for nothing
        boundary += "_"
    opening = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"--{boundary}".encode()
    return opening + b"".join(line + b"\r\n" + part + b"\r\n" for part in (*ours, *encoded)) + line + b"--\r\n"


def _attached(attachment: mail_messages.Attachment) -> bytes:
    name = attachment.filename
    # Its name as everybody reads it, or where it is not ASCII in the form of RFC 2231.
    said = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name, safe='')}"
    headers = {
        "Content-Type": attachment.content_type,
        "Content-Disposition": f"attachment; {said}",
        "Content-Transfer-Encoding": "base64",
    }
    return _headers(headers) + b"\r\n" + base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")


def _part(kind: str, text: str) -> bytes:
    content = re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    # b2a_qp would also do for plain text; 7bit stays readable wherever somebody looks at the raw message.
    if content.isascii() and not _LONG_LINE.search(content) and b"\0" not in content:
        encoding = "7bit"
    else:
        encoding, content = "quoted-printable", binascii.b2a_qp(content, istext=True)
    return f'Content-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'.encode() + content
