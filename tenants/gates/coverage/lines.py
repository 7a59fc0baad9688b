"""A source with a mark in each of its blocks: its log then tells which of them have run."""

import ast
import re
from collections.abc import Iterator

_MARK = "sealwright ran blocks"
_OF_HOSTS = re.compile(r"\bHostError\b|\bStatusError\b|\bRequestFailed\b|\bRejected\b|\bUnavailable\b|\bCallFailed\b")
_Block = tuple[int, int]


def marked(source: str, name: str) -> tuple[str, list[_Block]]:
    """Return the source that tells, and of each block the first and last line, by number."""
    tree = ast.parse(source)
    blocks: list[_Block] = []
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for body in _bodies(function):
            first, last = body[0], body[-1]
            body.insert(0, ast.parse(f"_sealwright_ran.add({len(blocks)})").body[0])
            blocks.append((first.lineno, last.end_lineno or last.lineno))
    told = _TOLD.format(name=name, mark=_MARK)
    return f"_sealwright_ran = set()\n{_without_docstring(tree)}\n\n{told}", blocks


def met(log: str) -> set[int]:
    """Return the numbers of the blocks that a run's log tells of."""
    said = [line for line in log.splitlines() if _MARK in line]
    numbers = said[-1].rpartition(_MARK)[2].split(",") if said else []
    return {int(number) for number in numbers if number.strip().isdecimal()}


def error_codes(source: str) -> list[str]:
    """Return the codes of the errors that a source raises itself, where they are written out.

    Without those that pass on what a host could not do: the bad days of the other gates try these.
    """
    tree = ast.parse(source)
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is not None]
    passed_on = [one for one in handlers if one.type is not None and _OF_HOSTS.search(ast.unparse(one.type))]
    spared = {id(inner) for one in passed_on for inner in ast.walk(one)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args and id(node) not in spared]
    named = [node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "ToolError"]
    codes = [one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return list(dict.fromkeys(codes))


_TOLD = """
_sealwright_original = {name}


def {name}(**arguments):
    try:
        return _sealwright_original(**arguments)
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
            for field in ("body", "orelse", "finalbody"):
                below = getattr(statement, field, None)
                if isinstance(below, list) and below:
                    todo.append(below)  # pyright: ignore[reportUnknownArgumentType]  (statements)
            todo += [handler.body for handler in getattr(statement, "handlers", [])]
            todo += [case.body for case in getattr(statement, "cases", [])]


def _without_docstring(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))
