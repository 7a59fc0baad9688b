"""kv: small durable values by key: `tool/` are the tool's own, `tenant/` are shared by all of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from sandbox.capabilities import globs
from sandbox.capabilities.named import READ, WRITE, Asking, NamedThings, reading
from sandbox.capabilities.permits import Malformed, Permit, text
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract import jsontext
from sandbox.contract.hosts import Effect

KEY_CHARACTERS_MAX = 500
VALUE_BYTES_MAX = 64 << 10
ENTRIES_MAX = 10_000  # of one scope
SCOPES = ("tool", "tenant")


def _scoped(payload: Mapping[str, Any]) -> list[str]:
    scope = payload.get("scope", "tool")
    if scope not in SCOPES:
        raise Malformed('\'scope\' must be "tool" or "tenant".')
    return [f"{scope}/{text(payload, 'key', KEY_CHARACTERS_MAX)}"]


def demand_value(value: object) -> None:
    """Raises Malformed for what cannot be kept."""
    written = _written(value, "value")
    if len(written) > VALUE_BYTES_MAX:
        message = f"The value has {len(written):,} bytes; at most {VALUE_BYTES_MAX:,} can be kept."
        raise Malformed(message, "too_large", "Keep it in parts, or write a file.")


def same(one: object, other: object) -> bool:
    """Equal as JSON: 1 is not true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _written(value: object, name: str) -> bytes:
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        jsontext.check_depth(written)
    except (TypeError, ValueError, RecursionError) as error:  # BadJson and UnicodeEncodeError are ValueErrors
        raise Malformed(f"the {name} is no JSON data: {error}.") from error
    if jsontext.holds_nul(written):  # PostgreSQL keeps none, and both databases must behave alike
        raise Malformed(f"the {name} holds the character NUL.")
    return written


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
    fields: Mapping[str, Sequence[str]] = {
        "get": ("key", "scope"),
        "set": ("key", "value", "scope"),
        "delete": ("key", "scope"),
        "compare_and_set": ("key", "expected", "value", "scope"),
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

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        super().check(operation, payload)
        demand_value(payload.get("value"))
        _written(payload.get("expected"), "expected value")

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
