"""Endless: what a tool does where one address gives its first answer again, and again. Run once for all who ask.

The longest of all trials: a thousand pages and more, until a limit ends it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import CAPABILITIES, Execution, Exhausted, HostCall, HostReply, Returned
from sandbox.worlds import BadDay, Trouble
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.faults import Stagehand

# Of so many examples, and hold-outs.
CASES = 8


@dataclass(frozen=True, slots=True)
class Repeated(BadDay):
    """Trouble with what is read at one address, whatever stands behind its question mark."""

    address: str = ""

    def hits(self, call: HostCall) -> bool:
        return address_of(call) == self.address


def repeated(usual: Trial) -> Iterator[Repeated]:
    """For each address that was read more than once: it gives its first answer again, and again."""
    read = Counter(address_of(call) for call in usual.calls)
    for address, times in read.items():
        if address is not None and times > 1:
            first = next(
                reply for call, reply in zip(usual.calls, usual.replies, strict=True) if address_of(call) == address
            )
            said = f"{address} gives the same answer again and again"
            # The very same request, not the next page of it.
            asked = Counter(canonical.text(call.payload) for call in usual.calls if address_of(call) == address)
            severity = "error" if max(asked.values()) > 1 else "question"
            yield Repeated("", said, _always(first), address=address, severity=severity)


async def endured(candidate: Candidate, case: Mapping[str, Any], day: BadDay) -> Execution:
    """Run a case on such a day; it is made once."""
    asked = canonical.text([case["arguments"], case.get("world"), case.get("result"), day.sentence])
    return await candidate.made_once(f"endless {asked}", lambda: _run(candidate, case, day))


async def _run(candidate: Candidate, case: Mapping[str, Any], day: BadDay) -> Execution:
    world = candidate.world(case)
    host = Stagehand(world, day.trouble, day.hits)
    return await candidate.once(case["arguments"], host, world.started_at_ns)


async def without_end(candidate: Candidate) -> set[str]:
    """The addresses that it reads for ever when every answer names one more, in some case."""
    cases = [
        (field, index) for field in ("examples", "holdouts") for index in range(len(candidate.spec[field]))[:CASES]
    ]
    found = set[str]()
    for field, index in cases:
        usual = await candidate.trial(field, index)
        for day in repeated(usual) if isinstance(usual.execution.outcome, Returned) else ():
            if isinstance((await endured(candidate, candidate.cases(field)[index], day)).outcome, Exhausted):
                found.add(day.address)
    return found


def address_of(call: HostCall) -> str | None:
    """Return where a call reads, without what stands behind the question mark; None where it reads nowhere."""
    return CAPABILITIES[call.capability].address(call.operation, call.payload)


def _always(said: HostReply) -> Trouble:
    def answer(call: HostCall, reply: HostReply) -> HostReply:
        del call
        return HostReply(value=said.value, fault=said.fault, elapsed_ns=reply.elapsed_ns)

    return answer
