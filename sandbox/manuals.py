"""What a tool's author must know of the sandbox, read from its own sources.

The SDK, the image's libraries, and each capability: what its permits look like, and its part of a canned world. What
plays worlds is for confined processes, so its text is read here and it is not imported.
"""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sandbox.capabilities import AMBIENT, CAPABILITIES

_Documented = TypeVar("_Documented", ast.FunctionDef, ast.ClassDef, ast.Module)
_HERE = Path(__file__).parent
_SDK = _HERE / "guest" / "sealwright"
# `_`-modules are shown under the names the package gives them.
_TOP_LEVEL = ("__init__", "_secret", "_errors")


@cache
def sdk_names() -> tuple[str, ...]:
    """What `from sealwright import ...` offers, sorted."""
    taken = (
        node for node in _parsed("__init__").body if isinstance(node, ast.ImportFrom) and node.module != "sealwright"
    )
    names = (alias.name for node in taken for alias in node.names if alias.name != "*")
    made = (node.name for node in _parsed("__init__").body if isinstance(node, ast.FunctionDef))
    return tuple(sorted((*names, *made, *_modules())))


@cache
def sdk() -> str:
    """The SDK's reference as Markdown: every public name with its types, bounds and errors."""
    package = ast.get_docstring(_parsed("__init__")) or ""
    top = [entry for module in _TOP_LEVEL for entry in _entries(_parsed(module), "")]
    parts = [package, "### Names of the package itself", _block(top)]
    return "\n\n".join(
        [*(part for part in parts if part), *(_section(module, _parsed(module)) for module in _modules())]
    )


def _section(module: str, tree: ast.Module) -> str:
    said = ast.get_docstring(tree) or ""
    return "\n\n".join([f"### sealwright.{module}", *([said] if said else []), _block(_entries(tree, f"{module}."))])


@cache
def permits(name: str) -> str:
    """How permits of a capability are written: all kinds of them as examples. One line."""
    return ", ".join(f"`{line}`" for line in CAPABILITIES[name].grammar)


def permits_mean(name: str) -> str:
    """What permits of a capability name. One line."""
    return _about(name)


@cache
def world(name: str) -> str:
    """What a capability's part of a canned world looks like, as its stage says it. One line; empty for one without."""
    path = _HERE / "worlds" / f"{name}.py"
    if not path.exists():
        return ""
    tree = ast.parse(path.read_text())
    stage = next(name for node in tree.body for name in _staged(node))
    made = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == stage)
    return " ".join((ast.get_docstring(made) or ast.get_docstring(tree) or "").split())


@cache
def capability(name: str) -> str:
    """What is to be known of a capability besides its permits and its part of a world: its bad days, and its SDK.

    Briefly, for it is read before the first line is written: types, bounds and further errors stand in `sdk`.
    """
    parts = [f"## {name}"]
    if days := _bad_days(name):
        parts.append(f"Gates have it happen that {'; that '.join(days)}.")
    if (_SDK / f"{name}.py").exists():
        parts.append(_section(name, _Briefly().visit(_parsed(name))))
    elif (_SDK / f"_{name}.py").exists():
        parts.append(_block(_entries(_Briefly().visit(_parsed(f"_{name}")), "")))
    return "\n\n".join(parts)


def _about(name: str) -> str:
    """The first paragraph of its module, which begins with its name."""
    said = ast.get_docstring(ast.parse((_HERE / "capabilities" / f"{name}.py").read_text())) or ""
    text = " ".join(said.split("\n\n")[0].split()).removeprefix(f"{name}: ")
    return text[:1].upper() + text[1:]


def _staged(node: ast.stmt) -> Iterator[str]:
    """The class that a module of sandbox/worlds says is its stage."""
    if isinstance(node, ast.AnnAssign) and node.value is not None and ast.unparse(node.target) == "STAGE":
        yield ast.unparse(node.value)


def _bad_days(name: str) -> list[str]:
    path = _HERE / "worlds" / f"{name}.py"
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "BadDay"]
    return [str(one.args[1].value) for one in made if len(one.args) > 1 and isinstance(one.args[1], ast.Constant)]


@cache
def libraries() -> str:
    """The third-party libraries a tool may import, as a Markdown list."""
    said: list[dict[str, Any]] = tomllib.loads((_HERE / "image" / "libraries.toml").read_text())["library"]
    asked_for = [one for one in said if not str(one["use"]).startswith("needed by")]
    return "\n".join(f"- `{', '.join(one['imports'])}` {one['version']}: {one['use']}" for one in asked_for)


def _modules() -> list[str]:
    """Those of the capabilities in the order an author meets them; what reaches nothing comes last."""
    found = sorted(path.stem for path in _SDK.glob("*.py") if not path.stem.startswith("_"))
    places = {name: place for place, name in enumerate(CAPABILITIES) if name not in AMBIENT}
    return sorted(found, key=lambda name: (name in AMBIENT, places.get(name, len(places))))


def _parsed(module: str) -> ast.Module:
    return ast.parse((_SDK / f"{module}.py").read_text())


class _Briefly(ast.NodeTransformer):
    """Leaves out annotations, and paragraphs of docstrings that begin with `Raises` or `Bounds`."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return self._shortened(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        return self._shortened(node)

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        return self._shortened(node)

    def _shortened(self, node: _Documented) -> _Documented:
        if said := ast.get_docstring(node):
            kept = [part for part in said.split("\n\n") if not part.startswith(("Raises ", "Bounds: "))]
            words = [ast.Expr(ast.Constant("\n\n".join(kept)))] if kept else []
            node.body[:1] = words
        return node


def _entries(tree: ast.Module, prefix: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield _entry(f"{prefix}{node.name}({ast.unparse(node.args)}){_returns(node)}", node)
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
    return f"{line}{body}{methods}"


def _block(entries: Iterable[str]) -> str:
    return "```\n" + "\n\n".join(entries) + "\n```"


def _method_line(node: ast.FunctionDef) -> str:
    is_property = any(ast.unparse(one) == "property" for one in node.decorator_list)
    said = (ast.get_docstring(node) or "").splitlines()
    shown = (
        node.name if is_property else f"{node.name}({ast.unparse(node.args).removeprefix('self').removeprefix(', ')})"
    )
    return f"\n    .{shown}{_returns(node)}" + (f": {said[0]}" if said else "")


def _returns(node: ast.FunctionDef) -> str:
    return "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
