"""How much work a schema asks for: at most how many checks one value of a document is put through.

A schema of a kilobyte can ask for more than a machine does in a year: each `anyOf` that names the next one twice
doubles the work. So what a schema asks for is counted before it is used, from one level of a document to the next,
never by trying it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from tenants.schemas import patterns

LEVELS = 64  # of a document: what is nested deeper is refused at the door
SCHEMAS_MAX = 2_000
TERMS_MAX = 20_000
CHECKS_MAX = 5_000  # of one value
Path = tuple[str | int, ...]
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("not", "if", "then", "else")
# To know what was not evaluated, the validator goes through all that stands beside it again.
_AGAIN = 4
_MULTIPLE_OF, _PER_ITEM = 1_500, 20
_OTHER, _ITEM, _KEY = ("other",), ("item",), ("key",)


class TooMuch(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A schema that asks for too much work, or that cannot be counted. `path` says where."""

    def __init__(self, path: Path, message: str, hint: str) -> None:
        super().__init__(message)
        self.path, self.message, self.hint = path, message, hint


class Asked(NamedTuple):
    """What a schema asks for, at most. checks: of one value of a document. states: of a pattern's engine, of one byte
    of a text."""

    checks: int
    states: int


Below = dict[tuple[Any, ...], list["_Schema"]]


class _Schema:
    """One schema in a schema: what it says of a value, and which others it puts it or its parts to."""

    def __init__(self, path: Path, said: Mapping[str, Any]) -> None:
        self.path, self.said = path, said
        self.beside: list[_Schema] = []
        self.below: Below = {}
        self.checks = _checks(said)
        self.states = patterns.states(said["pattern"]) if isinstance(said.get("pattern"), str) else 0

    @property
    def factor(self) -> int:
        return _AGAIN if {"unevaluatedProperties", "unevaluatedItems"} & self.said.keys() else 1


def asked(schema: Mapping[str, Any]) -> Asked:
    """Raises TooMuch."""
    graph = _Graph(schema)
    sums = _sums(graph)
    checks, worst = _most(sums, graph.root, {one: one.checks for one in sums})
    if checks > CHECKS_MAX:
        message = f"This schema can put one value through more than {CHECKS_MAX:,} checks."
        hint = "Have fewer choices that name each other: a place of its own for each, or if and then by one field."
        raise TooMuch(worst.path, message, hint)
    return Asked(checks, _most(sums, graph.root, {one: one.states for one in sums})[0])


def _sums(graph: "_Graph") -> dict["_Schema", "_Sum"]:
    sums: dict[_Schema, _Sum] = {}
    terms = 0
    for one, together in graph.together().items():
        terms += len(together) * len({kind for other in together for kind in other.below})
        if terms > TERMS_MAX * 5:
            raise TooMuch(one.path, "Too many names stand beside one another here.", "Make it smaller.")
        sums[one] = _Sum(together)
    return sums


def _checks(said: Mapping[str, Any]) -> int:
    many = sum(len(cast("list[Any]", said[name])) for name in ("enum", "required") if isinstance(said.get(name), list))
    keyed = sum(
        len(cast("dict[str, Any]", said[name]))
        for name in ("properties", "dependentSchemas", "dependentRequired")
        if isinstance(said.get(name), dict)
    )
    return 1 + len(said) + (many + keyed) // 10 + (_MULTIPLE_OF if "multipleOf" in said else 0)


