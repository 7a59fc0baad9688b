"""Values that a case states, each compared as what it is; the first difference is told in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from sandbox.worlds import Comparison
from tenants.base import canonical
from tenants.gates.stated import contents
from tenants.gates.stated.places import Open, Path
from tenants.gates.trial.comparing import MISSING, difference
from tenants.schemas import json_schemas

_TESTS = ("contains", "lacks", "matches")
_ATTACHED = ("filename", "content_type", "content")


class Said(str):
    """Words of ours for what was expected, to be shown as they are."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a value is not the stated one: `expected` and `got` are JSON values, `MISSING`, or words (`Said`)."""

    path: Path
    expected: object
    got: object


def unreadable(kind: Comparison, stated: object) -> tuple[Path, str, str | None] | None:
    """What is wrong with what a case states: where, why and what to write; None when nothing is."""
    if kind in {"text", "sql", "url"}:
        return _unreadable_text(stated)
    if kind == "content":
        return None if stated is None else contents.unreadable(stated) or _unreadable_if_tests(stated)
    if kind == "addresses":
        several = cast("list[object]", stated) if isinstance(stated, list) else [stated]
        fine = bool(several) and all(isinstance(one, str) and "@" in one for one in several)
        return None if fine else ((), "This is an address, or a list of them.", None)
    if kind == "headers":
        return _unreadable_headers(stated)
    if kind == "rows":
        rows = cast("list[object]", stated) if isinstance(stated, list) else [None]
        fine = all(isinstance(row, dict) for row in rows)
        return None if fine else ((), "This is a list of rows, each an object by column.", None)
    return _unreadable_attachments(stated) if kind == "attachments" else None


def apart(kind: Comparison, stated: Any, got: Any, left: Open) -> Apart | None:
    """The first difference between what a case states and what came; None when there is none."""
    if left.holds(()):
        return None
    if got is MISSING:
        return None if stated is None else Apart((), stated, MISSING)
    return _COMPARE[kind](stated, got, left)


def json_apart(stated: Any, got: Any, left: Open, path: Path = ()) -> Apart | None:
    """The first difference of two JSON values outside the places that are left open."""
    if left.holds(path):
        return None
    if isinstance(stated, dict) and isinstance(got, dict):
        fields, came = cast("dict[str, Any]", stated), cast("dict[str, Any]", got)
        pairs = [(name, fields.get(name, MISSING), came.get(name, MISSING)) for name in {**fields, **came}]
    elif isinstance(stated, list) and isinstance(got, list):
        first, second = cast("list[Any]", stated), cast("list[Any]", got)
        pairs = [
            (str(at), first[at] if at < len(first) else MISSING, second[at] if at < len(second) else MISSING)
            for at in range(max(len(first), len(second)))
        ]
    else:
        same = stated is got or (MISSING not in (stated, got) and difference(stated, got) is None)
        return None if same else Apart(path, cast("object", stated), cast("object", got))
    return next((found for step, a, b in pairs if (found := json_apart(a, b, left, (*path, step)))), None)


def text_apart(stated: Any, got: Any) -> Apart | None:
    """A whole text, without regard to how its lines end; or what it must contain, lack or match."""
    if not isinstance(got, str):
        return Apart((), stated, got)
    came = _lines_of(got)
    if isinstance(stated, str):
        return _line_apart(_lines_of(stated), came)
    tests = cast("Mapping[str, Any]", stated)
    for part in _several(tests.get("contains", [])):
        if part not in got and _lines_of(part) not in came:
            return Apart((), Said(f"a text that contains {canonical.text(part)}"), got)
    for part in _several(tests.get("lacks", [])):
        if part in got:
            return Apart((), Said(f"a text without {canonical.text(part)}"), got)
    pattern = tests.get("matches")
    if pattern is not None and json_schemas.value_problems({"type": "string", "pattern": pattern}, got):
        return Apart((), Said(f"a text that matches {pattern}"), got)
    return None


