"""JSON Schema 2020-12, behind one door: is a schema valid, and does a value fit it.

Nothing is ever fetched: a schema that points outside itself is refused.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

import jsonschema_rs

from tenants import canonical
from tenants.errors import InvalidError

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_META = jsonschema_rs.Draft202012Validator({"$ref": DRAFT})
# A tenant's pattern is a stranger's: it may look ahead, but it must not hang us.
_PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)
# What else could name properties; with one of these at the root we cannot tell which are meant.
_OPEN = {
    "additionalProperties", "unevaluatedProperties", "patternProperties", "allOf", "anyOf", "oneOf", "$ref",
    "if", "$dynamicRef", "dependentSchemas",
}  # fmt: skip
# Below these, names are the author's own; below those, all is data.
_NAMED = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_DATA = {"const", "enum", "default", "examples", "required"}
_SHOWN = 300


def problem(path: str, message: str, hint: str | None = None) -> dict[str, str]:
    """Return one problem as every edge shows it: a JSON pointer, a sentence, and what to do."""
    return {"path": path, "message": message} | ({"hint": hint} if hint else {})


def schema_problems(schema: object, path: str) -> list[dict[str, str]]:
    """Return what is wrong with an object-rooted schema; empty when nothing is."""
    if not isinstance(schema, dict):
        return [problem(path, "A schema is an object.", 'Start with {"type": "object", "properties": {}}.')]
    known = cast("dict[str, Any]", schema)
    if known.get("$schema", DRAFT) not in {DRAFT, f"{DRAFT}#"}:
        return [problem(f"{path}/$schema", "Only JSON Schema 2020-12 is read here.", f"Write {DRAFT}.")]
    try:
        faults = [problem(path + pointer(e.instance_path), _short(e)) for e in _META.iter_errors(known)]
        if not faults:
            compiled(canonical.text(known))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        return [_unusable(path, error)]
    if not faults and known.get("type") != "object":
        hint = "MCP wants objects: wrap it in a property."
        return [problem(f"{path}/type", 'The root of the schema is not {"type": "object"}.', hint)]
    return faults


def _unusable(path: str, error: Exception) -> dict[str, str]:
    said = str(error).split("\n", 1)[0]
    if isinstance(error, jsonschema_rs.ValidationError):
        path += pointer(error.instance_path)
    if "retriev" in said or "registry" in said:
        return problem(path, f"The schema refers to something outside itself: {said}"[:_SHOWN], "Put it under $defs.")
    return problem(path, f"The schema cannot be used: {said}"[:_SHOWN])


def places(schema: object, keyword: str, path: str = "") -> list[str]:
    """Return where `keyword` stands in a schema as a keyword (not a property's name, not data), as JSON pointers."""
    if isinstance(schema, list):
        found = [places(one, keyword, f"{path}/{at}") for at, one in enumerate(cast("list[object]", schema))]
        return [place for some in found for place in some]
    if not isinstance(schema, dict):
        return []
    known = cast("dict[str, Any]", schema)
    found = [f"{path}/{keyword}"] if keyword in known else list[str]()
    for name, value in known.items():
        below = path + pointer([name])
        if name in _NAMED and isinstance(value, dict):
            for one, inner in cast("dict[str, Any]", value).items():
                found += places(inner, keyword, below + pointer([one]))
        elif name not in _DATA and name != keyword:
            found += places(value, keyword, below)
    return found


def value_problems(schema: dict[str, Any], value: object, path: str = "") -> list[dict[str, str]]:
    """Return where and why `value` does not fit `schema`; empty when it does. The schema is a valid one."""
    return faults_of(compiled(canonical.text(schema)), value, path)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an input schema as calls are held to it: a tool takes what its schema names, nothing else."""
    if "properties" in schema and not _OPEN & schema.keys():
        return {**schema, "additionalProperties": False}
    return schema


@lru_cache(maxsize=2048)
def compiled(text: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a schema given as canonical JSON text: the cache's key."""
    return jsonschema_rs.Draft202012Validator(canonical.parse(text), offline=True, pattern_options=_PATTERNS)


def faults_of(validator: jsonschema_rs.Draft202012Validator, value: object, path: str = "") -> list[dict[str, str]]:
    if validator.is_valid(value):
        return []
    return [problem(path + pointer(error.instance_path), _short(error)) for error in validator.iter_errors(value)]


def pointer(parts: Iterable[str | int]) -> str:
    """Return a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _short(error: jsonschema_rs.ValidationError) -> str:
    message = error.message
    return message if len(message) <= _SHOWN else message[:_SHOWN] + "..."


def demand(problems: list[dict[str, str]], message: str) -> None:
    """Raise InvalidError when there are problems."""
    if problems:
        raise InvalidError(message, problems=problems)
