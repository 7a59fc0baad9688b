"""Those who answer a tool: other tools, and people."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.names import NOBODY
from sandbox.worlds.settings import Setting
from sandbox.worlds.stages import Deed, fails, mapping, says

# How long a sleeping run keeps its instance (tenants/suspensions.py).
_KEPT_S = 5.0
_SLEEP = HostCall(0, "clock", "sleep", {})


class Tools:
    """`{name: {"result": ...} | {"error": {"code", "message"}}}`, or a list of them, given out one by one."""

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
            return fails("no_tool", f"There is no live tool {name} here.", "No version of it may be live.")
        answer = _turn(self._answers[name], self._called[name])
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


class Approvers:
    """`{"approved": true, "by": ..., "comment": ...}`, or a list of them; without one, nobody approves."""

    def __init__(self, given: object, setting: Setting):
        self._answers: object = given
        self._setting = setting
        self._asked = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        deeds.append(Deed("approvals", operation, {"question": payload.get("question")}))
        said = mapping(_turn(self._answers, self._asked), "approvals")
        self._asked += 1
        if said:
            by = said["by"] if "by" in said else self._setting.names.person()
            return says({"approved": False, "comment": "", **said, "by": by})
        deadline_s: Any = payload.get("deadline_seconds")
        waited_ns = int(float(deadline_s) * 1e9) if isinstance(deadline_s, int | float) else 0
        nobody = {"approved": False, "by": NOBODY, "comment": "Nobody answered before the deadline."}
        return HostReply(nobody, elapsed_ns=waited_ns if self._setting.draws else 0)

    def frame(self, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Whoever answers has a name."""
        del operation, payload
        return {"by": self._setting.names.person()}

    def rewind(self) -> None:
        self._asked = 0


def _turn(answers: object, index: int) -> object:
    if not isinstance(answers, list):
        return answers
    several = cast("list[object]", answers) or [None]
    return several[min(index, len(several) - 1)]


class Clock:
    """Sleeping takes no time here, except on the tool's own clock."""

    def __init__(self, setting: Setting):
        self._setting = setting

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        del operation, deeds
        seconds, draws = float(payload.get("seconds", 0)), self._setting.draws
        # A long sleep is put aside and ends when it is due; whoever sleeps for short wakes a little late.
        late_ns = self._setting.wait_ns(_SLEEP) if draws is not None and seconds <= _KEPT_S else 0
        return HostReply(value=None, elapsed_ns=int(seconds * 1e9) + late_ns)
