"""ledger: the tenant's durable set of what has happened, by key."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.capabilities.named import READ, WRITE, Asking, NamedThings, many, one, reading
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

KEY_CHARACTERS_MAX = 500
_KEYS, _KEY = many("keys", KEY_CHARACTERS_MAX), one("key", KEY_CHARACTERS_MAX)


class Ledger(NamedThings):
    name = "ledger"
    grammar = ("campaign/*", "invoice/2026/*", "read campaign/*")
    operations: Mapping[str, Effect] = {"claim": "keyed", "done": "keyed", "release": "keyed", "is_done": "read"}
    verbs: Mapping[str, frozenset[str]] = {"": WRITE, "read": READ}
    asked: Mapping[str, Asking] = {
        "claim": ("write", _KEYS),
        "done": ("write", _KEYS),
        "release": ("write", _KEYS),
        "is_done": ("read", _KEY),
    }
    fields: Mapping[str, Sequence[str]] = {
        "claim": ("keys",),
        "done": ("keys",),
        "release": ("keys",),
        "is_done": ("key",),
    }
    traits = Traits(
        ambient=False,
        reaches_out=False,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=True,
        shared=True,
        harmless_in_doubt=True,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def sentence(self, verb: str, name: str) -> str:
        return reading("the ledger's entries", verb, name)

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "mark"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"ledger {operation} {what.get('key')}"


CAPABILITY: Capability = Ledger()
