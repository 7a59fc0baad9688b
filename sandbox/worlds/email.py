"""Email into a list: `{"rejected": {address: reason}, "unavailable": {...}, "uncertain": {...}}` say who refuses.

`"*"` as an address means everybody; `bounced` is another word for rejected; `senders`: the domains that the tenant may
send from.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.capabilities.email import FAILURES, sender_not_allowed
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax.mail_messages import Message
from sandbox.capabilities.syntax.mailboxes import Mailbox
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import (
    BadDay,
    Deed,
    Lasting,
    Stage,
    Trouble,
    demand,
    fails,
    listing,
    mapping,
    one_of,
    part,
    refuses,
    says,
    words,
)
from sandbox.worlds.statements import Statements

# What became of a message, by what its world says of the address.
_STATUS = {"rejected": "rejected", "bounced": "rejected", "unavailable": "failed", "uncertain": "uncertain"}
_EVERYBODY = "*"
_CODE = re.compile(r"[45]\d\d(?= )")
_AWAY = ("421 4.3.2 Service not available", "451 4.7.1 Try again later", "452 4.3.1 Out of memory")
_NO_USER = ("550 5.1.1 No such user", "550 5.1.1 The account does not exist", "550 5.7.1 Recipient rejected")


def _refuse(status: str, *messages: str) -> Trouble:
    def spoil(call: HostCall, reply: HostReply) -> HostReply:
        message = one_of(messages, reply)
        if call.operation == "send_many":
            items = [unsent(status, message) for _ in call.payload.get("messages", [])]
            return HostReply(value=items, elapsed_ns=reply.elapsed_ns)
        return HostReply(fault=undelivered(status, message).fault, elapsed_ns=reply.elapsed_ns)

    return spoil


def _told(what: Mapping[str, Any]) -> str:
    to: Any = what.get("to")
    return f"mail to {', '.join(map(str, to)) if isinstance(to, list) else to}"  # pyright: ignore[reportUnknownArgumentType]  (JSON)


class Mail(Lasting):
    stated: ClassVar[Statements] = Statements(
        told=_told,
        fields={
            "to": "addresses",
            "cc": "addresses",
            "bcc": "addresses",
            "subject": "text",
            "text": "text",
            "html": "text",
            "sender": "addresses",
            "reply_to": "addresses",
            "key": "text",
            "attachments": "attachments",
            "headers": "headers",
            "calendar": "content",
        },
        substance=("to", "cc", "bcc", "subject", "text", "html", "attachments", "calendar"),
    )
    wait: ClassVar[Wait] = Wait(15, 1.0)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay(
            "email",
            "the mail server takes nothing for now",
            _refuse("failed", *_AWAY),
            ("noticed", "made_up_for"),
            first="the mail server takes nothing",
            never="messages are never sent",
        ),
        BadDay("email", "the recipients are refused", _refuse("rejected", *_NO_USER)),
        BadDay(
            "email",
            "nobody can tell whether a mail was sent",
            _refuse(
                "uncertain", "the connection was lost before the server answered", "the server did not answer in time"
            ),
            ("not_repeated",),
            garbles=True,
        ),
    )

    def __init__(self, given: object, setting: Setting):
        self._troubles: dict[str, dict[str, str]] = {kind: {} for kind in _STATUS}
        self._senders: frozenset[str] | None = None
        self.amend(given)
        self._names = setting.names
        self._by_key: dict[str, str] = {}
        self.sent: list[Mapping[str, Any]] = []

    def amend(self, given: object) -> None:
        said = part(given, "email", (*_STATUS, "senders"))
        self._troubles |= {kind: _reasons(said[kind], f"email.{kind}") for kind in _STATUS if kind in said}
        if said.get("senders") is not None:
            self._senders = _domains(said["senders"])

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "send_many":
            return says([self._item(message, deeds) for message in payload["messages"]])
        try:
            return self._delivered(Message.parse(payload), payload, deeds)
        except Malformed as error:
            return refuses(error)

    def _item(self, given: Mapping[str, Any], deeds: list[Deed]) -> Mapping[str, Any]:
        try:
            reply = self._delivered(Message.parse(given), given, deeds)
        except Malformed as error:
            return {"status": "rejected", "error": error.fault.message}
        if reply.fault is None:
            return reply.value
        status = next((status for status, (code, _) in FAILURES.items() if code == reply.fault.code), None)
        if status is None:
            return {"status": "rejected", "error": reply.fault.message}
        return unsent(status, reply.fault.message)

    def _delivered(self, message: Message, given: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        """A server that is told of several recipients refuses some, and takes the message for the others."""
        domain = message.sender.domain if message.sender else None
        if self._senders is not None and domain is not None and domain not in self._senders:
            return HostReply(fault=sender_not_allowed(domain, ", ".join(sorted(self._senders)) or "none"))
        if message.key in self._by_key:
            return says({"status": "sent", "id": self._by_key[str(message.key)]})
        troubles = {mailbox.wire: self._trouble(mailbox) for mailbox in message.recipients}
        refused = {address: trouble for address, trouble in troubles.items() if trouble is not None}
        lost = next((trouble for trouble in refused.values() if trouble[0] == "uncertain"), None)
        if lost is not None or len(refused) == len(troubles):
            return undelivered(*(lost or list(refused.values())[-1]))
        told = {"refused": {address: reason for address, (_, reason) in refused.items()}} if refused else {}
        return says({"status": "sent", "id": self._send(given, deeds), **told})

    def _trouble(self, mailbox: Mailbox) -> tuple[str, str] | None:
        for kind, reasons in self._troubles.items():
            reason = reasons.get(mailbox.normal, reasons.get(_EVERYBODY))
            if reason is not None:
                return _STATUS[kind], reason
        return None

    def _send(self, message: Mapping[str, Any], deeds: list[Deed]) -> str:
        key = message.get("key")
        name = self._names.message(len(self.sent) + 1, message.get("sender"))
        self.sent.append(message)
        deeds.append(Deed("email", "send", message))
        if key:
            self._by_key[str(key)] = name
        return name


STAGE: type[Stage] = Mail


def _reasons(given: object, where: str) -> dict[str, str]:
    said = mapping(given, where)
    return {_address(address, where): words(reason, f"{where}.{address}") for address, reason in said.items()}


def _address(given: str, where: str) -> str:
    if given == _EVERYBODY:
        return given
    demand(lambda: Mailbox.parse(given).normal, where)
    return Mailbox.parse(given).normal


def _domains(given: object) -> frozenset[str]:
    return frozenset(words(one, "email.senders").removeprefix("@").lower() for one in listing(given, "email.senders"))


def undelivered(status: str, reply: str) -> HostReply:
    """What `send` says of a message that was not sent, or may not have been."""
    code, hint = FAILURES[status]
    said = _CODE.match(reply)
    return fails(code, reply, hint, {"code": int(said[0]) if said else None, "message": reply})


def unsent(status: str, reply: str) -> dict[str, str]:
    """What `send_many` says of it."""
    return {"status": status, "error": reply, "hint": FAILURES[status][1]}
