"""Alike: what means the same comes out the same: another case, a blank, a moment of another offset, a default given.

Each is one call beside its example. Texts that say themselves back are compared as they would be read.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

from sandbox import Finding
from tenants.base import canonical
from tenants.gates.said.outcomes import Outcome, outcome, outcomes, stands_at
from tenants.gates.said.phrases import sentence_at
from tenants.gates.said.places import places
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.trying import asked, cases, leaves, schema_of

_CASES, _TRIED = 3, 12
_CASE = re.compile(
    r"(?:regard(?:less)?|matter|irrespective)\s+(?:to|of|whatever)\s+"
    r"(?:(?:the|their|its|upper and lower)\s+)*(?:lower\s*)?case"
    r"|case[- ]?(?:insensitiv|folded)|(?:upper|lower)[- ]?case|upper (?:or|and) lower|capital"
    r"|ignor\w+\s+(?:(?:the|its|their|upper\W+(?:and|or)\W+lower)\s+)?(?:lower\s*)?case"
    r"|without (?:looking at|respect to) (?:the )?case|(?:whatever|any|in any) (?:its |the |their )?(?:case|capitals)"
    r"|case (?:does|is|makes)\s?n[o']t|case and (?:outer |surrounding |leading )",
    re.IGNORECASE,
)
_NOT_CASE = re.compile(
    r"case[- ]sensitiv|(?:case|capitals?) (?:matters?|counts?)|exact(?:ly)? (?:as|case)", re.IGNORECASE
)
_BLANK = r"(?:blanks?|spaces?|whitespace)"
_BLANKS = re.compile(
    rf"(?:outer|surrounding|leading|trailing|around|ignor\w+|strip\w*|trim\w*|without)\W+(?:\w+\W+){{0,4}}{_BLANK}"
    rf"|{_BLANK}\W+(?:\w+\W+){{0,4}}(?:around|ignored|stripped|trimmed|removed|not count|no account)|\btrimmed\b",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"(?:defaults?(?: is| to|:)?|if (?:not given|left out|omitted|absent|missing)[,:]?)"
    r"\s+[`'\"]?(-?\d+(?:\.\d+)?|true|false)\b(?!\s*%)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A call that means the same as its example. `what`: how it differs, in words."""

    case: Mapping[str, Any]
    given: Mapping[str, Any]
    canned: Any
    what: str


async def told_apart(candidate: Candidate) -> Finding | None:
    """Ask about two spellings of one thing that come out differently, where the description says that they are one."""
    text = _promised(candidate.spec)
    for one in _SPELLINGS:
        said = one.says.search(text)
        if said is None or (one.says is _CASE and _NOT_CASE.search(text)):
            continue
        found = await _unlike(candidate, one.pairs, one.plain)
        if found is not None:
            return _asked(f'The description says "{sentence_at(text, said.start())[:200]}".', *found)
    return None


async def offsets_told_apart(candidate: Candidate) -> Finding | None:
    """Ask about a moment that comes out differently when it is written with another offset to UTC."""
    found = await _unlike(candidate, _other_offsets, _momentless)
    return None if found is None else _asked("One moment can be written with several offsets to UTC.", *found)


async def forms_told_apart(candidate: Candidate) -> Finding | None:
    """Ask about a CSV file that comes out differently when the same cells are written otherwise."""
    if "CSV" not in str(candidate.spec["description"]):
        return None
    found = await _unlike(candidate, _other_forms, lambda one: canonical.text(one.result))
    return None if found is None else _asked("One table can be written as CSV in several ways.", *found)


def _promised(spec: Mapping[str, Any]) -> str:
    return f"{spec['description']} {canonical.text([spec['input_schema'], spec['output_schema']])}"


async def _unlike(
    candidate: Candidate, pairs: Callable[[Mapping[str, Any]], Iterator[_Pair]], plain: Callable[[Outcome], str]
) -> tuple[_Pair, Outcome, Outcome] | None:
    for case in cases(candidate)[:_CASES]:
        tried = [pair for pair, _ in zip(pairs(case), range(_TRIED), strict=False)]
        if not tried:
            continue
        usual = await outcome(candidate, case["arguments"], case.get("world"))
        came = await outcomes(candidate, [(pair.given, pair.canned) for pair in tried])
        for pair, other in zip(tried, came, strict=True):
            if usual is not None and other is not None and other.error is None and plain(usual) != plain(other):
                return pair, usual, other
    return None


def _asked(why: str, pair: _Pair, usual: Outcome, other: Outcome) -> Finding:
    one, two = differing(usual, other)
    return asked(
        f"{why} Called with {brief(pair.case['arguments'], 240)}, where {pair.what}, it gives {two} in place of {one}. "
        "Is that meant?",
        "Bring both to one form before they are compared. An example with this call settles it.",
    )


def differing(usual: Outcome, other: Outcome) -> tuple[str, str]:
    """The first place in which two outcomes differ, as each has it."""
    for name in dict.fromkeys([*usual.leaves, *other.leaves]):
        if (one := usual.leaves.get(name)) != (two := other.leaves.get(name)):
            return f"{name.strip('/')} {brief(one, 80)}", f"{name.strip('/')} {brief(two, 80)}"
    at = next((n for n, (a, b) in enumerate(zip(usual.deeds, other.deeds, strict=False)) if a != b), 0)
    return tuple(brief(one.deeds[at] if at < len(one.deeds) else None, 160) for one in (usual, other))  # type: ignore[return-value]


