"""Trees of sources, as the guest tells them: nodes of this Python's `ast`, and of kinds that it has not got.

A node of a kind that this Python does not know, or knows with fewer fields, is of a class made here, below the one
that it does know: so whatever walks a tree comes past all of it, and `isinstance` means what it says.
"""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sandbox.syntax import guest_tool


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source that could be read: as `guest_tool` tells it."""

    kinds: list[list[Any]]
    text: str

    def tree(self) -> Any:
        """A new tree, which may be changed: ast.Module, or ast.Expression of a single expression."""
        kinds = [(_kind(name, above, tuple(fields)), placed, fields) for name, above, placed, *fields in self.kinds]
        return guest_tool.node(json.loads(self.text), kinds)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A source that is no Python: where, and why, in the words of the guest."""

    message: str
    line: int | None = None
    column: int | None = None
    text: str = ""


@cache
def _kind(name: str, above: str, fields: tuple[str, ...]) -> type[ast.AST]:
    known = getattr(ast, name, None)
    if isinstance(known, type) and tuple(cast("type[ast.AST]", known)._fields) == fields:
        return known
    parent = known or getattr(ast, above, ast.AST)
    return cast("type[ast.AST]", type(name, (parent,), {"_fields": fields, "__match_args__": fields}))


def written(trees: Sequence[ast.AST]) -> str:
    """What `guest_tool` takes for trees to be written as sources."""
    rows = guest_tool.Rows()
    made = [rows.row(tree) for tree in trees]
    return json.dumps({"kinds": rows.kinds, "rows": made}, separators=(",", ":"))
