"""approvals: a person's decision, for which the run waits."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings
from sandbox.capabilities.permits import Malformed, text
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

QUESTION_CHARACTERS_MAX = 4_000
KEY_CHARACTERS_MAX = 500
DEADLINE_S_MAX = 1e9
# Whom a tool can ask.
ROLES = ("approver", "owner", "caller")
_WHOM = {"*": "anyone", "caller": "whoever called it"}


def _whom(payload: Mapping[str, Any]) -> list[str]:
    return [str(payload.get("of") or ROLES[0])]


class Approvals(NamedThings):
    name = "approvals"
    grammar = ("ask approver", "ask owner", "ask caller", "ask *")
    operations: Mapping[str, Effect] = {"ask": "keyed"}
    verbs: Mapping[str, frozenset[str]] = {"ask": frozenset({"ask"})}
    asked: Mapping[str, Asking] = {"ask": ("ask", _whom)}
    fields: Mapping[str, Sequence[str]] = {"ask": ("question", "details", "of", "deadline_seconds", "key")}
    traits = Traits(
        ambient=False,
        reaches_out=False,
        reaches_people=False,
        asks_people=True,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=True,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        super().check(operation, payload)
        of: object = payload.get("of")
        if of is not None and of not in ROLES:
            raise Malformed(f"nobody here is a {str(of)[:40]!r}; ask {' or '.join(ROLES)}.")
        text(payload, "question", QUESTION_CHARACTERS_MAX)
        seconds: object = payload.get("deadline_seconds")
        if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
            raise Malformed("'deadline_seconds' is a number of seconds from now.")
        if seconds is not None and not 0 < seconds < DEADLINE_S_MAX:
            raise Malformed(f"'deadline_seconds' is a number above 0 and below {DEADLINE_S_MAX:,.0f}.")
        if payload.get("key") is not None:
            text(payload, "key", KEY_CHARACTERS_MAX)

    def sentence(self, verb: str, name: str) -> str:
        del verb
        return f"Stop and ask {_WHOM.get(name, f'an {name}')} for a decision."

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        """Asking a person is no effect, whatever is done after the answer."""
        del operation, what
        return "question"

    def identity(self, operation: str, what: Mapping[str, Any]) -> Mapping[str, Any]:
        del operation
        return {"question": what.get("question")}

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del what
        return f"approvals {operation}"


CAPABILITY: Capability = Approvals()
