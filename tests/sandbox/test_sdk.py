"""What authors import says for itself what it takes, what it gives back and what it raises."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from sandbox import Returned, manuals
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench

SDK = CHECKOUT / "sandbox" / "guest" / "sealwright"
# What the package itself offers lies in these; the rest of what begins with `_` is no author's.
OFFERED = ("_errors", "__init__", "_secret")
ASKING = ("_host.call(", "request(")
# Evaluates every annotation where it will be read: inside.
EVALUATED = """
import inspect
import typing
import sealwright

def functions():
    for name in sealwright.__all__:
        found = getattr(sealwright, name)
        module = found if inspect.ismodule(found) else None
        for said, one in vars(module).items() if module else [(name, found)]:
            if said.startswith("_") or not getattr(one, "__module__", "").startswith("sealwright"):
                continue
            yield f"{name}.{said}", one
            if inspect.isclass(one):
                for method, two in vars(one).items():
                    two = two.fget if isinstance(two, property) else two
                    if inspect.isfunction(two) and not method.startswith("_"):
                        yield f"{name}.{said}.{method}", two

def tool():
    return {said: sorted(typing.get_type_hints(one)) for said, one in functions()}
"""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SDK.glob("*.py")):
        if not path.stem.startswith("_") or path.stem in OFFERED:
            yield path.stem, ast.parse(path.read_text())


def public(holder: ast.Module | ast.ClassDef, place: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in holder.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{place}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{place}.{node.name}")


def everything() -> list[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    return [found for name, tree in modules() for found in public(tree, name)]


def bare(function: ast.FunctionDef) -> list[str]:
    """What of a function has no annotation: its parameters, and `return`."""
    said = function.args
    given = [*said.posonlyargs, *said.args, *said.kwonlyargs, *(one for one in (said.vararg, said.kwarg) if one)]
    without = [one.arg for one in given if one.annotation is None and one.arg != "self"]
    return without + ([] if function.returns is not None else ["return"])


def test_every_public_function_says_what_it_takes_and_what_it_gives_back() -> None:
    functions = {place: node for place, node in everything() if isinstance(node, ast.FunctionDef)}
    assert len(functions) > 30
    assert {place: missing for place, node in functions.items() if (missing := bare(node))} == {}


def test_what_a_tool_makes_itself_says_what_it_takes() -> None:
    made = [node for _, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    constructors = [node for node in made if node.name == "__init__" and node.args.args[1:]]
    assert len(constructors) >= 3
    assert [bare(node) for node in constructors if bare(node)] == []


def test_every_public_name_and_module_has_its_words() -> None:
    assert [place for place, node in everything() if not ast.get_docstring(node)] == []
    assert [name for name, tree in modules() if not name.startswith("_") and not ast.get_docstring(tree)] == []


def test_whatever_asks_the_host_says_what_it_raises() -> None:
    asking = {
        place: ast.get_docstring(node) or ""
        for place, node in everything()
        if isinstance(node, ast.FunctionDef) and any(call in ast.unparse(node) for call in ASKING)
    }
    assert len(asking) > 20
    assert [place for place, said in asking.items() if "aises" not in said] == []


def test_annotations_can_be_evaluated_inside(bench: Bench) -> None:
    ran = bench.run(EVALUATED)
    assert isinstance(ran.outcome, Returned), ran.outcome
    evaluated = json.loads(ran.outcome.result)
    assert evaluated["files.list"] == ["prefix", "return"]
    assert evaluated["ToolError.ToolError"] == ["code", "details", "hint", "message"]
    inside = {place for place, node in everything() if isinstance(node, ast.FunctionDef)}
    missing = inside - evaluated.keys() - {"_errors.HostError.retryable", "__init__.progress", "_secret.secret"}
    assert missing == set()


def test_the_manual_shows_every_function_as_it_is_called() -> None:
    manual = manuals.sdk()
    for name, tree in modules():
        prefix = "" if name in OFFERED else f"{name}."
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert node.returns is not None
                said = f"{prefix}{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"
                assert said in manual, said
                assert (ast.get_docstring(node) or "").splitlines()[0] in manual


def test_the_page_of_a_capability_leaves_types_bounds_and_further_errors_to_the_manual() -> None:
    page, manual = manuals.capability("kv"), manuals.sdk()
    assert "kv.get(key, default=None, *, scope='tool')" in page
    assert "    The JSON value under the key, or the default." in page
    assert "kv.delete(key, *, scope='tool')" in page
    for said in ("Bounds: a key has up to", "Raises CapabilityRefused without a permit to write it", "-> Json"):
        assert said in manual
        assert said not in page


def test_a_function_without_annotations_is_found() -> None:
    tree = ast.parse("def f(a, *b, c: int, **d) -> None: ...\ndef g(self, x: int): ...")
    assert [bare(node) for node in tree.body if isinstance(node, ast.FunctionDef)] == [["a", "b", "d"], ["return"]]


def test_the_folder_is_the_one_that_the_image_is_made_of() -> None:
    assert Path(manuals.__file__).parent / "guest" / "sealwright" == SDK