def is_test(stated: object) -> bool:
    """Whether a text is not stated whole."""
    if not isinstance(stated, dict) or not stated:
        return False
    return {*cast("dict[str, Any]", stated)} <= {*_TESTS}


def _unreadable_text(stated: object) -> tuple[Path, str, str | None] | None:
    if isinstance(stated, str):
        return None
    hint = f'Write the whole text, or an object of {", ".join(_TESTS)}, such as {{"contains": ["42.00 EUR"]}}.'
    if not isinstance(stated, dict) or not stated:
        return (), "This is a text.", hint
    for name, test in cast("dict[str, Any]", stated).items():
        if name not in _TESTS:
            return (name,), f"There is no test {name} of a text.", hint
        if name == "matches":
            faults = json_schemas.schema_problems(
                {"type": "object", "properties": {"text": {"type": "string", "pattern": test}}}, ""
            )
            if not isinstance(test, str) or faults:
                return (name,), "This is a regular expression.", faults[0]["message"] if faults else None
        elif not _several(test) or not all(isinstance(part, str) and part for part in _several(test)):
            return (name,), "This is a text, or a list of texts, none of them empty.", None
    return None


def _unreadable_if_tests(stated: object) -> tuple[Path, str, str | None] | None:
    return _unreadable_text(stated) if is_test(stated) else None


def _unreadable_headers(stated: object) -> tuple[Path, str, str | None] | None:
    if not isinstance(stated, dict):
        return (), "This is an object from header to text.", None
    for name, text in cast("dict[str, object]", stated).items():
        found = None if text is None else _unreadable_text(text)
        if found is not None:
            return (name, *found[0]), found[1], found[2]
    return None


def _unreadable_attachments(stated: object) -> tuple[Path, str, str | None] | None:
    if not isinstance(stated, list):
        return (), 'This is a list such as [{"filename": "may.csv", "content": {"csv": [["sku"], ["A1"]]}}].', None
    for at, one in enumerate(cast("list[object]", stated)):
        if not isinstance(one, dict) or not isinstance(cast("dict[str, Any]", one).get("filename"), str):
            return (str(at),), "An attachment is an object with a `filename` and its `content`.", None
        attached = cast("dict[str, Any]", one)
        unknown = next((name for name in attached if name not in _ATTACHED), None)
        if unknown is not None:
            return (str(at), unknown), f"There is no field {unknown} here.", f"The fields are {', '.join(_ATTACHED)}."
        found = unreadable("content", attached["content"]) if "content" in attached else None
        if found is not None:
            return (str(at), "content", *found[0]), found[1], found[2]
    return None


def _several(given: Any) -> list[Any]:
    return cast("list[Any]", given) if isinstance(given, list) else [given]


