"""Other tools, each with its answers."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, fails, mapping, one_of, says, turn


def _tool_fails(call: HostCall, reply: HostReply) -> HostReply:
    del call
    message = one_of(("The tool failed.", "It failed.", "Its upstream answers 503.", "KeyError: 'id'"), reply)
    return HostReply(fault=Fault("tool_failed", message, None, reply.value), elapsed_ns=reply.elapsed_ns)


class Tools(Lasting):
    """`{name: {"result": ...} | {"error": {"code", "message"}}}`, or a list of them, given out one by one."""

    wait: ClassVar[Wait] = Wait(9, 0.8)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("tools", "the other tool fails", _tool_fails),)

    def __init__(self, given: object, setting: Setting):
        self._answers = mapping(given, "tools")
        self._setting = setting
        self._called: Counter[str] = Counter()
        self._begun = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        name = str(payload["name"])
        deeds.append(Deed("tools", operation, {"name": name, "arguments": payload.get("arguments")}))
        if name not in self._answers:
            self._setting.lacks(f'"tools": {{"{name}": {{"result": ...}}}}')
            return fails("no_tool", f"There is no live tool {name} here.", "search_tools finds what there is.")
        answer = turn(self._answers[name], self._called[name])
        self._called[name] += 1
        said = mapping(answer, f"tools.{name}")
        if "error" in said:
            error = mapping(said["error"], f"tools.{name}.error")
            code, message = str(error.get("code", "tool_error")), str(error.get("message", "The tool failed."))
            return fails(code, message, error.get("hint"), self._of_run(name))
        return says(said.get("result"))

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

    def rewind(self) -> None:
        self._called.clear()


STAGE: type[Stage] = Tools
