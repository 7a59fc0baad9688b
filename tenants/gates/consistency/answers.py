"""Answers: one that says no in its body, one that is another since a person said yes, a page that is never the last.

Each is tried on what the examples' own servers answer, with one word of it changed.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox import CAPABILITIES, Execution, Exhausted, Finding, HostCall, HostReply
from tenants.base import canonical
from tenants.gates.trial import endless
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import fault_of, result_of
from tenants.gates.trial.effects import identity
from tenants.gates.trial.faults import Stagehand
from tenants.gates.trial.trying import asked, cases

_CASES = 2
_WELL = {"accepted", "queued", "ok", "sent", "success", "succeeded", "created", "done", "completed", "paid", "booked"}
_STATUS = ("status", "state", "result")
_AMOUNT = re.compile(r"^(?:amount|total|price|sum|cents|iban|account)$", re.IGNORECASE)
_NEXT = re.compile(r"^(?:next|next_cursor|next_page|nextcursor|nextpagetoken|next_page_token|cursor)$", re.IGNORECASE)
_PAGES_MIN = 5
_Edit = Callable[["_Editing", HostCall, dict[str, Any]], dict[str, Any] | None]


@dataclass
class _Editing(Stagehand):
    """A host whose servers' JSON answers go through `edit`; `first` keeps what each address answered at first."""

    edit: _Edit = field(kw_only=True)
    first: dict[str, HostReply] = field(default_factory=dict[str, HostReply])
    edited: list[str] = field(default_factory=list[str])
    times: Counter[str] = field(default_factory=Counter[str])

    async def answer(self, call: HostCall) -> HostReply:
        reply = await super().answer(call)
        if "url" not in call.payload:
            return reply
        address = endless.address_of(call) or ""
        data = _data(reply)
        changed = None if data is None else self.edit(self, call, data)
        if data is not None:
            self.first.setdefault(address, reply)
        if changed is None:
            return reply
        self.edited.append(_named(call))
        self.times[address] += 1
        return _with_data(reply, changed)


def _named(call: HostCall) -> str:
    """Where a call reads, or what it asks for."""
    return endless.address_of(call) or f"{call.payload.get('method')} {call.payload.get('url')}"


def _data(reply: HostReply) -> dict[str, Any] | None:
    try:
        data: Any = json.loads(str(cast("dict[str, Any]", reply.value)["text"]))
    except (KeyError, ValueError, TypeError):
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None


def _with_data(reply: HostReply, data: dict[str, Any]) -> HostReply:
    value = cast("dict[str, Any]", reply.value)
    bare = {name: one for name, one in value.items() if name != "base64"}
    return HostReply({**bare, "text": json.dumps(data)}, elapsed_ns=reply.elapsed_ns)


async def _came(candidate: Candidate, case: Mapping[str, Any], edit: _Edit) -> tuple[str | None, _Editing]:
    """All that comes of a case where answers are edited, as text (None where it fails), and its host."""
    execution, host = await _edited(candidate, case, edit)
    if fault_of(execution) is not None:
        return None, host
    return canonical.text([result_of(execution), [identity(deed) for deed in host.world.deeds]]), host


async def _edited(candidate: Candidate, case: Mapping[str, Any], edit: _Edit) -> tuple[Execution, _Editing]:
    world = candidate.world(case)
    host = _Editing(world, edit=edit)
    return await candidate.once(case["arguments"], host, world.started_at_ns), host


def _as_it_is(_host: _Editing, _call: HostCall, _data: dict[str, Any]) -> dict[str, Any] | None:
    return None


def _refused(_host: _Editing, call: HostCall, data: dict[str, Any]) -> dict[str, Any] | None:
    if str(call.payload.get("method", "GET")).upper() in {"GET", "HEAD"}:
        return None
    said = [name for name in _STATUS if str(data.get(name)).lower() in _WELL]
    return {**data, **dict.fromkeys(said, "rejected")} if said else None


