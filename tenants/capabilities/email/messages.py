"""One message of a tool, ready to leave, with an identity that a repeat shares; and who takes it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sandbox import Mailbox, Malformed, mail_messages
from tenants.capabilities.bound import Bound, Unable


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `id` is its Message-ID, which follows from the key, as `identity` does.

    `key` is the tool's own name of this effect, if it gave one. A repeat of the same call has the same `id` anyway.
    `recipients` are all that it goes to; who is neither in `to` nor in `cc` stands in no header. Without `to` all do.
    `international`: an address holds more than ASCII before its @, so the server must know SMTPUTF8.
    """

    key: str | None
    identity: str
    sender: Mailbox
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str | None
    reply_to: Mailbox | None
    attachments: tuple[mail_messages.Attachment, ...]
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    calendar: mail_messages.Calendar | None = None

    @property
    def id(self) -> str:
        return f"<{self.identity}@{self.sender.domain}>"

    @property
    def bcc(self) -> tuple[str, ...]:
        """Whom it goes to without a word of it."""
        return tuple(one for one in self.recipients if self.to and one not in (*self.to, *self.cc))

    @property
    def international(self) -> bool:
        reply = (self.reply_to.wire,) if self.reply_to else ()
        return not all(part.isascii() for part in (self.sender.wire, *self.recipients, *reply))


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
    try:
        message = mail_messages.Message.parse(request)
        sender = message.sender or Mailbox.parse(default_sender)
    except Malformed as error:
        raise Unable.of(error.fault) from error
    recipients = tuple(mailbox.wire for mailbox in message.recipients)
    named = f"{bound.tenant_id}\n{message.key or (bound.run_id, place)}\n{recipients}"
    return Letter(
        message.key,
        hashlib.sha256(named.encode()).hexdigest()[:40],
        sender,
        recipients,
        message.subject,
        message.text,
        message.html,
        message.reply_to,
        message.attachments,
        tuple(mailbox.wire for mailbox in message.to),
        tuple(mailbox.wire for mailbox in message.cc),
        message.headers,
        message.calendar,
    )
