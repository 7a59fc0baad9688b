"""A source in which whatever is rounded without saying how is rounded half up."""

import ast
import re

from sandbox.rules import Write

_PLACES = re.compile(r",?\.(\d)f")
_HELP = """
def _sealwright_half_up(value, places=None):
    from decimal import ROUND_HALF_UP, Decimal

    if not isinstance(value, Decimal):
        return value if places is None else round(value, places)
    rounded = value.quantize(Decimal(1).scaleb(-(places or 0)), rounding=ROUND_HALF_UP)
    return int(rounded) if places is None else rounded


def _sealwright_shown(value, places):
    from decimal import Decimal

    return _sealwright_half_up(value, places) if isinstance(value, Decimal) else value
"""


async def written(tree: ast.Module, write: Write) -> tuple[str, int | None]:
    """Return the source, and the line of the first such rounding; None where there is none. `tree` is changed."""
    change = _HalfUp()
    changed = change.visit(tree)
    if not change.lines:
        return "", None
    (whole,) = await write(changed)
    return f"{whole}\n\n{_HELP}", min(change.lines)


class _HalfUp(ast.NodeTransformer):
    """quantize() without `rounding`, round(), and `.2f` of a Decimal: all of them take halves to the even neighbour."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        plain = isinstance(node.func, ast.Attribute) and node.func.attr == "quantize"
        if plain and len(node.args) == 1 and not node.keywords:
            self.lines.append(node.lineno)
            node.keywords = [ast.keyword("rounding", ast.Constant("ROUND_HALF_UP"))]
        elif isinstance(node.func, ast.Name) and node.func.id == "round" and not node.keywords and node.args:
            self.lines.append(node.lineno)
            node.func = ast.Name("_sealwright_half_up", ast.Load())
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        places = _PLACES.fullmatch(_spec(node))
        if places is not None:
            self.lines.append(node.lineno)
            function = ast.Name("_sealwright_shown", ast.Load())
            node.value = ast.Call(function, [node.value, ast.Constant(int(places[1]))], [])
        return node


def _spec(node: ast.FormattedValue) -> str:
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    only = parts[0] if len(parts) == 1 else None
    return str(only.value) if isinstance(only, ast.Constant) else ""
