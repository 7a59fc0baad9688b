"""People who are asked."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.names import NOBODY
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, flag, one_of, part, says, turn, words
from sandbox.worlds.statements import Statements
from sandbox.worlds.statements import said as fields_of


def _says_no(call: HostCall, reply: HostReply) -> HostReply:
    del call
    said = one_of(("No.", "", "Not this time.", "Please ask me again tomorrow."), reply)
    by: Any = cast("Mapping[str, Any]", reply.value)["by"]
    return HostReply(value={"approved": False, "by": by, "comment": said}, elapsed_ns=reply.elapsed_ns)


class Approvers(Lasting):
    """`{"approved": true, "by", "comment"}`, or a list of them, null for nobody; without one, nobody approves."""

    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"question {what.get('question')!r}",
        fields={"question": "text", "details": "json", "of": "json"},
        substance=("question", "details"),
    )
    wait: ClassVar[Wait] = Wait(40_000, 0.8)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("approvals", "who is asked says no", _says_no, ("obeyed",)),)

    def __init__(self, given: object, setting: Setting):
        self._answers = _answers(given)
        self._setting = setting
        self._asked = 0

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        deeds.append(Deed("approvals", operation, fields_of(payload, "question", "details", "of")))
        said = cast("dict[str, Any] | None", turn(self._answers, self._asked))
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

    def amend(self, given: object) -> None:
        self._answers, self._asked = _answers(given), 0

    def rewind(self) -> None:
        self._asked = 0


STAGE: type[Stage] = Approvers


def _answers(given: object) -> object:
    """One answer, or several that are given one by one."""
    several = cast("list[object]", given) if isinstance(given, list) else [given]
    answers = [_answer(one) for one in several]
    return answers if isinstance(given, list) else answers[0]


def _answer(given: object) -> dict[str, Any] | None:
    """One person's answer; null where nobody answers."""
    if given is None:
        return None
    said = part(given, "approvals", ("approved", "by", "comment"))
    if "approved" not in said:
        raise InvalidWorld('world.approvals: say whether it was approved: {"approved": true}.')
    flag(said["approved"], "approvals.approved")
    for name in ("by", "comment"):
        if name in said:
            words(said[name], f"approvals.{name}")
    return said
