"""What ordinary Python does inside the image."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from sandbox import images
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Exhausted, Failed, Returned, Trapped
from sandbox.image.artifacts import Forged, Image, Vault
from sandbox.machine.native_code import Natives
from sandbox.machine.native_keys import native_key
from tests.sandbox.makers import Bench

RETURNS: dict[str, tuple[str, Any]] = {
    "decimals": ("from decimal import Decimal\nreturn str(Decimal('1.1') * 3)", "3.3"),
    "a database in memory": (
        "import sqlite3\nd = sqlite3.connect(':memory:')\nd.execute('create table a(b)')\n"
        "d.execute('insert into a values (3)')\nreturn d.execute('select * from a').fetchall()",
        [[3]],
    ),
    "zones": (
        "import datetime, zoneinfo\nz = zoneinfo.ZoneInfo('Europe/Berlin')\n"
        "return datetime.datetime(2026, 7, 1, tzinfo=z).isoformat()",
        "2026-07-01T00:00:00+02:00",
    ),
    "hashes": ("import hashlib\nreturn hashlib.sha256(b'').hexdigest()[:8]", "e3b0c442"),
    "compression": ("import gzip\nreturn gzip.decompress(gzip.compress(b'x')).decode()", "x"),
    "dataclasses and enums": (
        "import dataclasses, enum\nclass C(enum.Enum):\n    RED = 1\n@dataclasses.dataclass\nclass D:\n    c: C\n"
        "return D(C.RED).c.name",
        "RED",
    ),
    "asyncio": (
        "import asyncio\nasync def wait(n):\n    await asyncio.sleep(n)\n    return n\n"
        "async def main():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(wait(3))\n"
        "    try:\n        await asyncio.wait_for(asyncio.sleep(60), 1)\n    except TimeoutError:\n        pass\n"
        "    return await asyncio.gather(wait(1), wait(2), asyncio.to_thread(lambda: 7))\nreturn asyncio.run(main())",
        [1, 2, 7],
    ),
    "sleeping moves the clock": ("import time\na = time.time()\ntime.sleep(2)\nreturn round(time.time() - a)", 2),
    "the clock is the run's": (
        "import datetime\nreturn datetime.datetime.now().isoformat()[:19]",
        "2026-01-01T00:00:00",
    ),
    "no environment": ("import os\nreturn dict(os.environ)", {}),
    "no files": ("import os, pathlib\nreturn [os.getcwd(), pathlib.Path('/etc/passwd').exists()]", ["/", False]),
    "yaml": ("import yaml\nreturn yaml.safe_load('a: [1]')", {"a": [1]}),
    "jinja2": ("import jinja2\nreturn jinja2.Template('{{ x | upper }}').render(x='q')", "Q"),
    "dateutil": ("import dateutil.parser\nreturn str(dateutil.parser.parse('3 May 2026'))", "2026-05-03 00:00:00"),
    "bs4": ("import bs4\nreturn bs4.BeautifulSoup('<p>hi<b>x', 'html.parser').b.text", "x"),
    "tabulate": ("import tabulate\nreturn tabulate.tabulate([[1]])", "-\n1\n-"),
    "slugify": ("import slugify\nreturn slugify.slugify('Hé llo')", "he-llo"),
    "markdown": ("import markdown\nreturn markdown.markdown('# x', extensions=['tables'])", "<h1>x</h1>"),
    "humanize": ("import humanize\nreturn humanize.naturalsize(1e6)", "1.0 MB"),
    "isodate": ("import isodate\nreturn str(isodate.parse_duration('P1D'))", "1 day, 0:00:00"),
    "croniter": (
        "import croniter, datetime\nreturn str(croniter.croniter('0 0 * * *', datetime.datetime(2026, 1, 1))"
        ".get_next(datetime.datetime))",
        "2026-01-02 00:00:00",
    ),
    "jmespath": ("import jmespath\nreturn jmespath.search('a.b', {'a': {'b': 1}})", 1),
    "xmltodict": ("import xmltodict\nreturn xmltodict.parse('<a><b>1</b></a>')", {"a": {"b": "1"}}),
    "defusedxml": ("import defusedxml.ElementTree as E\nreturn E.fromstring('<a/>').tag", "a"),
    "workbooks": (
        "import io, openpyxl\nbook, file = openpyxl.Workbook(), io.BytesIO()\nbook.active['A1'] = 5\n"
        "book.save(file)\nfile.seek(0)\nreturn openpyxl.load_workbook(file).active['A1'].value",
        5,
    ),
    "attrs": ("import attrs\n@attrs.define\nclass A:\n    x: int\nreturn attrs.asdict(A(1))", {"x": 1}),
    "more_itertools": ("import more_itertools\nreturn list(more_itertools.chunked(range(3), 2))", [[0, 1], [2]]),
    "sortedcontainers": ("import sortedcontainers\nreturn list(sortedcontainers.SortedList([2, 1]))", [1, 2]),
    "fastjsonschema": ("import fastjsonschema\nreturn fastjsonschema.compile({'type': 'integer'})(3)", 3),
    "icalendar": ("import icalendar\nreturn icalendar.Calendar().to_ical().decode()[:5]", "BEGIN"),
    "pypdf": ("import pypdf\nreturn len(pypdf.PdfWriter().pages)", 0),
    "babel": ("import babel.numbers\nreturn babel.numbers.format_currency(9.9, 'EUR', locale='de')", "9,90\xa0€"),
    "charset_normalizer": ("import charset_normalizer\nreturn charset_normalizer.detect(b'x')['encoding']", "ascii"),
    "holidays": ("import holidays\nreturn holidays.DE().get('2026-12-25')", "Erster Weihnachtstag"),
    "html5lib": ("import bs4\nreturn bs4.BeautifulSoup('<td>x', 'html5lib').body.text", "x"),
    "num2words": ("import num2words\nreturn num2words.num2words(42, lang='de')", "zweiundvierzig"),
    "phonenumbers": (
        "import phonenumbers\nn = phonenumbers.parse('030 901820', 'DE')\n"
        "return phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164)",
        "+4930901820",
    ),
    "reportlab": (
        "import io, pypdf\nfrom reportlab.pdfgen import canvas\nfile = io.BytesIO()\npage = canvas.Canvas(file)\n"
        "page.drawString(9, 9, 'Invoice 17')\npage.save()\n"
        "return pypdf.PdfReader(file).pages[0].extract_text().strip()",
        "Invoice 17",
    ),
    "simple_docx": (
        "import io, simple_docx\nd = simple_docx.Document()\nd.add_heading('x')\n"
        "return simple_docx.Document(io.BytesIO(d.to_bytes())).text",
        "x",
    ),
    "vobject": ("import vobject\nreturn vobject.readOne('BEGIN:VCARD\\r\\nFN:x\\r\\nEND:VCARD').fn.value", "x"),
}

RAISES: dict[str, tuple[str, str, str]] = {
    "opening a file": ("open('/etc/passwd')", "FileNotFoundError", "exception"),
    "reading standard input": ("input()", "EOFError", "exception"),
    "leaving": ("import sys\nsys.exit(3)", "SystemExit", "exit"),
    "leaving at once": ("import os\nos._exit(3)", "SystemExit", "exit"),
    "a thread": ("import threading\nthreading.Thread(target=print).start()", "RuntimeError", "exception"),
    "a process": ("import subprocess\nsubprocess.run(['ls'])", "OSError", "exception"),
    "a socket": ("import socket\nsocket.create_connection(('x', 1))", "PermissionError", "exception"),
    "a library that is not there": ("import numpy", "ModuleNotFoundError", "exception"),
    "a zone that is not there": ("import zoneinfo\nzoneinfo.ZoneInfo('Mars/X')", "ZoneInfoNotFoundError", "exception"),
    "recursion": ("def f(n): return f(n + 1)\nf(0)", "RecursionError", "recursion"),
    "recursion with the limit raised": (
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\nf(0)",
        "RecursionError",
        "recursion",
    ),
    "recursion in C": (
        "import sys\nsys.setrecursionlimit(10**6)\nclass A:\n    def __getattr__(self, name):\n"
        "        return getattr(self, name + 'x')\nA().a",
        "RecursionError",
        "recursion",
    ),
    "source nested too deeply": ("import ast\nast.parse('(' * 5000 + ')' * 5000)", "MemoryError", "exception"),
}

NOT_JSON = ["float('nan')", "{1}", "10**5000", "'\\ud800'", "object()"]


@pytest.mark.parametrize("case", RETURNS)
def test_ordinary_python_behaves_ordinarily(bench: Bench, case: str) -> None:
    body, expected = RETURNS[case]
    ran = bench.try_body(body)

    assert isinstance(ran.outcome, Returned), ran
    assert json.loads(ran.outcome.result) == expected


@pytest.mark.parametrize("case", RAISES)
def test_what_a_tool_cannot_do_is_an_ordinary_exception(bench: Bench, case: str) -> None:
    body, kind, code = RAISES[case]
    ran = bench.try_body(body)

    assert isinstance(ran.outcome, Failed), ran
    assert kind in ran.outcome.fault.message
    assert ran.outcome.fault.code == code


@pytest.mark.parametrize("expression", NOT_JSON)
def test_a_result_that_is_not_json_fails(bench: Bench, expression: str) -> None:
    ran = bench.try_body(f"return {expression}")

    assert isinstance(ran.outcome, Failed)
    assert ran.outcome.fault.code == "invalid_result"


def test_a_missing_module_names_what_there_is(bench: Bench) -> None:
    ran = bench.try_body("try:\n    import numpy\nexcept ImportError as error:\n    return str(error)")

    assert isinstance(ran.outcome, Returned)
    assert "jinja2" in ran.outcome.result


def test_a_traceback_shows_the_tools_own_lines(bench: Bench) -> None:
    ran = bench.run("import json\n\ndef tool():\n    return json.loads('{')\n")

    assert isinstance(ran.outcome, Failed)
    details = ran.outcome.fault.details or {}
    assert details["line"] == 4
    assert "    return json.loads('{')\n" in details["traceback"]
    assert "decoder.py" not in details["traceback"]


def test_print_warnings_and_logging_go_to_the_log(bench: Bench) -> None:
    ran = bench.try_body(
        "import logging, sys, warnings\nprint('one')\nprint('two', file=sys.stderr)\n"
        "warnings.warn('three')\nlogging.warning('four')"
    )

    assert [word for word in ("one\n", "two\n", "three", "four") if word not in ran.log] == []


def test_what_was_printed_before_a_run_is_cut_short_is_kept(bench: Bench) -> None:
    ran = bench.try_body("print('so far')\nwhile True:\n    pass", limits=Limits(fuel=100_000_000))

    assert ran.outcome.kind == "exhausted"
    assert ran.log == "so far\n"


def test_a_log_is_cut_at_its_limit(bench: Bench) -> None:
    ran = bench.try_body("for i in range(10_000):\n    print('x' * 100)", limits=Limits(log_bytes=1000))

    assert ran.outcome == Returned("null")
    assert len(ran.log) < 1100
    assert "the log is full" in ran.log


@pytest.mark.parametrize(
    "body",
    ["x = b'1' * (1 << 30)", "x = []\nwhile True:\n    x.append(bytearray(100_000))"],
    ids=["one big object", "many"],
)
def test_memory_runs_out_cleanly(bench: Bench, body: str) -> None:
    ran = bench.try_body(body)

    assert isinstance(ran.outcome, Exhausted)
    assert ran.outcome.fault.code == "memory_bytes"
    assert ran.memory_bytes_peak <= bench.limits.memory_bytes


def test_a_crashed_interpreter_is_a_trap(bench: Bench) -> None:
    ran = bench.try_body("import faulthandler\nfaulthandler._sigsegv()")

    assert isinstance(ran.outcome, Trapped)


def test_native_recursion_without_end_is_recursion(bench: Bench) -> None:
    ran = bench.try_body("x = []\nfor i in range(100_000):\n    x = [x]\nreturn x")

    assert isinstance(ran.outcome, Failed)
    assert ran.outcome.fault.code == "recursion"


def test_an_async_tool_is_awaited(bench: Bench) -> None:
    ran = bench.run("import asyncio\nasync def tool():\n    await asyncio.sleep(1)\n    return 'done'\n")

    assert ran.outcome == Returned('"done"')


def test_the_image_lists_its_libraries_with_licences(image: Image) -> None:
    assert image.libraries == images.libraries()
    assert all(library.version and library.licence and library.use for library in image.libraries)


def test_the_image_is_small(image: Image) -> None:
    assert len(image.memory) + len(image.template) < 68 << 20


def test_an_image_opens_without_being_built(image: Image) -> None:
    said: list[str] = []

    assert images.ensure(image.root.parent, said.append).digest == image.digest
    assert said == []


def test_native_code_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "native")
    path = vault.write("code", BytesIO(b"ours"))
    path.chmod(0o600)
    path.write_bytes(b"not ours")

    with pytest.raises(Forged):
        vault.path("code")
    assert vault.ensure("code", lambda: b"made anew").read_bytes() == b"made anew"


def test_native_code_and_its_key_are_ours_alone(image: Image) -> None:
    natives = Natives.ensure(image)

    folder = natives.template.parent
    assert folder.name == f"native-{native_key()}"
    assert [oct(path.stat().st_mode & 0o777) for path in (folder / "key", natives.template)] == ["0o600", "0o400"]
