"""Files that go with a message, and pictures that stand in it."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sandbox.capabilities.permits import Malformed

# Of one message; what a mail server takes is seldom more, once it is base64.
ATTACHMENT_BYTES_MAX = 10 << 20
ATTACHMENTS_MAX = 20
ATTACHED = ("filename", "content_type", "content_id", "text", "base64")
_FILENAME_BYTES = 200  # in UTF-8: spelled in a header it is three times as long, on one line
# What a tool writes there ends up in a header: no parameters but a text's charset and what a calendar is for. Never a
# message within the message, or parts of one.
_CONTENT_TYPE = re.compile(
    r"(?P<plain>(?!multipart/|message/)[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80})"
    r"(?P<charset>; ?charset=\"?utf-8\"?)?(?:; ?method=(?P<method>[a-z]{3,20}))?(?:; ?charset=\"?utf-8\"?)?"
)
_CONTENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,100}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,100})?")
# Whoever saves an attachment must not be led to another folder, nor be shown a name that is not the name.
_NOT_IN_FILENAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\"\u200e\u200f\u2028-\u202e\u2066-\u2069]')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; with a `content_id` it stands in its HTML, as `cid:` and that."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None


def read_attachments(given: object, html: str | None) -> tuple[Attachment, ...]:
    """From a list of `{"filename", "content_type", "text" or "base64", "content_id"?}`. Raises Malformed."""
    if given is None:
        return ()
    if not isinstance(given, list) or len(cast("list[object]", given)) > ATTACHMENTS_MAX:
        raise Malformed(f"'attachments' must be a list of up to {ATTACHMENTS_MAX}.")
    attachments = tuple(_attachment(one) for one in cast("list[object]", given))
    size = sum(len(one.content) for one in attachments)
    if size > ATTACHMENT_BYTES_MAX:
        message = f"The attachments have {size:,} bytes; a message may carry {ATTACHMENT_BYTES_MAX:,}."
        raise Malformed(message, "too_large", "Write a file and send a link to it.")
    _check_content_ids([one.content_id for one in attachments if one.content_id], html)
    return attachments


def _check_content_ids(content_ids: list[str], html: str | None) -> None:
    if content_ids and not html:
        raise Malformed("an attachment with a 'content_id' stands in the 'html', which this message has not.")
    if len(set(content_ids)) < len(content_ids):
        raise Malformed("two attachments have the same 'content_id'.")


def _attachment(given: object) -> Attachment:
    if not isinstance(given, Mapping):
        raise Malformed("an attachment is an object.")
    one = cast("Mapping[str, object]", given)
    unknown = min((name for name in one if name not in (*ATTACHED, "content")), default=None)
    if unknown is not None:
        raise Malformed(
            f"an attachment has no {str(unknown)[:80]!r}; it has filename, content_type, content_id and content."
        )
    if "content" in one or ("text" in one) == ("base64" in one):
        raise Malformed("an attachment has a filename, a content_type, and its content: bytes or a text.")
    filename = one.get("filename")
    if not isinstance(filename, str) or not _is_filename(filename):
        raise Malformed(
            f"{str(filename)[:100]!r} is no name for an attachment: a name without folders, up to"
            f" {_FILENAME_BYTES} bytes, without quotes and control characters."
        )
    return Attachment(filename, _content_type(one), _bytes(one), _content_id(one.get("content_id")))


def _content_type(attachment: Mapping[str, object]) -> str:
    given = attachment.get("content_type", "application/octet-stream")
    found = _CONTENT_TYPE.fullmatch(given.lower()) if isinstance(given, str) else None
    if found is None or (found["method"] and found["plain"] != "text/calendar"):
        raise Malformed(f"{str(given)[:100]!r} is no content type for an attachment, such as application/pdf.")
    # Of bytes nobody knows how they are to be read.
    said = "charset" in str(given).lower() or "text" in attachment
    charset = "; charset=utf-8" if said and found["plain"].startswith("text/") else ""
    return found["plain"] + charset + (f"; method={found['method'].upper()}" if found["method"] else "")


def _content_id(given: object) -> str | None:
    if given is None:
        return None
    inside = given[1:-1] if isinstance(given, str) and given.startswith("<") and given.endswith(">") else given
    if not isinstance(inside, str) or not _CONTENT_ID.fullmatch(inside):
        raise Malformed(f"{str(given)[:100]!r} is no 'content_id': letters, digits and . _ + - such as logo.")
    return inside


def _is_filename(name: str) -> bool:
    try:
        whole = 0 < len(name.encode()) <= _FILENAME_BYTES and not _NOT_IN_FILENAMES.search(name)
    except UnicodeEncodeError:  # half a character
        return False
    return whole and name.strip(" .") == name


def _bytes(attachment: Mapping[str, object]) -> bytes:
    try:
        if "text" not in attachment:
            return base64.b64decode(str(attachment["base64"]), validate=True)
        if isinstance(text := attachment["text"], str):
            return text.encode()
    except UnicodeError as error:
        raise Malformed(f"the message holds half a character: {error}.") from error
    except ValueError as error:
        raise Malformed("the content of an attachment is not base64.") from error
    raise Malformed("the text of an attachment must be a text.")
