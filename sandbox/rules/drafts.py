"""A tool's source, parsed once for every rule."""

import ast
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox.contract.findings import Finding
from sandbox.grants import Grant

SOURCE_CHARACTERS = 256 << 10
SDK = "sealwright"
# The guest may be newer than the Python that reads the source here; what is checked must be readable by both.
_READS = f"{sys.version_info.major}.{sys.version_info.minor}"
_HINT = f"Send the whole corrected source, in the syntax of Python {_READS}" + (
    ": other quotes inside an f-string than around it, no `type X = ...`, no `def f[T](...)`."
    if sys.version_info < (3, 12)
    else "."
)


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


def parse(source: str) -> ast.Module | Finding:
    """The tree; or the one finding that ends the matter, with line and column."""
    if len(source) > SOURCE_CHARACTERS:
        return _unreadable(f"The source has {len(source):,} characters; at most {SOURCE_CHARACTERS:,} are taken.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a plain string is the readability gate's matter
            return ast.parse(source)
    except SyntaxError as error:
        where = "" if error.offset is None else f", column {error.offset}"
        said = (error.text or "").strip()
        return _unreadable(
            f"Line {error.lineno}{where}: {error.msg}{f' in {said[:120]!r}' if said else ''}.", error.lineno
        )
    except (ValueError, RecursionError, MemoryError) as error:
        return _unreadable(f"The source cannot be parsed: {error or 'it is nested too deeply'}.")


def _unreadable(message: str, line: int | None = None) -> Finding:
    return Finding("contract", "error", message, _HINT, line)


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


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
