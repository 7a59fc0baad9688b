"""To whom an answer is given: `when` names what a request, or a call's arguments, must hold; the rest of it is free."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from urllib.parse import parse_qsl

from sandbox.capabilities.kv import same
from sandbox.capabilities.syntax import multipart
from sandbox.capabilities.syntax.web_requests import Request
from sandbox.worlds.stages import mapping, part, words

Fits = Callable[[Any], bool]
_Answer = TypeVar("_Answer")
_OF_REQUESTS = ("query", "headers", "json", "form", "text", "contains")


@dataclass(frozen=True, slots=True)
class Conditional(Generic[_Answer]):
    """One of several answers; `fits` is None for one that is given to anybody."""

    answer: _Answer
    fits: Fits | None


class Turns(Generic[_Answer]):
    """Several answers: of those that fit, else of those without a condition, one after another, the last for ever."""

    def __init__(self, answers: Sequence[Conditional[_Answer]]) -> None:
        self._answers = answers
        self._given: Counter[tuple[int, ...]] = Counter()

    def next(self, asked: object) -> _Answer | None:
        """None where each answer has a condition and none of them fits."""
        fitting = [at for at, one in enumerate(self._answers) if one.fits is not None and one.fits(asked)]
        group = tuple(fitting or (at for at, one in enumerate(self._answers) if one.fits is None))
        if not group:
            return None
        number = self._given[group]
        self._given[group] += 1
        return self._answers[group[min(number, len(group) - 1)]].answer

    def rewind(self) -> None:
        self._given.clear()


def of_request(given: object, where: str) -> Fits | None:
    """From `{"query", "headers", "json", "form", "text", "contains"}`. Raises InvalidWorld."""
    if given is None:
        return None
    said = part(given, where, _OF_REQUESTS)
    query, form = mapping(said.get("query"), f"{where}.query"), mapping(said.get("form"), f"{where}.form")
    headers = {name.lower(): one for name, one in mapping(said.get("headers"), f"{where}.headers").items()}
    for name in ("text", "contains"):
        if said.get(name) is not None:
            words(said[name], f"{where}.{name}")

    def fits(request: Request) -> bool:
        body = request.content.decode("utf-8", "replace")
        return (
            _holds(parse_qsl(request.url.query[1:], keep_blank_values=True), query)
            and _holds(list(request.headers.items()), headers)
            and (not form or _holds(_form_of(request, body), form))
            and ("json" not in said or _is_within(said["json"], _json(body)))
            and ("text" not in said or said["text"] == body)
            and ("contains" not in said or said["contains"] in body)
        )

    return fits


def _form_of(request: Request, body: str) -> Sequence[tuple[str, str]]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        return list(multipart.fields_of(kind, request.content))
    return parse_qsl(body, keep_blank_values=True)


def of_arguments(given: object, where: str) -> Fits | None:
    """From what the arguments of a call must hold. Raises InvalidWorld."""
    if given is None:
        return None
    wanted = mapping(given, where)
    return lambda arguments: _is_within(wanted, arguments)


def _holds(pairs: Sequence[tuple[str, str]], wanted: Mapping[str, object]) -> bool:
    """Whether each name has the value that is wanted, or all of a list of them in any order; null: it is not there."""
    for name, value in wanted.items():
        there = sorted(one for known, one in pairs if known == name)
        if value is None:
            if there:
                return False
        elif isinstance(value, list):
            if there != sorted(_written(one) for one in cast("list[object]", value)):
                return False
        elif _written(value) not in there:
            return False
    return True


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _NOTHING


_NOTHING = object()


def _is_within(wanted: object, there: object) -> bool:
    """Whether `there` has all that is wanted: of objects the fields that are named, all else as a whole."""
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        named, found = cast("Mapping[str, object]", wanted), cast("Mapping[str, object]", there)
        return all(name in found and _is_within(value, found[name]) for name, value in named.items())
    if isinstance(wanted, list) and isinstance(there, list):
        ours, theirs = cast("list[object]", wanted), cast("list[object]", there)
        return len(ours) == len(theirs) and all(_is_within(*pair) for pair in zip(ours, theirs, strict=True))
    return there is not _NOTHING and same(cast("object", wanted), there)
