"""As much of PromQL as our alerts and dashboard need: enough to see a rule fire, no more."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?![a-z\d])|(?P<range>\[\d+[smh]\])|(?P<name>[a-zA-Z_:][\w:]*)"
    r'|(?P<text>"[^"]*")|(?P<op>=~|==|>=|<=|!=|[-+*/><(){},=]))'
)
_UNITS = {"s": 1, "m": 60, "h": 3_600}
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b, ">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b,
}  # fmt: skip


@dataclass
class Series:
    """Samples by name and labels, each a moment in seconds and a value."""

    samples: dict[tuple[str, Labels], list[tuple[float, float]]]

    @classmethod
    def scraped(cls, texts: Mapping[float, str]) -> "Series":
        """From what /metrics said at some moments."""
        found: dict[tuple[str, Labels], list[tuple[float, float]]] = {}
        for moment, text in texts.items():
            for line in text.splitlines():
                if line and not line.startswith("#"):
                    name, said, value = re.fullmatch(r"([\w:]+)(?:\{(.*)\})? (\S+)", line).groups()  # pyright: ignore[reportOptionalMemberAccess]
                    labels = frozenset(re.findall(r'(\w+)="([^"]*)"', said or ""))
                    found.setdefault((name, labels), []).append((moment, float(value)))
        return cls(found)


def names_in(query: str) -> set[str]:
    """The metrics that a query names."""
    tokens = list(_tokens(query))
    words = {"by", "le", "sum", "max", "min", "rate", "increase", "histogram_quantile"}
    found: set[str] = set()
    depth = 0
    for kind, text in tokens:
        depth += (text == "{") - (text == "}")
        if kind == "name" and not depth and text not in words and text != "capability" and "_" in text:
            found.add(text)
    return found


def evaluate(query: str, series: Series, moment: float) -> Vector:
    """What a query gives at a moment; a rule fires where there is anything. Raises ValueError for what is no query."""
    reader = _Reader(list(_tokens(query)), series, moment)
    value: Any = reader.comparison()
    if reader.at != len(reader.tokens):
        raise ValueError(f"{query}: {reader.tokens[reader.at :]}")
    given: Vector = {frozenset(): value} if isinstance(value, float) else value
    return given


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(query.rstrip()):
        found = _TOKEN.match(query, at)
        if found is None:
            raise ValueError(f"{query[at:]} is not known here")
        yield found.lastgroup or "", found.group(found.lastgroup or "")
        at = found.end()


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    series: Series
    moment: float
    at: int = 0

    def _next(self, *wanted: str) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if wanted and text not in wanted and kind not in wanted:
            raise ValueError(f"{text!r} where {wanted} is wanted")
        self.at += 1
        return text

    def _sees(self, *wanted: str) -> bool:
        return self.at < len(self.tokens) and (self.tokens[self.at][1] in wanted or self.tokens[self.at][0] in wanted)

    def comparison(self) -> Any:
        left = self._product()
        if not self._sees(*_COMPARED):
            return left
        holds, right = _COMPARED[self._next()], self._product()
        assert isinstance(right, float)
        return {labels: value for labels, value in left.items() if holds(value, right)}

    def _product(self) -> Any:
        value = self._term()
        while self._sees("/", "*"):
            operator, other = self._next(), self._term()
            value = _combined(value, other, operator)
        return value

    def _term(self) -> Any:
        if self._sees("number"):
            return float(self._next())
        name = self._next("name")
        if name in _AGGREGATES:
            return self._aggregate(_AGGREGATES[name])
        if name in {"rate", "increase"}:
            self._next("(")
            grown, span = self._selector(self._next("name"), _UNITS)
            self._next(")")
            return {labels: value / (span if name == "rate" else 1) for labels, value in grown.items()}
        if name == "histogram_quantile":
            return self._quantile()
        return self._selector(name, None)[0]

    def _aggregate(self, together: Callable[[list[float]], float]) -> Vector:
        kept: set[str] = set()
        if self._sees("by"):
            self._next("by")
            self._next("(")
            kept.add(self._next("name"))
            self._next(")")
        self._next("(")
        inner = self.comparison()
        self._next(")")
        groups: dict[Labels, list[float]] = {}
        for labels, value in inner.items():
            groups.setdefault(frozenset(one for one in labels if one[0] in kept), []).append(value)
        return {labels: together(values) for labels, values in groups.items()}

    def _quantile(self) -> Vector:
        self._next("(")
        share = float(self._next("number"))
        self._next(",")
        buckets = {dict(labels)["le"]: value for labels, value in self.comparison().items()}
        self._next(")")
        ordered = sorted(buckets.items(), key=lambda one: float(one[0]))
        whole = ordered[-1][1] if ordered else 0.0
        bound = next((float(le) for le, count in ordered if whole and count >= share * whole), float("nan"))
        return {frozenset(): bound}

    def _selector(self, name: str, units: Mapping[str, int] | None) -> tuple[Vector, float]:
        wanted: list[tuple[str, str, str]] = []
        if self._sees("{"):
            self._next("{")
            while not self._sees("}"):
                wanted.append((self._next("name"), self._next("=", "=~"), self._next("text")[1:-1]))
                if self._sees(","):
                    self._next(",")
            self._next("}")
        found = {labels: samples for (one, labels), samples in self.series.samples.items() if one == name}
        found = {labels: samples for labels, samples in found.items() if _fits(dict(labels), wanted)}
        if units is None:
            return {labels: samples[-1][1] for labels, samples in found.items()}, 1.0
        text = self._next("range")[1:-1]
        span = float(text[:-1]) * units[text[-1]]
        inside = {
            labels: [value for at, value in samples if at >= self.moment - span] for labels, samples in found.items()
        }
        return {labels: values[-1] - values[0] for labels, values in inside.items() if len(values) > 1}, span


def _fits(labels: Mapping[str, str], wanted: list[tuple[str, str, str]]) -> bool:
    return all(
        labels.get(name) == text if operator == "=" else labels.get(name, "") in text.split("|")
        for name, operator, text in wanted
    )


def _combined(left: Any, right: Any, operator: str) -> Any:
    def reckon(one: float, other: float) -> float:
        return one * other if operator == "*" else (one / other if other else float("nan"))

    if isinstance(right, float):
        return {labels: reckon(value, right) for labels, value in left.items()}
    return {labels: reckon(value, right[labels]) for labels, value in left.items() if labels in right}
