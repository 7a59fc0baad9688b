"""Trees and sources by this Python's own `ast`, for tests that look at one part alone."""

import ast

from sandbox.syntax.trees import Unreadable


def read(source: str) -> ast.Module | Unreadable:
    """As `Grammar.parse`, of sources that every Python takes for the same."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        return Unreadable(error.msg, error.lineno, error.offset, error.text or "")
    except RecursionError as error:
        return Unreadable(str(error))


async def write(*trees: ast.AST) -> list[str]:
    return [ast.unparse(ast.fix_missing_locations(tree)) for tree in trees]
