"""Other tools, each with its answers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.answers import conditions, faults
from sandbox.worlds.answers.conditions import Conditional, Turns
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import (
    BadDay,
    Deed,
    InvalidWorld,
    Lasting,
    Stage,
    fails,
    mapping,
    one_of,
    part,
    says,
)
from sandbox.worlds.statements import Statements

_FAILED = Fault("tool_error", "The tool failed.")


def _tool_fails(call: HostCall, reply: HostReply) -> HostReply:
    del call
    message = one_of(("The tool failed.", "It failed.", "Its upstream answers 503.", "KeyError: 'id'"), reply)
    return HostReply(fault=Fault("tool_failed", message, None, reply.value), elapsed_ns=reply.elapsed_ns)


def _tool_is_busy(call: HostCall, reply: HostReply) -> HostReply:
    failed = _tool_fails(call, reply)
    fault = Fault("tool_failed", "The tool cannot do it now.", "Try again later.", {"retryable": True})
    details = {**((failed.fault.details if failed.fault else None) or {}), **(fault.details or {})}
    return HostReply(fault=replace(fault, details=details), elapsed_ns=reply.elapsed_ns)


class Tools(Lasting):
    """`{name: {"result": ...} | {"error": {"code", "message", "hint", "details", "retryable"}}}`, or a list of them.

    They are given out as those of `http`, a `when` names what the arguments hold.
    """

    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"call of {what.get('name')}",
        kind=lambda what: str(what.get("name")),
        fields={"name": "json", "arguments": "json"},
        substance=("name", "arguments"),
    )
    wait: ClassVar[Wait] = Wait(9, 0.8)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("tools", "the other tool fails", _tool_fails),
        BadDay("tools", "the other tool fails for now, however often it is asked", _tool_is_busy),
    )

    def __init__(self, given: object, setting: Setting):
        self._answers = _by_name(given)
        self._setting = setting
        self._begun = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        name = str(payload["name"])
        deeds.append(Deed("tools", operation, {"name": name, "arguments": payload.get("arguments")}))
        said = self._answers[name].next(payload["arguments"]) if name in self._answers else None
        if said is None:
            self._setting.lacks(f'"tools": {{"{name}": {{"result": ...}}}}')
            return fails("no_tool", f"There is no live tool {name} here.", "search_tools finds what there is.")
        if "error" not in said:
            return says(said["result"])
        fault = faults.stated(said["error"], f"tools.{name}.error", _FAILED)
        details = {**(self._of_run(name) or {}), **(fault.details or {})}
        return HostReply(fault=replace(fault, details=details or None))

    def frame(self, operation: str, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """What stands in the details of any failure."""
        del operation
        return self._of_run(str(payload.get("name")))

    def _of_run(self, name: str) -> dict[str, Any] | None:
        draws, self._begun = self._setting.draws, self._begun + 1
        if draws is None:
            return None
        run = draws.identifier("run", str(self._begun), self._setting.now_ns)
        return {"run": run, "tool": name, "outcome": "failed"}

    def amend(self, given: object) -> None:
        self._answers |= _by_name(given)

    def rewind(self) -> None:
        for turns in self._answers.values():
            turns.rewind()


STAGE: type[Stage] = Tools


def _by_name(given: object) -> dict[str, Turns[dict[str, Any]]]:
    return {name: _answers(one, f"tools.{name}") for name, one in mapping(given, "tools").items()}


def _answers(given: object, where: str) -> Turns[dict[str, Any]]:
    several: list[object] = cast("list[object]", given) if isinstance(given, list) else [given]
    if not several:
        raise InvalidWorld(f"world.{where}: give at least one answer.")
    return Turns([_answer(one, where) for one in several])


def _answer(given: object, where: str) -> Conditional[dict[str, Any]]:
    said = part(given, where, ("result", "error", "when"))
    if ("result" in said) == ("error" in said):
        raise InvalidWorld(f"world.{where}: an answer has either a result or an error.")
    if "error" in said:
        faults.stated(said["error"], f"{where}.error", _FAILED)
    return Conditional(said, conditions.of_arguments(said.get("when"), f"{where}.when"))
