"""Sources are read with the guest's grammar, whatever Python this one is."""

import ast
import re
from typing import Any

import pytest

from sandbox import Component, Finding, Grant, Pool
from sandbox.rules import check
from sandbox.syntax.grammar import Grammar
from sandbox.syntax.trees import Parsed, Unreadable

# Each under a heading of two signs, as it would stand in a tool.
TOOLS = r"""
## a template string
def tool(a):
    return {"values": [str(one) for one in t"{a} of {a + 1!r:>4}".values]}
## several exceptions without brackets
def tool(a):
    try:
        return 1 // a
    except ValueError, ZeroDivisionError:
        return 0
## several with a star
def tool(a):
    try:
        return 1 // a
    except* ValueError, ZeroDivisionError:
        a = 0
    return a
## a generic function
def first[T](several: list[T]) -> T:
    return several[0]


def tool(a):
    return first([a])
## a generic with bounds and defaults
def tool[T: (int, str), *Ts, **P](a: T, *rest: *Ts) -> T:
    return a
## a default of a type
class Box[T = int]:
    def __init__(self, value: T):
        self.value = value


def tool(a):
    return Box(a).value
## a type alias
type Rows[T] = list[dict[str, T]]


def tool(a):
    return [a]
## the same quotes within
def tool(a):
    row = {"n": a}
    return f"{row["n"]} and {"x" + f"{"y"}"}"
## a backslash within
def tool(a):
    return f"{"\n".join([str(a), str(a)])}"
## a comment within
def tool(a):
    return f"{
        a  # what came
    }"
## a line's end within
def tool(a):
    return f'{
        a
        + 1:>{
            4
        }}'
## several items of with
from contextlib import nullcontext


def tool(a):
    with (nullcontext(a) as one, nullcontext(2) as two):
        return one + two
## a star in an index
def tool(a):
    return {(1, 2): a}[*(1, 2)]
## a walrus in an index
def tool(a):
    return [1, 2, 3][n := 1] + n + a
## patterns
def tool(a):
    match a:
        case {"kind": "x", **rest} | {"other": rest}:
            return 1
        case int() | float() as number if number > 0:
            return 2
        case _:
            return 3
## numbers of all kinds
def tool(a):
    return [0xFF, 1_000, 1e999 > 1, 3j.imag, 2**70, 123456789012345678901234567890, 1.5e-7, b'\x00\xff'[0], a]
## odd texts
def tool(a):
    return ['\ud800'.isascii(), '\0', 'ä😀', r'\d', 'a\nb', ... is Ellipsis, u'x', a]
"""
NEW = dict(re.findall(r"^## (.*)\n((?:(?!## ).*\n)*)", TOOLS, re.MULTILINE))


PLAIN = '''"""Doc."""

from decimal import Decimal as D


def tool(a: int, *, b: str = "x") -> dict:
    """Do."""
    return {"a": [D(one) for one in range(a) if one % 2], **{b: -1.5}}
'''


SCHEMA: dict[str, Any] = {"properties": {"a": {}}, "required": ["a"]}


async def read(pool: Pool, source: str) -> ast.Module:
    parsed = await Grammar(pool).parse(source)
    assert isinstance(parsed, Parsed), parsed
    return parsed.tree()


@pytest.mark.parametrize("source", NEW.values(), ids=NEW)
async def test_what_the_guest_takes_is_read_and_written_and_builds(source: str, pool: Pool) -> None:
    tree = await read(pool, source)
    (written,) = await Grammar(pool).write(tree)
    (again,) = await Grammar(pool).write(await read(pool, written))
    assert written == again
    for one in (source, written):
        built = await pool.fork(one, "tool")
        assert isinstance(built, Component), built
    assert [one for one in check(tree, "tool", SCHEMA, Grant()) if one.severity == "error"] == []


async def test_what_stands_in_new_places_is_walked_past_by_every_rule(pool: Pool) -> None:
    def errors(source: str, tree: ast.Module) -> set[str]:
        return {finding.message for finding in check(tree, "tool", SCHEMA, Grant()) if finding.severity == "error"}

    hidden = {
        "a template": 'def tool(a):\n    return t"{eval(a)}"',
        "a format of one": 'def tool(a):\n    return t"{a:{eval(a)}}"',
        "a bound": "def tool[T: eval('x' + 'y')](a):\n    return a",
        "a default": "class Box[T = eval('x' + 'y')]:\n    pass\n\n\ndef tool(a):\n    return a",
        "an alias": "type Rows = eval('x' + 'y')\n\n\ndef tool(a):\n    return a",
        "a nested text": 'def tool(a):\n    return f"{f"{eval(a)}"}"',
    }
    for place, source in hidden.items():
        found = errors(source, await read(pool, source))
        assert any(message.startswith("eval() runs text") for message in found), place


@pytest.mark.parametrize(
    "source",
    [
        "x" * 300_000, "a\x00b", "(" * 5000, "-" * 200_000 + "1", "a" + ".b" * 50_000, "a" + "+a" * 20_000,
        "[" * 150 + "]" * 150, "f" + "(f" * 90 + ")" * 90, "x = " + "{1:" * 3000, "\ufeff\ufeffx", "class A:\n" * 3,
        "if a:\n" + "".join(" " * n + "if a:\n" for n in range(1, 110)), "'" * 100_001,
    ],
)  # fmt: skip
async def test_a_source_made_to_break_a_parser_is_a_finding_or_a_tree(source: str, pool: Pool) -> None:
    said = await Grammar(pool).parse(source)
    if isinstance(said, Unreadable):
        (finding,) = check(said, "tool", {}, Grant())
        assert isinstance(finding, Finding)
        assert finding.severity == "error"
        assert finding.hint


async def test_what_is_no_python_is_told_with_its_place(pool: Pool) -> None:
    said = await Grammar(pool).parse("def tool(a, b=None):\n    return (1\n")
    assert said == Unreadable("'(' was never closed", 2, 12, "    return (1\n")
    old = await Grammar(pool).parse("try:\n    a()\nexcept A, B as c:\n    pass\n")
    assert isinstance(old, Unreadable)
    assert "parenthesized" in old.message
    assert isinstance(await Grammar(pool).parse("a +", "eval"), Unreadable)
    assert isinstance(await Grammar(pool).parse('f"{a["b"]}"', "eval"), Parsed)


def places(tree: ast.AST) -> list[tuple[str, int, int, int | None, int | None]]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
    return [(type(one).__name__, one.lineno, one.col_offset, one.end_lineno, one.end_col_offset) for one in found]


async def test_a_tree_is_the_one_that_this_python_reads_where_both_can(pool: Pool) -> None:
    source = PLAIN
    ours, theirs = ast.parse(source), await read(pool, source)
    assert ast.unparse(theirs) == ast.unparse(ours)
    assert places(theirs) == places(ours)


async def test_our_own_reader_is_built_once(pool: Pool) -> None:
    one, other = Grammar(pool), Grammar(pool.of("tenant"))
    assert isinstance(await one.parse("a"), Parsed)
    assert isinstance(await other.parse("b"), Parsed)
    assert one._component is other._component  # pyright: ignore[reportPrivateUsage]
