"""Texts at the edges: of what a pattern takes, of the calendar, of amounts, and what no pattern forbids."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tenants.gates.trial import pattern_texts

_TEXTS = ("", " ", "0", "-1", "x'; drop table t; --", "Ünï 😀 ß", "a\nb", "../../etc/passwd", "2026-02-30", "NaN")
_FORMATS: dict[str, tuple[str, ...]] = {
    "date": ("2026-02-30", "2024-02-29", "9999-12-31", "0001-01-01", "tomorrow", "2026-6-1", "20260601"),
    "date-time": ("2026-06-01T00:00:00", "2026-06-01T25:00:00Z", "9999-12-31T23:59:59Z", "yesterday"),
    "email": ("nobody", "@example.com", "a@b@c.example", " Ann@Example.COM "),
    "uri": ("nothing", "http://[::1", "javascript:alert(1)"),
}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)")
AMOUNT = re.compile(r"-?\d+[.](\d+)")
# A leap day, the year's turn in the middle of a week, the end of a short month, no day at all.
_DAYS = ("2024-02-29", "2026-12-31", "2027-01-01", "2026-01-31", "2026-02-30", "2026-03-29", "2026-10-25")
# In the hour that a change of the clocks leaves out, and in the one that it gives twice.
_MOMENTS = ("2026-03-29T02:30", "2026-10-25T02:30", "2024-02-29T12:00", "2026-12-31T23:59")
# Nothing, half cents of the usual shares, less than nothing.
_AMOUNTS = ("0.00", "-10.01", "0.05", "0.01", "1.25", "-0.05", "999999.99", "1.005")
_LONG = 2_000


def texts(schema: Mapping[str, Any], now: Any) -> Iterator[str]:
    """Yield texts to try in a place where a schema wants one, and where `now` stands now."""
    yield from _FORMATS.get(str(schema.get("format")), ())
    if isinstance(now, str):
        yield from _like(now)
        yield from (now.upper(), now.lower(), f" {now} ", now[:1], now.translate(str.maketrans("123456789", "0" * 9)))
        yield now.translate(str.maketrans("012345678", "9" * 9))
    if isinstance(schema.get("pattern"), str):
        yield from pattern_texts.samples(schema["pattern"])
    yield from _TEXTS
    yield "x" * min(int(schema.get("maxLength", _LONG)), _LONG)


def _like(now: str) -> Iterator[str]:
    """What is like a day, a moment or an amount has the edges of one."""
    if DAY.fullmatch(now):
        yield from _DAYS
    elif (moment := MOMENT.fullmatch(now)) is not None:
        yield from (edge + moment[1][6:] for edge in _MOMENTS)
    elif (amount := AMOUNT.fullmatch(now)) is not None:
        yield from (edge for edge in _AMOUNTS if len(edge.partition(".")[2]) == len(amount[1]))
        yield f"-{now}"
