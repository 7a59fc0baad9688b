"""The calls that are asked of the sandbox and of CPython, made into one source for each: a function a call."""

import textwrap
from collections.abc import Sequence
from types import ModuleType

from tests.sandbox.differential import documents, figures, libraries, python, texts, times

AREAS: Sequence[ModuleType] = (times, texts, documents, figures, libraries, python)
_COMMON = r'''
import copy, io, json, os, pickle, re, struct, sys, time
import datetime
from datetime import UTC, date, timedelta
from decimal import Decimal

DAY = datetime.datetime(2026, 3, 9, 7, 5, 3, 42)
SUMMER = datetime.datetime(2026, 7, 1, 12, tzinfo=UTC)
time_of_day = datetime.time(7, 5)
VTIMEZONE = """BEGIN:VTIMEZONE
TZID:X
BEGIN:STANDARD
DTSTART:20251026T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250330T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
INVITATION = "\r\n".join((
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN",
    "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260701T090000",
    "SUMMARY:Gr\u00fc\u00dfe\\, alle", "END:VEVENT",
    "BEGIN:VEVENT", "UID:2", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=W. Europe Standard Time:20260701T090000",
    "RRULE:FREQ=WEEKLY;COUNT=2", "END:VEVENT", "END:VCALENDAR", "",
))


def _catalogue(pairs):
    """A compiled catalogue, as msgfmt makes it."""
    keys, ids, texts = sorted(pairs), b"", b""
    offsets = []
    for key in keys:
        value = pairs[key]
        offsets.append((len(ids), len(key), len(texts), len(value)))
        ids, texts = ids + key + b"\0", texts + value + b"\0"
    start = 7 * 4 + 16 * len(keys)
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    first = b"".join(struct.pack("<2I", length, start + at) for at, length, _, _ in offsets)
    second = b"".join(struct.pack("<2I", length, start + len(ids) + at) for _, _, at, length in offsets)
    return head + first + second + ids + texts


CATALOGUE = _catalogue({
    b"": b"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n",
    b"hello": "gr\u00fc\u00df dich".encode(), b"%d file\0%d files": b"%d Datei\0%d Dateien",
})


def _document():
    text = b"BT /F1 24 Tf 20 100 Td (Invoice 42) Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(text)).encode() + b" >>\nstream\n" + text + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += str(number).encode() + b" 0 obj\n" + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out + b"xref\n0 6\n0000000000 65535 f \n" + table
        + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )


PDF_TEXT = _document()


def _shown(value):
    text = re.sub(r"(?: at 0x|memory:)[0-9a-f]+", "", repr(value))
    return f"{type(value).__name__} {text if len(text) < 2000 else text[:900] + '...' + text[-900:]}"


def _asked(call):
    try:
        return _shown(call())
    except (Exception, SystemExit, GeneratorExit) as error:
        return f"raises {type(error).__name__}"
'''
_END = """
def tool(first=0, after=None):
    return [_asked(call) for call in CALLS[first:after]]
"""


def listed(area: ModuleType) -> list[str]:
    """Its calls, each an expression on one line."""
    return [line for line in str(area.CALLS).splitlines() if line.strip()]


def source(area: ModuleType) -> str:
    """A module whose `tool()` gives what each call gives, or raises, as text."""
    calls = listed(area)
    functions = [f"def c{at}():\n    return ({call})\n" for at, call in enumerate(calls)]
    table = f"CALLS = [{', '.join(f'c{at}' for at in range(len(calls)))}]\n"
    return "\n".join([_COMMON, textwrap.dedent(area.SETUP), *functions, table, _END])
