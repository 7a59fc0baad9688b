"""One message: from a tool's request to the bytes that leave, with an identity that a repeat shares.

The standard library's message objects take 1.5 ms for what is a few lines of text, on the loop that serves all.
"""

import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Any, cast

from tenants.capabilities.bound import Bound, Unable, malformed

LONGEST_KEY = 480
_FIELDS = ("to", "subject", "text", "html", "sender", "reply_to", "key")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Nothing in an address may read as a second address, a comment or a command.
_ATOM = r"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]+"
_ADDRESS = rf"{_ATOM}@{_ATOM}"
_MAILBOX = re.compile(
    rf'(?:(?P<name>[^<>()\[\]\\,;:@"]*?|"(?P<quoted>[^"\\]*)") *<(?P<inside>{_ADDRESS})>|(?P<bare>{_ADDRESS}))'
)
_LONG_LINE = re.compile(rb"[^\n]{999}")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, and the name that goes with it."""

    name: str
    address: str

    @classmethod
    def parse(cls, given: object) -> "Mailbox":
        """From `ann@example.com` or `Ann <ann@example.com>`. Raises Unable."""
        found = _MAILBOX.fullmatch(given.strip()) if isinstance(given, str) and not _CONTROL.search(given) else None
        if found is None:
            raise malformed(f"{str(given)[:200]!r} is no email address.")
        return cls((found["quoted"] or found["name"] or "").strip(), found["inside"] or found["bare"])

    @property
    def header(self) -> str:
        if not self.name:
            return self.address
        return f"{_encoded(self.name) if not self.name.isascii() else chr(34) + self.name + chr(34)} <{self.address}>"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `id` is its Message-ID, which follows from the key.

    `key` is the tool's own name of this effect, if it gave one. A repeat of the same call has the same `id` anyway.
    `international`: an address holds more than ASCII, so the server must know SMTPUTF8.
    """

    key: str | None
    id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    international: bool


def write(request: Mapping[str, Any], bound: Bound, place: str, default_sender: str) -> Letter:
    """Make the letter. `place` is `seq` or `seq.index`: where in the run it was asked for. Raises Unable."""
    _check(request)
    sender = Mailbox.parse(request.get("sender") or default_sender)
    recipients = tuple(_addresses(request.get("to")))
    key = request.get("key")
    identity = hashlib.sha256(f"{bound.tenant_id}\n{key or (bound.run_id, place)}\n{recipients}".encode()).hexdigest()[
        :40
    ]
    message_id = f"<{identity}@{sender.address.rpartition('@')[2]}>"
    headers = {
        "From": sender.header,
        "To": ", ".join(recipients),
        "Subject": _encoded(request["subject"]),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": message_id,
        **({"Reply-To": Mailbox.parse(request["reply_to"]).header} if request.get("reply_to") else {}),
        "MIME-Version": "1.0",
    }
    try:
        content = _headers(headers) + _body(request["text"], request.get("html"), identity)
    except UnicodeError as error:
        raise _half(error) from error
    international = not all(part.isascii() for part in (sender.address, *recipients))
    return Letter(key, message_id, sender.address, recipients, content, international)


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


def _addresses(to: object) -> list[str]:
    given = cast(list[object], to) if isinstance(to, list) else [to]
    if not given:
        raise malformed("'to' must name somebody.")
    return [Mailbox.parse(one).address for one in given]


def _encoded(text: str) -> str:
    """A header's text: as it is when short and ASCII, else folded and in encoded words. (RFC 2047)"""
    if text.isascii() and len(text) <= 70 and "=?" not in text:
        return text
    try:
        return Header(text, "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")
    except UnicodeError as error:
        raise _half(error) from error


def _half(error: UnicodeError) -> Unable:
    return malformed(f"the message holds half a character: {error}.")


def _headers(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _body(text: str, html: str | None, identity: str) -> bytes:
    plain = _part("text/plain", text)
    if not html:
        return plain
    rich = _part("text/html", html)
    boundary = f"=_{identity}"
    while boundary.encode() in plain + rich:  # nobody hits it by chance, and on purpose it takes them nowhere
        boundary += "_"
    return (
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'.encode()
        + plain
        + f"\r\n--{boundary}\r\n".encode()
        + rich
        + f"\r\n--{boundary}--\r\n".encode()
    )


def _part(kind: str, text: str) -> bytes:
    content = re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    # b2a_qp would also do for plain text; 7bit stays readable wherever somebody looks at the raw message.
    if content.isascii() and not _LONG_LINE.search(content) and b"\0" not in content:
        encoding = "7bit"
    else:
        encoding, content = "quoted-printable", binascii.b2a_qp(content, istext=True)
    return f'Content-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'.encode() + content
