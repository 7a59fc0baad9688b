"""email: who it may be from and to; without a `to` line, to anyone. What is counted are recipients, not messages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.capabilities.permits import Need, Permit, Unreadable
from sandbox.capabilities.syntax.mail_messages import recipients
from sandbox.capabilities.syntax.mailboxes import Mailbox
from sandbox.capabilities.traits import Capability, Kind, Plain, Reading, Traits
from sandbox.contract.hosts import Effect
from sandbox.contract.outcomes import Fault

_LINE = re.compile(r"(?P<verb>from|to) (?P<who>anyone|(?P<local>[^@\s]+)?@(?P<domain>[A-Za-z0-9.-]+))")

# By what became of a message: the code of the error and its hint. Canned mail is refused in the same words as real.
FAILURES: Mapping[str, tuple[str, str]] = {
    "rejected": ("rejected", "The mail server refused this for good; sending it again will not help."),
    "failed": ("unavailable", "Certainly not sent. Try again later."),
    "uncertain": ("uncertain", "It may have been sent. Do not send it again unasked; tell a person."),
}


def sender_not_allowed(domain: str, allowed: str) -> Fault:
    """Why a message cannot leave: for whom a tenant may speak is the operator's word, canned or real."""
    return Fault(
        "sender_not_allowed",
        f"This tenant may not send mail from {domain}; it may send from: {allowed}.",
        "Ask the operator of this installation to allow the domain: sealwright tenant mail-domains SLUG add DOMAIN.",
        {"domain": domain},
    )


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A permit: from or to one address, all of a domain (`@acme.com`), or `to anyone`."""

    verb: str
    who: str

    @property
    def line(self) -> str:
        return f"{self.verb} {self.who}"

    @property
    def sentence(self) -> str:
        whom = f"any address at {self.who[1:]}" if self.who.startswith("@") else self.who
        return f"Send email {self.verb} {whom}."

    def allows(self, need: Need) -> bool:
        if need.verb == "reply to":  # the answers to a permitted sender stay at its domain
            return self.verb == "from" and need.target.rpartition("@")[2] == self.who.rpartition("@")[2]
        if need.verb != self.verb:
            return False
        if self.who == "anyone":
            return True
        return need.target == self.who or (self.who.startswith("@") and need.target.endswith(self.who))

    def covers(self, other: Permit) -> bool:
        return isinstance(other, Correspondent) and self.allows(Need(other.verb, other.who, other.line))


class Email(Plain):
    name = "email"
    counted = "recipients"
    grammar = (
        "from @acme.com",
        "from billing@acme.com",
        "to @acme.com",
        "to anyone",
        "at most 5000 a run",
        "at most 20000 a day",
    )
    operations: Mapping[str, Effect] = {"send": "unsafe", "send_many": "unsafe"}
    traits = Traits(
        ambient=False,
        reaches_out=True,
        reaches_people=True,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=False,
        repeatable=True,
        batches={"send_many": "messages"},
        in_parts=frozenset({"send", "send_many"}),
        keys="host",
        contents_compared=False,
        tenant_limit="mail_recipients_a_day",
    )

    def permit(self, line: str) -> Permit:
        """Raises Unreadable."""
        found = _LINE.fullmatch(line)
        if found is None or (found["verb"], found["who"]) == ("from", "anyone"):
            raise Unreadable("write `from @domain`, `from name@domain`, `to @domain` or `to anyone`")
        return Correspondent(found["verb"], found["who"].lower())

    def complete(self, permits: Sequence[Permit]) -> Sequence[Permit]:
        """A grant without a `to` line writes to anyone; it says so, for the approver to see."""
        narrowed = any(permit.line.startswith("to ") for permit in permits)
        return permits if narrowed else [*permits, Correspondent("to", "anyone")]

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        messages = tuple(self.parts(operation, payload))
        needs: list[Need] = []
        weight = 0
        for message in messages:
            to = recipients(message)
            weight += len(to)
            needs += _needs(message, to)
        keyed = all(message.get("key") for message in messages)
        return Reading(payload, needs, "keyed" if keyed else "unsafe", weight, messages)

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "addition"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del operation
        return f"mail to {what.get('to')} ({what.get('subject')})"

    def alters(self, operation: str, part: Mapping[str, Any]) -> bool:
        del operation, part
        return True

    def doubt(self, part: Mapping[str, Any]) -> str:
        to: Any = part.get("to")
        if to is None:
            return ""
        return f"{', '.join(to) if isinstance(to, list) else to}: {part.get('subject', '')}"[:200]  # pyright: ignore[reportUnknownArgumentType]  (it came from JSON)


CAPABILITY: Capability = Email()


def sender_domains(permits: Iterable[Permit]) -> set[str]:
    """The domains that permits let a tool send from."""
    found = (permit for permit in permits if isinstance(permit, Correspondent))
    return {permit.who.rpartition("@")[2] for permit in found if permit.verb == "from"}


def _needs(message: Mapping[str, Any], to: Sequence[Mailbox]) -> list[Need]:
    needs = [_need("to", mailbox) for mailbox in to]
    for verb, field in (("from", "sender"), ("reply to", "reply_to")):
        if message.get(field) is not None:  # without a sender it is the operator's, which no tool can choose
            mailbox = Mailbox.parse(message[field])
            mailbox.demand_honest_name()
            needs.append(_need(verb, mailbox))
    return needs


def _need(verb: str, mailbox: Mailbox) -> Need:
    return Need(verb, mailbox.normal, f"{'from' if verb == 'reply to' else verb} @{mailbox.domain}")
