"""Patience: what a tool does when the other side never relents. It gives up after a few tries, and says so."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sandbox import Exhausted, Finding, HostCall, HostReply
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.faults import BadDay, Stagehand, Trouble

Severity = Literal["error", "warning"]
_GATE = "robustness"


async def never_relents(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[Finding | None]:
    """Error where it tries for ever to be first; warning where it believes for ever that there is one page more."""
    hit = [day for day in _ALWAYS if any(day.hits(call) for call in usual.calls)]
    return await asyncio.gather(
        *(_goes_on(candidate, what, case, day, "error") for day in hit),
        *(_goes_on(candidate, what, case, day, "warning") for day in _the_same_again(usual)),
    )


async def _goes_on(
    candidate: Candidate, what: str, case: Mapping[str, Any], day: BadDay, severity: Severity
) -> Finding | None:
    world = candidate.world(case)
    host = Stagehand(world, day.trouble, day.hits)
    execution = await candidate.once(case["arguments"], host, world.started_at_ns)
    if not isinstance(execution.outcome, Exhausted):
        return None
    message = f"{what}, when {day.sentence}: it keeps trying until its {execution.outcome.fault.code} runs out."
    return Finding(_GATE, severity, message, "Give up after a few tries, and say so: raise a ToolError.")


class _Operation(BadDay):
    """Trouble with one operation of a capability."""

    def hits(self, call: HostCall) -> bool:
        return f"{call.capability}.{call.operation}" == self.capability


class _Pages(BadDay):
    """Trouble with what is read at one address, whatever stands behind its question mark."""

    def hits(self, call: HostCall) -> bool:
        return _address(call) == self.capability


def _the_same_again(usual: Trial) -> Iterator[BadDay]:
    """For each address that was read more than once: it gives its first answer again, and again."""
    read = Counter(_address(call) for call in usual.calls)
    for address, times in read.items():
        if address is not None and times > 1:
            first = next(
                reply for call, reply in zip(usual.calls, usual.replies, strict=True) if _address(call) == address
            )
            yield _Pages(address, f"{address} gives the same answer again and again", _always(first))


def _always(said: HostReply) -> Trouble:
    def answer(call: HostCall, reply: HostReply) -> HostReply:
        del call
        return HostReply(value=said.value, fault=said.fault, elapsed_ns=reply.elapsed_ns)

    return answer


def _address(call: HostCall) -> str | None:
    if call.capability != "http" or call.operation != "request" or call.payload.get("method", "GET") != "GET":
        return None
    return str(call.payload.get("url")).partition("?")[0]


def _never_first(call: HostCall, reply: HostReply) -> HostReply:
    del call
    return HostReply(value=False, elapsed_ns=reply.elapsed_ns)


def _never_free(call: HostCall, reply: HostReply) -> HostReply:
    return HostReply(value=["in_flight" for _ in call.payload.get("keys", [])], elapsed_ns=reply.elapsed_ns)


_ALWAYS = (
    _Operation("kv.compare_and_set", "somebody else is always first to change the value", _never_first),
    _Operation("ledger.claim", "somebody else never lets go of the key", _never_free),
)
