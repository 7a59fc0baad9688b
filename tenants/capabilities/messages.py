"""One message: from a tool's request to the bytes that leave, with an identity that a repeat shares."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, getaddresses
from typing import Any

from tenants.capabilities.bound import Bound, malformed

LONGEST_KEY = 480
_FIELDS = ("to", "subject", "text", "html", "sender", "reply_to", "key")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `id` is its Message-ID, which follows from the key.

    `key` is the tool's own name of this effect, if it gave one. A repeat of the same call has the same `id` anyway.
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
    sender = _named(request.get("sender") or default_sender)
    recipients = tuple(_addresses(request["to"]))
    key = request.get("key")
    address = sender.addr_spec
    identity = hashlib.sha256(f"{bound.tenant_id}\n{key or (bound.run_id, place)}\n{recipients}".encode()).hexdigest()[
        :40
    ]
    message_id = f"<{identity}@{address.rpartition('@')[2]}>"
    international = not all(part.isascii() for part in (address, *recipients))
    try:
        content = _compose(request, sender, recipients, message_id).as_bytes(policy=SMTPUTF8 if international else SMTP)
    except (ValueError, MessageError, HeaderParseError, UnicodeError) as error:
        raise malformed(f"the message cannot be written: {error}.") from error
    return Letter(key, message_id, address, recipients, content, international)


def _compose(request: Mapping[str, Any], sender: Address, recipients: tuple[str, ...], message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = request["subject"]
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id
    if request.get("reply_to"):
        message["Reply-To"] = _named(request["reply_to"])
    message.set_content(request["text"])
    if request.get("html"):
        message.add_alternative(request["html"], subtype="html")
    return message


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


def _addresses(to: object) -> list[str]:
    given: list[object] = list(to) if isinstance(to, list) else [to]  # pyright: ignore[reportUnknownArgumentType]
    if not given:
        raise malformed("'to' must name somebody.")
    return [_named(one).addr_spec for one in given]


def _named(given: object) -> Address:
    """One address with its display name, read once: the header and the envelope cannot differ."""
    found = getaddresses([given]) if isinstance(given, str) and given.isprintable() else []
    name, address = found[0] if len(found) == 1 else ("", "")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(char in ' <>,;:\\"()[]' for char in address):
        raise malformed(f"{str(given)[:200]!r} is no email address.")
    try:
        # Not addr_spec=: that parser knows no international addresses.
        return Address(name, username=local, domain=domain)
    except (ValueError, MessageError, IndexError) as error:
        raise malformed(f"{given!r} is no email address: {error}.") from error
