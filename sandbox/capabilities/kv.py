"""kv: small durable values by key: `tool/` are the tool's own, `tenant/` are shared by all of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sandbox.capabilities import globs
from sandbox.capabilities.named import READ, WRITE, Asking, NamedThings, reading
from sandbox.capabilities.permits import Malformed, Permit, text
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect


def _scoped(payload: Mapping[str, Any]) -> list[str]:
    scope = payload.get("scope", "tool")
    if scope not in ("tool", "tenant"):
        raise Malformed('\'scope\' must be "tool" or "tenant".')
    return [f"{scope}/{text(payload, 'key')}"]


class Kv(NamedThings):
    name = "kv"
    grammar = ("tool/*", "tenant/rates/*", "read tenant/*")
    operations: Mapping[str, Effect] = {"get": "read", "set": "keyed", "delete": "keyed", "compare_and_set": "unsafe"}
    verbs: Mapping[str, frozenset[str]] = {"": WRITE, "read": READ}
    asked: Mapping[str, Asking] = {
        "get": ("read", _scoped),
        "set": ("write", _scoped),
        "delete": ("write", _scoped),
        "compare_and_set": ("write", _scoped),
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
        return reading("stored values under", verb, name)

    def places(self, permit: Permit) -> Iterator[tuple[Literal["read", "write"], str]]:
        """The values under `tool/` are each tool's own."""
        for verb, pattern in super().places(permit):
            if globs.may_meet(pattern, "tenant/*"):
                yield verb, pattern

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation
        return "note" if what.get("scope") == "tool" else "setting"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"kv {operation} {what.get('key')}"

    def overwritten(self, operation: str, what: Mapping[str, Any]) -> object | None:
        """Of a stored value only the last counts, so a lock that is given back is none."""
        del operation
        return what.get("scope"), what.get("key")


CAPABILITY: Capability = Kv()
