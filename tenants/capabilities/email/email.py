"""email: one message or many by a mail server or a provider, each answered for by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import anyio

from sandbox import MAIL_FAILURES, HostCall, sender_not_allowed
from tenants.capabilities.bound import Bound, Operation, Unable
from tenants.capabilities.email import messages
from tenants.capabilities.email.messages import Carrier, Delivery, Letter
from tenants.capabilities.ledger import Ledger

# Whether a tenant has what is uncertain sent again: see tenants/rules/repeats.py.
Repeats = Callable[[str], Awaitable[bool]]


class Senders(Protocol):
    """The domains that a tenant may send from: see tenants/rules/allotments.py."""

    def allow(self, domain: str) -> bool: ...


SendersOf = Callable[[str], Awaitable[Senders]]


async def _never(tenant_id: str) -> bool:
    del tenant_id
    return False


class Email:
    """Sends for every run of this process through one carrier and its open connections.

    With a ledger, a message whose key was sent before, by whatever run, is not sent again.
    """

    def __init__(
        self, carrier: Carrier, senders: SendersOf, ledger: Ledger | None = None, repeats: Repeats = _never
    ) -> None:
        self._repeats = repeats
        self._senders = senders
        self._carrier = carrier
        self._ledger = ledger

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"send": self.send, "send_many": self.send_many}

    async def send(self, call: HostCall, bound: Bound) -> Mapping[str, Any]:
        """Raises Unable."""
        letter = messages.write(call.payload, bound, str(call.seq), self._carrier.sender)
        senders = await self._senders(bound.tenant_id)
        if not senders.allow(letter.sender.domain):
            raise _foreign(letter, senders)
        (delivery,) = await self._send_all(call, bound, [letter])
        if delivery.status == "sent":
            return _answer(letter, delivery)
        code, hint = MAIL_FAILURES[delivery.status]
        raise Unable(code, delivery.reply, hint, {"code": delivery.code, "message": delivery.reply})

    async def send_many(self, call: HostCall, bound: Bound) -> list[Mapping[str, Any]]:
        """Each message's outcome, in order. One message that cannot be written harms no other."""
        requests: list[Mapping[str, Any]] = call.payload["messages"]
        senders = await self._senders(bound.tenant_id)
        written = [
            _written(request, bound, f"{call.seq}.{index}", self._carrier.sender, senders)
            for index, request in enumerate(requests)
        ]
        deliveries = await self._send_all(call, bound, written)
        return [_answer(letter, delivery) for letter, delivery in zip(written, deliveries, strict=True)]

    async def close(self) -> None:
        await self._carrier.close()

    async def _send_all(self, call: HostCall, bound: Bound, letters: Sequence[Letter | Delivery]) -> list[Delivery]:
        """What became of each letter, in order. A delivery among them is one that was decided before."""
        keys = {f"{_PREFIX}{one.key}" for one in letters if isinstance(one, Letter) and one.key}
        known = await self._ledger.happened(bound, keys) if self._ledger else set[str]()
        deliveries = [Delivery("uncertain")] * len(letters)
        waiting = iter(enumerate(letters))

        async def work() -> None:
            for part, letter in waiting:
                if isinstance(letter, Delivery):
                    deliveries[part] = letter
                elif f"{_PREFIX}{letter.key}" in known:
                    deliveries[part] = Delivery("sent", "sent before")
                else:
                    deliveries[part] = await self._deliver_once(call, bound, part, letter)

        # As many workers as connections, and each queues for every message: no run can crowd out the others.
        async with anyio.create_task_group() as tasks:
            for _ in range(min(self._carrier.connections, len(letters))):
                tasks.start_soon(work)
        if self._ledger:
            await self._ledger.record(call, bound, _sent_keys(letters, deliveries) - known)
        return deliveries

    async def _deliver_once(self, call: HostCall, bound: Bound, part: int, letter: Letter) -> Delivery:
        async def deliver() -> dict[str, Any]:
            delivery = await self._carrier.deliver(letter)
            if delivery.status == "uncertain" and await self._repeats(bound.tenant_id):
                # Once, and with the same Message-ID: some receivers know the second copy for what it is.
                delivery = await self._carrier.deliver(letter)
            return asdict(delivery)

        in_doubt = Delivery("uncertain", "the run was interrupted while this was being sent")
        return Delivery(**await bound.parts.once(call, part, deliver, asdict(in_doubt)))


class NoMail:
    """For installations without a mail server: tools are told so."""

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"send": self._send, "send_many": self._send}

    async def _send(self, call: HostCall, bound: Bound) -> None:
        del call, bound
        raise Unable(
            "not_set_up",
            "This installation has no mail server.",
            "Ask its operator to set SEALWRIGHT_SMTP_URL or SEALWRIGHT_MAIL_HTTP_URL.",
        )


_PREFIX = "@email/"  # of the keys that the ledger keeps for us


def _written(request: Mapping[str, Any], bound: Bound, place: str, sender: str, senders: Senders) -> Letter | Delivery:
    try:
        letter = messages.write(request, bound, place, sender)
        if senders.allow(letter.sender.domain):
            return letter
        raise _foreign(letter, senders)
    except Unable as unable:
        return Delivery("rejected", str(unable))


def _foreign(letter: Letter, senders: Senders) -> Unable:
    """A grant says what a tool may do of what its tenant may; for whom a tenant may speak is the operator's word."""
    return Unable.of(sender_not_allowed(letter.sender.domain, str(senders)))


def _sent_keys(letters: Sequence[Letter | Delivery], deliveries: Sequence[Delivery]) -> set[str]:
    return {
        f"{_PREFIX}{letter.key}"
        for letter, delivery in zip(letters, deliveries, strict=True)
        if isinstance(letter, Letter) and letter.key and delivery.status == "sent"
    }


def _answer(letter: Letter | Delivery, delivery: Delivery) -> Mapping[str, Any]:
    if isinstance(letter, Delivery) or delivery.status != "sent":
        hint = "" if isinstance(letter, Delivery) else MAIL_FAILURES[delivery.status][1]
        return {"status": delivery.status, "error": delivery.reply, **({"hint": hint} if hint else {})}
    refused = {"refused": dict(delivery.refused)} if delivery.refused else {}
    return {"status": "sent", "id": letter.id, **refused}