async def unheeded(candidate: Candidate) -> Finding | None:
    """Ask about a server that says in its answer that it has not done it, which makes no difference."""
    for case in cases(candidate)[:_CASES]:
        came, host = await _came(candidate, case, _refused)
        if came is not None and host.edited and came == (await _came(candidate, case, _as_it_is))[0]:
            return asked(
                f"Called with {brief(case['arguments'], 200)}, where {host.edited[0]} answers with the status "
                "rejected, it says and does the same as where that is well. Is what is answered of no account?",
                "Look at what the answer says, not at its number alone: what is not done is no success.",
            )
    return None


def _asks(call: HostCall) -> bool:
    return CAPABILITIES[call.capability].traits.asks_people


def _dearer(host: _Editing, call: HostCall, data: dict[str, Any]) -> dict[str, Any] | None:
    """What was read before a person was asked is another when it is read again."""
    address = endless.address_of(call) or ""
    if address not in host.first or not any(map(_asks, host.calls)):
        return None
    said = {name: value for name, value in data.items() if _AMOUNT.search(name) and isinstance(value, str | int)}
    return {**data, **{name: type(value)(f"9{value}") for name, value in said.items()}} if said else None


async def changed_since(candidate: Candidate) -> Finding | None:
    """Ask about what is done with values that nobody has seen: they were read again after the person said yes."""
    if not any(CAPABILITIES[name].traits.asks_people for name in candidate.spec["capabilities"]):
        return None
    for case in cases(candidate)[:_CASES]:
        came, host = await _came(candidate, case, _dearer)
        if came is not None and host.edited and came != (await _came(candidate, case, _as_it_is))[0]:
            return asked(
                f"Called with {brief(case['arguments'], 200)}, where {host.edited[0]} answers with another amount once "
                "a person has approved: what is done follows the new one, which nobody has approved. Is it meant?",
                "Do what was approved, or end with an error where it has changed since.",
            )
    return None


def _endless(host: _Editing, call: HostCall, _seen: dict[str, Any]) -> dict[str, Any] | None:
    """Every page says that there is one more."""
    address = endless.address_of(call) or ""
    data = _data(host.first[address]) if address in host.first else _seen
    names = [name for name in data or {} if _NEXT.search(name)]
    number = host.times[address] + 1
    return {**(data or {}), **dict.fromkeys(names, f"more-{number}")} if names else None


async def cut_short(candidate: Candidate) -> Finding | None:
    """Ask about pages that are read up to some number, and then answered as if they had been all.

    What is read for ever is not: robustness says so. It takes the longest of all runs, and one is enough.
    """
    for_ever: set[str] | None = None
    for case in cases(candidate)[:_CASES]:
        paged = await _paged(candidate, case)
        if paged and for_ever is None:
            for_ever = await endless.without_end(candidate)
        if not paged or for_ever is None or paged & for_ever:
            continue
        execution, host = await _edited(candidate, case, _endless)
        if isinstance(execution.outcome, Exhausted) and host.edited:
            for_ever.add(host.edited[-1])
        if fault_of(execution) is None and len(host.edited) >= _PAGES_MIN:
            return asked(
                f"Called with {brief(case['arguments'], 200)}, where {host.edited[0]} has always one page more, it "
                f"stops after {len(host.edited)} and answers as if they were all. Is that meant?",
                "End with an error where there is more than is read, or say in the result that there is.",
            )
    return None


async def _paged(candidate: Candidate, case: dict[str, Any]) -> set[str]:
    """Where a case reads answers that have a place for the next page, whatever they say there."""
    usual = await candidate.trial("examples", candidate.cases("examples").index(case))
    return {
        _named(call)
        for call, reply in zip(usual.calls, usual.replies, strict=True)
        if "url" in call.payload and any(_NEXT.search(name) for name in _data(reply) or {})
    }
