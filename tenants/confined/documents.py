"""JSON, and YAML 1.2, core schema, as far as JSON goes: read by confined processes only (tenants/confined/jobs.py).

What YAML 1.1 adds is text here: `yes` and `off`, dates, `1:30` and `0777`. What multiplies a document or hides what it
says is refused: aliases, tags of types that JSON has not, keys given twice, several documents in one.
"""

import json
import math
import re
from typing import Any

import yaml

from sandbox import jsontext
from tenants.base.errors import InvalidError

_DEPTH_MAX = 64
_DIGITS_MAX = 400
_CORE = "tag:yaml.org,2002:"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def parse(text: str) -> object:
    """Return the JSON value of a YAML or JSON document. Raises InvalidError with line and column."""
    value, no_json = _json_value(text)
    if no_json is None:
        return value
    loader = _Reader(text)
    try:
        return loader.document()
    except yaml.MarkedYAMLError as error:
        refused = _refusal(error.problem or "it cannot be read", error.problem_mark or error.context_mark)
        if no_json:
            raise InvalidError(f"{refused.message} It is no JSON either: {no_json}.") from error
        raise refused from error
    except yaml.YAMLError as error:  # a character that no YAML may hold
        raise InvalidError(f"This is not valid YAML: {str(error).splitlines()[0]}.") from error
    finally:
        loader.close()


def _json_value(text: str) -> tuple[object, str | None]:
    """The value of a text that is JSON; else why it is none, which is empty for a text that does not look like it.

    YAML takes most of JSON alike, but no tabs, and not all that JSON's texts may hold.
    """
    text = text.removeprefix("\ufeff").strip()
    if not text.startswith(("{", "[", '"')):
        return None, ""
    try:
        jsontext.check(text)
        return json.loads(text, object_pairs_hook=_each_once), None
    except jsontext.BadJson as error:
        return None, str(error)
    except KeyError:  # YAML refuses that too, and says where it stands
        return None, ""


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise KeyError
    return made


class _Reader:
    """Reads the events of a document into values, one after another: no node is kept, so none can be meant twice."""

    def __init__(self, text: str) -> None:
        # The parser in C where the platform has it: many times as fast, and confined like the other.
        self._loader: Any = getattr(yaml, "CLoader", yaml.Loader)(text)  # only its events are used, no constructor

    def close(self) -> None:
        self._loader.dispose()

    def document(self) -> object:
        self._loader.get_event()  # the stream's start
        if self._loader.check_event(yaml.StreamEndEvent):
            return None
        self._loader.get_event()  # the document's
        value = self._value(self._loader.get_event(), 1)
        self._loader.get_event()
        if not self._loader.check_event(yaml.StreamEndEvent):
            raise _refusal("there is a second document", self._loader.peek_event().start_mark)
        return value

    def _value(self, event: Any, depth: int) -> object:
        if depth > _DEPTH_MAX:
            raise _refusal(f"it is nested more than {_DEPTH_MAX} deep", event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _refusal("aliases (*name) are not read here; write the value again", event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            _demand_tag(event, "seq")
            return list(self._items(depth))
        _demand_tag(event, "map")
        return self._mapping(depth)

    def _items(self, depth: int) -> Any:
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, object]:
        made: dict[str, object] = {}
        while not isinstance(key := self._loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise _refusal("a key must be a text", key.start_mark)
            if key.value in made:
                raise _refusal(f"the key {key.value[:80]!r} is there twice", key.start_mark)
            # JSON's keys are texts, so a key is what stands there: `no` is "no", and 404 is "404".
            made[key.value] = None
            made[key.value] = self._value(self._loader.get_event(), depth + 1)
        return made


def _scalar(event: Any) -> object:
    """A scalar's value by its tag, or where it has none and no quotes, by how it is written."""
    text: str = event.value
    tag: str | None = event.tag
    if tag is None or tag == "!":
        return _resolved(text, event) if event.implicit[0] and tag is None else text
    if tag == f"{_CORE}str":
        return text
    value = _resolved(text, event)
    kinds: dict[str, type | tuple[type, ...]] = {"null": type(None), "bool": bool, "int": int, "float": (int, float)}
    kind = kinds.get(tag.removeprefix(_CORE)) if tag.startswith(_CORE) else None
    if kind is None or not isinstance(value, kind) or (isinstance(value, bool) and not tag.endswith("bool")):
        raise _refusal(f"the tag {tag[:80]!r} is not read here", event.start_mark)
    return value


def _resolved(text: str, event: Any) -> object:
    if text in _NULL:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    # A number begins so; asking the patterns only then keeps long texts cheap.
    if text[0] not in "+-.0123456789" or len(text) > _DIGITS_MAX:
        return text
    if _INT.fullmatch(text):
        return int(text)
    for pattern, base in ((_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            return int(text[2:], base)
    if _ENDLESS.fullmatch(text) or (_FLOAT.fullmatch(text) and not math.isfinite(float(text))):
        raise _refusal(f"{text[:40]} is no number that JSON can say", event.start_mark)
    return float(text) if _FLOAT.fullmatch(text) else text


def _demand_tag(event: Any, kind: str) -> None:
    if event.tag not in {None, "!", f"{_CORE}{kind}"}:
        raise _refusal(f"the tag {event.tag[:80]!r} is not read here", event.start_mark)


def _refusal(problem: str, mark: Any) -> InvalidError:
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return InvalidError(f"This is not valid YAML: {where}{problem}.")
