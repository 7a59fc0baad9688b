"""What a tool's author must know of the sandbox, read from its own sources: the SDK, and the image's libraries."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.capabilities import AMBIENT, CAPABILITIES

_HERE = Path(__file__).parent
_SDK = _HERE / "guest" / "sealwright"
# `_`-modules are shown under the names the package gives them.
_TOP_LEVEL = ("_progress", "_secret", "_errors")


@cache
def sdk_names() -> tuple[str, ...]:
    """What `from sealwright import ...` offers, sorted."""
    taken = (
        node for node in _parsed("__init__").body if isinstance(node, ast.ImportFrom) and node.module != "sealwright"
    )
    names = (alias.name for node in taken for alias in node.names if alias.name != "*")
    return tuple(sorted((*names, *_modules())))


@cache
def sdk() -> str:
    """The SDK's reference as Markdown: every public name with its signature and docstring."""
    package = ast.get_docstring(_parsed("__init__")) or ""
    top = [entry for module in _TOP_LEVEL for entry in _entries(_parsed(module), "")]
    parts = [package, "### Names of the package itself", "\n\n".join(top)]
    for module in _modules():
        tree = _parsed(module)
        said = ast.get_docstring(tree) or ""
        parts += [f"### sealwright.{module}", said, "\n\n".join(_entries(tree, f"{module}."))]
    return "\n\n".join(part for part in parts if part)


@cache
def libraries() -> str:
    """The third-party libraries a tool may import, as a Markdown list."""
    said: list[dict[str, Any]] = tomllib.loads((_HERE / "image" / "libraries.toml").read_text())["library"]
    return "\n".join(f"- `{', '.join(one['imports'])}` ({one['name']} {one['version']}): {one['use']}" for one in said)


def _modules() -> list[str]:
    """Those of the capabilities in the order an author meets them; what reaches nothing comes last."""
    found = sorted(path.stem for path in _SDK.glob("*.py") if not path.stem.startswith("_"))
    places = {name: place for place, name in enumerate(CAPABILITIES) if name not in AMBIENT}
    return sorted(found, key=lambda name: (name in AMBIENT, places.get(name, len(places))))


def _parsed(module: str) -> ast.Module:
    return ast.parse((_SDK / f"{module}.py").read_text())


def _entries(tree: ast.Module, prefix: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield _entry(f"{prefix}{node.name}({ast.unparse(node.args)})", node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield _entry(_class_line(node, prefix), node)


def _class_line(node: ast.ClassDef, prefix: str) -> str:
    makes = next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
    if node.name == "ToolError" and makes is not None:  # the only one that a tool makes itself
        return f"{prefix}{node.name}({ast.unparse(makes.args).removeprefix('self, ')})"
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    return f"class {prefix}{node.name}({bases})" if bases else f"class {prefix}{node.name}"


def _entry(line: str, node: ast.FunctionDef | ast.ClassDef) -> str:
    said = ast.get_docstring(node)
    body = "" if said is None else "\n" + "\n".join(f"    {text}".rstrip() for text in said.splitlines())
    methods = ""
    if isinstance(node, ast.ClassDef):
        public = [m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")]
        methods = "".join(_method_line(m) for m in public)
    return f"```\n{line}{body}{methods}\n```"


def _method_line(node: ast.FunctionDef) -> str:
    is_property = any(ast.unparse(one) == "property" for one in node.decorator_list)
    said = (ast.get_docstring(node) or "").splitlines()
    shown = (
        node.name if is_property else f"{node.name}({ast.unparse(node.args).removeprefix('self').removeprefix(', ')})"
    )
    return f"\n    .{shown}" + (f": {said[0]}" if said else "")
