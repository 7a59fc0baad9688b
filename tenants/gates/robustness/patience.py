"""Patience: what a tool does when the other side never relents. It gives up after a few tries, and says so."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import CAPABILITIES, Exhausted, Finding, HostCall, HostReply
from sandbox.worlds import BadDay, Trouble
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.faults import Stagehand, days_for

_GATE = "robustness"


async def never_relents(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[Finding | None]:
    """Error where it tries for ever to be first, or asks for ever for the very same; question where it believes for
    ever that there is one page more."""
    hit = [day for day in days_for("given_up") if any(day.hits(call) for call in usual.calls)]
    return await asyncio.gather(
        *(_goes_on(candidate, what, case, day) for day in [*hit, *_the_same_again(usual)]),
    )


async def _goes_on(candidate: Candidate, what: str, case: Mapping[str, Any], day: BadDay) -> Finding | None:
    world = candidate.world(case)
    host = Stagehand(world, day.trouble, day.hits)
    execution = await candidate.once(case["arguments"], host, world.started_at_ns)
    if not isinstance(execution.outcome, Exhausted):
        return None
    message = f"{what}, when {day.sentence}: it keeps trying until its {execution.outcome.fault.code} runs out."
    if day.severity == "question":
        hint = "If it should stop sooner, bound the pages, and raise a ToolError where there are more."
        return Finding(_GATE, day.severity, f"{message} Is that how it should end?", hint)
    return Finding(_GATE, day.severity, message, "Give up after a few tries, and say so: raise a ToolError.")


@dataclass(frozen=True, slots=True)
class _Pages(BadDay):
    """Trouble with what is read at one address, whatever stands behind its question mark."""

    address: str = ""

    def hits(self, call: HostCall) -> bool:
        return _address(call) == self.address


def _the_same_again(usual: Trial) -> Iterator[BadDay]:
    """For each address that was read more than once: it gives its first answer again, and again."""
    read = Counter(_address(call) for call in usual.calls)
    for address, times in read.items():
        if address is not None and times > 1:
            first = next(
                reply for call, reply in zip(usual.calls, usual.replies, strict=True) if _address(call) == address
            )
            said = f"{address} gives the same answer again and again"
            # The very same request, not the next page of it.
            asked = Counter(canonical.text(call.payload) for call in usual.calls if _address(call) == address)
            severity = "error" if max(asked.values()) > 1 else "question"
            yield _Pages("", said, _always(first), address=address, severity=severity)


def _always(said: HostReply) -> Trouble:
    def answer(call: HostCall, reply: HostReply) -> HostReply:
        del call
        return HostReply(value=said.value, fault=said.fault, elapsed_ns=reply.elapsed_ns)

    return answer


def _address(call: HostCall) -> str | None:
    return CAPABILITIES[call.capability].address(call.operation, call.payload)
