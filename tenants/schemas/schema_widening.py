"""Whether a schema takes all that another took: no caller notices then that it has changed.

It never says so of one that takes less; of a keyword that it does not know it says no, unless that is as it was.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

# They say something to readers, and refuse no value.
_ANNOTATIONS = frozenset({"title", "description", "examples", "default", "deprecated", "$comment", "readOnly"})
_CEILINGS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_FLOORS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})


def widens(old: object, new: object) -> bool:
    """Return whether every value that fits `old` fits `new` as well."""
    if _is(old, new) or new is True or old is False:
        return True
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    before, after = _bare(cast("Mapping[str, Any]", old)), _bare(cast("Mapping[str, Any]", new))
    return all(_allows(name, before, after) for name in {*before, *after})


def same_but_for_words(old: object, new: object) -> bool:
    """Return whether two schemas take the same values by the same rules, however they describe them."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return False
    return _is(_bare(cast("Mapping[str, Any]", old)), _bare(cast("Mapping[str, Any]", new)))


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in schema.items() if name not in _ANNOTATIONS}


def _allows(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether keyword `name` refuses nothing in `new` that it let through in `old`."""
    if name == "properties":
        return _properties(old, new)
    if name not in new:
        return name not in {"patternProperties", "prefixItems", "$defs"} and (
            name != "items" or "prefixItems" not in old
        )
    if name not in old:
        return not new[name] if name in {"required", "uniqueItems"} else new[name] is True
    judge = _JUDGES.get(name)
    return _is(old[name], new[name]) or (judge is not None and judge(old[name], new[name]))


def _properties(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    had: Mapping[str, Any] = old.get("properties") or {}
    has: Mapping[str, Any] = new.get("properties") or {}
    if any(not widens(schema, has.get(name, new.get("additionalProperties", True))) for name, schema in had.items()):
        return False
    # A property that is named now could have been anything before, unless others were refused.
    others = old.get("additionalProperties", True)
    return all(widens(others, schema) for name, schema in has.items() if name not in had)


def _types(old: object, new: object) -> bool:
    took, takes = _set_of(old), _set_of(new)
    return took <= takes or ("number" in takes and took - {"integer"} <= takes)


def _set_of(value: object) -> set[str]:
    return set(cast("list[str]", value)) if isinstance(value, list) else {cast("str", value)}


def _choices(old: object, new: object) -> bool:
    took, takes = cast("list[Any]", old), cast("list[Any]", new)
    return (
        isinstance(old, list) and isinstance(new, list) and all(any(_is(one, each) for each in takes) for one in took)
    )


def _is(one: object, other: object) -> bool:
    """In JSON `true` is not 1, to Python it is."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


_JUDGES: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(_CEILINGS, lambda old, new: new >= old),
    **dict.fromkeys(_FLOORS, lambda old, new: new <= old),
    "type": _types,
    "enum": _choices,
    "required": lambda old, new: set(new) <= set(old),
    "additionalProperties": widens,
    "items": widens,
    "uniqueItems": lambda _, new: new is False,
    "anyOf": lambda old, new: all(any(widens(one, each) for each in new) for one in old),
}
