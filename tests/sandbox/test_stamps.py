"""Archives, workbooks and documents are dated by the run's beginning: the same input gives the same bytes."""

import json

import pytest

from sandbox.contract.outcomes import Returned
from tests.sandbox.makers import SEED, Bench

# Each makes `content`.
MADE = {
    "zip": """
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.txt", "x")
            archive.mkdir("b")
    """,
    "zip that is opened": """
        with zipfile.ZipFile(file, "w") as archive, archive.open("a.txt", "w") as part:
            part.write(b"x")
    """,
    "gzip": """
        with gzip.GzipFile(fileobj=file, mode="wb") as packed:
            packed.write(b"x")
    """,
    "gzip of text": """
        with gzip.open(file, "wt") as packed:
            packed.write("x")
    """,
    "gzip at once": "file.write(gzip.compress(b'x'))",
    "tar": """
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            archive.addfile(tarfile.TarInfo("a.txt"))
    """,
    "tar as a stream": """
        with tarfile.open(fileobj=file, mode="w|gz") as archive:
            archive.addfile(tarfile.TarInfo("a.txt"))
    """,
    "workbook": """
        book = openpyxl.Workbook()
        book.active.append([1, "x"])
        book.save(file)
    """,
    "workbook that is changed": """
        first = io.BytesIO()
        openpyxl.Workbook().save(first)
        openpyxl.load_workbook(first).save(file)
    """,
    "document": """
        document = simple_docx.Document()
        document.add_heading("x")
        document.save(file)
    """,
    "page": """
        page = canvas.Canvas(file)
        page.setTitle("x")
        page.drawString(9, 9, "x")
        page.save()
    """,
    "flowing pages": """
        SimpleDocTemplate(file).build([Paragraph("x", getSampleStyleSheet()["Normal"])])
    """,
    "pages that are joined": """
        first = io.BytesIO()
        page = canvas.Canvas(first)
        page.save()
        writer = pypdf.PdfWriter(clone_from=first)
        writer.add_metadata({"/Title": "x"})
        writer.write(file)
    """,
}
SOURCE = """
import datetime, gzip, hashlib, io, tarfile, time, zipfile
import openpyxl, pypdf, simple_docx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

def made():
    file = io.BytesIO()
%s
    return hashlib.sha256(file.getvalue()).hexdigest()

def tool(wait):
    time.sleep(wait)
    first = made()
    time.sleep(wait)
    return [first, made()]
"""


def indented(text: str) -> str:
    lines = text.strip("\n").splitlines()
    depth = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(f"    {line[depth:]}" for line in lines)


@pytest.mark.parametrize("kind", MADE)
def test_the_same_input_gives_the_same_bytes_in_two_runs_whatever_the_host_takes(bench: Bench, kind: str) -> None:
    loaded = bench.load(bench.build(SOURCE % indented(MADE[kind])))
    said: list[str] = []
    for seed, wait in ((SEED, 0), (SEED[::-1], 0), (SEED, 90), (bytes(32), 3_600)):
        ran = bench.call(loaded, {"wait": wait}, seed=seed)
        assert isinstance(ran.outcome, Returned), ran
        said += json.loads(ran.outcome.result)

    assert len(said) == 8
    assert len(set(said)) == 1


def test_the_moment_is_the_runs_beginning_and_the_clock_itself_goes_on(bench: Bench) -> None:
    body = """
import datetime, io, time, zipfile
import openpyxl, pypdf
from reportlab.pdfgen import canvas
time.sleep(7200)
file, book, page = io.BytesIO(), io.BytesIO(), io.BytesIO()
with zipfile.ZipFile(file, "w") as archive:
    archive.writestr("a", "x")
openpyxl.Workbook().save(book)
c = canvas.Canvas(page)
c.save()
return [
    list(zipfile.ZipFile(file).getinfo("a").date_time),
    openpyxl.load_workbook(book).properties.created.isoformat(),
    openpyxl.load_workbook(book).properties.modified.isoformat(),
    pypdf.PdfReader(page).metadata.creation_date.replace(tzinfo=None).isoformat(),
    datetime.datetime.now(datetime.UTC).isoformat()[:19],
    time.gmtime()[3], time.strftime("%H"),
]"""
    ran = bench.try_body(body.strip())

    assert isinstance(ran.outcome, Returned), ran
    begun = "2026-01-01T00:00:00"
    assert json.loads(ran.outcome.result) == [
        [2026, 1, 1, 0, 0, 0],
        begun,
        begun,
        begun,
        "2026-01-01T02:00:00",
        2,
        "02",
    ]


def test_who_says_a_moment_gets_that_one(bench: Bench) -> None:
    body = """
import datetime, gzip, io, openpyxl, zipfile
file, packed, book = io.BytesIO(), io.BytesIO(), openpyxl.Workbook()
with zipfile.ZipFile(file, "w") as archive:
    archive.writestr(zipfile.ZipInfo("a", (1999, 2, 3, 4, 5, 6)), "x")
with gzip.GzipFile(fileobj=packed, mode="wb", mtime=17) as one:
    one.write(b"x")
book.properties.created = datetime.datetime(2001, 2, 3)
saved = io.BytesIO()
book.save(saved)
packed.seek(0)
reader = gzip.GzipFile(fileobj=packed)
reader.read()
year = openpyxl.load_workbook(saved).properties.created.year
return [list(zipfile.ZipFile(file).getinfo("a").date_time), reader.mtime, year]"""
    ran = bench.try_body(body.strip())

    assert isinstance(ran.outcome, Returned), ran
    assert json.loads(ran.outcome.result) == [[1999, 2, 3, 4, 5, 6], 17, 2001]
