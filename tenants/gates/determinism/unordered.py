"""Unordered: whether the order that a set happens to have reaches the result. Only what is sure is found."""

import ast
from collections.abc import Iterator
from typing import Literal

from sandbox import Finding
from sandbox.rules import dotted

_GATE = "determinism"
# A set; a dict whose keys came out of one; a list, a text or a generator that came out of either.
Kind = Literal["set", "dict", "row"]
_PASSES_ON = {
    "list",
    "tuple",
    "reversed",
    "enumerate",
    "zip",
    "map",
    "filter",
    "iter",
    "chain",
    "from_iterable",
    "islice",
}
_SETS = {"set", "frozenset"}
_OF_SETS = {"union", "intersection", "difference", "symmetric_difference", "copy"}
_OF_DICTS = {"items", "keys", "values"}


def reaches(tree: ast.Module, entry: str) -> list[Finding]:
    """Return an error where what the tool `entry` returns is in the order of a set."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if entry not in functions:
        return []
    scope = _Scope(functions[entry], {name: _made_by(one) for name, one in functions.items() if name != entry})
    for given in _returned(functions[entry]):
        if any(scope.kind(part) == "row" for part in _parts(given)):
            message = "The result is in the order that a set happens to have, which nothing promises."
            return [Finding(_GATE, "error", message, "Put it in an order that is said: sorted(...).", given.lineno)]
    return []


def _made_by(function: ast.FunctionDef) -> Kind | None:
    """What a function makes, where all that it returns is of one kind."""
    scope = _Scope(function, {})
    kinds: set[Kind | None] = {scope.kind(given) for given in _returned(function)}
    return next(iter(kinds)) if len(kinds) == 1 else None


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in _own(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _parts(given: ast.expr) -> Iterator[ast.expr]:
    """What a result is put together from."""
    yield given
    inner = (
        given.values if isinstance(given, ast.Dict) else given.elts if isinstance(given, ast.List | ast.Tuple) else []
    )
    for part in inner:
        yield from _parts(part)


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions within it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)


class _Scope:
    """The names of one function, and what is known of their values."""

    def __init__(self, function: ast.FunctionDef, made: dict[str, Kind | None]):
        self._made = made
        self._nodes = list(_own(function))
        self._known: dict[str, Kind | None] = {}
        for given in (*function.args.args, *function.args.kwonlyargs):
            if given.annotation is not None and _is_of_sets(given.annotation):
                self._known[given.arg] = "set"
        self._sorted = set(self._put_in_order())

    def kind(self, node: ast.expr) -> Kind | None:
        if isinstance(node, ast.Name):
            return self._of_name(node.id)
        if isinstance(node, ast.Call):
            return self._of_function(node) if isinstance(node.func, ast.Name) else self._of_method(node)
        if isinstance(node, ast.DictComp | ast.ListComp | ast.GeneratorExp):
            return ("dict" if isinstance(node, ast.DictComp) else "row") if self.kind(node.generators[0].iter) else None
        if isinstance(node, ast.BinOp):
            return self._of_two(node)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self.kind(node.value)
        return "set" if isinstance(node, ast.Set | ast.SetComp) else None

    def _of_two(self, node: ast.BinOp) -> Kind | None:
        both = {self.kind(node.left), self.kind(node.right)}
        if isinstance(node.op, ast.Add):
            return "row" if "row" in both else None
        return "set" if "set" in both and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor) else None

    def _of_function(self, call: ast.Call) -> Kind | None:
        name = dotted(call.func)
        if name in _SETS:
            return "set"
        if name not in {*_PASSES_ON, "dict"}:
            return self._made.get(name)
        return ("dict" if name == "dict" else "row") if any(map(self.kind, call.args)) else None

    def _of_method(self, call: ast.Call) -> Kind | None:
        if not isinstance(call.func, ast.Attribute):
            return None
        name, owner = call.func.attr, self.kind(call.func.value)
        if name in {*_PASSES_ON, "join", "fromkeys"}:
            return ("dict" if name == "fromkeys" else "row") if any(map(self.kind, call.args)) else None
        if owner == "set":
            return "set" if name in _OF_SETS else None
        return "row" if owner == "dict" and name in _OF_DICTS else None

    def _of_name(self, name: str) -> Kind | None:
        if name not in self._known:
            self._known[name] = None  # also while it is being found out
            self._known[name] = None if name in self._sorted else self._bound_to(name)
        return self._known[name]

    def _bound_to(self, name: str) -> Kind | None:
        """The kind of a name that is bound once, or begins empty and is filled while a set is gone through."""
        values: list[ast.expr | None] = []
        for node in self._nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                values += [node.value] if node.targets[0].id == name else []
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                values.append(node.value)
            elif isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                values += [] if self._is_counted(node) else [None]
        if len(values) != 1 or values[0] is None:
            return None
        if _is_empty(values[0]):
            return self._filled(name)
        return self.kind(values[0])

    def _is_counted(self, name: ast.Name) -> bool:
        """Whether a name is the target of a plain assignment, which has been looked at."""
        return any(
            (isinstance(node, ast.Assign) and len(node.targets) == 1 and node.targets[0] is name)
            or (isinstance(node, ast.AnnAssign) and node.target is name)
            for node in self._nodes
        )

    def _filled(self, name: str) -> Kind | None:
        for loop in self._nodes:
            if not isinstance(loop, ast.For) or not self.kind(loop.iter):
                continue
            inside = [node for statement in loop.body for node in ast.walk(statement)]
            for node in inside:
                if isinstance(node, ast.Call) and dotted(node.func) in {f"{name}.append", f"{name}.extend"}:
                    return "row"
                if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is(node.value, name):
                    return "dict"
        return None

    def _put_in_order(self) -> Iterator[str]:
        """Names that are put in order anywhere: then they may be so where they are returned."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
                yield dotted(node.func.value)
            elif isinstance(node, ast.Call) and dotted(node.func) in {"sorted", "heapify", "heapq.heapify"}:
                yield from (one.id for one in node.args if isinstance(one, ast.Name))


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_of_sets(annotation: ast.expr) -> bool:
    return dotted(annotation.value if isinstance(annotation, ast.Subscript) else annotation) in _SETS


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.List([]) | ast.Dict([]) | ast.Call(ast.Name(id="list" | "dict"), [], []):
            return True
        case _:
            return False
