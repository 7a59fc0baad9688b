"""Whatever a tool raises is told: its data is kept, and a full memory is told as that, never as a crash."""

# ruff: noqa: E501 - a table of bodies

import json
from typing import Any

import pytest

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Exhausted, Failed, Returned
from tests.sandbox.makers import Bench

_LIMITS = Limits(fuel=20_000_000_000, wall_ms=60_000, memory_bytes=96 << 20)
# Details that are no object, with what they are told as.
VALUES: tuple[Any, ...] = (
    [], [1, "a", None], [{"row": 1}, {"row": 2}], [[1], [2]], "text", "", 0, 1, -1.5, True, False, 2**70, [None],
    "ü😀\u2028\x00", [[[[[]]]]],
)  # fmt: skip
OBJECTS: tuple[dict[str, Any], ...] = (
    {"customer": 5}, {"rows": [1, 2], "more": {"a": None}}, {"": 1}, {"type": "card"}, {"line": 7}, {"line": "A-7"},
    {"traceback": [1]}, {"data": 1}, {"ü": "日本"}, {"big": 2**80}, {"code": "x", "message": "y", "hint": "z"},
    {"retryable": True},
)  # fmt: skip
# What JSON cannot say, and what stands there instead.
ODD = {
    "{1, 2}": {"data": "{1, 2}"},
    "{'when': __import__('datetime').date(2026, 3, 9)}": {"when": "datetime.date(2026, 3, 9)"},
    "{'x': float('nan'), 'y': float('inf')}": {"x": "nan", "y": "inf"},
    "{1: 'a', None: 'b', True: 'c', 2.5: 'd', (1, 2): 'e'}": {
        "1": "c", "null": "b", "2.5": "d", "(1, 2)": "e",
    },
    "(1, 2)": {"data": [1, 2]},
    "{'d': __import__('decimal').Decimal('1.10')}": {"d": "Decimal('1.10')"},
    "b'x'": {"data": "b'x'"},
    "object": {"data": "<class 'object'>"},
    "Wrong()": {"data": "<Wrong>"},
    "{'w': [Wrong()]}": {"w": ["<Wrong>"]},
    "{'n': 10 ** 6000}": {"n": "<int>"},
    "'\\ud800'": {"data": "\ud800"},
    "Words.A": {"data": "a"},
    "Number.ONE": {"data": 1},
    "secret('k')": {"data": "secret('k')"},
    "range(3)": {"data": "range(0, 3)"},
    "__import__('collections').OrderedDict(a=1)": {"a": 1},
    "__import__('collections').Counter('aa')": {"a": 2},
}  # fmt: skip
_RAISING = """
import enum
from sealwright import ToolError, secret

class Wrong:
    def __repr__(self): raise RuntimeError("no")

class Words(enum.StrEnum):
    A = "a"

class Number(enum.IntEnum):
    ONE = 1

def tool():
    raise ToolError("bad_rows", "Rows are bad.", hint="Mend them.", details={details})
"""


def details_of(bench: Bench, written: str) -> dict[str, Any]:
    ran = bench.run(_RAISING.replace("{details}", written), limits=_LIMITS)
    assert isinstance(ran.outcome, Failed), ran
    fault = ran.outcome.fault
    assert (fault.code, fault.message, fault.hint) == ("bad_rows", "Rows are bad.", "Mend them.")
    return dict(fault.details or {})


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_error_keeps_data_of_any_kind(bench: Bench, value: object) -> None:
    details = details_of(bench, repr(value))

    assert json.dumps(details["data"]) == json.dumps(value)
    assert details["type"] == "ToolError"
    assert "ToolError" in details["traceback"]


@pytest.mark.parametrize("value", OBJECTS, ids=repr)
def test_an_error_keeps_every_name_of_an_object(bench: Bench, value: dict[str, Any]) -> None:
    details = details_of(bench, repr(value))

    assert {name: details.get(name) for name in value} == value


@pytest.mark.parametrize("written", ODD)
def test_data_that_is_no_json_is_told_as_python_shows_it(bench: Bench, written: str) -> None:
    details = details_of(bench, written)

    assert {name: details.get(name) for name in ODD[written]} == ODD[written]


def test_data_without_end_is_cut_and_the_error_is_told(bench: Bench) -> None:
    ran = bench.try_body(
        "from sealwright import ToolError\nloop = {'a': 1}\nloop['self'] = loop\n"
        "raise ToolError('looped', 'It loops.', details=loop)"
    )

    assert isinstance(ran.outcome, Failed)
    assert ran.outcome.fault.code == "looped"
    assert dict(ran.outcome.fault.details or {})["a"] == 1


@pytest.mark.parametrize(
    "raised",
    [
        "ToolError(5, 6, hint=7)", "ToolError(None, None)", "ToolError(Odd(), Odd(), Odd(), Odd())",
        "ToolError('a', 'b', ['hint'], ['data'])", "ToolError('\\ud800', '\\ud800')", "Own('a')", "Odd2()",
        "ExceptionGroup('g', [ToolError('x', 'y', details=[1])])", "BaseException()", "KeyboardInterrupt()",
        "GeneratorExit()", "SystemExit([1])", "StopIteration(5)",
    ],
)  # fmt: skip
def test_no_error_is_too_odd_to_be_told(bench: Bench, raised: str) -> None:
    ran = bench.run(
        "from sealwright import ToolError\n\n\nclass Odd:\n    def __str__(self): raise RuntimeError('no')\n"
        "    __repr__ = __str__\n\n\nclass Own(ToolError):\n    def __init__(self, what):\n        self.what = what\n\n\n"
        "class Odd2(Exception):\n    def __str__(self): raise ValueError('no')\n\n\n"
        f"def tool():\n    raise {raised}\n"
    )

    assert isinstance(ran.outcome, Failed), ran


