"""One mail message, read one way: what a canned world is asked to send is what would leave for the real server."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.capabilities.permits import Malformed, demand_known
from sandbox.capabilities.syntax.mailboxes import Mailbox

KEY_CHARACTERS_MAX = 480
# Of one message; what a mail server takes is seldom more, once it is base64.
ATTACHMENT_BYTES_MAX = 10 << 20
ATTACHMENTS_MAX = 20
FIELDS = ("to", "subject", "text", "html", "sender", "reply_to", "key", "attachments")
_FILENAME_BYTES = 200  # in UTF-8: spelled in a header it is three times as long, on one line
_ATTACHED = ("filename", "content_type", "text", "base64")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
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
class Message:
    """What a tool wants sent. Without a `sender` it is the operator's."""

    sender: Mailbox | None
    recipients: tuple[Mailbox, ...]
    subject: str
    text: str
    html: str | None
    reply_to: Mailbox | None
    key: str | None
    attachments: tuple[Attachment, ...]

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Message":
        """From one message of a call. Raises Malformed."""
        _check(given)
        return cls(
            Mailbox.parse(given["sender"]) if given.get("sender") else None,
            tuple(recipients(given)),
            given["subject"],
            given["text"],
            given.get("html"),
            Mailbox.parse(given["reply_to"]) if given.get("reply_to") else None,
            given.get("key"),
            _attachments(given.get("attachments")),
        )


def recipients(given: Mapping[str, Any]) -> list[Mailbox]:
    """Whom a message is for. Raises Malformed."""
    to: object = given.get("to")
    named = cast("list[object]", to) if isinstance(to, list) else [to]
    if not named:
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


def _attachments(given: object) -> tuple[Attachment, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(cast("list[object]", given)) > ATTACHMENTS_MAX:
        raise Malformed(f"'attachments' must be a list of up to {ATTACHMENTS_MAX}.")
    attachments = tuple(_attachment(one) for one in cast("list[object]", given))
    size = sum(len(one.content) for one in attachments)
    if size > ATTACHMENT_BYTES_MAX:
        message = f"The attachments have {size:,} bytes; a message may carry {ATTACHMENT_BYTES_MAX:,}."
        raise Malformed(message, "too_large", "Write a file and send a link to it.")
    return attachments


def _attachment(given: object) -> Attachment:
    """From `{"filename", "content_type", "text" or "base64"}`. Raises Malformed."""
    if not isinstance(given, Mapping):
        raise Malformed("an attachment is an object.")
    one = cast("Mapping[str, object]", given)
    unknown = min((name for name in one if name not in (*_ATTACHED, "content")), default=None)
    if unknown is not None:
        raise Malformed(f"an attachment has no {str(unknown)[:80]!r}; it has filename, content_type and content.")
    if "content" in one or ("text" in one) == ("base64" in one):
        raise Malformed("an attachment has a filename, a content_type, and its content: bytes or a text.")
    filename, content_type = one.get("filename"), one.get("content_type", "application/octet-stream")
    if not isinstance(filename, str) or not _is_filename(filename):
        raise Malformed(
            f"{str(filename)[:100]!r} is no name for an attachment: a name without folders, up to"
            f" {_FILENAME_BYTES} bytes, without quotes and control characters."
        )
    if not isinstance(content_type, str) or not _CONTENT_TYPE.fullmatch(content_type.lower()):
        raise Malformed(f"{str(content_type)[:100]!r} is no content type for an attachment, such as application/pdf.")
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
            raise Malformed("the text of an attachment must be a text.")
        return text.encode()
    try:
        return base64.b64decode(str(attachment["base64"]), validate=True)
    except ValueError as error:
        raise Malformed("the content of an attachment is not base64.") from error
