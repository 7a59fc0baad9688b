"""Who wrote a hold-out: its author sees what it expects, and so do those who decide; nobody else who writes code does.

A hold-out is known by the digest of all of it. Who sends one whole has written it, and has nothing to learn from seeing
it again; one that came back as `spec_fields.without_answers` shows it stays with those who wrote it. So nobody finds
out by guessing: what was guessed is shown to whoever guessed, right or wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.base import canonical
from tenants.confinement import spec_fields
from tenants.confinement.spec_fields import Checked
from tenants.models import Tool, Version
from tenants.rights.access import Actor, Permission

# Of one hold-out that several sent alike: more are not kept, and see no more than what they sent.
_AUTHORS_MAX = 20
# Digest -> who has written it, as Actor.who without the label.
Authors = Mapping[str, Sequence[Mapping[str, Any]]]


def authors(actor: Actor, checked: Checked, before: Authors) -> dict[str, list[Mapping[str, Any]]]:
    """Who has written each hold-out of a spec that `actor` sends; `before`: of the spec that it takes the place of."""
    who = {name: value for name, value in actor.who().items() if name != "label"}
    written = dict[str, list[Mapping[str, Any]]]()
    for at, case in enumerate(checked.spec["holdouts"]):
        digest = canonical.digest(case)
        known = written.setdefault(digest, [*before.get(digest, ())])
        if at not in checked.kept and who not in known:
            # Whoever sends it now comes in: one too many, and the first goes.
            written[digest] = [*known[1 - _AUTHORS_MAX :], who]
    return written


def shown(actor: Actor, of: Tool | Version) -> dict[str, Any]:
    """A spec as `actor` may see it: with the answers of all hold-outs for an approver, of their own for its author."""
    if Permission.VERSIONS_APPROVE in actor.permissions:
        return of.spec
    written: Authors = of.holdout_authors or {}
    bare = spec_fields.without_answers(of.spec)
    pairs = zip(of.spec["holdouts"], bare["holdouts"], strict=True)
    return {**bare, "holdouts": [whole if _is_own(actor, written, whole) else part for whole, part in pairs]}


def _is_own(actor: Actor, written: Authors, case: Mapping[str, Any]) -> bool:
    # A row of before this was kept names nobody: what it holds is shown to nobody but those who decide.
    return any(actor.is_caller(who) for who in written.get(canonical.digest(case), ()))


def independent(version: Version) -> int | None:
    """How many hold-outs somebody else has written than the person who answers for the code; None: not known."""
    written: Authors | None = version.holdout_authors
    if written is None:
        return None
    own = {version.author["id"], version.author.get("user_id")} - {None}
    known = [written.get(canonical.digest(case), ()) for case in version.spec["holdouts"]]
    return sum(any(own.isdisjoint({who["id"], who.get("user_id")}) for who in several) for several in known)
