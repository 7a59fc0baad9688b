"""Faults that a world's author asks for, of any capability: `{"kv.get": {"code", "message"}, "files": [{...}, null]}`.

Several are told one after another, the last again and again; `null` stands for a call that goes well.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from sandbox.capabilities import AMBIENT, CAPABILITIES
from sandbox.capabilities.permits import near
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.worlds.stages import InvalidWorld, flag, part, turn, words

FIELDS = ("code", "message", "hint", "retryable", "details")
# What is worth trying again where the author does not say it.
_PASSING = frozenset({"unavailable", "unreachable", "timeout"})


class Told(NamedTuple):
    """`happened`: what was asked has been done, and only its answer is lost."""

    fault: Fault
    happened: bool


class Faults:
    """A world's `faults`, by `CAPABILITY` or `CAPABILITY.OPERATION`. Raises InvalidWorld."""

    def __init__(self, given: object) -> None:
        said = part(given, "faults", None)
        for where in said:
            _demand_operation(where)
        self._told = {where: [_told(one, f"faults.{where}") for one in _several(one)] for where, one in said.items()}
        self._given: Counter[str] = Counter()

    def next(self, call: HostCall) -> Told | None:
        """What the call ends with instead of its answer."""
        for where in (f"{call.capability}.{call.operation}", call.capability):
            if where in self._told:
                self._given[where] += 1
                return cast("Told | None", turn(self._told[where], self._given[where] - 1))
        return None

    def rewind(self) -> None:
        self._given.clear()


def stated(given: object, where: str, usual: Fault) -> Fault:
    """A fault as its author says it; what is left out is as `usual`. Raises InvalidWorld."""
    said = part(given, where, FIELDS)
    details = {**(usual.details or {}), **part(said.get("details"), f"{where}.details", None)}
    if said.get("retryable") is not None:
        details["retryable"] = flag(said["retryable"], f"{where}.retryable")
    hint = words(said["hint"], f"{where}.hint") if said.get("hint") is not None else usual.hint
    message = words(said["message"], f"{where}.message") if said.get("message") is not None else usual.message
    return Fault(code(said, where, usual.code), message, hint, details or None)


def code(said: Mapping[str, Any], where: str, usual: str) -> str:
    """The code that a fault is said to have. Raises InvalidWorld."""
    return words(said["code"], f"{where}.code") if said.get("code") is not None else usual


def _told(given: object, where: str) -> Told | None:
    if given is None:
        return None
    said = part(given, where, (*FIELDS, "happened"))
    happened = flag(said.pop("happened", False), f"{where}.happened")
    if said.get("code") is None:
        raise InvalidWorld(f'world.{where}: give the code of the fault, such as {{"code": "unavailable"}}.')
    kind = code(said, where, "")
    usual = Fault(kind, f"{where.removeprefix('faults.')} failed: {kind}.", None, {"retryable": kind in _PASSING})
    return Told(stated(said, where, usual), happened)


def _several(given: object) -> list[Any]:
    several: list[Any] = cast("list[Any]", given) if isinstance(given, list) else [given]
    if not several:
        raise InvalidWorld("world.faults: give at least one fault.")
    return several


def _demand_operation(where: str) -> None:
    name, _, operation = where.partition(".")
    known = [one for one, capability in CAPABILITIES.items() if capability.operations and one not in AMBIENT]
    if name not in known:
        raise InvalidWorld(f"world.faults.{where}: there is no capability {name!r}.{near(name, known)}")
    operations = CAPABILITIES[name].operations
    if operation and operation not in operations:
        there = ", ".join(operations)
        raise InvalidWorld(
            f"world.faults.{where}: {name} has no operation {operation!r}; it has {there}.{near(operation, operations)}"
        )
