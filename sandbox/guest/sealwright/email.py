"""Send mail through the tenant's mail server. The sender and the number of messages are limited by the grant."""

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


def send(to, subject, text, html=None, sender=None, reply_to=None, key=None):
    """Send one message: returns {"id": ...}. Raises email.Rejected or email.Unavailable.

    key: names this effect; a key that was sent before is not sent again.
    """
    message = _host.given(to=to, subject=subject, text=text, html=html, sender=sender, reply_to=reply_to, key=key)
    return _host.call("email", "send", message, _ERRORS)


def send_many(messages):
    """Send many at once, in parallel on the host: much faster than a loop of `send`.

    messages: dicts with the arguments of `send`. Returns one dict for each, in order:
    {"status": "sent", "id"} | {"status": "rejected" | "failed" | "uncertain", "error"}.
    "failed" certainly was not sent; "uncertain" may have been.
    """
    return _host.call("email", "send_many", {"messages": [_host.given(**message) for message in messages]}, _ERRORS)
