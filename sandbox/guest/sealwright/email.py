"""Send mail through the tenant's mail server. The sender and the number of messages are limited by the grant."""

import base64 as _base64
from collections.abc import Iterable, Mapping

from sealwright import _host
from sealwright._errors import HostError, Json


class Rejected(HostError):
    """The mail server refused this recipient for good (5xx). Trying again does not help."""


class Unavailable(HostError):
    """The mail server could not take the message now. Trying again later may help."""


_ERRORS = {
    "rejected": Rejected,
    "email_rejected": Rejected,
    "unavailable": Unavailable,
    "email_unavailable": Unavailable,
}


def send(
    to: str | list[str],
    subject: str,
    text: str,
    html: str | None = None,
    sender: str | None = None,
    reply_to: str | None = None,
    key: str | None = None,
    attachments: list[dict[str, Json]] | None = None,
    cc: str | list[str] | None = None,
    bcc: str | list[str] | None = None,
    headers: Mapping[str, str] | None = None,
    calendar: str | None = None,
) -> dict[str, Json]:
    """Send one message: returns {"id": ...}. Raises email.Rejected or email.Unavailable.

    key: names this effect; a key that was sent before is not sent again.
    attachments: [{"filename": "offer.pdf", "content_type": "application/pdf", "content": bytes or str}], up to
    20 of them, together 10 MiB; above 700 KB the tool needs a larger limit `argument_bytes`.

    Raises these two where it was certainly not sent, and HostError "uncertain" where it may have been, "too_large",
    "sender_not_allowed", or "not_set_up" where there is no mail server. to: one address, or several for one message
    that all of them see; those in cc and bcc count too. sender: the operator's address unless given.
    key: up to 480 characters, good for all runs. An attachment with a "content_id" such as "logo" stands in the html:
    `<img src="cid:logo">`. calendar: iCalendar text with a METHOD. headers: those of lists
    (RFC 2369, 8058), In-Reply-To, References, Auto-Submitted, Precedence, Importance, Priority, X-Priority,
    Feedback-ID, X-Entity-Ref-ID.
    """
    message = {"to": to, "cc": cc, "bcc": bcc, "subject": subject, "text": text, "html": html, "sender": sender}
    message |= {"reply_to": reply_to, "headers": headers, "calendar": calendar, "key": key}
    return _host.call("email", "send", _payload({**message, "attachments": attachments}), _ERRORS)


def send_many(messages: Iterable[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Send many at once, in parallel on the host.

    messages: dicts with the arguments of `send`. Returns one dict for each, in order:
    {"status": "sent", "id"} | {"status": "rejected" | "failed" | "uncertain", "error"}.
    "failed" certainly was not sent; "uncertain" may have been.

    Raises HostError "not_set_up" for all of them.
    """
    return _host.call("email", "send_many", {"messages": [_payload(message) for message in messages]}, _ERRORS)


def _payload(message):
    attachments = message.get("attachments")
    if isinstance(attachments, (list, tuple)):
        message = {**message, "attachments": [_attachment(one) for one in attachments]}
    return _host.given(**message)


def _attachment(given):
    if not isinstance(given, dict) or "content" not in given:
        return given  # the host says what is missing
    content = given["content"]
    rest = {name: value for name, value in given.items() if name != "content"}
    if isinstance(content, str):
        return {**rest, "text": content}
    return {**rest, "base64": _base64.b64encode(content).decode()}