def _lines_of(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


def _line_apart(stated: str, got: str) -> Apart | None:
    """The first line in which two texts differ."""
    if stated == got:
        return None
    one, other = stated.split("\n"), got.split("\n")
    if len(one) == len(other) == 1:
        return Apart((), stated, got)
    for at in range(max(len(one), len(other))):
        a, b = one[at] if at < len(one) else MISSING, other[at] if at < len(other) else MISSING
        if a != b:
            return Apart((f"line {at + 1}",), a, b)
    return Apart((), stated, got)


def _text(stated: Any, got: Any, left: Open) -> Apart | None:
    del left
    return text_apart(stated, got)


def _sql(stated: Any, got: Any, left: Open) -> Apart | None:
    del left
    return text_apart(" ".join(stated.split()).rstrip("; ") if isinstance(stated, str) else stated, got)


def _addresses(stated: Any, got: Any, left: Open) -> Apart | None:
    del left
    one, other = (sorted(_bare(address) for address in _several(given)) for given in (stated, got))
    return None if one == other else Apart((), stated, got)


def _bare(address: object) -> str:
    return (parseaddr(str(address))[1] or str(address)).strip().lower()


def _url(stated: Any, got: Any, left: Open) -> Apart | None:
    if not isinstance(stated, str):
        return text_apart(stated, got)
    one, other = urlsplit(stated), urlsplit(str(got))
    if (one.scheme.lower(), one.netloc.lower(), one.path or "/") != (other.scheme, other.netloc, other.path or "/"):
        return Apart((), stated, got)
    asked, came = (
        sorted(pair for pair in parse_qsl(part.query, keep_blank_values=True) if not left.holds((pair[0],)))
        for part in (one, other)
    )
    return None if asked == came else Apart((), stated, got)


def _headers(stated: Any, got: Any, left: Open) -> Apart | None:
    for name, text in stated.items():
        came = got.get(name.lower(), MISSING)
        if left.holds((name,)) or (text is None and came is MISSING):
            continue
        found = Apart((), text, came) if text is None or came is MISSING else text_apart(text, came)
        if found is not None:
            return Apart((name, *found.path), found.expected, found.got)
    return None


def _content(stated: Any, got: Any, left: Open) -> Apart | None:
    if stated is None or got is None:
        return None if stated is got else Apart((), _presence(stated), _presence(got))
    if is_test(stated) or isinstance(stated, str):
        text = contents.as_text(got)
        return Apart((), stated, Said("bytes that are no text")) if text is None else text_apart(stated, text)
    kind, wanted = next((name, value) for name, value in stated.items() if name in contents.KINDS)
    try:
        came = contents.parsed(kind, got, stated.get("delimiter", ","))
    except contents.NotThat as error:
        return Apart((), Said(f"a {kind}"), Said(str(error)))
    return json_apart(contents.plain(kind, wanted), came, left.below(kind))


def _presence(given: Any) -> object:
    return Said("no file") if given is None else Said("a file")


def _rows(stated: Any, got: Any, left: Open) -> Apart | None:
    """Rows in any order: those that are alike go together first, so that what is told is what differs."""
    rest = list(cast("list[Any]", got))
    without: list[tuple[int, Any]] = []
    for at, row in enumerate(cast("list[Any]", stated)):
        same = next((one for one in rest if json_apart(row, one, left.below(str(at))) is None), MISSING)
        if same is MISSING:
            without.append((at, row))
        else:
            rest.remove(same)
    if without:
        at, row = without[0]
        near = min(rest, key=lambda one: _unlike(row, one), default=MISSING)
        found = json_apart(row, near, left.below(str(at))) if near is not MISSING else None
        return Apart((str(at), *found.path), found.expected, found.got) if found else Apart((str(at),), row, MISSING)
    return Apart((), MISSING, rest[0]) if rest else None


def _unlike(row: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    return sum(difference(row.get(name), other.get(name)) is not None for name in {**row, **other})


def _attachments(stated: Any, got: Any, left: Open) -> Apart | None:
    files = {str(one.get("filename")): one for one in cast("Sequence[Mapping[str, Any]]", got)}
    named = {str(one["filename"]): one for one in cast("Sequence[Mapping[str, Any]]", stated)}
    if files.keys() != named.keys():
        return Apart((), sorted(named), sorted(files))
    for at, (name, one) in enumerate(named.items()):
        inside = left.below(str(at))
        for part in ("content_type", "content"):
            if part in one and not inside.holds((part,)):
                compare = _content if part == "content" else _text
                came = contents.attached(files[name]) if part == "content" else files[name].get(part)
                found = compare(one[part], came, inside.below(part))
                if found is not None:
                    return Apart((name, *found.path), found.expected, found.got)
    return None


_COMPARE = {
    "text": _text,
    "json": json_apart,
    "addresses": _addresses,
    "url": _url,
    "headers": _headers,
    "content": _content,
    "rows": _rows,
    "sql": _sql,
    "attachments": _attachments,
}
