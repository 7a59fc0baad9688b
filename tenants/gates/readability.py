"""Readability: could a reviewer read it in one go, and does it hold what experience says is a mistake?"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox import Finding
from sandbox.rules import root_name
from tenants.gates.trial.candidates import Candidate
from tenants.rules.gates import COMPLEXITY_STOPS, MISTAKES, UNTIDY

name = "readability"
_COMPLEX = re.compile(r"\((\d+) > ")
_MONEY = re.compile(
    r"(?:^|_)(?:price|amount|total|fee|cost|balance|credit|debit|salary|payment|net|gross)s?"
    # A total of hours is no money, nor is a net weight.
    r"(?!_(?:\w+_)?(?:seconds?|minutes?|hours?|days?|ms|weeks?|months?|count|items?|rows?|pages?|points?|score|weight|kg"
    r"|grams?|km|miles?|met(?:er|re)s?|bytes|mb|percent|ratio|share|rate|distance|duration|temperature))(?:$|_)"
)
# Where Python ends a line.
_LINES = re.compile("\r\n|\r|\n")
_PLACES = re.compile(r"[A-Z][A-Z0-9_]*|\w*(?:placeholder|marks?|slots?|params?)\w*")


async def check(candidate: Candidate) -> list[Finding]:
    tree = await candidate.tree()
    found = [*_undocumented(tree, candidate), *_float_money(tree, candidate.source), *await _linted(tree, candidate)]
    return sorted(found, key=lambda finding: (finding.severity, finding.line or 0))[:15]


def _undocumented(tree: ast.Module, candidate: Candidate) -> Iterator[Finding]:
    if ast.get_docstring(tree) is None:
        yield Finding(
            name, "warning", "The module has no docstring.", "Begin with a sentence that says what it does.", 1
        )
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == candidate.spec["name"]
            and ast.get_docstring(node) is None
        ):
            message = f"The function {node.name} has no docstring."
            yield Finding(name, "warning", message, "Say in a sentence what it returns.", node.lineno)


def _float_money(tree: ast.Module, source: str) -> Iterator[Finding]:
    """Money in binary fractions goes wrong by a cent where no example looks."""
    made, lines = _made_decimals(tree), _LINES.split(source)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"):
            continue
        if node in made:
            message = f"Decimal({_shown(lines, node)}) keeps what a float has lost already."
            yield Finding(name, "error", message, "Make the Decimal from the text as it came.", node.lineno)
            continue
        named = {word for part in ast.walk(node) for word in _words(part)}
        if any(_MONEY.search(word) for word in named):
            message = f"{_shown(lines, node)} makes money a float, which cannot hold cents exactly."
            yield Finding(name, "error", message, "Use decimal.Decimal, made from text.", node.lineno)


def _shown(lines: list[str], node: ast.expr) -> str:
    """The code of an expression, as far as it stands on one line."""
    line = lines[node.lineno - 1].encode()
    end = node.end_col_offset if node.end_lineno == node.lineno else None
    return line[node.col_offset : end].decode("utf-8", "replace")[:60]


def _made_decimals(tree: ast.Module) -> set[ast.expr]:
    """What is made a Decimal on the spot."""
    return {
        given
        for outer in ast.walk(tree)
        if isinstance(outer, ast.Call) and "Decimal" in {getattr(outer.func, "id", ""), getattr(outer.func, "attr", "")}
        for given in outer.args
    }


def _words(node: ast.AST) -> Iterator[str]:
    for attribute in ("id", "attr", "value"):
        word = getattr(node, attribute, None)
        if isinstance(word, str):
            yield word


async def _linted(tree: ast.Module, candidate: Candidate) -> list[Finding]:
    said = json.loads(await candidate.lint(candidate.source) or "[]")
    if said is None:
        return [Finding(name, "error", "The source takes too long to read.", "Make it plainer.")]
    excuses = _Excuses(tree)
    return [finding for one in said if (finding := _finding(one, excuses)) is not None]


class _Excuses:
    """Two things look like mistakes to ruff and are none.

    A broad except that passes on what it caught, and SQL put together from the tool's own constants and placeholders.
    """

    def __init__(self, tree: ast.Module) -> None:
        nodes = list(ast.walk(tree))
        self._handlers: dict[int, list[ast.ExceptHandler]] = {}
        for node in nodes:
            if isinstance(node, ast.ExceptHandler):
                self._handlers.setdefault(node.lineno, []).append(node)
        self._texts = [node for node in nodes if isinstance(node, ast.JoinedStr)]

    def hold(self, code: str, line: int) -> bool:
        if code == "BLE001":
            return any(_passes_on(handler) for handler in self._handlers.get(line, ()))
        if code != "S608":
            return False
        texts = [text for text in self._texts if text.lineno <= line <= (text.end_lineno or line)]
        values = [part.value for text in texts for part in text.values if isinstance(part, ast.FormattedValue)]
        return bool(values) and all(isinstance(one, ast.Name) and _PLACES.fullmatch(one.id) for one in values)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether what was caught goes somewhere: into a result, not only into print or a log."""
    calls = [node for node in ast.walk(handler) if isinstance(node, ast.Call)]
    logged = {
        id(inner) for call in calls if root_name(call.func) in {"print", "log", "logging"}
        for inner in ast.walk(call)
    }  # fmt: skip
    return any(
        isinstance(node, ast.Name) and node.id == handler.name and id(node) not in logged for node in ast.walk(handler)
    )


def _finding(said: dict[str, Any], excuses: _Excuses) -> Finding | None:
    code, line = str(said.get("code")), said["location"]["row"]
    message = f"{said['message'].rstrip('.')} ({code})."
    for known, hint in MISTAKES.items():
        if code.startswith(known):
            return Finding(name, "warning" if excuses.hold(code, line) else "error", message, hint, line)
    if not code.startswith(UNTIDY):
        return None  # a syntax error: the build says it better
    tangled = _COMPLEX.search(message)
    severe = code == "C901" and tangled is not None and int(tangled[1]) > COMPLEXITY_STOPS
    hint = "Split it into functions that each do one thing." if code in {"C901", "PLR0915", "PLR0912"} else None
    return Finding(name, "error" if severe else "warning", message, hint, line)
