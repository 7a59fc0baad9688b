"""One mail message, read one way: what a canned world is asked to send is what would leave for the real server."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.capabilities.permits import Malformed, demand_known
from sandbox.capabilities.syntax.mail_attachments import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_MAX,
    Attachment,
    read_attachments,
)
from sandbox.capabilities.syntax.mail_headers import read_headers
from sandbox.capabilities.syntax.mailboxes import Mailbox

KEY_CHARACTERS_MAX = 480
CALENDAR_BYTES_MAX = 256 << 10
FIELDS = (
    "to", "cc", "bcc", "subject", "text", "html", "sender", "reply_to", "key", "attachments", "headers", "calendar",
)  # fmt: skip
_RECIPIENTS = ("to", "cc", "bcc")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# RFC 5546: what an invitation is for stands in it, and its part of the message says the same.
_METHOD = re.compile(r"^METHOD:(PUBLISH|REQUEST|REPLY|ADD|CANCEL|REFRESH|COUNTER|DECLINECOUNTER)\r?$", re.MULTILINE)

__all__ = [
    "ATTACHMENTS_MAX", "ATTACHMENT_BYTES_MAX", "CALENDAR_BYTES_MAX", "FIELDS", "KEY_CHARACTERS_MAX",
    "Attachment", "Calendar", "Message", "recipients",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Calendar:
    """An invitation, or what became of one: iCalendar text, and its METHOD."""

    method: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a tool wants sent. Without a `sender` it is the operator's. `bcc` are told of no header."""

    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    bcc: tuple[Mailbox, ...]
    subject: str
    text: str
    html: str | None
    reply_to: Mailbox | None
    key: str | None
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]
    calendar: Calendar | None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Message":
        """From one message of a call. Raises Malformed."""
        _check(given)
        named = {field: tuple(_named(given, field)) for field in _RECIPIENTS}
        return cls(
            Mailbox.parse(given["sender"]) if given.get("sender") else None,
            named["to"],
            named["cc"],
            named["bcc"],
            given["subject"],
            given["text"],
            given.get("html"),
            Mailbox.parse(given["reply_to"]) if given.get("reply_to") else None,
            given.get("key"),
            read_attachments(given.get("attachments"), given.get("html")),
            read_headers(given.get("headers")),
            _calendar(given.get("calendar")),
        )

    @property
    def recipients(self) -> tuple[Mailbox, ...]:
        """Whom it goes to, whether or not the others see that."""
        return (*self.to, *self.cc, *self.bcc)


def recipients(given: Mapping[str, Any]) -> list[Mailbox]:
    """Whom a message is for: each counts, however often and in whatever field it is named. Raises Malformed."""
    return [mailbox for field in _RECIPIENTS for mailbox in _named(given, field)]


def _named(given: Mapping[str, Any], field: str) -> list[Mailbox]:
    said: object = given.get(field)
    if said is None and field != "to":
        return []
    named = cast("list[object]", said) if isinstance(said, list) else [said]
    if not named and field == "to":
        raise Malformed("'to' must name somebody.")
    return [Mailbox.parse(one) for one in named]


def _check(given: Mapping[str, Any]) -> None:
    demand_known(given, FIELDS, "a message")
    for name in ("subject", "text"):
        if not isinstance(given.get(name), str):
            raise Malformed(f"{name!r} must be a text.")
    for name in ("html", "sender", "reply_to", "key"):
        if not isinstance(given.get(name), str | None):
            raise Malformed(f"{name!r} must be a text.")
    if len(given.get("key") or "") > KEY_CHARACTERS_MAX:
        raise Malformed(f"'key' may have {KEY_CHARACTERS_MAX} characters.")
    if "\0" in (given.get("key") or ""):  # PostgreSQL keeps none
        raise Malformed("'key' holds the character NUL.")
    if _CONTROL.search(given["subject"]):
        raise Malformed("'subject' must be one line without control characters.")
    _demand_whole(value for value in given.values() if isinstance(value, str))


def _demand_whole(texts: Iterable[str]) -> None:
    try:
        for text in texts:
            text.encode()
    except UnicodeError as error:
        raise Malformed(f"the message holds half a character: {error}.") from error


def _calendar(given: object) -> Calendar | None:
    if given is None:
        return None
    if not isinstance(given, str) or len(given.encode(errors="replace")) > CALENDAR_BYTES_MAX or "\0" in given:
        raise Malformed(f"'calendar' must be iCalendar text of up to {CALENDAR_BYTES_MAX:,} bytes.")
    method = _METHOD.search(given)
    if not given.lstrip().startswith("BEGIN:VCALENDAR") or method is None:
        raise Malformed("'calendar' must be iCalendar text (BEGIN:VCALENDAR) with a line such as METHOD:REQUEST.")
    return Calendar(method[1], given)
