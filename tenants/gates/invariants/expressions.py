"""What an invariant may say: one Python expression, read with the guest's grammar and evaluated in the sandbox only."""

import ast
import builtins
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sandbox.rules import Grammar, Unreadable
from tenants.confinement.spec_fields import INVARIANTS_MAX
from tenants.schemas.json_schemas import problem

LENGTH_MAX = 1_000
# What a call was and what came of it, as an expression names them.
GIVEN = ("arguments", "result", "error", "done")
_OFFERED = ("Decimal", "date", "datetime", "timedelta", "math", "re")
_FIELDS = ("say", "check")
# What a tool is built of: it says for each run which checks do not hold. No text of an author's is in it but
# expressions that were parsed as such and written out again. Of a run whose deeds are not all known, a check that asks
# for one of those says nothing.
_CHECKER = '''"""Says which invariants do not hold."""

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

CHECKS = [
{checks}
]


class Untold(Exception):
    """Nobody can say what was done."""


class PartlyKnown(dict):
    """What was done, as far as it is known."""

    def __init__(self, known, untold):
        super().__init__(known)
        self.untold = untold

    def __getitem__(self, name):
        if name in self.untold:
            raise Untold
        return super().__getitem__(name)

    def get(self, name, default=None):
        return self[name] if name in self.untold or super().__contains__(name) else default

    def all_of_it(self, *_):
        raise Untold

    __iter__ = __len__ = __contains__ = __eq__ = __ne__ = __bool__ = __repr__ = __str__ = all_of_it
    items = values = keys = copy = __or__ = __ror__ = __reversed__ = all_of_it


def holds(runs):
    """Return what does not hold: the run, the check, and the error where it could not be told."""
    broken = []
    for at, run in enumerate(runs):
        done = PartlyKnown(run["done"], run["untold"]) if run["untold"] else run["done"]
        for number in run["checks"]:
            try:
                if not CHECKS[number](run["arguments"], run["result"], run["error"], done):
                    broken.append([at, number, None])
            except Untold:
                continue
            except Exception as error:
                broken.append([at, number, f"{{type(error).__name__}}: {{error}}"[:200]])
    return {{"broken": broken}}
'''
CHECKER_NAME = "holds"


def problems(given: object, path: str) -> list[dict[str, str]]:
    """What is wrong with the form of a spec's `always`; `reading_problems` reads the expressions."""
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
    return []


async def reading_problems(grammar: Grammar, always: Sequence[Mapping[str, str]], path: str) -> list[dict[str, str]]:
    """What is wrong with expressions whose form is right: those that are no Python, and names that are not there.

    Raises RuntimeError when the sandbox cannot be asked.
    """
    found: list[dict[str, str]] = []
    for at, one in enumerate(always):
        read = await grammar.parse(one["check"].strip(), "eval")
        where = f"{path}/{at}/check"
        if isinstance(read, Unreadable):
            found.append(problem(where, f"This is no Python expression: {read.message[:200]}."))
        elif strange := sorted(_names(read.tree()) - {*GIVEN, *_OFFERED, *dir(builtins)}):
            hint = f"There are {', '.join((*GIVEN, *_OFFERED))}."
            found.append(problem(where, f"There is no {strange[0]} here.", hint))
    return found


async def trees_of(grammar: Grammar, always: Sequence[Mapping[str, str]]) -> list[ast.AST]:
    """The expressions as trees. Raises RuntimeError for one that is none, which `reading_problems` says."""
    trees: list[ast.AST] = []
    for one in always:
        parsed = await grammar.parse(one["check"].strip(), "eval")
        if isinstance(parsed, Unreadable):
            raise RuntimeError("what cannot be read is not evaluated")  # noqa: TRY004 - a state, no type
        trees.append(parsed.tree())
    return trees


def _names(tree: ast.AST) -> set[str]:
    """The names that an expression asks for and does not make itself."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return used - made - {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


async def checker(grammar: Grammar, trees: Sequence[ast.AST]) -> str:
    """The source of the tool that evaluates them. Raises RuntimeError when they cannot be written out."""
    texts = await grammar.write(*trees)
    checks = "\n".join(f"    lambda {', '.join(GIVEN)}: ({text})," for text in texts)
    return _CHECKER.format(checks=checks)


def asks_for_error(tree: ast.AST) -> bool:
    """Whether it is about calls that fail as well: the others speak of a result."""
    return "error" in _names(tree)
