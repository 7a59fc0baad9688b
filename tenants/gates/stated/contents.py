"""Contents of files, bodies and attachments, as what they are: a text, a table, JSON data, a workbook's cells."""

import base64
import binascii
import csv
import io
import json
from collections.abc import Mapping
from typing import Any, cast

from tenants.gates.stated import workbooks

KINDS = ("csv", "json", "workbook", "base64")
_HINT = (
    'Write the text itself, or one of {"csv": [["sku", "qty"], ["A1", "3"]]}, {"json": ...}, '
    '{"workbook": {"Sheet": [["sku"]]}}, {"base64": ...}, {"contains": [...]}; null: there is none.'
)
_TESTS = {"contains", "lacks", "matches"}
_Where = tuple[str, ...]


class NotThat(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """Bytes that are not of the kind that was stated. The message says what they are."""


def unreadable(stated: object) -> tuple[_Where, str, str | None] | None:
    """What is wrong with a stated content; texts in parts are looked at elsewhere."""
    if isinstance(stated, str):
        return None
    if not isinstance(stated, dict) or not stated:
        return (), "This says what is in it.", _HINT
    given = cast("dict[str, Any]", stated)
    if set(given) <= _TESTS:
        return None
    kinds = [name for name in given if name in KINDS]
    unknown = next((name for name in given if name not in (*KINDS, "delimiter")), None)
    if unknown is not None:
        return (unknown,), f"There is no kind of content named {unknown}.", _HINT
    if len(kinds) != 1 or ("delimiter" in given and kinds != ["csv"]):
        return (), "This says what is in it in one way.", _HINT
    return _unreadable_kind(kinds[0], given[kinds[0]], given.get("delimiter", ","))


def _unreadable_kind(kind: str, value: Any, delimiter: object) -> tuple[_Where, str, str | None] | None:
    if kind == "csv":
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            return ("delimiter",), "This is one character.", None
        rows = cast("list[object]", value) if isinstance(value, list) else [None]
        if not all(isinstance(row, list | dict) for row in rows):
            return (kind,), "This is a list of rows, each a list of cells or an object by column.", None
    if kind == "workbook":
        sheets = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        if not sheets or not all(isinstance(rows, list) for rows in sheets.values()):
            return (kind,), "This is an object from sheet to its rows, each a list of cells.", None
    if kind == "base64" and _decoded(cast("object", value)) is None:
        return (kind,), "This is base64.", None
    return None


def parsed(kind: str, content: bytes, delimiter: str) -> Any:
    """What is in it, as JSON data that `plain` of the same kind can be compared with. Raises NotThat."""
    if kind == "base64":
        return base64.b64encode(content).decode()
    if kind == "workbook":
        try:
            return workbooks.cells(content)
        except workbooks.NoWorkbook as error:
            raise NotThat(str(error)) from error
    text = as_text(content)
    if text is None:
        raise NotThat("bytes that are no text")
    if kind == "csv":
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThat("a text that is no JSON") from error


def plain(kind: str, stated: Any) -> Any:
    """A stated content in the form that `parsed` gives."""
    if kind == "csv":
        return _table(stated)
    if kind == "workbook":
        return {name: [_trimmed(row) for row in rows] for name, rows in stated.items()}
    return base64.b64encode(_decoded(stated) or b"").decode() if kind == "base64" else stated


def as_text(content: object) -> str | None:
    """Bytes as text, without a byte order mark; None when they are none."""
    if isinstance(content, str):
        return content
    try:
        return bytes(cast("bytes", content)).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def attached(one: Mapping[str, Any]) -> bytes:
    """The content of an attachment as a message carries it."""
    return str(one["text"]).encode() if "text" in one else _decoded(one.get("base64")) or b""


def recorded(name: str, content: bytes) -> Any:
    """A content as a case would state it; its name says what it may be."""
    text = as_text(content)
    try:
        if name.endswith(".xlsx"):
            return {"workbook": parsed("workbook", content, ",")}
        if name.endswith(".json"):
            return {"json": parsed("json", content, ",")}
        if name.endswith(".csv"):
            first = (text or "").split("\n", 1)[0]
            delimiter = max(",;\t", key=first.count)
            return {"csv": parsed("csv", content, delimiter)} | ({"delimiter": delimiter} if delimiter != "," else {})
    except NotThat:
        pass
    return {"base64": base64.b64encode(content).decode()} if text is None else text


def _table(rows: list[Any]) -> list[list[str]]:
    """Rows as lists of texts; rows that are objects begin with their heading."""
    objects = [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]
    if not objects:
        return [[_cell(value) for value in row] for row in rows]
    heading = list(objects[0])
    return [heading, *([_cell(row.get(name, "")) for name in heading] for row in objects)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _trimmed(row: list[Any]) -> list[Any]:
    """A row without the empty cells at its end."""
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _decoded(value: object) -> bytes | None:
    try:
        return base64.b64decode(str(value), validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None
