"""Lost updates: a value is read, changed and written back. What another run has written meanwhile must not be lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sandbox import Finding, HostCall, HostReply
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, Trial, brief
from tenants.gates.trial.comparing import fault_of
from tenants.gates.trial.faults import Stagehand

_GATE = "idempotency"


@dataclass
class _Meddling(Stagehand):
    """A host on which another run writes a value: before anything happens, or once it has been read."""

    read: HostCall = field(kw_only=True)
    other: Any = field(kw_only=True)
    at_once: bool = field(kw_only=True)
    written: bool = False

    async def answer(self, call: HostCall) -> HostReply:
        mine = _is_of(call, "get", self.read)
        if mine and self.at_once:
            await self._write(call)
        reply = await super().answer(call)
        if mine:
            await self._write(call)
        return reply

    async def _write(self, call: HostCall) -> None:
        if not self.written:
            self.written = True
            payload = {**_place(call), "value": self.other}
            await self.world.answer(replace(call, operation="set", payload=payload, parts=(payload,)))


async def lost_update(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Error where a value that is made of the one that was read is written over what came in between."""
    for read, value in _written_back(usual):
        other = another(value)
        if other is None:
            continue
        mine = _last_set(usual.calls, read)
        upon = await _run(candidate, case, read, other, at_once=True)
        over = await _run(candidate, case, read, other, at_once=False)
        # Made of what was read: another value read, another one written. And written as if nobody else had.
        if upon is None or over is None or _same(upon, mine) or not _same(over, mine):
            continue
        message = (
            f"{what}: between its reading and its writing of {read.payload['key']!r} another run writes "
            f"{brief(other, 120)}; it writes {brief(over, 120)} over it, and that change is lost."
        )
        hint = "Use kv.compare_and_set with the value that was read, and read again where it answers false."
        return Finding(_GATE, "error", message, hint)
    return None


async def _run(candidate: Candidate, case: Mapping[str, Any], read: HostCall, other: Any, *, at_once: bool) -> Any:
    """What is written in the end; None where nothing is, or the run gives no result."""
    world = candidate.world(case)
    host = _Meddling(world, read=read, other=other, at_once=at_once)
    execution = await candidate.once(case["arguments"], host, world.started_at_ns)
    return None if fault_of(execution) is not None else _last_set(tuple(host.calls), read)


def _written_back(usual: Trial) -> Iterator[tuple[HostCall, Any]]:
    """Values that are read and then set, without a comparison and without a lock."""
    for at, (call, reply) in enumerate(zip(usual.calls, usual.replies, strict=True)):
        if call.operation != "get" or reply.value is None or "key" not in call.payload:
            continue
        if any(_is_of(one, "get", call) for one in usual.calls[:at]):
            continue
        later = usual.calls[at + 1 :]
        compared = any(_is_of(one, "compare_and_set", call) for one in later)
        if not compared and _last_set(later, call) is not None and not is_locked(usual.calls, at):
            yield call, reply.value


def is_locked(calls: tuple[HostCall, ...], at: int) -> bool:
    """Whether a key is claimed before and given back after: nobody else gets in between."""
    held = {key for call in calls[:at] if call.operation == "claim" for key in call.payload.get("keys", ())}
    freed = {key for call in calls[at:] if call.operation == "release" for key in call.payload.get("keys", ())}
    return bool(held & freed)


def _last_set(calls: tuple[HostCall, ...], read: HostCall) -> Any:
    values = [call.payload.get("value") for call in calls if _is_of(call, "set", read)]
    return values[-1] if values else None


def _place(call: HostCall) -> dict[str, Any]:
    return {name: call.payload[name] for name in ("scope", "key") if name in call.payload}


def _is_of(call: HostCall, operation: str, other: HostCall) -> bool:
    """Whether it is that operation upon the same value."""
    return call.operation == operation and call.capability == other.capability and _place(call) == _place(other)


def _same(one: Any, other: Any) -> bool:
    return canonical.text(one) == canonical.text(other)


def another(value: Any) -> Any:
    """A value of the same make that another run could have written; None where there is none to make up."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value + 7
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [*items, another(items[-1]) or "another"] if items else ["another"]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        for name, inner in fields.items():
            if (other := another(inner)) is not None:
                return {**fields, name: other}
    return None
