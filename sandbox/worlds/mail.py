"""Email into a list: `{"rejected": {address: reason}, "unavailable": {...}, "uncertain": {...}}` say who refuses."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.email import FAILURES
from sandbox.contract.hosts import HostReply
from sandbox.worlds.settings import Setting
from sandbox.worlds.stages import Deed, fails, mapping, says

# What became of a message, by what its world says of the address.
_STATUS = {"rejected": "rejected", "unavailable": "failed", "uncertain": "uncertain"}
_CODE = re.compile(r"[45]\d\d(?= )")


class Mail:
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


def undelivered(status: str, reply: str) -> HostReply:
    """What `send` says of a message that was not sent, or may not have been."""
    code, hint = FAILURES[status]
    said = _CODE.match(reply)
    return fails(code, reply, hint, {"code": int(said[0]) if said else None, "message": reply})


def unsent(status: str, reply: str) -> dict[str, str]:
    """What `send_many` says of it."""
    return {"status": status, "error": reply, "hint": FAILURES[status][1]}
