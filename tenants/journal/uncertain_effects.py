"""What nobody knows the end of: effects that a run began, and that may or may not have happened.

Read from the run's journal: an intent without an outcome, or an outcome that says so itself.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, cast

from sandbox import CAPABILITIES, HostReply
from tenants.journal.recordings import Recorded, Recording
from tenants.models import Run

_HARMLESS = frozenset(name for name, one in CAPABILITIES.items() if one.traits.harmless_in_doubt)
_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Doubt:
    """`part` counts the messages or requests of one call from 0; None is the call itself. `what` is for a person."""

    seq: int
    part: int | None
    capability: str
    operation: str
    what: str


@dataclass(frozen=True, slots=True)
class Tally:
    """`done` counts the effects that happened, a call's parts one by one."""

    done: int
    uncertain: list[Doubt]

    def details(self) -> dict[str, Any]:
        """As it is kept in a stopped run's error, and told to webhooks."""
        return {
            "done": self.done,
            "uncertain": len(self.uncertain),
            "which": [asdict(doubt) for doubt in self.uncertain[:_SHOWN_MAX]],
        }


def tally(recording: Recording) -> Tally:
    """Go through everything a run did: what happened, and what nobody knows of."""
    in_parts = {seq for seq, item in recording.calls if item > 0}
    done, uncertain = 0, list[Doubt]()
    for (seq, item), call in sorted(recording.calls.items(), key=lambda one: one[0]):
        if call.effect == "read" or call.capability in _HARMLESS or (item == 0 and seq in in_parts):
            continue
        if item == 0 and call.reply is None and _batch(call) is not None:
            continue  # cut off before its first part
        if call.reply is None or _is_uncertain(call.reply):
            part = item - 1 if item else None
            uncertain.append(Doubt(seq, part, call.capability, call.operation, _what(recording, seq, part)))
        else:
            done += _happened(call.reply)
    return Tally(done, uncertain)


def own_up(run: Run, recording: Recording) -> None:
    """Put into the record of a run that was stopped what has happened all the same, and what nobody knows of."""
    found = tally(recording)
    if run.error is None or not (found.done or found.uncertain):
        return
    said = f"{run.error['message']} {found.done:,} of its effects had happened"
    hint = None
    if found.uncertain:
        said += f", and of {len(found.uncertain):,} nobody knows whether they did"
        hint = "Look at the other side before you do these again: details.which names them."
    run.error = {**run.error, "message": f"{said}.", "hint": hint, "details": found.details()}


def _is_uncertain(reply: HostReply) -> bool:
    return (reply.fault is not None and reply.fault.code == "uncertain") or _said(reply) == "uncertain"


def _happened(reply: HostReply) -> bool:
    return reply.fault is None and _said(reply) in ("", "sent")


def _said(reply: HostReply) -> str:
    """The word that a part's value has for its end; empty when it has none."""
    value: Any = reply.value
    if not isinstance(value, dict):
        return ""
    said = cast(dict[str, Any], value)
    fault = cast(dict[str, Any] | None, said.get("fault"))
    return str(fault["code"]) if fault else str(said.get("status", "")).strip("0123456789")


def _what(recording: Recording, seq: int, part: int | None) -> str:
    whole: Recorded | None = recording.calls.get((seq, 0))
    if whole is None or whole.request is None or whole.capability not in CAPABILITIES:
        return ""
    request: Any = json.loads(whole.request)
    field = _batch(whole)
    if part is not None and field is not None:
        several: list[Any] = request.get(field, [])
        request = several[part] if part < len(several) else {}
    return CAPABILITIES[whole.capability].doubt(request)


def _batch(call: Recorded) -> str | None:
    """The field of its request that holds the many things it asks for; None: it asks for one."""
    capability = CAPABILITIES.get(call.capability)
    return None if capability is None else capability.traits.batches.get(call.operation)