def _folded(one: Outcome) -> str:
    return one.text.casefold()


def _trimmed(one: Outcome) -> str:
    return re.sub(r"\s+|%20|\\[nt]", "", one.text)


def _momentless(one: Outcome) -> str:
    return _OFFSET.sub(lambda found: _instant(found[0]), one.text)


def _instant(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def _respelled(case: Mapping[str, Any], change: Callable[[str], str], how: str) -> Iterator[_Pair]:
    """A text that stands in a case twice, one of its places changed."""
    given, world = case["arguments"], case.get("world")
    words = [(path, one) for path, one in leaves(given) if isinstance(one, str) and len(one) > 2 and change(one) != one]
    held = [(path, one) for path, one in leaves(world or {}) if isinstance(one, str) and "status" not in path]
    for path, word in words:
        elsewhere = [one for other, one in words if other != path and one.strip().casefold() == word.strip().casefold()]
        for at, text in held:
            begin = stands_at(text, word.strip()) if at[0] == "files" else None
            if begin is not None:
                end = begin + len(word.strip())
                new = f"{text[:begin]}{change(text[begin:end])}{text[end:]}"
                what = f"{word!r} stands {how} in the world's {'/'.join(map(str, at))}"
                yield _Pair(case, given, edge_arguments.put(cast("Mapping[str, Any]", world), at, new), what)
                elsewhere.append(word)
        if elsewhere:
            what = f"{'/'.join(map(str, path))} is {change(word)!r}"
            yield _Pair(case, edge_arguments.put(given, path, change(word)), world, what)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A way to write one thing otherwise, the words that say that it is no matter, and what is left of both."""

    says: re.Pattern[str]
    change: Callable[[str], str]
    plain: Callable[[Outcome], str]
    how: str

    def pairs(self, case: Mapping[str, Any]) -> Iterator[_Pair]:
        return _respelled(case, self.change, self.how)


def _with_blanks(word: str) -> str:
    return f" {word} "


_SPELLINGS = (
    _Spelling(_CASE, str.swapcase, _folded, "in the other case"),
    _Spelling(_BLANKS, _with_blanks, _trimmed, "with blanks around it"),
)


def _other_offsets(case: Mapping[str, Any]) -> Iterator[_Pair]:
    moments = [place for place in places(case) if place.kind == "moment" and _OFFSET.fullmatch(str(place.value))]
    if len(moments) < 2:
        return
    for place in moments[:6]:
        moment = datetime.fromisoformat(str(place.value))
        for hours in (-8, 9):
            there = moment.astimezone(timezone(timedelta(hours=hours)))
            other, canned = place.put(there.isoformat(timespec="seconds"))
            yield _Pair(case, other, canned, f"{place.name} is written as {there.isoformat(timespec='seconds')}")


def _other_forms(case: Mapping[str, Any]) -> Iterator[_Pair]:
    world = cast("Mapping[str, Any]", case.get("world") or {})
    files = cast("Mapping[str, Any]", world.get("files") or {})
    for path, text in files.items():
        if not isinstance(text, str) or not path.endswith(".csv"):
            continue
        for new, how in _forms(text):
            yield _Pair(case, case["arguments"], {**world, "files": {**files, path: new}}, f"{path} {how}")


def _forms(text: str) -> Iterator[tuple[str, str]]:
    mark = ";" if text.partition("\n")[0].count(";") else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        return
    if len(rows) < 2 or len({len(row) for row in rows}) != 1:
        return
    end = "\n" if text.endswith("\n") else ""
    whole = io.StringIO()
    csv.writer(whole, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    yield whole.getvalue().rstrip("\n") + end, "has quotes around every cell"
    yield text.replace("\r\n", "\n").replace("\n", "\r\n"), "has CRLF line ends"
    yield text.rstrip("\n") + ("" if end else "\n"), f"has {'no' if end else 'a'} line end after its last line"


async def default_unlike(candidate: Candidate) -> Finding | None:
    """Ask about an optional argument that is left out and does not do what its default, given, does."""
    for name, value, said in _defaults(candidate):
        for case in cases(candidate)[:_CASES]:
            bare = {key: one for key, one in case["arguments"].items() if key != name}
            world = case.get("world")
            without, given = await outcomes(candidate, [(bare, world), ({**bare, name: value}, world)])
            if without is not None and given is not None and without.text != given.text:
                one, two = differing(without, given)
                return asked(
                    f"{name} is {brief(value, 60)} where it is not given, says the spec ({said}). Called with "
                    f"{brief(bare, 240)}, without it, it gives {one}; with {name} {brief(value, 60)} it gives {two}. "
                    "Which is meant?",
                    "Make what is left out the same as its default.",
                )
    return None


def _defaults(candidate: Candidate) -> Iterator[tuple[str, Any, str]]:
    schema = schema_of(candidate)
    required = schema.get("required", [])
    known = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
    for name, below in known.items():
        if name in required:
            continue
        if below.get("default") is not None:
            yield name, below["default"], f"default: {json.dumps(below['default'])}"
            continue
        said = _DEFAULT.search(str(below.get("description", "")))
        if said is not None:
            value = json.loads(said[1].lower())
            yield name, value, said[0]
