"""Small mistakes made on purpose: all of them in one source, and a switch that says which one is in force.

One build then serves for all of them. What runs inside functions is changed where it stands; what the module says once
is put in place when the tool is called (see constant_mutants.py).
"""

import ast
import copy
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from sandbox.rules import Write, dotted, root_name
from tenants.gates.strength import constant_mutants
from tenants.gates.strength.constant_mutants import Said, Slip
from tenants.gates.strength.lines import Marks, telling

SWITCH = "_sealwright_mutant"
_SHARE_OF_TABLES = 4
_SHOWN = 80
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_REACHED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """`number` goes into the switch; `was` and `became` are code. `table`: it is in what the module says once.

    `block`: only a call that comes to this block of the source can meet it; None: any call.
    """

    number: int
    line: int
    column: int
    was: str
    became: str
    table: bool = False
    block: int | None = None

    @property
    def place(self) -> str:
        """Its line and column, as people write them."""
        return f"{self.line}:{self.column}"


async def make(
    tree: ast.Module, name: str, most: int, seed: str, write: Write, marks: Marks | None = None
) -> tuple[str, list[Mutant]]:
    """Return the source with up to `most` mutants in it, chosen by `seed`, and what they are. `tree` is changed.

    With the `marks` of the same tree it tells too which blocks have run.
    """
    places = [(node, changed) for node in _expressions(tree) for changed in _changes(node)]
    # So many that a table is not what a tool's proof is measured by.
    slipped = constant_mutants.slips(tree, _changes, min(most // _SHARE_OF_TABLES, len(places) // 2), seed)
    room = most - len(slipped)
    chosen = places if len(places) <= room else random.Random(seed).sample(places, room)  # noqa: S311 - a sample
    chosen.sort(key=lambda place: (place[0].lineno, place[0].col_offset))
    if not chosen and not slipped:
        return "", []
    by_node: dict[ast.expr, list[tuple[int, ast.expr]]] = {}
    for number, (node, changed) in enumerate(chosen, 1):
        by_node.setdefault(node, []).append((number, changed))
    # Before anything is put in its place: a part of one mistake may be the whole of another.
    mutants = await _told(chosen, slipped, write, marks.holder if marks else {})
    if marks is not None:
        marks.put()
    switched = _Switch(by_node).visit(tree)
    values = [value for slip in slipped for _, value in slip.values]
    whole, *texts = await write(switched, *values)
    rebound = _rebinding(slipped, len(chosen) + 1, iter(texts))
    told = [telling(name)] if marks else []
    return "\n\n".join([whole, rebound, _SWITCHED.format(name=name, switch=SWITCH), *told]), mutants


async def _told(
    chosen: list[tuple[ast.expr, ast.expr]], slipped: list[Slip], write: Write, holder: Mapping[int, int]
) -> list[Mutant]:
    """The mutants, each in words: those in functions, then those of what the module says once."""
    said: list[Said] = [("{}", pair) for pair in ((one,) for place in chosen for one in place)]
    said += [words for slip in slipped for words in (slip.was, slip.became)]
    texts = iter(await write(*(node for _, nodes in said for node in nodes)))
    told = [words.format(*(_cut(next(texts)) for _ in nodes)) for words, nodes in said]
    pairs = list(zip(told[::2], told[1::2], strict=True))
    places = [(node.lineno, node.col_offset + 1) for node, _ in chosen]
    places += [(slip.line, slip.column) for slip in slipped]
    blocks = [holder.get(id(node)) for node, _ in chosen] + [None] * len(slipped)
    return [
        Mutant(number, *place, *pair, number > len(chosen), block)
        for number, (place, pair, block) in enumerate(zip(places, pairs, blocks, strict=True), 1)
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _rebinding(slipped: list[Slip], first: int, texts: Iterator[str]) -> str:
    """Return a function that puts the mistaken values in place; `texts` are those values, written."""
    names = sorted({name for slip in slipped for name, _ in slip.values})
    lines = ["def _sealwright_rebind():", f"    global {', '.join([SWITCH, *names])}"]
    for number, slip in enumerate(slipped, first):
        lines.append(f"    if {SWITCH} == {number}:")
        lines += [f"        {name} = {next(texts)}" for name, _ in slip.values]
    return "\n".join(lines)


_SWITCHED = """
{switch} = 0
_sealwright_original = {name}


def {name}(**arguments):
    global {switch}
    {switch} = arguments.pop("{switch}", 0)
    _sealwright_rebind()
    return _sealwright_original(**arguments)
"""


def _expressions(tree: ast.Module) -> Iterator[ast.expr]:
    """Expressions that run when the tool is called, and may stand in a conditional expression."""
    for function in _functions(tree):
        for statement in function.body:
            yield from _within(statement)


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """Functions and methods; what is nested in one comes with it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child
        elif not isinstance(child, ast.expr):
            yield from _functions(child)


# Texts, types and messages: nothing that a result depends on. By name: the guest has kinds that this Python has not.
_SKIPPED: dict[str, set[str]] = {
    "FunctionDef": {"args", "decorator_list", "returns", "type_params"},
    "ClassDef": {"type_params"},
    "TypeAlias": {"type_params", "value"},
    "Lambda": {"args"},
    "JoinedStr": {"values"},
    "TemplateStr": {"values"},
    "Raise": {"exc", "cause"},
    "match_case": {"pattern"},
    "AnnAssign": {"annotation"},
    "Subscript": {"slice"},
}


# What only people read, and how long to wait: no case can tell one from another.
_UNSEEN_CALLS = {"progress", "log", "print"}
_UNSEEN_KEYWORDS = {"strict", "timeout_ms", "timeout"}


def _is_unseen(node: ast.AST) -> bool:
    """Whether nobody can notice what becomes of it."""
    if isinstance(node, ast.keyword):
        return node.arg in _UNSEEN_KEYWORDS
    return isinstance(node, ast.Call) and root_name(node.func) in _UNSEEN_CALLS


def _counts_for_people(loop: ast.For) -> ast.expr | None:
    """The start of an enumerate() whose number only goes where people read it."""
    call, target = loop.iter, loop.target
    if not (isinstance(call, ast.Call) and dotted(call.func) == "enumerate" and len(call.args) > 1):
        return None
    number = target.elts[0] if isinstance(target, ast.Tuple) else None
    shown = [one for statement in loop.body for one in ast.walk(statement) if _is_unseen(one)]
    spared = {id(inner) for one in shown for inner in ast.walk(one)}
    named = number.id if isinstance(number, ast.Name) else ""
    used = [
        one for statement in loop.body for one in ast.walk(statement)
        if isinstance(one, ast.Name) and one.id == named and id(one) not in spared
    ]  # fmt: skip
    return None if used or not named else call.args[1]


def _within(node: ast.AST, spared: ast.AST | None = None) -> Iterator[ast.expr]:
    if node is spared or _is_unseen(node):
        return
    spared = _counts_for_people(node) if isinstance(node, ast.For) else spared
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", ast.Load()), ast.Store | ast.Del):
        yield node
    skipped = _SKIPPED.get(type(node).__name__, set[str]())
    for field, value in ast.iter_fields(node):
        children = cast("list[object]", value if isinstance(value, list) else [value])
        for child in children if field not in skipped else []:
            if isinstance(child, ast.AST):
                yield from _within(child, spared)


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    for change in _CHANGES:
        changed = change(node)
        if changed is not None:
            yield ast.copy_location(changed, node)


def _compare(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Compare) or type(node.ops[0]) not in _COMPARED:
        return None
    changed = copy.deepcopy(node)
    changed.ops[0] = _COMPARED[type(node.ops[0])]()
    return changed


def _reckon(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.BinOp) or type(node.op) not in _REACHED or _is_text(node.left) or _is_text(node.right):
        return None
    return ast.BinOp(copy.deepcopy(node.left), _REACHED[type(node.op)](), copy.deepcopy(node.right))


def _join(node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.BoolOp):
        return None
    return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), copy.deepcopy(node.values))


def _negate(node: ast.expr) -> ast.expr | None:
    return copy.deepcopy(node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else None


def _count(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + 1)
    return ast.Constant(not node.value) if isinstance(node, ast.Constant) and type(node.value) is bool else None


def _drop_method(node: ast.expr) -> ast.expr | None:
    """`name.strip()` becomes `name`: normalising that nobody misses."""
    plain = {"strip", "lower", "casefold", "upper", "rstrip", "lstrip"}
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in plain
        and not node.args
    ):
        return copy.deepcopy(node.func.value)
    return None


def _unsort(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sorted" and node.args:
        return ast.Call(ast.Name("list", ast.Load()), [copy.deepcopy(node.args[0])], [])
    return None


_CHANGES: tuple[Callable[[ast.expr], ast.expr | None], ...] = (
    _compare, _reckon, _join, _negate, _count, _drop_method, _unsort,
)  # fmt: skip


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.List) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


class _Switch(ast.NodeTransformer):
    """Puts `changed if switch == number else original` in the place of each chosen expression."""

    def __init__(self, by_node: dict[ast.expr, list[tuple[int, ast.expr]]]) -> None:
        self.by_node = by_node

    def visit(self, node: ast.AST) -> ast.AST:
        chosen = self.by_node.get(node, []) if isinstance(node, ast.expr) else []
        visited = self.generic_visit(node)
        for number, changed in chosen:
            test = ast.Compare(ast.Name(SWITCH, ast.Load()), [ast.Eq()], [ast.Constant(number)])
            visited = ast.copy_location(ast.IfExp(test, changed, visited), node)  # pyright: ignore[reportArgumentType] - an expression stays one
        return visited
