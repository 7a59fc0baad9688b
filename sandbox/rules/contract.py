"""The function a spec asks for: there, plain, and with the parameters its input_schema has."""

import ast
import difflib
from collections.abc import Iterator

from sandbox.contract.findings import Finding
from sandbox.rules.drafts import Draft

GATE = "contract"


def function_is_there(draft: Draft) -> Iterator[Finding]:
    if draft.function() is not None:
        return
    others = [node.name for node in draft.tree.body if isinstance(node, ast.FunctionDef)]
    near = difflib.get_close_matches(draft.name, others, 1) or others[-1:]
    rename = f"Rename {near[0]!r}, or define" if near else "Define"
    yield Finding(
        GATE,
        "error",
        f"The source has no function {draft.name!r} at its top level.",
        f"{rename} `def {draft.name}({', '.join(_properties(draft))}): ...`: the function bears the tool's name.",
    )


def function_is_plain(draft: Draft) -> Iterator[Finding]:
    function = draft.function()
    if isinstance(function, ast.AsyncFunctionDef):
        yield Finding(
            GATE,
            "error",
            f"{draft.name!r} is an async function.",
            f"Write `def {draft.name}(...)`, and `asyncio.run(...)` inside it if you need to.",
            function.lineno,
        )


def parameters_match(draft: Draft) -> Iterator[Finding]:
    function = draft.function()
    if function is None:
        return
    given = function.args
    if given.posonlyargs:
        names = ", ".join(one.arg for one in given.posonlyargs)
        yield Finding(
            GATE,
            "error",
            f"{names} cannot be passed by name.",
            "Remove the `/`: arguments go by name.",
            function.lineno,
        )
    yield from _missing(draft, function)
    yield from _unfilled(draft, function)


def _missing(draft: Draft, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    """Properties of the schema that the function does not take."""
    taken = {one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    if function.args.kwarg is not None:
        return
    for name in _properties(draft):
        if name not in taken:
            yield Finding(
                GATE,
                "error",
                f"{draft.name!r} has no parameter {name!r}, which its input_schema has.",
                f"Add it: def {draft.name}({', '.join(_properties(draft))}).",
                function.lineno,
            )


def _unfilled(draft: Draft, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    """Parameters that a valid call would leave without a value."""
    properties, required = _properties(draft), _required(draft)
    for name in _without_default(function.args):
        if name not in properties:
            yield Finding(
                GATE,
                "error",
                f"The parameter {name!r} is not in the input_schema, so nobody can fill it.",
                f"The schema has {', '.join(properties) or 'no properties'}; give {name!r} a default or remove it.",
                function.lineno,
            )
        elif name not in required:
            yield Finding(
                GATE,
                "error",
                f"The parameter {name!r} has no default, but input_schema does not require it.",
                f"Write `{name}=None` (or its default), or add {name!r} to `required`.",
                function.lineno,
            )


def _without_default(given: ast.arguments) -> list[str]:
    plain = given.args[: len(given.args) - len(given.defaults)]
    named = [one for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    return [one.arg for one in (*plain, *named)]


def _properties(draft: Draft) -> list[str]:
    properties = draft.input_schema.get("properties")
    return [str(name) for name in properties] if isinstance(properties, dict) else []  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (a JSON schema)


def _required(draft: Draft) -> set[str]:
    required = draft.input_schema.get("required")
    return {str(name) for name in required} if isinstance(required, list) else set()  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (a JSON schema)


RULES = (
    function_is_there,
    function_is_plain,
    parameters_match,
)
