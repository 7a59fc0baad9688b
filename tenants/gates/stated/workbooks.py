"""The cells of a workbook (.xlsx): what a person would see in them, without formats. Read in confined processes."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

_BYTES_MAX = 32 << 20
_CELLS_MAX = 200_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# Formats of dates that every workbook has; others say it by their letters.
_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47}
_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone


class NoWorkbook(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """Bytes that are no workbook."""


def cells(content: bytes) -> dict[str, list[list[Any]]]:
    """Each sheet's rows by its name: texts, numbers, booleans, moments as ISO text, None for what is empty.

    Empty cells at the end of a row and empty rows at the end of a sheet are left out. Raises NoWorkbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(one.file_size for one in book.infolist()) > _BYTES_MAX:
                raise NoWorkbook("a workbook that is too large to be read")
            return dict(_sheets(book))
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, ET.ParseError) as error:
        raise error if isinstance(error, NoWorkbook) else NoWorkbook("bytes that are no workbook") from error


def _sheets(book: zipfile.ZipFile) -> Iterator[tuple[str, list[list[Any]]]]:
    texts = [_text(one) for one in _part(book, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]
    dates = _date_styles(_part(book, "xl/styles.xml"))
    targets = {one.get("Id"): str(one.get("Target")) for one in _part(book, "xl/_rels/workbook.xml.rels")}
    for sheet in _part(book, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = targets[sheet.get(_RELATION)]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        yield str(sheet.get("name")), _rows(_part(book, path), texts, dates)


def _part(book: zipfile.ZipFile, name: str) -> ET.Element:
    if name not in book.namelist():
        return ET.Element("none")
    return ET.fromstring(book.read(name))  # noqa: S314 - in a confined process, and of a bounded size


def _text(element: ET.Element) -> str:
    return "".join(one.text or "" for one in element.iter(f"{_MAIN}t"))


def _date_styles(styles: ET.Element) -> set[int]:
    """The cell styles that show a number as a moment."""
    own = {
        int(one.get("numFmtId", 0)): _LETTERS.search(_QUOTED.sub("", str(one.get("formatCode")))) is not None
        for one in styles.iter(f"{_MAIN}numFmt")
    }
    of_cells = styles.find(f"{_MAIN}cellXfs")
    formats = [int(one.get("numFmtId", 0)) for one in (of_cells if of_cells is not None else ())]
    return {at for at, number in enumerate(formats) if own.get(number, number in _DATES)}


def _rows(sheet: ET.Element, texts: list[str], dates: set[int]) -> list[list[Any]]:
    found: dict[tuple[int, int], Any] = {}
    for row_number, row in enumerate(sheet.iter(f"{_MAIN}row"), 1):
        for column_number, cell in enumerate(row.iter(f"{_MAIN}c"), 1):
            value = _value(cell, texts, dates)
            if value is not None:
                found[_place(cell.get("r"), row_number, column_number)] = value
            if len(found) > _CELLS_MAX:
                raise NoWorkbook(f"a workbook of more than {_CELLS_MAX:,} cells")
    rows: list[list[Any]] = [[] for _ in range(max((row for row, _ in found), default=0))]
    if len(rows) > _CELLS_MAX:
        raise NoWorkbook(f"a workbook of more than {_CELLS_MAX:,} rows")
    for (row, column), value in sorted(found.items()):
        rows[row - 1] += [None] * (column - 1 - len(rows[row - 1])) + [value]
    return rows


def _place(said: str | None, row: int, column: int) -> tuple[int, int]:
    found = _PLACE.fullmatch(said or "")
    if found is None:
        return row, column
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), number


def _value(cell: ET.Element, texts: list[str], dates: set[int]) -> Any:
    kind, value = cell.get("t", "n"), cell.find(f"{_MAIN}v")
    if kind == "inlineStr":
        return _text(cell) or None
    if value is None or value.text is None:
        return None
    if kind == "s":
        return texts[int(value.text)] or None
    if kind == "n":
        return _number(float(value.text), is_date=int(cell.get("s", 0)) in dates)
    # A formula's text, an error, a date of its own.
    return value.text == "1" if kind == "b" else value.text


def _number(number: float, *, is_date: bool) -> Any:
    if is_date:
        return (_FIRST_DAY + timedelta(seconds=round(number * 86_400))).isoformat()
    return int(number) if number.is_integer() else number
