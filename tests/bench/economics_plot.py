"""Small log-log panels as one SVG: a row for each measure, a column for each example, two lines in each panel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]
COLOURS = {"steps": "#c2410c", "one": "#0f766e"}
WIDTH, HEIGHT, LEFT, TOP = 150, 120, 70, 62
GAP_X, GAP_Y = 16, 34


@dataclass(frozen=True)
class Panel:
    title: str
    steps: Points
    one: Points


@dataclass(frozen=True)
class Measure:
    label: str
    panels: Sequence[Panel]

    @property
    def decades(self) -> tuple[int, int]:
        """The powers of ten between which every value of the row lies."""
        values = [value for panel in self.panels for points in (panel.steps, panel.one) for _, value in points]
        return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def draw(title: str, measures: Sequence[Measure]) -> str:
    columns = max(len(measure.panels) for measure in measures)
    width = LEFT + columns * (WIDTH + GAP_X)
    height = TOP + len(measures) * (HEIGHT + GAP_Y) + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" fill="#111827">{escape(title)}</text>',
        *_legend(),
    ]
    for row, measure in enumerate(measures):
        y = TOP + row * (HEIGHT + GAP_Y)
        parts.append(_text(14, y + HEIGHT / 2, measure.label, f' transform="rotate(-90 14 {y + HEIGHT / 2})"'))
        for column, panel in enumerate(measure.panels):
            parts += _panel(panel, measure.decades, LEFT + column * (WIDTH + GAP_X), y, scaled=column == 0)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    words = {"steps": "step by step, fine-grained tools", "one": "one call of the compiled tool"}
    parts: list[str] = []
    for index, (name, word) in enumerate(words.items()):
        x = LEFT + index * 220
        parts.append(f'<line x1="{x}" y1="36" x2="{x + 22}" y2="36" stroke="{COLOURS[name]}" stroke-width="2.5"/>')
        parts.append(f'<text x="{x + 28}" y="40" fill="#374151">{word}</text>')
    return parts


def _panel(panel: Panel, decades: tuple[int, int], x: float, y: float, *, scaled: bool) -> list[str]:
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="#f9fafb" stroke="#d1d5db"/>',
        f'<text x="{x + 4}" y="{y - 5}" fill="#111827">{escape(panel.title)}</text>',
    ]
    for power in range(decades[0], decades[1] + 1):
        level = _down(10.0**power, decades, y)
        parts.append(f'<line x1="{x}" y1="{level}" x2="{x + WIDTH}" y2="{level}" stroke="#e5e7eb"/>')
        if scaled:
            parts.append(
                f'<text x="{x - 6}" y="{level + 4}" text-anchor="end" fill="#6b7280">{_named(10.0**power)}</text>'
            )
    sizes = [size for size, _ in panel.steps]
    for size in sizes:
        at = _across(size, sizes, x)
        parts.append(_text(at, y + HEIGHT + 13, _named(size)))
    for name, points in (("steps", panel.steps), ("one", panel.one)):
        places = [(_across(size, sizes, x), _down(value, decades, y)) for size, value in points]
        line = " ".join(f"{left},{top}" for left, top in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        parts += [f'<circle cx="{left}" cy="{top}" r="2.6" fill="{COLOURS[name]}"/>' for left, top in places]
    return parts


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="#6b7280"{more}>{escape(text)}</text>'


def _named(number: float) -> str:
    """A power of ten, or a size, in few characters."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if number >= unit:
            return f"{number / unit:g}{letter}"
    return f"{number:g}"


def _across(size: float, sizes: Sequence[float], x: float) -> float:
    first, last = math.log10(min(sizes)), math.log10(max(sizes))
    return round(x + 14 + (math.log10(size) - first) / max(last - first, 1e-9) * (WIDTH - 32), 1)


def _down(value: float, decades: tuple[int, int], y: float) -> float:
    share = (math.log10(value) - decades[0]) / max(decades[1] - decades[0], 1)
    return round(y + HEIGHT - share * HEIGHT, 1)
