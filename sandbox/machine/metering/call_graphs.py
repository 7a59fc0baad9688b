"""Which functions must be charged for being entered, so that nothing calls itself without end for nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calls:
    """What one function calls: others by their index, and whether it calls through the table."""

    direct: Sequence[int]
    indirect: bool


def charged(calls: Sequence[Calls], table: Collection[int]) -> set[int]:
    """The functions to charge: on every circle of calls there is one, and they are half of all.

    A circle of direct calls is closed by a call to a function that is still being walked through. One that goes through
    the table comes to a function there that makes calls itself.
    """
    found = {one for one in table if calls[one].direct or calls[one].indirect}
    new, open_, done = range(3)
    state = [new] * len(calls)
    for root in range(len(calls)):
        if state[root] != new:
            continue
        state[root] = open_
        walk = [(root, iter(calls[root].direct))]
        while walk:
            caller, rest = walk[-1]
            callee = next(rest, None)
            if callee is None:
                state[caller] = done
                walk.pop()
            elif state[callee] == new:
                state[callee] = open_
                walk.append((callee, iter(calls[callee].direct)))
            elif state[callee] == open_:
                found.add(callee)
    return found


def circle(calls: Sequence[Calls], table: Collection[int], free: Collection[int]) -> set[int]:
    """The functions of `free` that lie on a circle of calls among themselves, or lead to one; none when all is well.

    Found by another way than `charged`: who calls nobody that is left is left out, until nobody is.
    """
    through = len(calls)  # stands for the table: whoever calls through it may reach all that it holds
    edges = {one: {other for other in calls[one].direct if other in free} for one in free}
    for one in free:
        if calls[one].indirect:
            edges[one].add(through)
    edges[through] = {one for one in table if one in free}
    callers: dict[int, list[int]] = {one: [] for one in edges}
    for one, called in edges.items():
        for other in called:
            callers[other].append(one)
    left = {one: len(called) for one, called in edges.items()}
    ends = [one for one, count in left.items() if not count]
    while ends:
        one = ends.pop()
        del left[one]
        for caller in callers[one]:
            left[caller] -= 1
            if not left[caller]:
                ends.append(caller)
    return set(left) - {through}
