"""Phrases: what a description says of limits, in comparing words: on which side of a number the number itself is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

Side = Literal["below", "above"]
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fourteen": 14, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_NUMBER = rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{'|'.join(_WORDS)})\b)"
_MONEY = r"(?:EUR|USD|GBP|CHF|€|\$|£)?\s?"
_UNIT = r"(?:\s*(?P<unit>%|[A-Za-z€$£°]+))?"
# "not more than 5" leaves 5 on the same side as "more than 5" does: a negation moves no limit.
_LESS = "less|fewer|smaller|lower|younger|shorter|cheaper|earlier"
_MORE = "more|greater|larger|bigger|higher|older|longer|heavier|later"
_BEFORE: tuple[tuple[Side, str], ...] = (
    (
        "above",
        (
            rf"(?:at least|(?:no|not) less than|(?:{_LESS}) than|minimum of"
            r"|below|under|starting (?:at|from|with)|reach(?:es|ed)?(?: at least)?|>=|<|≥)"
        ),
    ),
    (
        "below",
        (
            rf"(?:at most|up to|(?:no|not) more than|(?:{_MORE}) than"
            r"|over|above|beyond|exceed(?:s|ed|ing)?|maximum of|within(?: the (?:last|next|first))?|the first|<=|>|≤)"
        ),
    ),
)
_AFTER: tuple[tuple[Side, str], ...] = (
    ("above", r"(?:(?:or|and) (?:more|above|over|higher|greater|older|longer|later|heavier|up(?:wards)?)|\+)"),
    ("below", r"(?:or|and) (?:less|fewer|below|under|lower|younger|shorter|earlier|smaller)"),
)
_Patterns = list[tuple[Side, re.Pattern[str]]]
_COMPARED: _Patterns = [
    (side, re.compile(rf"(?<!\w){words}\s+{_MONEY}{_NUMBER}{_UNIT}", re.IGNORECASE)) for side, words in _BEFORE
]
_COUNTED: _Patterns = [
    (side, re.compile(rf"(?<![\w.]){_NUMBER}{_UNIT}\s*{words}", re.IGNORECASE)) for side, words in _AFTER
]
_COMPARING: _Patterns = [(side, re.compile(rf"(?<!\w){words}\s+", re.IGNORECASE)) for side, words in _BEFORE]
_OR_MORE = re.compile(r"\s*(?:or|and) (?:more|less|fewer)")
_THIS = re.compile(r"this|that|so many|so much|it\b|as many", re.IGNORECASE)
_GIVEN = re.compile(r"(?:the given|so many|that many|the number of)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:(?:the|that|this|a) )?(?:given |`)?", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.;:]*(?:\.\d[^.;:]*)*")


@dataclass(frozen=True, slots=True)
class Limit:
    """`side`: with which side the number itself goes. `argument`: the place that holds it, where no number is said."""

    number: Decimal | None
    side: Side
    unit: str
    sentence: str
    argument: str = ""


def limits(spec: Mapping[str, Any]) -> list[Limit]:
    """Return the limits that the description, and those of the fields, speak of; none that are told both ways."""
    found = [limit for text in _texts(spec) for limit in _limits(text)]
    found += list(_named(spec))
    kept: dict[tuple[Any, ...], Limit] = {}
    for one in found:
        kept.setdefault((one.number, one.argument, one.side), one)
    return [
        one for one in kept.values()
        if (one.number, one.argument, "below" if one.side == "above" else "above") not in kept
    ]  # fmt: skip


def _texts(spec: Mapping[str, Any]) -> Iterator[str]:
    yield str(spec["description"])
    for part in ("input_schema", "output_schema"):
        for _, text in described(spec[part]):
            yield text


def described(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the names of a schema's fields with their descriptions."""
    if isinstance(schema, dict):
        known = cast("dict[str, Any]", schema)
        if isinstance(known.get("description"), str):
            yield name, known["description"]
        for key, value in known.items():
            if key == "properties" and isinstance(value, dict):
                for field, below in cast("dict[str, Any]", value).items():
                    yield from described(below, field)
            elif key in {"items", "anyOf", "oneOf", "allOf"}:
                for below in cast("list[Any]", value if isinstance(value, list) else [value]):
                    yield from described(below, name)


def _limits(text: str) -> Iterator[Limit]:
    for side, words in _COMPARED:
        for found in words.finditer(text):
            if not _OR_MORE.match(text, found.end("number")):
                yield _limit(found, side, text)
    for side, words in _COUNTED:
        for found in words.finditer(text):
            yield _limit(found, side, text)


def _limit(found: re.Match[str], side: Side, text: str) -> Limit:
    said = found["number"].lower().replace(",", "")
    value = Decimal(_WORDS[said]) if said in _WORDS else Decimal(said)
    return Limit(value, side, (found["unit"] or "").lower(), sentence_at(text, found.start()))


def sentence_at(text: str, place: int) -> str:
    """Return the part of a text, from one stop to the next, in which a place is."""
    for one in _SENTENCE.finditer(text):
        if one.start() <= place < one.end():
            return " ".join(one[0].split())
    return text[place : place + 120]


def _named(spec: Mapping[str, Any]) -> Iterator[Limit]:
    """Limits that an argument gives: its own description compares, or the tool's names it after a comparing word."""
    properties: Mapping[str, Any] = spec["input_schema"].get("properties", {})
    numeric = [name for name, below in properties.items() if _is_number(below)]
    text = str(spec["description"])
    for name in numeric:
        own = str(properties[name].get("description", ""))
        for side, words in _COMPARING:
            if any(_THIS.match(own, found.end()) for found in words.finditer(own)):
                yield Limit(None, side, "", own[:160], name)
            for found in words.finditer(text):
                if _names(text, found.end(), name) or (len(numeric) == 1 and _GIVEN.match(text, found.end())):
                    yield Limit(None, side, "", sentence_at(text, found.start()), name)


def _names(text: str, at: int, name: str) -> bool:
    """Whether an argument is named there, with or without an article."""
    article = _ARTICLE.match(text, at)
    begin = article.end() if article is not None else at
    said = text[begin : begin + len(name) + 1].lower().replace(" ", "_").rstrip("_")
    return said.rstrip("`.,;:)") == name.lower()


def _is_number(below: Any) -> bool:
    kinds = cast("dict[str, Any]", below).get("type") if isinstance(below, dict) else None
    return kinds in {"integer", "number"}
