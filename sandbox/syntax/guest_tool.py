"""Reads sources into trees and writes trees as sources inside the guest: what it takes for Python is what tools are.

A tool like any other, built on the image; the host uses its rows too (sandbox/syntax/trees.py). A tree goes in and out
as rows within rows, in one text of JSON: results may not be nested as deep as sources are. A row is
`[kind, line, column, end line, end column, *fields]` of a node that has a place, `[kind, *fields]` of another,
`[LIST, *items]` of a list, and `[WRITTEN, text]` of a value that JSON cannot say, as Python writes it. Kinds are
numbered: `[name, name of the kind above it, whether it has a place, *fields]` says what each number stands for.
"""

import ast
import json
import warnings
from typing import Any, cast

LIST, WRITTEN = -1, -2
# What JSON says exactly, whoever reads it.
_WHOLE_MAX = 1 << 53
_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_PLACED = (ast.expr, ast.stmt, ast.excepthandler, ast.pattern, ast.arg, ast.keyword, ast.alias)


def syntax(source: str | None = None, mode: str = "exec", trees: str | None = None) -> dict[str, Any]:
    """Return `{"kinds", "tree"}` of a source, or `{"fault"}`; `{"texts"}` of `trees`, which are `{"kinds", "rows"}`."""
    if trees is not None:
        return {"texts": _texts(json.loads(trees))}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a plain string is the linter's matter
            tree = ast.parse(source or "", mode=mode)
        rows = Rows()
        return {"tree": json.dumps(rows.row(tree), separators=(",", ":")), "kinds": rows.kinds}
    except SyntaxError as error:
        return {"fault": {"line": error.lineno, "column": error.offset, "message": error.msg, "text": error.text or ""}}
    except (ValueError, RecursionError, MemoryError) as error:
        deep = "it is nested too deeply"
        message = deep if isinstance(error, RecursionError) else str(error) or deep
        return {"fault": {"line": None, "column": None, "message": message, "text": ""}}


class Rows:
    """Makes rows of trees, and numbers the kinds of their nodes."""

    def __init__(self) -> None:
        self.kinds: list[list[Any]] = []
        self._numbers: dict[type, int] = {}

    def row(self, value: Any) -> Any:
        if isinstance(value, ast.AST):
            return self._of_node(value)
        if isinstance(value, list):
            return [LIST, *[self.row(one) for one in cast("list[Any]", value)]]
        if value is None or isinstance(value, (str, bool)) or (isinstance(value, int) and value < _WHOLE_MAX):
            return value
        return [WRITTEN, _written(value)]

    def _of_node(self, node: ast.AST) -> list[Any]:
        kind = type(node)
        has_place = issubclass(kind, _PLACED)
        number = self._numbers.get(kind)
        if number is None:
            number = self._numbers[kind] = len(self.kinds)
            self.kinds.append([kind.__name__, kind.__mro__[1].__name__, has_place, *kind._fields])
        row: list[Any] = [number]
        if has_place:
            row += [getattr(node, name, 1) for name in _PLACE]
        return row + [self.row(getattr(node, name, None)) for name in kind._fields]


def _written(value: Any) -> str:
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, float):
        return repr(value).replace("inf", "1e999")
    if isinstance(value, complex):
        return f"{value.imag!r}j".replace("inf", "1e999")
    return "..." if value is ... else repr(value)


def node(row: Any, kinds: list[tuple[Any, bool, list[str]]]) -> Any:
    """Make of a row what it was made of; `kinds` are `(class, whether it has a place, fields)`."""
    if not isinstance(row, list):
        return row
    number, *rest = cast("list[Any]", row)
    if number == LIST:
        return [node(one, kinds) for one in rest]
    if number == WRITTEN:
        return ast.literal_eval(rest[0])
    kind, has_place, fields = kinds[int(number)]
    place = dict(zip(_PLACE, rest[:4], strict=True)) if has_place else {}
    values = [node(one, kinds) for one in rest[4 if has_place else 0 :]]
    return kind(**dict(zip(fields, values, strict=True)), **place)


def _texts(given: dict[str, Any]) -> list[str]:
    kinds = [(getattr(ast, name), has_place, fields) for name, _, has_place, *fields in given["kinds"]]
    return [ast.unparse(node(row, kinds)) for row in given["rows"]]
