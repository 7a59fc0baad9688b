"""People who are asked."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.names import NOBODY
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, mapping, one_of, says, turn


def _says_no(call: HostCall, reply: HostReply) -> HostReply:
    del call
    said = one_of(("No.", "", "Not this time.", "Please ask me again tomorrow."), reply)
    by: Any = cast("Mapping[str, Any]", reply.value)["by"]
    return HostReply(value={"approved": False, "by": by, "comment": said}, elapsed_ns=reply.elapsed_ns)


class Approvers(Lasting):
    """`{"approved": true, "by": ..., "comment": ...}`, or a list of them; without one, nobody approves."""

    wait: ClassVar[Wait] = Wait(40_000, 0.8)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("approvals", "who is asked says no", _says_no, ("obeyed",)),)

    def __init__(self, given: object, setting: Setting):
        self._answers: object = given
        self._setting = setting
        self._asked = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        deeds.append(Deed("approvals", operation, {"question": payload.get("question")}))
        said = mapping(turn(self._answers, self._asked), "approvals")
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


STAGE: type[Stage] = Approvers
