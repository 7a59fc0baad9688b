"""tools: the tenant's other tools. Each does what its own grant allows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings, one
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

NAME_CHARACTERS_MAX = 64
KEY_CHARACTERS_MAX = 100


class Tools(NamedThings):
    name = "tools"
    grammar = ("crm_follow_up", "invoices_*")
    operations: Mapping[str, Effect] = {"call": "keyed"}  # the host derives the key of a child run from its parent's
    verbs: Mapping[str, frozenset[str]] = {"": frozenset({"call"})}
    asked: Mapping[str, Asking] = {"call": ("call", one("name", NAME_CHARACTERS_MAX))}
    fields: Mapping[str, Sequence[str]] = {"call": ("name", "arguments", "key")}
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

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        super().check(operation, payload)
        if not isinstance(payload.get("arguments"), Mapping):
            raise Malformed("'arguments' must be an object: what the tool is called with.")
        key: object = payload.get("key")
        if key is not None:
            fits = isinstance(key, str) and 0 < len(key) <= KEY_CHARACTERS_MAX
            if not fits or not str(key).isprintable():
                raise Malformed(f"'key' must be 1 to {KEY_CHARACTERS_MAX} printable characters.")

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
