"""Mistakes in what a module says once: its constants, tables and patterns.

Module-level code runs at build time, before any switch, so a mistaken value is put in place when the tool is called,
and with it all that the module made of it.
"""

import ast
import copy
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from sandbox.rules import dotted

_OF_ONE = 2
# Values of which a result should not depend: how many at a time, how long to wait.
_TUNING = re.compile(
    r"^(?:PAGE|BATCH|CHUNK)|TIMEOUT|RETR|TRIES|ATTEMPTS|PAUSE|BACKOFF|WORKERS|_SIZE$|_SECONDS$|VERSION", re.IGNORECASE
)

Changes = Callable[[ast.expr], Iterator[ast.expr]]
# What people read: words, and for each `{}` in them a piece of code.
Said = tuple[str, tuple[ast.AST, ...]]
_NOTHING: Said = ("nothing", ())


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake: `values` gives each name that is bound anew, in order."""

    line: int
    column: int
    was: Said
    became: Said
    values: tuple[tuple[str, ast.expr], ...]


def slips(tree: ast.Module, change: Changes, most: int, seed: str) -> list[Slip]:
    """Return up to `most` mistakes, no more than two for any one name. `change` knows those of any expression."""
    chance = random.Random(seed)  # noqa: S311 - a sample
    bound = _bound(tree)
    fixed = _fixed(tree)
    found: list[Slip] = []
    for name, value in bound:
        if name in fixed or _TUNING.search(name):
            continue
        own = list(_of_value(name, value, bound, change))
        found += own if len(own) <= _OF_ONE else chance.sample(own, _OF_ONE)
    chosen = found if len(found) <= most else chance.sample(found, most)
    return sorted(chosen, key=lambda slip: (slip.line, slip.column))


def _bound(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Names that the module binds to a value, once each."""
    pairs: list[tuple[str, ast.expr]] = []
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                pairs.append((target.id, statement.value))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            pairs.append((statement.target.id, statement.value))
    names = [name for name, _ in pairs]
    return [(name, value) for name, value in pairs if names.count(name) == 1]


def _fixed(tree: ast.Module) -> set[str]:
    """Names whose value was taken when a function or class was made: binding them anew would change nothing there."""
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for early in (*node.args.defaults, *node.args.kw_defaults, *node.decorator_list):
                taken |= _names(early) if early is not None else set()
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                if not isinstance(statement, ast.FunctionDef):
                    taken |= _names(statement)
    return taken


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _of_value(name: str, value: ast.expr, bound: list[tuple[str, ast.expr]], change: Changes) -> Iterator[Slip]:
    later = _made_of(name, bound)
    for node in ast.walk(value):
        if not isinstance(node, ast.expr):
            continue
        for changed, was, became in (*_generic(node, change), *_of_table(node), *_of_number(node), *_of_pattern(node)):
            whole = cast("ast.expr", _Put(node, changed).visit(value))
            values = ((name, whole), *later)
            yield Slip(node.lineno, node.col_offset + 1, _of(name, was), _of(name, became), values)


def _of(name: str, said: Said) -> Said:
    return (f"{name}: {said[0]}", said[1])


def _made_of(name: str, bound: list[tuple[str, ast.expr]]) -> tuple[tuple[str, ast.expr], ...]:
    """What comes after a name and is made of it."""
    changed = {name}
    after = False
    later: list[tuple[str, ast.expr]] = []
    for other, value in bound:
        if after and _names(value) & changed:
            changed.add(other)
            later.append((other, value))
        after = after or other == name
    return tuple(later)


def _generic(node: ast.expr, change: Changes) -> Iterator[tuple[ast.expr, Said, Said]]:
    for changed in change(node):
        yield changed, ("{}", (node,)), ("{}", (changed,))


def _of_table(node: ast.expr) -> Iterator[tuple[ast.expr, Said, Said]]:
    """A row is left out."""
    if isinstance(node, ast.Dict) and len(node.keys) > 1 and None not in node.keys:
        row = tuple(one for one in (node.keys[-1], node.values[-1]) if one is not None)
        yield ast.Dict(node.keys[:-1], node.values[:-1]), ("{}: {}", row), _NOTHING
    elif isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) > 1:
        shorter = copy.copy(node)
        shorter.elts = node.elts[:-1]
        yield shorter, ("{}", (node.elts[-1],)), _NOTHING


def _of_number(node: ast.expr) -> Iterator[tuple[ast.expr, Said, Said]]:
    """Decimal("0.19"), and fractions."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        other = ast.Constant(node.value * 2 + 1)
        yield other, ("{}", (node,)), ("{}", (other,))
    if not (isinstance(node, ast.Call) and dotted(node.func).endswith("Decimal") and len(node.args) == 1):
        return
    given = node.args[0]
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        try:
            was = Decimal(given.value)
            # Of a cent that something is rounded to only the place counts.
            is_place = was.as_tuple().digits == (1,) and was < 1
            other = str(was.scaleb(1) if is_place else was * 2 + 1)
        except InvalidOperation:
            return
        changed = ast.Call(node.func, [ast.Constant(other)], [])
        yield changed, ("{}", (node,)), ("{}", (changed,))


def _of_pattern(node: ast.expr) -> Iterator[tuple[ast.expr, Said, Said]]:
    """A pattern without its flags, or with one digit, letter or repeat more than it should take."""
    if not (isinstance(node, ast.Call) and dotted(node.func) == "re.compile" and node.args):
        return
    if len(node.args) + len(node.keywords) > 1:
        flags = (*node.args[1:], *(word.value for word in node.keywords))
        said = ", ".join("{}" for _ in flags)
        yield ast.Call(node.func, node.args[:1], []), (said, flags), ("no flag", ())
    given = node.args[0]
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        for old, new in (("$", ""), ("^", ""), ("+", "*"), ("[0-9]", "."), (r"\d", ".")):
            if given.value.count(old) == 1 and f"\\{old}" not in given.value and f"[{old}" not in given.value:
                changed = ast.Call(
                    node.func, [ast.Constant(given.value.replace(old, new)), *node.args[1:]], node.keywords
                )
                yield changed, ("{}", (node,)), ("{}", (changed,))
                return


class _Put(ast.NodeTransformer):
    """Return a copy of an expression with another in the place of one of its parts."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(copy.copy(node))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                several = cast("list[object]", value)
                setattr(node, field, [self.visit(one) if isinstance(one, ast.AST) else one for one in several])
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        return node
