"""approvals: a person's decision, for which the run waits."""

from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

_WHOM = {"*": "anyone", "caller": "whoever called it"}


def _whom(payload: Mapping[str, Any]) -> list[str]:
    return [str(payload.get("of") or "approver")]


class Approvals(NamedThings):
    name = "approvals"
    grammar = ("ask approver", "ask owner", "ask caller", "ask *")
    operations: Mapping[str, Effect] = {"ask": "keyed"}
    verbs: Mapping[str, frozenset[str]] = {"ask": frozenset({"ask"})}
    asked: Mapping[str, Asking] = {"ask": ("ask", _whom)}
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

    def sentence(self, verb: str, name: str) -> str:
        del verb
        return f"Stop and ask {_WHOM.get(name, f'an {name}')} for a decision."

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        """Asking a person is no effect, whatever is done after the answer."""
        del operation, what
        return "question"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del what
        return f"approvals {operation}"


CAPABILITY: Capability = Approvals()
