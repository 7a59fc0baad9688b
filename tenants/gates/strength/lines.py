"""A source with a mark in each of its blocks: its log then tells which of them have run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.rules import Write

_MARK = "sealwright ran blocks"
_OF_HOSTS = re.compile(r"\bHostError\b|\bStatusError\b|\bRequestFailed\b|\bRejected\b|\bUnavailable\b|\bCallFailed\b")
_Block = tuple[int, int]


@dataclass
class Marks:
    """The blocks of a source by number, each with its first and last line; `holder` is the block of each node.

    Of a node that is in none that is marked it is the next one around it. By the node's `id`: a tree that is kept.
    """

    tree: ast.Module
    blocks: list[_Block] = field(default_factory=list[_Block])
    holder: dict[int, int] = field(default_factory=dict[int, int])
    _bodies: list[list[ast.stmt]] = field(default_factory=list[list[ast.stmt]])

    @classmethod
    def of(cls, tree: ast.Module) -> "Marks":
        """Find the blocks; nothing is marked yet."""
        marks = cls(tree)
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            for body in _bodies(function):
                first, last = body[0], body[-1]
                # What is within another comes after it.
                marks.holder |= {id(node): len(marks.blocks) for one in body for node in ast.walk(one)}
                marks.blocks.append((first.lineno, last.end_lineno or last.lineno))
                marks._bodies.append(body)
        return marks

    def put(self) -> None:
        """Change the tree: each block says that it was come to."""
        for number, body in enumerate(self._bodies):
            body.insert(0, _mark(number))
        begun = next((at for at, one in enumerate(self.tree.body) if not _comes_first(one)), len(self.tree.body))
        self.tree.body.insert(begun, ast.Assign([_named(ast.Store())], ast.Call(ast.Name("set", ast.Load()), [], [])))


async def marked(tree: ast.Module, name: str, write: Write) -> tuple[str, list[_Block]]:
    """Return the source that tells, and of each block the first and last line, by number. `tree` is changed."""
    marks = Marks.of(tree)
    marks.put()
    (whole,) = await write(tree)
    return f"{whole}\n\n{telling(name)}", marks.blocks


def telling(name: str) -> str:
    """What follows a source with marks in it: its tool then tells in its log which blocks have run."""
    return _TOLD.format(name=name, mark=_MARK)


def _comes_first(statement: ast.stmt) -> bool:
    """Nothing may stand before it: the module's own words, and what is to come."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _mark(number: int) -> ast.stmt:
    """The statement that a block was come to."""
    add = ast.Attribute(_named(ast.Load()), "add", ast.Load())
    return ast.Expr(ast.Call(add, [ast.Constant(number)], []))


def _named(context: ast.expr_context) -> ast.Name:
    return ast.Name("_sealwright_ran", context)


def met(log: str) -> set[int]:
    """Return the numbers of the blocks that a run's log tells of."""
    said = [line for line in log.splitlines() if _MARK in line]
    numbers = said[-1].rpartition(_MARK)[2].split(",") if said else []
    return {int(number) for number in numbers if number.strip().isdecimal()}


def error_codes(tree: ast.Module) -> list[str]:
    """Return the codes of the errors that a source raises itself, where they are written out.

    Without those that pass on what a host could not do: the bad days of the other gates try these.
    """
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is not None]
    passed_on = [one for one in handlers if one.type is not None and _OF_HOSTS.search(_names(one.type))]
    spared = {id(inner) for one in passed_on for inner in ast.walk(one)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args and id(node) not in spared]
    named = [node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "ToolError"]
    codes = [one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return list(dict.fromkeys(codes))


_TOLD = """
_sealwright_untold = {name}


def {name}(**arguments):
    try:
        return _sealwright_untold(**arguments)
    finally:
        print("{mark} " + ",".join(map(str, sorted(_sealwright_ran))))
"""


def _bodies(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """The blocks of a function: its own body and each branch; what only raises is told by its code."""
    todo: list[list[ast.stmt]] = [function.body]
    while todo:
        body = todo.pop(0)
        if not isinstance(body[0], ast.Raise):
            yield body
        for statement in list(body):
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue  # it comes by itself
            for part in ("body", "orelse", "finalbody"):
                below = getattr(statement, part, None)
                if isinstance(below, list) and below:
                    todo.append(below)  # pyright: ignore[reportUnknownArgumentType]  (statements)
            todo += [handler.body for handler in getattr(statement, "handlers", [])]
            todo += [case.body for case in getattr(statement, "cases", [])]


def _names(node: ast.expr) -> str:
    found = [one for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)]
    return " ".join(one.id if isinstance(one, ast.Name) else one.attr for one in found)
