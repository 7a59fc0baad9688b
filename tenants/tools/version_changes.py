"""What a version changes beside the one that serves: its authority, its contract and its limits, in plain words."""

from collections.abc import Mapping
from typing import Any, cast

from tenants.schemas.schema_widening import same_but_for_words, widens
from tenants.tools.authority import grant_of, limits_of

_STRICTER = {"read": 0, "idempotent": 1, "destructive": 2}


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two specs. `widens`: whether the second may do anything that the first may not.

    Raises UnreadableError.
    """
    old, new = grant_of(before), grant_of(after)
    grown = _limits(before, after)
    bolder = _STRICTER[after["effects"]] > _STRICTER[before["effects"]]
    return {
        "widens": not old.covers(new) or bolder or any(one["to"] > one["from"] for one in grown),
        "grant": {
            "added": [line for line in new.sentences() if line not in old.sentences()],
            "removed": [line for line in old.sentences() if line not in new.sentences()],
        },
        "limits": grown,
        "effects": None
        if before["effects"] == after["effects"]
        else {"from": before["effects"], "to": after["effects"]},
        "contract": [*_inputs(before, after), *_outputs(before, after)],
        "texts": [name for name in ("title", "description") if before[name] != after[name]],
    }


def _limits(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    old, new = limits_of(before).as_dict(), limits_of(after).as_dict()
    return [{"limit": name, "from": old[name], "to": new[name]} for name in old if old[name] != new[name]]


def _inputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What callers notice. `breaks`: calls that were valid may not be any more."""
    old, new = _properties(before["input_schema"]), _properties(after["input_schema"])
    had, has = _required(before["input_schema"]), _required(after["input_schema"])
    said = [_said(f"The argument {name} is gone.", breaks=True) for name in old if name not in new]
    for name, schema in new.items():
        if name not in old:
            word = "required" if name in has else "optional"
            said.append(_said(f"There is a new {word} argument {name}.", breaks=name in has))
        elif name in has and name not in had:
            said.append(_said(f"The argument {name} is required now.", breaks=True))
        elif schema != old[name]:
            said.append(_taken(name, old[name], schema))
    together = _rest(before["input_schema"]), _rest(after["input_schema"])
    if together[0] != together[1]:
        said.append(_said("The arguments follow other rules together.", breaks=not widens(*together)))
    return said


def _taken(name: str, old: object, new: object) -> dict[str, Any]:
    if same_but_for_words(old, new):
        return _said(f"The argument {name} is described otherwise.", breaks=False)
    if widens(old, new):
        return _said(f"The argument {name} takes more values than before.", breaks=False)
    return _said(f"The argument {name} takes other values.", breaks=True)


def _outputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    if before["output_schema"] == after["output_schema"]:
        return []
    old, new = _properties(before["output_schema"] or {}), _properties(after["output_schema"] or {})
    said = [_said(f"The result has no {name} any more.", breaks=True) for name in old if name not in new]
    said += [_said(f"The result has a new {name}.", breaks=False) for name in new if name not in old]
    said += [_given(name, old[name], new[name]) for name in new if name in old and old[name] != new[name]]
    return said or [_said("The result has another schema.", breaks=not _narrows(before, after))]


def _given(name: str, old: object, new: object) -> dict[str, Any]:
    if same_but_for_words(old, new):
        return _said(f"The result's {name} is described otherwise.", breaks=False)
    if widens(new, old):
        return _said(f"The result's {name} has fewer values than before.", breaks=False)
    return _said(f"The result's {name} is another.", breaks=True)


def _narrows(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return widens(after["output_schema"] or {}, before["output_schema"] or {})


def _said(message: str, *, breaks: bool) -> dict[str, Any]:
    return {"message": message, "breaks": breaks}


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", schema.get("properties") or {})


def _rest(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: part for name, part in schema.items() if name not in {"properties", "required", "title", "description"}
    }


def _required(schema: Mapping[str, Any]) -> list[str]:
    return cast("list[str]", schema.get("required") or [])
