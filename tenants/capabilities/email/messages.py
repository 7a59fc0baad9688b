"""One message: from a tool's request to the bytes that leave, with an identity that a repeat shares.

The standard library's message objects take 1.5 ms for what is a few lines of text, on the loop that serves all.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Any, Literal, Protocol, cast
from urllib.parse import quote

from sandbox import Mailbox, Malformed
from tenants.capabilities.bound import Bound, Unable, malformed

LONGEST_KEY = 480
# Of one message; what a mail server takes is seldom more, once it is base64.
ATTACHMENT_BYTES_MAX = 10 << 20
ATTACHMENTS_MAX = 20
_FILENAME_BYTES = 200  # in UTF-8: spelled in a header it is three times as long, on one line
_FIELDS = ("to", "subject", "text", "html", "sender", "reply_to", "key", "attachments")
_ATTACHED = ("filename", "content_type", "text", "base64")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONG_LINE = re.compile(rb"[^\n]{999}")
# No parameters: what a tool writes there ends up in a header. Never a message within the message, or parts of one.
_CONTENT_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
# Whoever saves an attachment must not be led to another folder, nor be shown a name that is not the name.
_NOT_IN_FILENAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\"\u200e\u200f\u2028-\u202e\u2066-\u2069]')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    filename: str
    content_type: str
    content: bytes


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
    attachments: tuple[Attachment, ...]

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
    _check(request)
    sender = _mailbox(request.get("sender") or default_sender)
    recipients = tuple(_addresses(request.get("to")))
    key = request.get("key")
    named = f"{bound.tenant_id}\n{key or (bound.run_id, place)}\n{recipients}"
    return Letter(
        key,
        hashlib.sha256(named.encode()).hexdigest()[:40],
        sender,
        recipients,
        request["subject"],
        request["text"],
        request.get("html"),
        _mailbox(request["reply_to"]) if request.get("reply_to") else None,
        _attachments(request.get("attachments")),
    )


def _check(request: Mapping[str, Any]) -> None:
    unknown = set(request) - set(_FIELDS)
    if unknown:
        raise malformed(f"a message has no {min(unknown)!r}; it has {', '.join(_FIELDS)}.")
    for name in ("subject", "text"):
        if not isinstance(request.get(name), str):
            raise malformed(f"{name!r} must be a text.")
    for name in ("html", "sender", "reply_to", "key"):
        if not isinstance(request.get(name), str | None):
            raise malformed(f"{name!r} must be a text.")
    if len(request.get("key") or "") > LONGEST_KEY:
        raise malformed(f"'key' may have {LONGEST_KEY} characters.")
    if _CONTROL.search(request["subject"]):
        raise malformed("'subject' must be one line without control characters.")
    _demand_whole(value for value in request.values() if isinstance(value, str))


def _demand_whole(texts: Iterable[str]) -> None:
    try:
        for text in texts:
            text.encode()
    except UnicodeError as error:
        raise malformed(f"the message holds half a character: {error}.") from error


def _attachments(given: object) -> tuple[Attachment, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(cast(list[object], given)) > ATTACHMENTS_MAX:
        raise malformed(f"'attachments' must be a list of up to {ATTACHMENTS_MAX}.")
    attachments = tuple(_attachment(one) for one in cast(list[object], given))
    size = sum(len(one.content) for one in attachments)
    if size > ATTACHMENT_BYTES_MAX:
        message = f"The attachments have {size:,} bytes; a message may carry {ATTACHMENT_BYTES_MAX:,}."
        raise Unable("too_large", message, "Write a file and send a link to it.")
    return attachments


def _attachment(given: object) -> Attachment:
    """From `{"filename", "content_type", "text" or "base64"}`. Raises Unable."""
    if not isinstance(given, Mapping):
        raise malformed("an attachment is an object.")
    one = cast(Mapping[str, object], given)
    unknown = set(one) - set(_ATTACHED)
    if unknown or ("text" in one) == ("base64" in one):
        raise malformed("an attachment has a filename, a content_type, and its content: bytes or a text.")
    filename, content_type = one.get("filename"), one.get("content_type", "application/octet-stream")
    if not isinstance(filename, str) or not _is_filename(filename):
        raise malformed(
            f"{str(filename)[:100]!r} is no name for an attachment: a name without folders, up to"
            f" {_FILENAME_BYTES} bytes, without quotes and control characters."
        )
    if not isinstance(content_type, str) or not _CONTENT_TYPE.fullmatch(content_type.lower()):
        raise malformed(f"{str(content_type)[:100]!r} is no content type for an attachment, such as application/pdf.")
    _demand_whole(value for value in (filename, one.get("text")) if isinstance(value, str))
    # Of bytes nobody knows how they are to be read.
    charset = "; charset=utf-8" if "text" in one and content_type.lower().startswith("text/") else ""
    return Attachment(filename, f"{content_type.lower()}{charset}", _bytes(one))


def _is_filename(name: str) -> bool:
    whole = 0 < len(name.encode(errors="replace")) <= _FILENAME_BYTES and not _NOT_IN_FILENAMES.search(name)
    return whole and name.strip(" .") == name


def _bytes(attachment: Mapping[str, object]) -> bytes:
    if "text" in attachment:
        if not isinstance(text := attachment["text"], str):
            raise malformed("the text of an attachment must be a text.")
        return text.encode()
    try:
        return base64.b64decode(str(attachment["base64"]), validate=True)
    except ValueError as error:
        raise malformed("the content of an attachment is not base64.") from error


def _addresses(to: object) -> list[str]:
    given = cast(list[object], to) if isinstance(to, list) else [to]
    if not given:
        raise malformed("'to' must name somebody.")
    return [_mailbox(one).address for one in given]


def _mailbox(given: object) -> Mailbox:
    try:
        return Mailbox.parse(given)
    except Malformed as error:
        raise malformed(str(error)) from error


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


def _attached(attachment: Attachment) -> bytes:
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
