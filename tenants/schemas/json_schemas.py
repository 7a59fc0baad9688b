"""JSON Schema 2020-12, behind one door: is a schema valid, and does a value fit it.

Nothing is ever fetched: a schema that points outside itself is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import jsonschema_rs

from tenants.base import canonical
from tenants.base.errors import InvalidError
from tenants.schemas import patterns, schema_costs

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_META = jsonschema_rs.Draft202012Validator({"$ref": DRAFT})
# A tenant's pattern is a stranger's: it is matched in one walk over the text. The other engine is for tools that were
# published with a pattern that would be refused today.
_LINEAR, _OLD = jsonschema_rs.RegexOptions(), jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000)
# What else could name properties; with one of these at the root we cannot tell which are meant.
_OPEN = {
    "additionalProperties", "unevaluatedProperties", "patternProperties", "allOf", "anyOf", "oneOf", "$ref",
    "if", "$dynamicRef", "dependentSchemas",
}  # fmt: skip
# Below these, names are the author's own; below those, all is data.
_NAMED = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_DATA = {"const", "enum", "default", "examples", "required"}
_SHOWN = 300
SCHEMA_LENGTH_MAX = 256 << 10  # characters of its JSON text
PROBLEMS_MAX = 20
# What this process may do for one value, in checks of some 50 ns: a tenth of a second, in which it does nothing else.
WORK_MAX = 2_000_000
_STATES_A_CHECK = 3
# Telling all that is wrong takes a thousand times as long as knowing that something is.
_TOLD_WORK_MAX = 2_000
_TOLD_LENGTH_MAX = 20_000


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
    faults = _faults_of_schema(known, path)
    if not faults and known.get("type") != "object":
        hint = "MCP wants objects: wrap it in a property."
        return [problem(f"{path}/type", 'The root of the schema is not {"type": "object"}.', hint)]
    return faults


def _faults_of_schema(schema: dict[str, Any], path: str) -> list[dict[str, str]]:
    try:
        text = canonical.text(schema)
        if len(text) > SCHEMA_LENGTH_MAX:
            message = f"The schema has {len(text):,} characters; {SCHEMA_LENGTH_MAX:,} are allowed."
            return [problem(path, message, "Keep data out of it.")]
        faults = _faults(_META, schema, path, tell_all=len(text) < _TOLD_LENGTH_MAX)
        if not faults:
            admit(schema)
            compiled(text)
    except schema_costs.TooMuch as error:
        return [problem(path + pointer(error.path), error.message, error.hint)]
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        return [_unusable(path, error)]
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


@dataclass(frozen=True, slots=True)
class Contract:
    """A schema that is ready to be held against values, and what that takes at most."""

    validator: jsonschema_rs.Draft202012Validator
    asked: schema_costs.Asked

    def work(self, text: str) -> int:
        """How much work it can be to hold it against a value, by the value's JSON text; WORK_MAX is as much as the
        process that serves may do."""
        return _values(text) * self.asked.checks + len(text) * self.asked.states // _STATES_A_CHECK


def admit(schema: dict[str, Any]) -> schema_costs.Asked:
    """Return what a schema asks for at most. Raises evaluations.TooMuch."""
    for place, pattern in _patterns(schema):
        try:
            parts = patterns.split(pattern)
        except patterns.Unlinear as error:
            message = f"The pattern {pattern[:80]} is not taken: {error}."
            raise schema_costs.TooMuch(place, message, "A pattern is matched in one walk over the text.") from error
        if len(parts) > 1 and place[-2:-1] == ("patternProperties",):
            message = f"The pattern {pattern[:80]} looks ahead, which a name's pattern cannot."
            raise schema_costs.TooMuch(place, message, "Use propertyNames.")
        if sum(patterns.states(part.pattern) for part in parts) > patterns.STATES_MAX:
            message = f"The pattern {pattern[:80]} repeats too much."
            raise schema_costs.TooMuch(place, message, "Write + or * and bound the length with maxLength.")
    return schema_costs.asked(_linear(schema))


@lru_cache(maxsize=2048)
def admitted(text: str) -> Contract | None:
    """Return a schema given as canonical JSON text, the cache's key, as one that values can be held against.

    None for one that would not be taken today, as those of tools from before there was a count may be: nothing is
    made of it here, and a confined process (`compiled`) has to do what is done with it.
    """
    try:
        return _counted(text)
    except (schema_costs.TooMuch, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return None


@lru_cache(maxsize=2048)
def compiled(text: str) -> Contract:
    """As `admitted`, also for what is not: where taking long hurts nobody else."""
    try:
        return _counted(text)
    except schema_costs.TooMuch:
        return Contract(_validator(canonical.parse(text), _OLD), _UNKNOWN)


def _counted(text: str) -> Contract:
    schema = canonical.parse(text)
    asked = admit(schema)
    return Contract(_validator(_linear(schema), _LINEAR), asked)


_UNKNOWN = schema_costs.Asked(schema_costs.CHECKS_MAX * 10, schema_costs.CHECKS_MAX * 10)


def _validator(schema: Any, options: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=options)


def _linear(schema: Any) -> Any:
    """The schema with each pattern that looks ahead at its start put as several that do not."""
    if isinstance(schema, list):
        return [_linear(one) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    known = {name: _linear_below(name, value) for name, value in cast("dict[str, Any]", schema).items()}
    pattern = known.get("pattern")
    if isinstance(pattern, str) and len(parts := patterns.split(pattern)) > 1:
        del known["pattern"]
        also = [
            {"pattern": part.pattern} if part.holds else {"not": {"type": "string", "pattern": part.pattern}}
            for part in parts
        ]
        known["allOf"] = [*known.get("allOf", []), *also]
    return known


def _linear_below(name: str, value: Any) -> Any:
    if name in _NAMED and isinstance(value, dict):
        return {one: _linear(inner) for one, inner in cast("dict[str, Any]", value).items()}
    return value if name in _DATA else _linear(value)


def _patterns(schema: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every pattern of a schema, and where it stands."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), schema)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(((*path, at), one) for at, one in enumerate(cast("list[Any]", value)))
        if isinstance(value, dict):
            known = cast("dict[str, Any]", value)
            if isinstance(known.get("pattern"), str):
                yield (*path, "pattern"), known["pattern"]
            for place, inner in _inner(known):
                if place[0] == "patternProperties" and len(place) > 1:
                    yield (*path, *place), str(place[1])
                waiting.append(((*path, *place), inner))


def _inner(schema: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What stands in a schema and may hold others, by the names that lead there; data does not."""
    for name, value in schema.items():
        if name in _NAMED and isinstance(value, dict):
            yield from (((name, one), inner) for one, inner in cast("dict[str, Any]", value).items())
        elif name not in _DATA:
            yield (name,), value


def faults_of(contract: Contract, value: object, path: str = "") -> list[dict[str, str]]:
    """Return where and why a value does not fit: all places in a small one, the first in a large one."""
    if contract.validator.is_valid(value):
        return []
    small = _values(canonical.plain(value)) * contract.asked.checks <= _TOLD_WORK_MAX
    return _faults(contract.validator, value, path, tell_all=small)


def _values(text: str) -> int:
    """How many values a JSON text can hold, at most."""
    return 1 + text.count(",") + text.count("[") + text.count("{")


def _faults(
    validator: jsonschema_rs.Draft202012Validator, value: object, path: str, *, tell_all: bool
) -> list[dict[str, str]]:
    try:
        if not tell_all:
            validator.validate(value)
            return []
        errors = list(islice(validator.iter_errors(value), PROBLEMS_MAX))
    except jsonschema_rs.ValidationError as error:
        errors = [error]
    return [problem(path + pointer(error.instance_path), _short(error)) for error in errors]


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
