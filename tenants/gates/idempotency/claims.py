"""Claims: what a claim is for comes after it. A claim that is made afterwards keeps nobody from doing it as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import CAPABILITIES, Finding, HostCall
from tenants.gates.trial.candidates import Trial
from tenants.gates.trial.faults import changes

_GATE = "idempotency"


def too_late(what: str, usual: Trial) -> Finding | None:
    """Error where something is done under a key that is claimed after it, with nothing done between claim and mark."""
    calls = usual.calls
    for at, call in enumerate(calls):
        for key in _claimed(call, usual.replies[at].value):
            late = next((one for one in _under(calls[:at], key)), None)
            until = next((n for n in range(at, len(calls)) if _marks(calls[n], key)), None)
            if late is None or until is None or any(_does(one) for one in calls[at + 1 : until]):
                continue
            message = (
                f"{what}: {late} is done before its key {key!r} is claimed. A run that begins meanwhile does it too, "
                "and where its answer is lost, nothing keeps the next call from doing it again."
            )
            hint = "Claim the key first; then do it; then mark it done, or release it where it certainly was not done."
            return Finding(_GATE, "error", message, hint)
    return None


def _claimed(call: HostCall, states: Any) -> list[str]:
    """The keys that a call has claimed."""
    if call.operation != "claim" or not isinstance(states, list):
        return []
    keys: list[str] = list(call.payload.get("keys", []))
    return [key for key, state in zip(keys, states, strict=False) if state == "claimed"]  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]  (JSON)


def _under(calls: tuple[HostCall, ...], key: str) -> Iterator[str]:
    """What was done under a key, in words."""
    for call in calls:
        told = CAPABILITIES[call.capability].told
        parts: list[Mapping[str, Any]] = [part for part in call.parts if part.get("key") == key]
        if _does(call):
            yield from (told(call.operation, part) for part in parts)


def _marks(call: HostCall, key: str) -> bool:
    return call.operation == "done" and key in call.payload.get("keys", [])


def _does(call: HostCall) -> bool:
    """Whether a call changes something other than claims and marks."""
    return changes(call) and "keys" not in call.payload
