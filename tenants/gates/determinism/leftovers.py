"""Leftovers: what a tool keeps outside its calls. Each call is a fresh instance, so nothing of it is ever there."""

import ast
from collections.abc import Iterator

from sandbox import Finding
from sandbox.rules import dotted

_GATE = "determinism"
_HINT = "Every call starts afresh. Keep it in a local variable, or in kv or the ledger if the next call must know it."
_CONTAINERS = {"dict", "list", "set", "Counter", "defaultdict", "deque", "OrderedDict", "bytearray"}
_ITERATORS = {"count", "cycle", "iter"}
_CHANGING = {
    "append", "add", "update", "extend", "insert", "pop", "popitem", "popleft", "remove", "discard", "clear",
    "appendleft", "extendleft", "subtract", "setdefault",
}  # fmt: skip
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def kept(tree: ast.Module, entry: str) -> list[Finding]:
    """Return an error for each thing of the module that the tool changes while it runs.

    A memo is none: what is looked up first and computed where it is missing is the same in every call.
    """
    held = _held(tree)
    found: dict[str, Finding] = {}
    for function in _reached(tree, entry):
        for name, node in _changes(function, held):
            message = f"{function.name} changes {name}, which belongs to the module: the next call finds it as new."
            found.setdefault(name, Finding(_GATE, "error", message, _HINT, getattr(node, "lineno", None)))
    return list(found.values())


def _held(tree: ast.Module) -> dict[str, str]:
    """What the module binds: its name, and whether it is a container, an iterator, code or anything else."""
    held: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            held[node.name] = "code"
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            held |= {target.id: _kind(node.value) for target in targets if isinstance(target, ast.Name)}
    return held


def _kind(value: ast.expr) -> str:
    if isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp):
        return "container"
    called = dotted(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
    return "container" if called in _CONTAINERS else "iterator" if called in _ITERATORS else "other"


def _reached(tree: ast.Module, entry: str) -> list[_Function]:
    """The functions that a call of the tool may run: those named by it, by what it names, and so on."""
    bound: dict[str, ast.stmt] = {node.name: node for node in tree.body if isinstance(node, _Function | ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            bound |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    seen, todo = set[str](), [entry]
    while todo:
        name = todo.pop()
        if name in bound and name not in seen:
            seen.add(name)
            todo += [one.id for part in _run_later(bound[name]) for one in ast.walk(part) if isinstance(one, ast.Name)]
    nodes = [bound[name] for name in sorted(seen)]
    return [
        inner
        for node in nodes
        for inner in ([node] if isinstance(node, _Function) else node.body if isinstance(node, ast.ClassDef) else [])
        if isinstance(inner, _Function)
    ]


def _run_later(node: ast.stmt) -> list[ast.stmt]:
    """Without decorators and defaults, which the module runs itself."""
    return node.body if isinstance(node, _Function) else [node]


def _changes(function: _Function, held: dict[str, str]) -> Iterator[tuple[str, ast.AST]]:
    nodes = [inner for part in function.body for inner in ast.walk(part)]
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    local = _local(function, nodes) - shared
    for node in nodes:
        for name in _changed(node, held, shared):
            if name in held and name not in local and not _is_memo(name, node, nodes):
                yield name, node


def _local(function: _Function, nodes: list[ast.AST]) -> set[str]:
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    taken = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return stored | taken | {node.name for node in nodes if isinstance(node, _Function)}


def _changed(node: ast.AST, held: dict[str, str], shared: set[str]) -> Iterator[str]:
    """The names whose values a statement or an expression changes."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del) and node.id in shared:
        yield node.id
    elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        name = _base(node)
        attribute = isinstance(node, ast.Attribute)
        if name is not None and (held.get(name) == "container" or (attribute and name in held)):
            yield name
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        name = _base(node.func.value)
        if name is not None and held.get(name) in {"container", "code"}:
            yield name
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "next" and node.args:
        name = _base(node.args[0])
        if name is not None and held.get(name) == "iterator":
            yield name


def _base(node: ast.expr) -> str | None:
    """The name at the head of `name.a["b"].setdefault(c, [])`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"setdefault", "get"}
        ):
            node = node.func.value
        else:
            return None
    return node.id


def _is_memo(name: str, change: ast.AST, nodes: list[ast.AST]) -> bool:
    """Whether a change puts in what was missing, to be read from there: the same in whatever call it is done."""
    asked = [node.test for node in nodes if isinstance(node, ast.If | ast.IfExp)]
    asked += [node.value for node in nodes if isinstance(node, ast.NamedExpr | ast.Assign | ast.Return) and node.value]
    looked_up = any(_mentions(name, test) for test in asked)
    read = sum(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in nodes)
    if isinstance(change, ast.Name | ast.Attribute):
        return any(_mentions(name, test) and _is_emptiness(test) for test in asked[:]) and not _is_sum(change, nodes)
    if isinstance(change, ast.Subscript) and isinstance(change.value, ast.Name):
        put = [node.value for node in nodes if isinstance(node, ast.Assign) and change in node.targets]
        return (
            looked_up
            and read > 1
            and bool(put)
            and not isinstance(put[0], ast.Constant)
            and not _mentions(name, put[0])
        )
    if isinstance(change, ast.Call) and isinstance(change.func, ast.Attribute) and change.func.attr == "setdefault":
        return isinstance(change.func.value, ast.Name) and len(change.args) > 1 and isinstance(change.args[1], ast.Call)
    return False


def _is_emptiness(test: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Is | ast.IsNot | ast.Not) or (isinstance(node, ast.Name) and node.id == "hasattr")
        for node in ast.walk(test)
    )


def _is_sum(change: ast.AST, nodes: list[ast.AST]) -> bool:
    return any(isinstance(node, ast.AugAssign) and node.target is change for node in nodes)


def _mentions(name: str, node: ast.AST) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
