"""pager: calling somebody out of bed, by their rota's name."""

from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings, one
from sandbox.capabilities.permits import text
from sandbox.capabilities.traits import Capability, Kind, Reading, Traits
from sandbox.contract.hosts import Effect


class Pager(NamedThings):
    name = "pager"
    counted = "pages"
    grammar = ("page oncall", "page support-*")
    operations: Mapping[str, Effect] = {"page": "unsafe"}
    verbs: Mapping[str, frozenset[str]] = {"page": frozenset({"page"})}
    asked: Mapping[str, Asking] = {"page": ("page", one("whom"))}
    traits = Traits(
        ambient=False,
        reaches_out=True,
        reaches_people=True,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=False,
        repeatable=True,
        batches={},
        in_parts=frozenset(),
        keys="host",
        contents_compared=False,
        tenant_limit=None,
    )

    def sentence(self, verb: str, name: str) -> str:
        del verb
        return f"Page {name}, at any hour."

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        asked = super().read(operation, payload)
        canonical = {**payload, "text": " ".join(text(payload, "text").split())}
        return Reading(canonical, asked.needs, "keyed" if payload.get("key") else "unsafe", 1, (canonical,))

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "addition"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del operation
        return f"a page to {what.get('whom')} ({what.get('text')})"

    def alters(self, operation: str, part: Mapping[str, Any]) -> bool:
        del operation, part
        return True

    def doubt(self, part: Mapping[str, Any]) -> str:
        return f"{part.get('whom')}: {part.get('text')}"


CAPABILITY: Capability = Pager()
