"""What a spec must look like: a table of its fields, and a check for each. Every problem has a JSON pointer.

It reads what strangers wrote, at length: only confined processes import it (tenants/confined/jobs.py).
"""

import keyword
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sandbox import Grant, InvalidGrant, InvalidLimits, Limits
from tenants.base import canonical, ids
from tenants.base.errors import InvalidError
from tenants.confinement.spec_fields import (
    CASES_MAX,
    EFFECTS,
    EQUIVALENT_MAX,
    FIELDS,
    NAMES,
    RESERVED,
    SPEC_BYTES_MAX,
)
from tenants.gates.invariants import expressions
from tenants.gates.stated import blocks, cases
from tenants.schemas import json_schemas
from tenants.schemas.json_schemas import problem

Problems = list[dict[str, str]]

_NAME = re.compile(ids.TOOL_NAME)
# Names that Python keeps for itself cannot name a function or an argument.
_KEPT = frozenset(keyword.kwlist)
# MCP's keyword for arguments that travel as headers too, where proxies and their logs see them. A call would have to be
# refused unless both are equal, and clients drop tools that use the keyword wrongly: nothing here is worth that.
_MIRROR = "x-mcp-header"
# What a claim says of a mistake, and why nobody could notice it.
_CLAIMED = ("was", "became", "because")
_CLAIM_CHARACTERS_MAX = 1_000
_REQUIRED = tuple(name for name, field in FIELDS.items() if field.required)


def problems(body: object, unanswered: Sequence[int] = ()) -> Problems:
    """Return everything that is wrong with a spec; empty when it is valid.

    The hold-outs that are `unanswered`, by number, need not say what they expect: it is kept elsewhere.
    """
    if not isinstance(body, Mapping):
        return [problem("", "A spec is an object.")]
    spec = cast("Mapping[str, Any]", body)
    try:
        size = len(canonical.text(spec))
    except InvalidError as error:
        return [problem("", error.message)]
    if size > SPEC_BYTES_MAX:
        return [problem("", f"The spec is {size:,} bytes; {SPEC_BYTES_MAX:,} are allowed.")]
    found = [problem(f"/{name}", "This is missing.") for name in _REQUIRED if spec.get(name) is None]
    found.extend(blocks.unknown(name, NAMES, json_schemas.pointer([name])) for name in spec if name not in _CHECKS)
    checks = {**_CHECKS, "holdouts": _cases("holdouts", unanswered)}
    for name, check in checks.items():
        if spec.get(name) is not None:
            found.extend(check(spec[name], spec))
    return found


