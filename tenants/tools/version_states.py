"""A version's life: which state follows which. Nothing else knows."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    GENERATING = "generating"
    CHECKING = "checking"
    REJECTED = "rejected"
    AWAITING_APPROVAL = "awaiting_approval"
    LIVE = "live"
    RETIRED = "retired"


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.GENERATING, State.CHECKING, State.REJECTED}),
    State.GENERATING: frozenset({State.CHECKING, State.REJECTED}),
    State.CHECKING: frozenset({State.AWAITING_APPROVAL, State.REJECTED}),
    # Examined anew, with cases that somebody else has written: see tenants/proving/outside_cases.py.
    State.AWAITING_APPROVAL: frozenset({State.LIVE, State.REJECTED, State.CHECKING}),
    # Two versions are live while a canary runs (tenants/tools/canaries.py): whichever loses retires.
    State.LIVE: frozenset({State.RETIRED}),
    # Rollback: what was live and sound may be live again.
    State.RETIRED: frozenset({State.LIVE}),
    State.REJECTED: frozenset(),
}

# The states in which a version waits for the pipeline, not for a person.
WORKING = frozenset({State.DRAFT, State.GENERATING, State.CHECKING})
