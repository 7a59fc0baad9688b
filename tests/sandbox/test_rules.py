import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import Call, Component, Finding, Grant, Image, Limits, Pool, Returned
from sandbox.rules import check
from sandbox.rules.imports import BUILT_IN, SDK_NAMES, offered
from sandbox.worlds import World
from tests.host_syntax import read

ROOT = Path(__file__).parents[2]
SCHEMA: Mapping[str, Any] = {"properties": {"a": {}, "b": {}}, "required": ["a"]}
MODULES = {"re", "json", "math", "sealwright", "bs4", "xml", "xml.dom", "ctypes", "smtplib", "os", "sys"}
GOOD = '''
"""Adds."""
import re
from sealwright import log

def tool(a, b=None):
    """Add."""
    log.info("adding")
    return {"sum": a + (b or 0)}
'''


def findings(source: str, *, schema: Mapping[str, Any] = SCHEMA, grant: Mapping[str, object] | None = None):
    return check(read(source), "tool", schema, Grant.parse(grant), MODULES)


def only(source: str, **more: Any) -> Finding:
    found = findings(source, **more)
    assert len(found) == 1, found
    return found[0]


def body(code: str) -> str:
    lines = "\n    ".join(code.splitlines())
    return f"def tool(a, b=None):\n    {lines}\n"


def test_nothing_is_found_in_good_code():
    assert findings(GOOD) == []


def test_a_syntax_error_says_where_with_line_and_column():
    found = only("def tool(a, b=None):\n    return (1\n")

    assert (found.gate, found.severity, found.line) == ("contract", "error", 2)
    assert "column 12" in found.message
    assert "return (1" in found.message


# --- contract


def test_a_missing_function_is_named_with_the_nearest_one():
    found = only("def tools(a, b=None): return 1")

    assert found.message == "The source has no function 'tool' at its top level."
    assert found.hint is not None
    assert found.hint.startswith("Rename 'tools', or define `def tool(a, b)")


def test_an_async_function_is_refused():
    assert "async" in only("async def tool(a, b=None): return 1").message


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("a", "'tool' has no parameter 'b', which its input_schema has."),
        ("a, b", "The parameter 'b' has no default, but input_schema does not require it."),
        ("a, b=None, *, c", "The parameter 'c' is not in the input_schema, so nobody can fill it."),
        ("a, /, b=None", "a cannot be passed by name."),
    ],
)
def test_parameters_are_held_against_the_schema(parameters: str, message: str):
    found = only(f"def tool({parameters}): return 1")

    assert (found.message, found.line, found.gate) == (message, 1, "contract")


@pytest.mark.parametrize("parameters", ["a, b=None, c=1", "**given", "a, **rest", "*, b=2, a"])
def test_parameters_that_take_every_valid_call_are_fine(parameters: str):
    assert findings(f"def tool({parameters}): return 1") == []


# --- what it imports


def test_an_import_the_image_lacks_is_named_with_what_to_do():
    found = only("import requests\n" + GOOD)

    assert (found.gate, found.severity, found.line) == ("imports", "error", 1)
    assert found.message == "There is no module 'requests' in the image."
    assert found.hint is not None
    assert "from sealwright import http" in found.hint


def test_a_misspelt_import_offers_the_nearest():
    assert "'json'" in str(only("import jsom\n" + GOOD).hint)


def test_a_missing_part_of_a_package_is_found():
    assert findings("import xml.dom\n" + GOOD) == []
    assert only("import xml.nothing\n" + GOOD).severity == "error"
    assert findings("import bs4.element\n" + GOOD) == []


def test_an_import_inside_try_only_warns():
    assert only("try:\n    import orjson\nexcept ImportError:\n    orjson = None\n" + GOOD).severity == "warning"


@pytest.mark.parametrize(
    ("line", "gate", "severity"),
    [
        ("from . import helpers", "imports", "error"),
        ("import ctypes", "safety", "error"),
        ("import sealwright_runner.program", "safety", "error"),
        ("from wit_world.imports import host", "safety", "error"),
        ("import smtplib", "imports", "warning"),
        ("from sealwright import mail", "imports", "error"),
    ],
)
def test_imports_that_are_refused_or_useless(line: str, gate: str, severity: str):
    found = only(f"{line}\n{GOOD}")

    assert (found.gate, found.severity, found.line) == (gate, severity, 1)
    assert found.hint


async def test_the_rules_know_the_sdk_as_it_is(pool: Pool):
    tool = await pool.fork("import sealwright\n\ndef tool():\n    return sorted(sealwright.__all__)\n", "tool")
    assert isinstance(tool, Component)

    execution = await pool.run(tool, Call("{}", bytes(32), 0), grant=Grant(), limits=Limits(), host=World())

    assert isinstance(execution.outcome, Returned)
    assert json.loads(execution.outcome.result) == list(SDK_NAMES)


# --- safety


