"""How cases state what was done to a world: what may be said of a capability's deeds, and how each part is compared.

A stage says it in its `stated`, and shows its deeds as `Seen`; who reads and compares what authors wrote is
tenants/gates/stated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

# text: whole, or what it contains, lacks or matches. json: by value. addresses: without regard to names, capitals
# and order. url: its query in any order. headers: those that are named. content: as what it is, a text, CSV, JSON, a
# workbook. rows: in any order. sql: without regard to white space. attachments: by file name, each with its content.
Comparison = Literal["text", "json", "addresses", "url", "headers", "content", "rows", "sql", "attachments"]


class Seen(NamedTuple):
    """One deed as a case states it. `free`: it need not be stated, for instance a POST that only asks."""

    what: Mapping[str, Any]
    free: bool = False


def _anything(what: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in what.items())[:200]


def _one_kind(what: Mapping[str, Any]) -> str:
    del what
    return ""


@dataclass(frozen=True, slots=True)
class Statements:
    """How the deeds of one capability are stated.

    `told`: a deed in a few words. `kind`: what tells its kinds apart, each of which some example has to state.
    `fields`: what may be said of one; without any, all that its deeds have. `substance`: what has to be said wherever
    a deed has it. `either`: two fields of which all items have the one, or all the other.

    `places`: it is stated as nested objects of these fields, with `value` in the innermost (`{"tool": {"seen": 3}}`),
    else as a list of objects, where an item that is a text is `short`. `kept`: how what is kept afterwards is compared,
    by `kept_by` names one inside the other. `choices`: the only names of the outermost.
    """

    told: Callable[[Mapping[str, Any]], str] = _anything
    kind: Callable[[Mapping[str, Any]], str] = _one_kind
    fields: Mapping[str, Comparison] = field(default_factory=dict[str, Comparison])
    substance: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    value: str = ""
    short: str = ""
    kept: Comparison | None = None
    kept_by: int = 0
    choices: tuple[str, ...] = ()


def said(what: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those fields of a deed that it has."""
    return {name: what[name] for name in names if what.get(name) is not None}