# Each fills the memory in a way of its own.
BOMBS = {
    "one text": "x = 'x' * 10**9",
    "one list": "x = [0] * 10**9",
    "bytes": "x = bytes(10**9)",
    "a bytearray that grows": "x = bytearray()\nwhile True: x += bytes(1 << 20)",
    "a list that grows": "x = []\nwhile True: x.append(bytearray(1 << 20))",
    "small texts": "x = []\nwhile True: x.append(str(len(x)) * 20)",
    "small lists": "x = []\nwhile True: x.append([])",
    "small objects": "class A: pass\nx = []\nwhile True:\n    a = A()\n    a.n = len(x)\n    x.append(a)",
    "a dict": "x = {}\nwhile True: x[len(x)] = str(len(x))",
    "a set": "x = set()\nwhile True: x.add(len(x))",
    "a text that doubles": "x = 'x'\nwhile True: x += x",
    "a text that grows": "x = ''\nwhile True: x += 'xy' * 5000",
    "a shift": "x = 1 << 10**10",
    "a comprehension": "x = [bytes(100) for _ in range(10**8)]",
    "a generator's list": "x = list(bytes(10) for _ in iter(int, 1))",
    "joined": "x = 'ab'.join(['c' * 1000] * 10**6)",
    "formatted": "x = f\"{'x':>{10**9}}\"",
    "replaced": "x = ('a' * 10**7).replace('a', 'b' * 100)",
    "JSON": "import json\nx = json.dumps(['x' * 10**6] * 200)",
    "read JSON": "import json\nx = json.loads('[' + ','.join(['[]'] * 5_000_000) + ']')",
    "base64": "import base64\nx = base64.b64encode(bytes(80 << 20))",
    "a buffer": "import io\nx = io.BytesIO()\nwhile True: x.write(bytes(1 << 20))",
    "a text buffer": "import io\nx = io.StringIO()\nwhile True: x.write('x' * (1 << 20))",
    "a packed bomb": "import zlib\nx = zlib.decompress(zlib.compress(bytes(60 << 20)) + b'') * 9",
    "a deque": "import collections\nx = collections.deque()\nwhile True: x.append(bytes(1000))",
    "an array": "import array\nx = array.array('d', [0])\nwhile True: x.extend(x)",
    "closures": "x = []\nwhile True: x.append(lambda y=len(x): y)",
    "classes": "x = []\nwhile True: x.append(type('C', (), {}))",
    "exceptions": "x = []\nwhile True:\n    try: raise ValueError(len(x))\n    except ValueError as e: x.append(e)",
    "a decimal": "import decimal\ndecimal.getcontext().prec = 10**8\nx = decimal.Decimal(1) / 3",
    "a pattern": "import re\nx = re.findall('', 'a' * 10**7)",
    "rows": "import sqlite3\nd = sqlite3.connect(':memory:')\nd.execute('create table t (x)')\n"
            "while True: d.execute('insert into t values (?)', (bytes(1 << 20),))",
    "a result": "return ['x' * 10**6] * 200",
    "printed": "x = []\nwhile True:\n    x.append(bytes(1 << 16))\n    print('y' * 1000)",
    "handled once": "x = []\ntry:\n    while True: x.append(bytes(1 << 16))\nexcept MemoryError:\n"
                    "    y = []\n    while True: y.append(bytes(1 << 10))",
    "never let go": "global K\nK = []\nwhile True: K.append(str(len(K)))",
    "in a finally": "x = []\ntry:\n    while True: x.append(str(len(x)))\nfinally:\n    x.append([0] * 10**8)",
    "a recursion": "def f(x): return f(x + [0] * 10**6)\nf([])",
    "templates": "import jinja2\nx = jinja2.Template('{% for a in range(99) %}{{ b }}{% endfor %}').render(b='x' * 10**6)",
    "XML": "import xml.etree.ElementTree as E\nx = E.fromstring('<a>' + '<b/>' * 3_000_000 + '</a>')",
    "a task each": "import asyncio\nasync def f():\n    x = []\n    while True: x.append(bytes(1 << 16))\nasyncio.run(f())",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_full_memory_ends_as_that(bench: Bench, name: str) -> None:
    ran = bench.try_body(BOMBS[name], limits=_LIMITS)

    assert isinstance(ran.outcome, Exhausted), ran.outcome
    assert ran.outcome.fault.code == "memory_bytes"


def test_a_tool_that_lets_go_in_time_goes_on(bench: Bench) -> None:
    ran = bench.try_body(
        "x = []\ntry:\n    while True: x.append(bytes(1 << 16))\nexcept MemoryError:\n    n = len(x)\n    x.clear()\n"
        "return n > 100",
        limits=_LIMITS,
    )

    assert isinstance(ran.outcome, Returned), ran
    assert ran.outcome.result == "true"
