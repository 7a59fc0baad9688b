"""What an invariant may say: one Python expression, read here and evaluated in the sandbox only."""

import ast
import builtins
from collections.abc import Mapping, Sequence
from typing import Any, cast

from tenants.confinement.spec_fields import INVARIANTS_MAX
from tenants.schemas.json_schemas import problem

LENGTH_MAX = 1_000
# What a call was and what came of it, as an expression names them.
GIVEN = ("arguments", "result", "error", "done")
_OFFERED = ("Decimal", "date", "datetime", "timedelta", "math", "re")
_FIELDS = ("say", "check")
# What a tool is built of: it says for each run which checks do not hold. No text of an author's is in it but
# expressions that were parsed as such and written out again.
_CHECKER = '''"""Says which invariants do not hold."""

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

CHECKS = [
{checks}
]


def holds(runs):
    """Return what does not hold: the run, the check, and the error where it could not be told."""
    broken = []
    for at, run in enumerate(runs):
        for number in run["checks"]:
            try:
                if not CHECKS[number](run["arguments"], run["result"], run["error"], run["done"]):
                    broken.append([at, number, None])
            except Exception as error:
                broken.append([at, number, f"{{type(error).__name__}}: {{error}}"[:200]])
    return {{"broken": broken}}
'''
CHECKER_NAME = "holds"


def problems(given: object, path: str) -> list[dict[str, str]]:
    """Everything that is wrong with a spec's `always`."""
    if not isinstance(given, list):
        return [problem(path, 'This is a list such as [{"say": "never more than was paid", "check": "..."}].')]
    several = cast("list[Any]", given)
    if len(several) > INVARIANTS_MAX:
        return [problem(path, f"There are {len(several)}; {INVARIANTS_MAX} are allowed.")]
    return [one for at, each in enumerate(several) for one in _of_one(each, f"{path}/{at}")]


def _of_one(given: Any, path: str) -> list[dict[str, str]]:
    if not isinstance(given, dict) or {*cast("dict[str, Any]", given)} != {*_FIELDS}:
        return [problem(path, "This is an object with `say`, a sentence, and `check`, a Python expression.")]
    said = cast("dict[str, Any]", given)
    if not isinstance(said["say"], str) or not 1 <= len(said["say"].strip()) <= LENGTH_MAX:
        return [problem(f"{path}/say", f"This is a sentence of at most {LENGTH_MAX:,} characters.")]
    if not isinstance(said["check"], str) or not 1 <= len(said["check"].strip()) <= LENGTH_MAX:
        return [problem(f"{path}/check", f"This is an expression of at most {LENGTH_MAX:,} characters.")]
    try:
        tree = ast.parse(said["check"].strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [problem(f"{path}/check", f"This is no Python expression: {str(error)[:200]}.")]
    strange = sorted(names(tree) - {*GIVEN, *_OFFERED, *dir(builtins)})
    if not strange:
        return []
    return [problem(f"{path}/check", f"There is no {strange[0]} here.", f"There are {', '.join((*GIVEN, *_OFFERED))}.")]


def names(tree: ast.AST) -> set[str]:
    """The names that an expression asks for and does not make itself."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return used - made - {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def checker(always: Sequence[Mapping[str, str]]) -> str:
    """The source of the tool that evaluates them."""
    parsed = [ast.unparse(ast.parse(one["check"].strip(), mode="eval")) for one in always]
    checks = "\n".join(f"    lambda {', '.join(GIVEN)}: ({text})," for text in parsed)
    return _CHECKER.format(checks=checks)


def asks_for_error(check: str) -> bool:
    """Whether it is about calls that fail as well: the others speak of a result."""
    return "error" in names(ast.parse(check.strip(), mode="eval"))
