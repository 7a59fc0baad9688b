"""A letter as it goes over SMTP: headers, texts, what stands in the HTML, what goes with it.

The standard library's message objects take 1.5 ms for what is a few lines of text, on the loop that serves all.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from sandbox import Mailbox, mail_messages
from tenants.capabilities.email.messages import Letter

_LONG_LINE = re.compile(rb"[^\n]{999}")


def mime(letter: Letter) -> bytes:
    """The message as it goes over SMTP."""
    headers = {
        "From": header(letter.sender),
        "To": ",\r\n ".join(letter.to or letter.recipients),
        **({"Cc": ",\r\n ".join(letter.cc)} if letter.cc else {}),
        "Subject": _encoded(letter.subject),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": letter.id,
        **({"Reply-To": header(letter.reply_to)} if letter.reply_to else {}),
        **dict(letter.headers),
        "MIME-Version": "1.0",
    }
    return _headers(headers) + _content(letter)


def header(mailbox: Mailbox) -> str:
    """A mailbox as a header has it."""
    if not mailbox.name:
        return mailbox.wire
    name = mailbox.name
    return f"{_encoded(name) if not name.isascii() else chr(34) + name + chr(34)} <{mailbox.wire}>"


def _encoded(text: str) -> str:
    """A header's text: as it is when short and ASCII, else folded and in encoded words. (RFC 2047)"""
    if text.isascii() and len(text) <= 70 and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=76, header_name="Subject").encode(linesep="\r\n")


def _headers(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _content(letter: Letter) -> bytes:
    body = _body(letter)
    apart = [_attached(one) for one in letter.attachments if one.content_id is None]
    if not apart:
        return body
    # Base64 holds no line of a boundary, so only the body can.
    return _parts("mixed", f"=_m{letter.identity}", [body], apart)


def _body(letter: Letter) -> bytes:
    """The same in several forms, the best one last (RFC 2046, 5.1.4); an invitation is one of them (RFC 6047, 2.4)."""
    forms = [_part("text/plain", letter.text)]
    if letter.html:
        forms.append(_page(letter, letter.html))
    if letter.calendar:
        forms.append(_part("text/calendar", letter.calendar.text, f"; method={letter.calendar.method}"))
    return forms[0] if len(forms) == 1 else _parts("alternative", f"=_{letter.identity}", forms)


def _page(letter: Letter, html: str) -> bytes:
    """HTML, and the pictures that stand in it. (RFC 2387)"""
    page = _part("text/html", html)
    inside = [_attached(one) for one in letter.attachments if one.content_id is not None]
    return _parts("related", f"=_r{letter.identity}", [page], inside, '; type="text/html"') if inside else page


def _parts(kind: str, boundary: str, ours: Sequence[bytes], encoded: Sequence[bytes] = (), more: str = "") -> bytes:
    while any(boundary.encode() in part for part in ours):  # nobody hits it by chance, and on purpose for nothing
        boundary += "_"
    opening = f'Content-Type: multipart/{kind}{more}; boundary="{boundary}"\r\n\r\n'.encode()
    line = f"--{boundary}".encode()
    return opening + b"".join(line + b"\r\n" + part + b"\r\n" for part in (*ours, *encoded)) + line + b"--\r\n"


def _attached(attachment: mail_messages.Attachment) -> bytes:
    name = attachment.filename
    # Its name as everybody reads it, or where it is not ASCII in the form of RFC 2231.
    said = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name, safe='')}"
    headers = {
        "Content-Type": attachment.content_type,
        **({"Content-ID": f"<{attachment.content_id}>"} if attachment.content_id else {}),
        "Content-Disposition": f"{'inline' if attachment.content_id else 'attachment'}; {said}",
        "Content-Transfer-Encoding": "base64",
    }
    return _headers(headers) + b"\r\n" + base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")


def _part(kind: str, text: str, more: str = "") -> bytes:
    content = re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    # b2a_qp would also do for plain text; 7bit stays readable wherever somebody looks at the raw message.
    if content.isascii() and not _LONG_LINE.search(content) and b"\0" not in content:
        encoding = "7bit"
    else:
        encoding, content = "quoted-printable", binascii.b2a_qp(content, istext=True)
    said = f'Content-Type: {kind}; charset="utf-8"{more}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return said.encode() + content
