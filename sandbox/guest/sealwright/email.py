"""Send mail through the tenant's mail server. The sender and the number of messages are limited by the grant."""

import base64 as _base64

from sealwright import _host
from sealwright._errors import HostError


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


def send(to, subject, text, html=None, sender=None, reply_to=None, key=None, attachments=None):
    """Send one message: returns {"id": ...}. Raises email.Rejected or email.Unavailable.

    key: names this effect; a key that was sent before is not sent again.
    attachments: [{"filename": "offer.pdf", "content_type": "application/pdf", "content": bytes or str}], up to
    20 of them, together 10 MiB; above 700 KB the tool needs a larger limit `argument_bytes`.
    """
    message = {"to": to, "subject": subject, "text": text, "html": html, "sender": sender, "reply_to": reply_to}
    return _host.call("email", "send", _payload({**message, "key": key, "attachments": attachments}), _ERRORS)


def send_many(messages):
    """Send many at once, in parallel on the host: much faster than a loop of `send`.

    messages: dicts with the arguments of `send`. Returns one dict for each, in order:
    {"status": "sent", "id"} | {"status": "rejected" | "failed" | "uncertain", "error"}.
    "failed" certainly was not sent; "uncertain" may have been.
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
