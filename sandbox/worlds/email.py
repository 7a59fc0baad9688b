"""Email into a list: `{"rejected": {address: reason}, "unavailable": {...}, "uncertain": {...}}` say who refuses."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.capabilities.email import FAILURES
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, Trouble, fails, mapping, one_of, says

# What became of a message, by what its world says of the address.
_STATUS = {"rejected": "rejected", "unavailable": "failed", "uncertain": "uncertain"}
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


class Mail(Lasting):
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
        said = mapping(given, "email")
        self._troubles = {kind: mapping(said.get(kind), f"email.{kind}") for kind in _STATUS}
        self._names = setting.names
        self._by_key: dict[str, str] = {}
        self.sent: list[Mapping[str, Any]] = []

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "send_many":
            return says([self._item(message, deeds) for message in payload["messages"]])
        trouble = self._trouble(payload)
        if trouble is not None:
            return undelivered(*trouble)
        return says({"status": "sent", "id": self._send(payload, deeds)})

    def _item(self, message: Mapping[str, Any], deeds: list[Deed]) -> dict[str, str]:
        trouble = self._trouble(message)
        if trouble is not None:
            return unsent(*trouble)
        return {"status": "sent", "id": self._send(message, deeds)}

    def _trouble(self, message: Mapping[str, Any]) -> tuple[str, str] | None:
        to: Any = message.get("to")
        for address in to if isinstance(to, list) else [to]:  # pyright: ignore[reportUnknownVariableType]  (JSON)
            for kind, reasons in self._troubles.items():
                if address in reasons:
                    return _STATUS[kind], str(reasons[address])
        return None

    def _send(self, message: Mapping[str, Any], deeds: list[Deed]) -> str:
        key = message.get("key")
        if key in self._by_key:
            return self._by_key[str(key)]
        name = self._names.message(len(self.sent) + 1, message.get("sender"))
        self.sent.append(message)
        deeds.append(Deed("email", "send", message))
        if key is not None:
            self._by_key[str(key)] = name
        return name


STAGE: type[Stage] = Mail


def undelivered(status: str, reply: str) -> HostReply:
    """What `send` says of a message that was not sent, or may not have been."""
    code, hint = FAILURES[status]
    said = _CODE.match(reply)
    return fails(code, reply, hint, {"code": int(said[0]) if said else None, "message": reply})


def unsent(status: str, reply: str) -> dict[str, str]:
    """What `send_many` says of it."""
    return {"status": status, "error": reply, "hint": FAILURES[status][1]}
