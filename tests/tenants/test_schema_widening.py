"""A schema that takes all that another took breaks nobody; of one that takes less it is never said."""

from typing import Any

import pytest

from tenants.schemas.schema_widening import same_but_for_words, widens

TEXT: dict[str, Any] = {"type": "string", "maxLength": 10}
CLOSED: dict[str, Any] = {
    "type": "object",
    "properties": {"a": TEXT},
    "required": ["a"],
    "additionalProperties": False,
}
WIDER: list[tuple[Any, Any]] = [
    (TEXT, {"type": "string", "maxLength": 5_000}),
    (TEXT, {"type": "string"}),
    (TEXT, {"type": ["string", "null"], "maxLength": 10}),
    (TEXT, {**TEXT, "description": "A word."}),
    (TEXT, {}),
    (TEXT, True),
    (False, TEXT),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}),
    ({"type": "integer"}, {"type": "number"}),
    ({"type": ["integer", "null"]}, {"type": ["null", "number"]}),
    ({"enum": ["a", "b"]}, {"enum": ["b", "c", "a"]}),
    ({"enum": [1]}, {"enum": [1, True]}),
    ({"type": "array", "items": TEXT}, {"type": "array", "items": {"type": "string"}}),
    ({"type": "array", "maxItems": 3, "uniqueItems": True}, {"type": "array", "maxItems": 9, "uniqueItems": False}),
    (CLOSED, {**CLOSED, "required": []}),
    (CLOSED, {**CLOSED, "properties": {"a": TEXT, "b": TEXT}}),
    (CLOSED, {**CLOSED, "additionalProperties": True}),
    (CLOSED, {"type": "object"}),
    ({"type": "string", "pattern": "^a"}, {"type": "string"}),
    ({"anyOf": [TEXT]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
    ({"type": "string", "format": "date"}, {"type": "string"}),
]
NARROWER: list[tuple[Any, Any]] = [
    (TEXT, {"type": "string", "maxLength": 9}),
    (TEXT, {**TEXT, "pattern": "^a"}),
    (TEXT, {**TEXT, "minLength": 1}),
    (TEXT, False),
    (TEXT, {"type": "integer"}),
    (True, TEXT),
    ({}, TEXT),
    ({"type": "number"}, {"type": "integer"}),
    ({"type": ["string", "null"]}, {"type": "string"}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    ({"enum": [1]}, {"enum": [True]}),
    ({"const": 1}, {"const": 2}),
    ({"type": "integer", "exclusiveMaximum": 9}, {"type": "integer", "exclusiveMaximum": 8}),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}),
    ({"type": "array"}, {"type": "array", "items": TEXT}),
    ({"type": "array", "prefixItems": [TEXT], "items": {"type": "null"}}, {"type": "array", "items": {"type": "null"}}),
    ({"type": "array", "prefixItems": [TEXT], "items": False}, {"type": "array", "prefixItems": [TEXT, TEXT]}),
    (CLOSED, {**CLOSED, "properties": {}}),
    (CLOSED, {**CLOSED, "properties": {"a": {"type": "string", "maxLength": 9}}}),
    (CLOSED, {**CLOSED, "required": ["a", "b"]}),
    ({"type": "object"}, CLOSED),
    ({"type": "object"}, {"type": "object", "properties": {"a": TEXT}}),
    ({"type": "object", "properties": {"a": TEXT}}, {"type": "object", "properties": {"a": TEXT, "b": TEXT}}),
    ({"type": "string", "format": "date"}, {"type": "string", "format": "time"}),
    ({"anyOf": [TEXT, {"type": "null"}]}, {"anyOf": [TEXT]}),
    ({"oneOf": [TEXT]}, {"oneOf": [TEXT, {"type": "string"}]}),
    ({"not": TEXT}, {"not": {"type": "string"}}),
    ({"$ref": "#/$defs/a", "$defs": {"a": TEXT}}, {"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}),
]


@pytest.mark.parametrize(("old", "new"), WIDER, ids=str)
def test_what_takes_all_that_was_taken_before_is_wider(old: object, new: object) -> None:
    assert widens(old, new)


@pytest.mark.parametrize(("old", "new"), NARROWER, ids=str)
def test_what_may_refuse_something_that_was_taken_is_not(old: object, new: object) -> None:
    assert not widens(old, new)


def test_words_alone_change_no_contract() -> None:
    assert same_but_for_words(TEXT, {**TEXT, "title": "Name", "examples": ["ann"]})
    assert not same_but_for_words(TEXT, {**TEXT, "maxLength": 11})
