"""Which deed each statement means: as many as possible go together, in whatever order things were done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Beyond so many that do not stand in their place, what is alike is no longer looked for everywhere.
_LOOKED_AT_MAX = 400


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was left over on both sides, by number: `without` are statements, `unsaid` deeds."""

    without: Sequence[int]
    unsaid: Sequence[int]


def pair(statements: int, deeds: int, fits: Callable[[int, int], bool]) -> Pairs:
    """Match numbers of statements with numbers of deeds that fit them, one to one."""
    known: dict[tuple[int, int], bool] = {}

    def asked(statement: int, deed: int) -> bool:
        if (statement, deed) not in known:
            known[statement, deed] = fits(statement, deed)
        return known[statement, deed]

    taken = {at: at for at in range(min(statements, deeds)) if asked(at, at)}  # the deed's number: the statement's
    placed = set(taken.values())
    for statement in [at for at in range(statements) if at not in placed][:_LOOKED_AT_MAX]:
        _place(statement, deeds, asked, taken)
    placed = set(taken.values())
    return Pairs(
        [at for at in range(statements) if at not in placed],
        [at for at in range(deeds) if at not in taken],
    )


def _place(statement: int, deeds: int, asked: Callable[[int, int], bool], taken: dict[int, int]) -> None:
    """Find a deed for one more statement, moving others on where that makes room (an augmenting path)."""
    came_from: dict[int, int] = {}  # a deed: the statement that would take it
    waiting = [statement]
    while waiting:
        one = waiting.pop(0)
        for deed in range(deeds):
            if deed in came_from or not asked(one, deed):
                continue
            came_from[deed] = one
            if deed not in taken:
                _move(deed, statement, came_from, taken)
                return
            waiting.append(taken[deed])


def _move(deed: int, first: int, came_from: dict[int, int], taken: dict[int, int]) -> None:
    before = {statement: at for at, statement in taken.items()}
    while True:
        statement = came_from[deed]
        taken[deed] = statement
        if statement == first:
            return
        deed = before[statement]