@pytest.mark.parametrize(
    "code",
    [
        "return eval(a)",
        "return __import__(a)",
        "exec(compile(a, '', 'exec'))",
        "return ().__class__.__base__.__subclasses__()",
        "return tool.__globals__",
        "return getattr(tool, '__code__')",
        "return __builtins__",
        "import sys\nreturn sys._getframe()",
        "import sys\nsys.modules['re'] = None",
        "import sys\nsys.stdout = None",
        "try:\n    return 1\nexcept:\n    pass",
        "try:\n    return 1\nexcept BaseException:\n    pass",
        "return 'sk_live_" + "0123456789abcdef'",
    ],
)
def test_unsafe_code_is_an_error_with_a_line_and_a_hint(code: str):
    errors = [found for found in findings(body(code)) if found.severity == "error"]

    assert errors
    assert all(found.gate == "safety" and found.line and found.hint for found in errors)


def test_writing_to_the_sdk_is_an_error():
    source = "from sealwright import log\nlog.info = print\nsetattr(log, 'info', print)\n" + body("return 1")

    assert [(found.gate, found.line) for found in findings(source)] == [("safety", 2), ("safety", 3)]


@pytest.mark.parametrize(
    "code", ["try:\n    return 1\nexcept Exception:\n    pass", "open('x')", "global state\nstate = 1"]
)
def test_doubtful_code_is_a_warning(code: str):
    assert only(body(code)).severity == "warning"


@pytest.mark.parametrize(
    "code",
    [
        "import re\nreturn re.compile(a).pattern",
        "return type(a).__name__",
        "try:\n    return int(a)\nexcept ValueError:\n    pass",
        "a.open()",
        "return eval('1 + 1')",
    ],
)
def test_honest_code_is_left_alone(code: str):
    assert findings(body(code)) == []


# --- privilege


def test_a_used_capability_must_be_asked_for():
    found = only("from sealwright import http as web\n" + body("return web.get(a).json()"))

    assert (found.gate, found.severity, found.line) == ("privilege", "error", 3)
    assert found.message == "The code uses http, which the spec does not ask for."
    assert '"http": [' in str(found.hint)


def test_a_requested_capability_must_be_used():
    assert only(GOOD, grant={"ledger": ["a/*"]}).severity == "warning"


@pytest.mark.parametrize(
    "code", ["import sealwright\n", "import sealwright.email\n", "from sealwright.email import send\n"]
)
def test_every_way_to_import_the_sdk_counts_as_use(code: str):
    use = "return sealwright.email.send(a, 's', 't')" if "import sealwright" in code else "return send(a, 's', 't')"

    found = check(read(code + body(use)), "tool", SCHEMA, Grant.parse({"email": ["from @a.example"]}))
    assert found == []


def test_a_url_that_stands_in_the_code_is_judged_now():
    grant = {"http": ["GET https://a.example/v1/*"]}
    head = "from sealwright import http\n"

    assert findings(head + body("return http.get('https://a.example/v1/x').ok"), grant=grant) == []
    found = only(head + body("return http.post('https://a.example/v1/x').ok"), grant=grant)
    assert "POST https://a.example/v1/x" in str(found.hint)


def test_a_secret_that_stands_in_the_code_must_be_asked_for():
    source = "from sealwright import secret\n" + body("return secret('stripe_key')")

    assert findings(source, grant={"secret": ["stripe_key"]}) == []
    assert "stripe_key" in only(source, grant={"secret": ["other"]}).message


# --- the image


async def test_every_module_the_guest_has_is_offered(pool: Pool, image: Image):
    source = "import sys\ndef names():\n    return sorted(set(sys.modules) | set(sys.builtin_module_names))\n"
    built = await pool.fork(source, "names")
    assert isinstance(built, Component)
    ran = await pool.run(built, Call("{}", bytes(32), 0), grant=Grant(), limits=Limits.DEFAULT, host=World())
    assert isinstance(ran.outcome, Returned)

    public = [name for name in json.loads(ran.outcome.result) if not name.startswith("_")]
    ours = {"componentize_py_runtime", "sealwright_image", "tool", "htmlparser", "wit_world", "componentize_py_types"}
    hidden = {name for name in public if name.startswith("importlib._")}
    assert {name for name in public if not offered(name, image.modules)} <= ours | hidden


async def test_every_built_in_module_can_be_imported(pool: Pool):
    lines = "".join(f"import {name}\n" for name in sorted(BUILT_IN))

    assert isinstance(await pool.fork(f"{lines}\ndef tool():\n    return 1\n", "tool"), Component)


# --- the examples


@pytest.mark.parametrize("folder", sorted(path.parent for path in (ROOT / "examples").glob("*/spec.yaml")), ids=str)
def test_nothing_is_found_in_the_examples(folder: Path):
    spec = yaml.safe_load((folder / "spec.yaml").read_text())
    source = (folder / "tool.py").read_text()

    assert check(read(source), spec["name"], spec["input_schema"], Grant.parse(spec.get("capabilities"))) == []
