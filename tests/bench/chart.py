"""Bars beside each other as one SVG: groups of named values, ours in another colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_OURS, _THEIRS = "#0f766e", "#c2410c"
_LEFT, _WIDTH, _BAR, _GAP = 230, 420, 18, 26


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    text: str
    is_ours: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    bars: Sequence[Bar]


def draw_bars(title: str, groups: Sequence[Group]) -> str:
    """Each group has a scale of its own."""
    parts: list[str] = []
    y = 46
    for group in groups:
        parts.append(f'<text x="12" y="{y}" fill="#111827">{escape(group.title)}</text>')
        most = max(bar.value for bar in group.bars)
        for bar in group.bars:
            y += _BAR + 4
            parts += _bar(bar, most, y)
        y += _GAP + 8
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 110} {y}"'
    return "\n".join(
        [
            f'{head} font-family="sans-serif" font-size="12">',
            f'<rect width="{_LEFT + _WIDTH + 110}" height="{y}" fill="#ffffff"/>',
            f'<text x="12" y="22" font-size="14" fill="#111827">{escape(title)}</text>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _bar(bar: Bar, most: float, y: int) -> list[str]:
    width = round(bar.value / most * _WIDTH, 1)
    colour = _OURS if bar.is_ours else _THEIRS
    return [
        f'<text x="{_LEFT - 8}" y="{y}" text-anchor="end" fill="#374151">{escape(bar.name)}</text>',
        f'<rect x="{_LEFT}" y="{y - 13}" width="{width}" height="{_BAR}" fill="{colour}"/>',
        f'<text x="{_LEFT + width + 6}" y="{y}" fill="#374151">{escape(bar.text)}</text>',
    ]