class _Graph:
    """All schemas that a document can be put to, from the root on."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._whole = schema
        self._anchors: dict[str, tuple[Path, object]] = {}
        for name, found in _anchors(schema):
            if name in self._anchors:
                raise TooMuch(found[0], f"There are two of $anchor {name[:100]}.", "Rename one.")
            self._anchors[name] = found
        self._known: dict[int, _Schema] = {}
        self._waiting: list[_Schema] = []
        self.root = self._reached((), schema)
        while self._waiting:
            one = self._waiting.pop()
            one.beside = list(self._beside(one))
            one.below = self._below(one)
            if len(self._known) > SCHEMAS_MAX:
                raise TooMuch(one.path, f"There are more than {SCHEMAS_MAX:,} schemas in this one.", "Make it smaller.")

    def together(self) -> dict[_Schema, dict[_Schema, int]]:
        """For each schema, all that one value is put to by it, and how often. Raises TooMuch for what never ends."""
        done: dict[_Schema, dict[_Schema, int]] = {}
        terms = 0
        for one in self._known.values():
            self._collect(one, done)
            terms += len(done[one])
            if terms > TERMS_MAX:
                raise TooMuch(one.path, "Too many schemas stand beside one another here.", "Make it smaller.")
        return done

    def _collect(self, start: _Schema, done: dict[_Schema, dict[_Schema, int]]) -> None:
        open_: dict[_Schema, Iterator[_Schema]] = {}
        stack = [start] if start not in done else []
        while stack:
            one = stack[-1]
            following = open_.setdefault(one, iter(one.beside))
            new = next((other for other in following if other not in done), None)
            if new is not None:
                if new in open_:
                    raise TooMuch(
                        new.path, "This schema refers to itself for the same value.", "Go down by a property."
                    )
                stack.append(new)
                continue
            stack.pop()
            del open_[one]
            counted: dict[_Schema, int] = defaultdict(int, {one: 1})
            for other in one.beside:
                for each, times in done[other].items():
                    counted[each] = min(counted[each] + times * one.factor, CHECKS_MAX * 2)
            done[one] = dict(counted)

    def _reached(self, path: Path, value: object) -> _Schema:
        # By identity: true and false are one each, and an object stands in one place.
        known = self._known.get(id(value))
        if known is None:
            said = cast("dict[str, Any]", value) if isinstance(value, dict) else dict[str, Any]()
            known = self._known[id(cast("object", value))] = _Schema(path, said)
            self._waiting.append(known)
        return known

    def _beside(self, one: _Schema) -> Iterator[_Schema]:
        for name in _LISTS:
            for at, value in _pairs(one.said.get(name)):
                yield self._reached((*one.path, name, at), value)
        for name in _SINGLE:
            if name in one.said:
                yield self._reached((*one.path, name), one.said[name])
        for at, value in _pairs(one.said.get("dependentSchemas")):
            yield self._reached((*one.path, "dependentSchemas", at), value)
        for name in ("$ref", "$dynamicRef"):
            if name in one.said:
                yield self._reached(*self._referred((*one.path, name), one.said[name]))

    def _below(self, one: _Schema) -> Below:
        said, path = one.said, one.path

        def of(name: str) -> list[_Schema]:
            return [self._reached((*path, name), said[name])] if name in said else []

        def each(name: str) -> dict[str | int, _Schema]:
            return {at: self._reached((*path, name, at), value) for at, value in _pairs(said.get(name))}

        matched = [*each("patternProperties").values(), *of("unevaluatedProperties")]
        below: Below = {_OTHER: [*matched, *of("additionalProperties")], _KEY: of("propertyNames")}
        for name, schema in each("properties").items():
            below["property", name] = [*matched, schema]
        every = [*of("contains"), *of("unevaluatedItems")]
        below[_ITEM] = [*every, *of("items")]
        for at, schema in each("prefixItems").items():
            below["item", at] = [*every, schema]
        return below

    def _referred(self, path: Path, ref: object) -> tuple[Path, object]:
        text = str(ref)
        if not text.startswith("#"):
            message = f"The schema refers to something outside itself: {text[:100]}"
            raise TooMuch(path, message, "Put it under $defs.")
        inside = unquote(text[1:])
        if inside and not inside.startswith("/"):
            found = self._anchors.get(inside)
            if found is None:
                raise TooMuch(path, f"There is no $anchor {inside[:100]} here.", "Write #/$defs/NAME.")
            return found
        return _at(self._whole, path, inside)


class _Sum:
    """For one schema: which others the parts of a value are put to, by kind of part, and how often."""

    def __init__(self, together: Mapping[_Schema, int]) -> None:
        self.here = list(together.items())
        kinds = {kind for one in together for kind in one.below}
        found: dict[tuple[Any, ...], dict[_Schema, int]] = {kind: defaultdict(int) for kind in kinds}
        self.items = sum(times * _PER_ITEM for one, times in self.here if {"uniqueItems", "contains"} & one.said.keys())
        for one, times in self.here:
            for kind in kinds:
                for schema in one.below.get(kind, one.below[_ITEM if kind[0] == "item" else _OTHER]):
                    found[kind][schema] += times
        self.below = [(kind, list(schemas.items())) for kind, schemas in found.items()]


def _most(sums: Mapping[_Schema, _Sum], root: _Schema, weights: Mapping[_Schema, int]) -> tuple[int, _Schema]:
    """The most that one value at any level is put through, and the schema whose own part in it is the largest."""
    ceiling = CHECKS_MAX * 1_000_000
    level = {one: min(ceiling, sum(weights[other] * n for other, n in total.here)) for one, total in sums.items()}
    most = level[root]
    for _ in range(LEVELS):
        lower = level
        level = {one: min(ceiling, _through(total, lower)) for one, total in sums.items()}
        most = max(most, level[root])
        if level == lower or most > CHECKS_MAX * 1_000:
            break
    heaviest = max(sums, key=lambda one: sum(n for _, n in sums[one].here))
    return most, heaviest


def _through(total: _Sum, lower: Mapping[_Schema, int]) -> int:
    parts = (
        sum(lower[one] * times for one, times in schemas) + (total.items if kind[0] == "item" else 0)
        for kind, schemas in total.below
    )
    return max(parts, default=0)


def _pairs(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, list):
        yield from enumerate(cast("list[object]", value))
    elif isinstance(value, dict):
        yield from cast("dict[str, object]", value).items()


def _at(whole: object, path: Path, pointer: str) -> tuple[Path, object]:
    value, went = whole, list[str | int]()
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = cast("dict[str, object]", value)[name]
        elif isinstance(value, list) and name.isdecimal() and int(name[:9]) < len(cast("list[object]", value)):
            value = cast("list[object]", value)[int(name[:9])]
        else:
            raise TooMuch(path, f"There is nothing at #{pointer[:100]}.", "Write #/$defs/NAME.")
        went.append(name)
    return tuple(went), value


def _anchors(schema: object) -> Iterator[tuple[str, tuple[Path, object]]]:
    """Where each $anchor stands. Raises TooMuch for an $id within: references would begin anew there."""
    waiting: list[tuple[Path, object]] = [((), schema)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            known = cast("dict[str, Any]", value)
            if path and isinstance(known.get("$id"), str):
                raise TooMuch((*path, "$id"), "Only the whole schema may have an $id.", "Leave it out.")
            for name in ("$anchor", "$dynamicAnchor"):
                if isinstance(known.get(name), str):
                    yield known[name], (path, known)
        waiting.extend(((*path, at), inner) for at, inner in _pairs(cast("object", value)))