def _name(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value in _KEPT:
        message = "A name is 1 to 64 of a-z, 0-9 and _, starts with a letter, and is no word of Python's."
        hint = re.sub(r"[^a-z0-9]+", "_", str(value).lower()).strip("_0123456789")[:59].strip("_")
        hint = f"{hint}_tool" if hint in _KEPT or hint in RESERVED else hint
        return [problem("/name", message, f"For example {hint}." if _NAME.fullmatch(hint) else None)]
    if value in RESERVED:
        return [problem("/name", f"{value} is a tool that every MCP endpoint has already.", "Choose another name.")]
    return []


def _text(field: str) -> Callable[[object, Mapping[str, Any]], Problems]:
    longest: int = FIELDS[field].shape["maxLength"]

    def check(value: object, spec: Mapping[str, Any]) -> Problems:
        del spec
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= longest:
            return [problem(f"/{field}", f"This is text of 1 to {longest:,} characters.")]
        return []

    return check


def _input_schema(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    found = json_schemas.schema_problems(value, "/input_schema")
    if found:
        return found
    said = f"{_MIRROR} has clients send the argument in a header as well, which is not taken here."
    mirrored = [problem(place, said, "Leave it out.") for place in json_schemas.places(value, _MIRROR, "/input_schema")]
    properties = cast("dict[str, Any]", value).get("properties", {})
    hint = "Each property becomes a keyword argument of the function."
    return mirrored + [
        problem(
            json_schemas.pointer(["input_schema", "properties", name]),
            f"{name!r} is not a name that Python takes.",
            hint,
        )
        for name in properties
        if not name.isidentifier() or name in _KEPT or name.startswith("__")
    ]


def _output_schema(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    return json_schemas.schema_problems(value, "/output_schema")


def _capabilities(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    if not isinstance(value, dict):
        return [problem("/capabilities", "This is an object from capability to a list of permits.")]
    found: Problems = []
    for name, lines in cast("dict[str, Any]", value).items():
        try:
            Grant.parse({name: lines})
        except InvalidGrant as error:
            found.append(problem(json_schemas.pointer(["capabilities", name]), str(error)))
    return found


def _limits(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    if not isinstance(value, dict):
        return [problem("/limits", "This is an object from limit to a whole number.")]
    found: Problems = []
    for name, amount in cast("dict[str, Any]", value).items():
        try:
            Limits.of({name: amount})
        except InvalidLimits as error:
            found.append(problem(json_schemas.pointer(["limits", name]), str(error)))
    return found


def _effects(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    return (
        []
        if isinstance(value, str) and value in EFFECTS
        else [problem("/effects", f"This is one of {', '.join(EFFECTS)}.")]
    )


def _cases(field: str, unanswered: Sequence[int] = ()) -> Callable[[object, Mapping[str, Any]], Problems]:
    def check(value: object, spec: Mapping[str, Any]) -> Problems:
        if not isinstance(value, list):
            return [problem(f"/{field}", "This is a list.")]
        given = cast("list[object]", value)
        if len(given) > CASES_MAX:
            return [problem(f"/{field}", f"There are {len(given)}; {CASES_MAX} are allowed.")]
        return [
            p
            for index, case in enumerate(given)
            for p in _case(case, f"/{field}/{index}", spec, is_answered=index not in unanswered)
        ]

    return check


def _case(given: object, path: str, spec: Mapping[str, Any], *, is_answered: bool) -> Problems:
    found = cases.problems(given, path)
    for call, where in cases.placed(cast("dict[str, Any]", given), path) if isinstance(given, dict) else ():
        found += _answer(call, where, spec, is_answered=is_answered)
    return found


def _answer(call: Mapping[str, Any], path: str, spec: Mapping[str, Any], *, is_answered: bool) -> Problems:
    """What one call must come to, and whether it is what the schemas allow."""
    found: Problems = []
    ends = [name for name in ("result", "error") if name in call]
    if len(ends) > 1 or (is_answered and not ends):
        found.append(problem(path, "This has either a result or an error, not both and not neither."))
    if "error" in call:
        found += _error(call["error"], f"{path}/error")
    return [*found, *_fits(call, path, spec)]


def _fits(case: Mapping[str, Any], path: str, spec: Mapping[str, Any]) -> Problems:
    """Arguments and results against the schemas, where those are sound."""
    if not isinstance(case.get("arguments"), dict):
        return []
    found: Problems = []
    schema, answers = spec.get("input_schema"), spec.get("output_schema")
    if not json_schemas.schema_problems(schema, ""):
        closed = json_schemas.closed(cast("dict[str, Any]", schema))
        found.extend(json_schemas.value_problems(closed, case["arguments"], f"{path}/arguments"))
    if "result" in case and answers is not None and not json_schemas.schema_problems(answers, ""):
        found.extend(json_schemas.value_problems(answers, case["result"], f"{path}/result"))
    return found


def _error(given: object, path: str) -> Problems:
    code = cast("dict[str, Any]", given).get("code") if isinstance(given, dict) else given
    if isinstance(code, str) and code:
        return []
    return [problem(path, 'This is the code of the expected error, or {"code": ..., "message": ...}.')]


def _always(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    return expressions.problems(value, "/always")


def _equivalent(value: object, spec: Mapping[str, Any]) -> Problems:
    del spec
    if not isinstance(value, list) or len(cast("list[Any]", value)) > EQUIVALENT_MAX:
        return [
            problem("/equivalent", f"This is a list of at most {EQUIVALENT_MAX} mistakes that nobody could notice.")
        ]
    return [p for at, one in enumerate(cast("list[Any]", value)) for p in _claim(one, f"/equivalent/{at}")]


def _claim(given: object, path: str) -> Problems:
    said = cast("dict[str, Any]", given) if isinstance(given, dict) else dict[str, Any]()
    if not {*_CLAIMED} <= {*said} <= {*_CLAIMED, "line"}:
        return [problem(path, "This is an object with `was`, `became`, `because`, and perhaps `line`.")]
    found = [
        problem(f"{path}/{name}", f"This is text of 1 to {_CLAIM_CHARACTERS_MAX:,} characters.")
        for name in _CLAIMED
        if not isinstance(said[name], str) or not 1 <= len(said[name].strip()) <= _CLAIM_CHARACTERS_MAX
    ]
    line = said.get("line", 1)
    is_line = isinstance(line, int) and not isinstance(line, bool) and line >= 1
    return found if is_line else [*found, problem(f"{path}/line", "This is the number of a line, from 1 on.")]


_CHECKS: dict[str, Callable[[Any, Mapping[str, Any]], Problems]] = {
    "name": _name,
    "title": _text("title"),
    "description": _text("description"),
    "input_schema": _input_schema,
    "output_schema": _output_schema,
    "effects": _effects,
    "capabilities": _capabilities,
    "limits": _limits,
    "examples": _cases("examples"),
    "holdouts": _cases("holdouts"),
    "always": _always,
    "equivalent": _equivalent,
}
