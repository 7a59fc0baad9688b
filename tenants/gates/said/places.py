"""Places: where a number, a day or a text stands in a case, in its arguments or in its world, to put another there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from tenants.gates.trial import edge_arguments
from tenants.gates.trial.edge_arguments import Path

Kind = Literal["number", "day", "moment", "text"]
_TOKEN = re.compile(
    r"(?<![\w.:+-])(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|-?\d+(?:\.\d+)?)"
    r"(?![\w:.-]|,\d{3}\b)"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Parts of a world that are no data which a tool reads.
SETTING = {"now", "secrets", "faults"}
_STATEMENT = re.compile(r"INSERT INTO[^;]*;?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a case. `span`: where in the text that is at `path` it stands; None where it is all of it."""

    case: Mapping[str, Any]
    in_world: bool
    path: Path
    value: Any
    kind: Kind
    span: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """How a sentence names it."""
        shown = "/".join(map(str, self.path))
        return f"`{self.value}` of the world's {shown}" if self.in_world else f"`{shown}`"

    def put(self, value: Any) -> tuple[Mapping[str, Any], Any]:
        """Return the call and the world with another value in this place."""
        world: Any = self.case.get("world")
        holder = world if self.in_world else self.case["arguments"]
        if self.span is not None:
            whole = str(edge_arguments.at(holder, self.path))
            value = f"{whole[: self.span[0]]}{value}{whole[self.span[1] :]}"
        changed = edge_arguments.put(holder, self.path, value)
        return (self.case["arguments"], changed) if self.in_world else (changed, world)


def places(case: Mapping[str, Any]) -> Iterator[Place]:
    """Yield the numbers, days and texts of a case, those of its arguments first."""
    yield from _inside(case, case["arguments"], (), in_world=False)
    world = cast("Mapping[str, Any]", case.get("world") or {})
    for part in world:
        if part not in SETTING:
            yield from _inside(case, world[part], (part,), in_world=True)


def _inside(case: Mapping[str, Any], value: Any, path: Path, *, in_world: bool) -> Iterator[Place]:
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            if not (in_world and name in {"status", "headers", "when"} and "http" in path[:1] and len(path) <= 3):
                yield from _inside(case, inner, (*path, name), in_world=in_world)
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _inside(case, inner, (*path, index), in_world=in_world)
    elif isinstance(value, str):
        yield from _of_text(case, value, path, in_world=in_world)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Place(case, in_world, path, value, "number")


def _of_text(case: Mapping[str, Any], value: str, path: Path, *, in_world: bool) -> Iterator[Place]:
    whole = _TOKEN.fullmatch(value)
    if whole is not None:
        yield Place(case, in_world, path, value, kind_of(value))
        return
    yield Place(case, in_world, path, value, "text")
    if not in_world:
        return
    rows = _STATEMENT.finditer(value) if path[0] == "sql" else [re.match(r"(?s).*", value)]
    for row in rows:
        for token in _TOKEN.finditer(value, row.start(), row.end()) if row is not None else ():
            yield Place(case, in_world, path, token[0], kind_of(token[0]), token.span())


def kind_of(text: str) -> Kind:
    """What a token is."""
    if _DAY.fullmatch(text):
        return "day"
    return "moment" if _DAY.match(text) else "number"
