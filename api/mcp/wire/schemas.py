"""Schemas as they are listed: in the forms that every client and every provider of models takes.

What is listed says the same as the tool's own schema, or less, never something else. Calls are held to the tool's own
(tenants/runs/beginnings.py), so what is left out here is checked all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox import jsontext

Schema = Mapping[str, Any]

# Below these stand schemas by name, below those a list of schemas, below those one.
_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_IN_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE = frozenset(
    {"items", "contains", "not", "if", "then", "else", "propertyNames", "contentSchema", "additionalProperties",
     "unevaluatedProperties", "unevaluatedItems"}
)  # fmt: skip
# Every client knows yes and no here, and providers ask for a no.
_TAKE_BOOLEANS = frozenset({"additionalProperties", "unevaluatedProperties", "unevaluatedItems"})
_ALL_OF, _ONE_OF_MANY = "allOf", ("anyOf", "oneOf")
# Providers of models refuse a whole request for one of these at the root of a tool's arguments.
_NOT_AT_ROOT = frozenset({_ALL_OF, *_ONE_OF_MANY, "not", "enum", "const"})
# Names that only references use; libraries that make classes of schemas stumble over them.
_NAMES = frozenset({"$id", "$anchor", "$dynamicAnchor"})
# A schema that refers to itself has no end of branches.
_BRANCHES_MAX = 64


def of_arguments(schema: Schema) -> dict[str, Any]:
    """A tool's input schema: an object with `properties`, and no combinator at its root."""
    plain = of_result(schema)
    flat = _Root(plain).flattened(plain)
    kept = {name: value for name, value in plain.items() if name not in _NOT_AT_ROOT}
    made = {"type": "object"} | kept | {"properties": flat.properties}
    if flat.required:
        made["required"] = flat.required
    return made


def of_result(schema: Schema) -> dict[str, Any]:
    """A tool's output schema: true and false as objects, and nothing that only references use where none does."""
    refs = [ref for each in _walk(schema) for name in ("$ref", "$dynamicRef") if isinstance(ref := each.get(name), str)]
    inner_ids = any("$id" in each for each in _walk(schema) if each is not schema)
    is_plain = not inner_ids and all(ref == "#" or ref.startswith("#/") for ref in refs)
    left_out = _NAMES | {"$schema"} if is_plain else frozenset({"$schema"})
    return cast("dict[str, Any]", _written(schema, left_out))


def _written(schema: Any, left_out: frozenset[str]) -> Any:
    if schema is True:
        return {}
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, dict):
        return schema
    known = cast("dict[str, Any]", schema)
    return {name: _written_below(name, value, left_out) for name, value in known.items() if name not in left_out}


def _written_below(name: str, value: Any, left_out: frozenset[str]) -> Any:
    if name in _BY_NAME and isinstance(value, dict):
        return {one: _written(inner, left_out) for one, inner in cast("dict[str, Any]", value).items()}
    if name in _IN_LIST and isinstance(value, list):
        return [_written(inner, left_out) for inner in cast("list[Any]", value)]
    is_one = name in _SINGLE and not (name in _TAKE_BOOLEANS and isinstance(value, bool))
    return _written(value, left_out) if is_one else value


def _walk(schema: Any) -> Iterator[Schema]:
    """A schema and all that stand in it."""
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        known = cast("dict[str, Any]", one)
        yield known
        for name, value in known.items():
            if name in _BY_NAME and isinstance(value, dict):
                waiting += cast("dict[str, Any]", value).values()
            elif name in _IN_LIST and isinstance(value, list):
                waiting += cast("list[Any]", value)
            elif name in _SINGLE:
                waiting.append(value)


@dataclass
class _Flat:
    properties: dict[str, Any]
    required: list[str]


class _Root:
    """One schema of arguments, whose branches are gathered."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._left = _BRANCHES_MAX

    def flattened(self, schema: Schema) -> _Flat:
        """The properties that `schema` and its branches name, and which of them every call has to have."""
        flat = _Flat(dict(schema.get("properties") or {}), list(schema.get("required") or []))
        if schema.get("additionalProperties") is False:
            return flat  # what only a branch names is refused
        own = frozenset(flat.properties)
        for keyword in (_ALL_OF, *_ONE_OF_MANY):
            branches = [self.flattened(branch) for branch in self._branches(schema.get(keyword))]
            for name in dict.fromkeys(name for branch in branches for name in branch.properties if name not in own):
                said = [branch.properties[name] for branch in branches if name in branch.properties]
                before = [flat.properties[name]] if name in flat.properties else []
                flat.properties[name] = _joined(before + said, _ALL_OF if keyword == _ALL_OF else "anyOf")
            for name in _demanded(branches, of_all=keyword == _ALL_OF):
                if name not in flat.required:
                    flat.required.append(name)
        return flat

    def _branches(self, branches: Any) -> Iterator[Schema]:
        for branch in cast("list[Any]", branches) if isinstance(branches, list) else []:
            self._left -= 1
            found = self._found(branch)
            if self._left >= 0 and found is not None:
                yield found

    def _found(self, branch: Any) -> Schema | None:
        """The schema that stands here, or that a reference here points to."""
        if not isinstance(branch, dict):
            return None
        known = cast("dict[str, Any]", branch)
        ref = known.get("$ref")
        if not isinstance(ref, str) or not ref.startswith("#/"):
            return known
        at: Any = self._schema
        for part in ref[2:].split("/"):
            at = (
                cast("dict[str, Any]", at).get(part.replace("~1", "/").replace("~0", "~"))
                if isinstance(at, dict)
                else None
            )
        return cast("dict[str, Any]", at) if isinstance(at, dict) else None


def _demanded(branches: list[_Flat], *, of_all: bool) -> list[str]:
    if of_all:
        return [name for branch in branches for name in branch.required]
    return (
        [name for name in branches[0].required if all(name in other.required for other in branches)] if branches else []
    )


def _joined(said: list[Any], keyword: str) -> Any:
    distinct = list({jsontext.write(one): one for one in said}.values())
    return distinct[0] if len(distinct) == 1 else {keyword: distinct}
