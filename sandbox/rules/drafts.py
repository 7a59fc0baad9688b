"""A tool's source, as a tree that was read once for every rule."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox.contract.findings import Finding
from sandbox.grants import Grant
from sandbox.syntax.trees import Unreadable

SDK = "sealwright"
_HINT = "Send the whole corrected source, in the syntax of Python 3.14."


@dataclass(frozen=True)
class Draft:
    """What the rules look at. `modules` is what the image offers; None: do not check imports."""

    tree: ast.Module
    name: str
    input_schema: Mapping[str, Any]
    grant: Grant
    modules: Collection[str] | None = None
    sdk: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The tool's own function; the last of that name, as Python would take it."""
        found = [
            node
            for node in self.tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == self.name
        ]
        return found[-1] if found else None

    def imports(self) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
        """Every module an import statement names."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node, "." * node.level + (node.module or "")


def unreadable(said: Unreadable) -> Finding:
    """The one finding that ends the matter, with line and column where they are known."""
    if said.line is None:
        return Finding("contract", "error", f"The source cannot be read: {said.message}.", _HINT)
    where = "" if said.column is None else f", column {said.column}"
    text = said.text.strip()
    message = f"Line {said.line}{where}: {said.message}{f' in {text[:120]!r}' if text else ''}."
    return Finding("contract", "error", message, _HINT, said.line)


def sdk_names(tree: ast.Module) -> dict[str, str]:
    """What the tool calls the SDK's parts: `from sealwright import http as web` gives {"web": "http"}."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == SDK
        for alias in node.names
    }


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    pieces: list[str] = []
    while isinstance(node, ast.Attribute):
        pieces.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(pieces)])


def root_name(node: ast.AST) -> str:
    """The name that a chain of attributes, calls and items begins with; empty for anything else."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
