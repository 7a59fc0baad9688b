"""Undone: what is done before a person is asked, and taken back when they say no, was in force while they thought."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import Finding, HostCall, HostReply
from sandbox.worlds import BadDay, Deed
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.effects import identity, outward, told
from tenants.gates.trial.faults import Stagehand

_GATE = "idempotency"


@dataclass
class _Asked(Stagehand):
    """A host that remembers how the world was when the first question was asked. `kept` is by table."""

    day: BadDay = field(kw_only=True)
    deeds_before: list[Deed] | None = None
    changed: Mapping[str, Any] = field(default_factory=dict[str, Any])

    async def answer(self, call: HostCall) -> HostReply:
        if self.deeds_before is None and self.day.hits(call):
            self.deeds_before = list(self.world.deeds)
            self.changed = _changed(self)
        return await super().answer(call)


async def taken_back(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial, day: BadDay
) -> Finding | None:
    """Error where what was there is changed, then asked about, and put back on a no; a question where that is a
    request of its own, which may be something else."""
    world = candidate.world(case)
    host = _Asked(world, day.trouble, day.hits, day=day)
    await candidate.once(case["arguments"], host, world.started_at_ns)
    if not host.deeds_before or not outward(host.deeds_before):
        return None
    done = outward(host.deeds_before)[-1]
    in_the_end = _changed(host)
    if any(name not in in_the_end for name in host.changed):
        message = (
            f"{what}, when the person who is asked says no: {told(done)} was done before they were asked, and is put "
            "back. Until they answer it is in force."
        )
        return Finding(_GATE, "error", message, "Ask first; change things only once asked['approved'] is true.")
    usually = {identity(deed) for deed in usual.world.deeds}
    after = [deed for deed in outward(world.deeds[len(host.deeds_before) :]) if identity(deed) not in usually]
    if not after:
        return None
    message = (
        f"{what}: before it asks a person it does {told(done)}, and on a no it does {told(after[0])}. Is the first of "
        "them in force while they think?"
    )
    return Finding(_GATE, "question", message, "If it is, ask first. If it only prepares the question, say yes.")


def _changed(host: Stagehand) -> dict[str, str]:
    """The tables of which rows that were there are gone, each with what has gone."""
    rows = (seen.what for seen in host.world.done("sql"))
    return {f"{row.get('database')} {row.get('table')}": canonical.text(row) for row in rows if row.get("removed")}
