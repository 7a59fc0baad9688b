"""tools: the tenant's other tools. Each does what its own grant allows."""

from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings, one
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect


class Tools(NamedThings):
    name = "tools"
    grammar = ("crm_follow_up", "invoices_*")
    operations: Mapping[str, Effect] = {"call": "keyed"}  # the host derives the key of a child run from its parent's
    verbs: Mapping[str, frozenset[str]] = {"": frozenset({"call"})}
    asked: Mapping[str, Asking] = {"call": ("call", one("name"))}
    traits = Traits(
        ambient=False,
        reaches_out=True,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=False,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def sentence(self, verb: str, name: str) -> str:
        del verb
        whom = f"any tool named {name}" if "*" in name else f"the tool {name}"
        return f"Call {whom}, with all that it may do when it is called."

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "call"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"tools {operation} {what.get('name') or ''}".strip()


CAPABILITY: Capability = Tools()
