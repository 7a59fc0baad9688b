"""Those who answer a tool: other tools, and people."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from sandbox.contract.hosts import HostReply
from sandbox.worlds.stages import Deed, fails, mapping, says


class Tools:
    """`{name: {"result": ...} | {"error": {"code", "message"}}}`, or a list of them, given out one by one."""

    def __init__(self, given: object):
        self._answers = mapping(given, "tools")
        self._called: Counter[str] = Counter()

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        name = str(payload["name"])
        deeds.append(Deed("tools", operation, {"name": name, "arguments": payload.get("arguments")}))
        if name not in self._answers:
            return fails("no_tool", f"The canned world has no tool {name!r}.", "Add it to world.tools.")
        answer = _turn(self._answers[name], self._called[name])
        self._called[name] += 1
        said = mapping(answer, f"tools.{name}")
        if "error" in said:
            error = mapping(said["error"], f"tools.{name}.error")
            return fails(str(error.get("code", "tool_error")), str(error.get("message", "The tool failed.")))
        return says(said.get("result"))

    def rewind(self) -> None:
        self._called.clear()


class Approvers:
    """`{"approved": true, "by": ..., "comment": ...}`, or a list of them; without one, nobody approves."""

    def __init__(self, given: object):
        self._answers: object = given
        self._asked = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        deeds.append(Deed("approvals", operation, {"question": payload.get("question")}))
        said = mapping(_turn(self._answers, self._asked), "approvals")
        self._asked += 1
        return says({"approved": False, "by": "nobody", "comment": "", **said})

    def rewind(self) -> None:
        self._asked = 0


def _turn(answers: object, index: int) -> object:
    if not isinstance(answers, list):
        return answers
    several = cast("list[object]", answers) or [None]
    return several[min(index, len(several) - 1)]


class Clock:
    """Sleeping takes no time here, except on the tool's own clock."""

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        del operation, deeds
        return HostReply(value=None, elapsed_ns=int(float(payload.get("seconds", 0)) * 1e9))
