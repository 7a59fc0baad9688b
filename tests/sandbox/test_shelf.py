"""What lies on the image's shelf is imported when a tool asks for it, and nothing else can be run in its name."""

# ruff: noqa: E501 - tables of tries

import json
import textwrap

import pytest

from sandbox import images
from sandbox.contract.outcomes import Failed, Returned
from sandbox.image.artifacts import Image, Library
from tests.sandbox.makers import Bench

SHELVED = [library for library in images.libraries() if library.shelved]
# Each tries to have `wrong`, a function of the tool, run as a module of the shelf: `evil` would no longer be empty.
_BEFORE = """
import marshal, sys, types, zlib
evil = []
sys.evil = evil

def wrong():
    import sys
    sys.evil.append("evil")

def tool():
    from sealwright_runner import shelf
    packed = zlib.compress(marshal.dumps(wrong.__code__))
    spec = shelf.Shelf.find_spec("vobject")
    module = types.ModuleType("vobject")
    module.__spec__ = spec
    try:
%s
    except BaseException as error:
        return [type(error).__name__, list(evil)]
    return ["nothing", list(evil)]
"""
TRIES = {
    "other code in its place": "shelf._kept['vobject'] = (False, 'vobject.py', packed); import vobject",
    "other code under its file": "shelf._kept['vobject'] = (*shelf._kept['vobject'][:2], packed); import vobject",
    "a module of one's own": "shelf._kept['mine'] = (False, 'tool.py', packed); import mine",
    "another way to unpack": (
        "shelf.zlib = types.SimpleNamespace(decompress=lambda _: marshal.dumps(wrong.__code__)); import vobject"
    ),
    "another way to read": "shelf.marshal = types.SimpleNamespace(loads=lambda _: wrong.__code__); import vobject",
    "a reader in the builtins": (
        "import builtins; run = builtins.exec; builtins.exec = lambda code, space: run(wrong.__code__, space); import vobject"
    ),
    "its finder's own function": "shelf.Shelf.exec_module.__globals__['marshal'] = types.SimpleNamespace(loads=lambda _: wrong.__code__); shelf.Shelf.exec_module(module)",
    "a code object of its own": "exec(wrong.__code__, {})",
    "a code object that was read": "exec(marshal.loads(marshal.dumps(wrong.__code__)), {})",
    "a code object by another name": "exec(wrong.__code__.replace(co_filename=spec.origin), {})",
    "a function of it": "types.FunctionType(wrong.__code__, {})()",
    "its code in a function of the shelf": "shelf.Shelf.exec_module.__code__ = wrong.__code__; shelf.Shelf.exec_module(module)",
    "a template under its file": (
        "import jinja2; code = jinja2.Environment().compile('{{ 1 }}{% set x = 2 %}', filename=spec.origin); "
        "exec(code, {'sys': sys}); evil.append('run')"
    ),
    "a mapping that answers otherwise": (
        "kept = shelf._kept; shelf._kept = type('M', (dict,), {'__getitem__': lambda s, n: (False, kept[n][1], packed)})(kept);"
        " import vobject"
    ),
    "a text that equals its file": (
        "name = type('T', (str,), {'__eq__': lambda s, o: True, '__hash__': lambda s: 1})('x'); "
        "shelf._kept['vobject'] = (False, name, packed); import vobject"
    ),
    "the hook's parts": "shelf.codes = lambda: (('tool.py', packed),); shelf._kept['vobject'] = (False, 'tool.py', packed); import vobject",
    "what adapts afterwards": (
        "from sealwright_runner import adaptations; adaptations.adapt = lambda m: exec(wrong.__code__, {}); import vobject"
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", TRIES)
def test_only_what_the_build_laid_there_is_run(bench: Bench, way: str) -> None:
    ran = bench.run(_BEFORE % textwrap.indent(TRIES[way], "        "))

    assert isinstance(ran.outcome, Returned), ran
    error, evil = json.loads(ran.outcome.result)
    assert evil == []
    assert error in {"PermissionError", "ModuleNotFoundError", "AttributeError", "TypeError", "ValueError", "KeyError"}


@pytest.mark.parametrize("library", SHELVED, ids=lambda library: library.name)
def test_a_library_of_the_shelf_is_imported_at_the_top_and_in_a_function(bench: Bench, library: Library) -> None:
    imports = "\n".join(f"import {name}" for name in library.imports)
    names = ", ".join(f"{name}.__name__" for name in library.imports)
    outside = bench.run(f"{imports}\n\ndef tool():\n    return [{names}]\n")
    inside = bench.run(f"def tool():\n{textwrap.indent(imports, '    ')}\n    return [{names}]\n")

    assert isinstance(outside.outcome, Returned), outside
    assert json.loads(outside.outcome.result) == list(library.imports)
    assert inside.outcome == outside.outcome


def test_every_module_of_the_shelf_is_listed_and_none_is_imported_before_a_tool_asks(
    bench: Bench, image: Image
) -> None:
    names = [name for library in SHELVED for name in library.imports]
    ran = bench.try_body(f"import sys\nreturn [name for name in {names!r} if name in sys.modules]")

    assert isinstance(ran.outcome, Returned)
    assert json.loads(ran.outcome.result) == []
    assert set(names) <= set(image.modules)
    assert {"reportlab.pdfgen.canvas", "phonenumbers.data.region_DE", "holidays.countries.germany"} <= set(
        image.modules
    )


@pytest.mark.parametrize("name", ["bz2", "lzma", "_lzma", "compression.zstd", "compression.bz2", "zstandard", "_zstd"])
def test_what_cannot_be_unpacked_says_what_can(bench: Bench, name: str) -> None:
    ran = bench.try_body(f"import {name}")

    assert isinstance(ran.outcome, Failed)
    assert "zlib, gzip, zipfile and tarfile" in ran.outcome.fault.message
