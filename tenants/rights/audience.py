"""Who may hear of what: an event is told to those who may read what it is about, and of a run to its caller.

What is not named here is told to nobody.
"""

from typing import Any

from tenants.base.events import Event
from tenants.rights.access import Actor, Permission

# The permission that reads the noun before the dot.
_READS = {
    "run": Permission.RUNS_READ,
    "question": Permission.RUNS_READ,
    "schedule": Permission.RUNS_READ,
    "alert": Permission.RUNS_READ,
    "version": Permission.TOOLS_READ,
    "tool": Permission.TOOLS_READ,
    "catalog": Permission.TOOLS_READ,
    "secret": Permission.SECRETS_MANAGE,
    "agent": Permission.MEMBERS_MANAGE,
}
# What a model is writing is read as its exchanges are, which is more than the version that comes of it.
_READS_KIND = {"version.generating": Permission.RUNS_READ}
# In the data of what a model writes: the person who asked for it. Nobody else is told the source as it is written:
# whoever is shown a source is kept (tenants/tools/source_readings.py), and hearing of a tool is no wish to see it.
ASKER = "asker"
_WRITTEN = "added"
# Says only that something was missed.
_FOR_ALL = "events.missed"
# In the data of what a run tells: whose run it is. It goes no further than here.
PRINCIPAL = "principal"


def permission_of(kind: str) -> Permission | None:
    """What one must hold to be told of events of this kind; None when nobody is told."""
    return _READS_KIND.get(kind) or _READS.get(kind.partition(".")[0])


def shown(actor: Actor, event: Event) -> dict[str, Any] | None:
    """The data of an event for this reader, or None when it is not theirs to hear of."""
    if event.kind == _FOR_ALL:
        return {}
    needed = permission_of(event.kind)
    if needed is None or not (needed in actor.permissions or _is_own(actor, event)):
        return None
    hidden = {PRINCIPAL, ASKER}
    if actor.user_id is None or event.data.get(ASKER) != actor.user_id:
        hidden |= {_WRITTEN} if event.kind in _READS_KIND else set()
    return {name: value for name, value in event.data.items() if name not in hidden}


def _is_own(actor: Actor, event: Event) -> bool:
    """Whether it tells of a run that this very actor has called."""
    may_call = Permission.TOOLS_CALL in actor.permissions
    return may_call and event.data.get(PRINCIPAL) == actor.id and event.kind.startswith(("run.", "question."))
