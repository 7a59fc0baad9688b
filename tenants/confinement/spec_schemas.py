"""The JSON Schema of a spec, made from the tables of its fields: whole for editors, short for models.

Neither replaces the check: it finds more, and says what to do (tenants/confined/spec_rules.py).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tenants.confinement.spec_fields import CALL, CASE, FIELDS, Field
from tenants.schemas.json_schemas import DRAFT

# Where the whole one is published, below the installation's own address.
PATH = "/api/v1/schemas/spec.json"
_CASES = ("examples", "holdouts")
_A_STORY = {"required": ["calls"], "not": {"anyOf": [{"required": [name]} for name in CALL if name in CASE]}}
# What models need not know beforehand: the check says it.
_LEFT_OUT = {"minLength", "maxLength", "maxItems", "pattern", "required"}


@cache
def whole() -> dict[str, Any]:
    """For editors: every field with what it means."""
    call, case, fields = _told(CALL), _told(CASE), _told(FIELDS)
    case["calls"]["items"] = {"$ref": "#/$defs/call"}
    ends = [{"required": [name]} for name in ("result", "error")]
    whole_calls = [{"required": ["arguments", name]} for name in ("result", "error")]
    for name in _CASES:
        fields[name]["items"] = {"$ref": "#/$defs/case"}
    spec = _object(FIELDS, fields)
    return {
        "$schema": DRAFT,
        "title": "The spec of a Sealwright tool",
        **spec,
        "$defs": {
            "case": {**_object(CASE, case), "oneOf": [*whole_calls, _A_STORY]},
            "call": {**_object(CALL, call), "oneOf": ends},
        },
    }


@cache
def short(*, is_named: bool = True, is_brief: bool = False) -> dict[str, Any]:
    """For models, in the listing of tools: the form alone. Not `is_named`: of a tool that is there and has a name.

    `is_brief`: beside another one that says what a case is made of, and what there is to ask for.

    No references, no combinators and nothing that recurs: some clients refuse these.
    """
    case = _object(CASE, {name: _bare(field) for name, field in CASE.items()})
    fields = {name: _bare(field) for name, field in FIELDS.items()}
    if is_brief:
        fields = {
            name: {key: said for key, said in one.items() if key != "description"} for name, one in fields.items()
        }
    fields["examples"]["items"] = {"type": "object"} if is_brief else case
    for name in ("holdouts", "always", "equivalent"):
        fields[name]["items"] = {"type": "object"}
    spec = _object(FIELDS, fields)
    if not is_named:
        spec["required"] = [name for name in spec["required"] if name != "name"]
    return spec


def _told(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Each field's shape, with what it is."""
    return {name: {**field.shape, "description": _sentence(field.says)} for name, field in fields.items()}


def _bare(field: Field) -> dict[str, Any]:
    """A field's shape to the first level; below it the kind, and names in words. Several kinds are told as none."""
    shape = {key: value for key, value in field.shape.items() if key not in _LEFT_OUT}
    if isinstance(shape.get("type"), list):
        return {}
    inner: Mapping[str, Mapping[str, Any]] = shape.pop("properties", {})
    if shape.pop("additionalProperties", True) is not False:
        return shape
    kinds = {str(one.get("type")) for one in inner.values()}
    below: dict[str, Any] = {"type": kinds.pop()} if len(kinds) == 1 else {}
    if below.get("type") == "array":
        below["items"] = {"type": "string"}
    return {"type": "object", "additionalProperties": below, "description": ", ".join(inner)}


def _object(fields: Mapping[str, Field], properties: dict[str, Any]) -> dict[str, Any]:
    required = [name for name, field in fields.items() if field.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _sentence(says: str) -> str:
    return f"{says[:1].upper()}{says[1:]}."
