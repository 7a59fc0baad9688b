"""Word documents (.docx) in plain Python: headings, paragraphs, runs, lists, tables, page breaks, replacing of texts.

    document = Document()                      # or Document(io.BytesIO(content)), to read or change one
    document.add_heading("Offer", level=1)
    document.add_paragraph("Dear ").add_run("Ann").bold = True
    document.add_paragraph("first", style="List Bullet")
    document.add_table([["item", "price"], ["bolt", "1.00"]])
    document.replace({"{{name}}": "Ann"})      # wherever it stands, in header and footer too
    content = document.to_bytes()              # or document.save(file)

The names are python-docx's, which needs lxml and so cannot be here. This is a part of it: no pictures, no styles of
one's own, no comments. What else a document holds that is read is kept as it is.
"""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

from simple_docx import parts
from simple_docx.blocks import PARAGRAPH, TABLE, W, Cell, Paragraph, Row, Run, Table
from simple_docx.parts import NotADocument

__all__ = ["Cell", "Document", "NotADocument", "Paragraph", "Row", "Run", "Table"]

_MAIN = "word/document.xml"
_WITH_TEXT = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")


class Document:
    """A document: a new one, or the one in `file`, a file object open for reading bytes. Raises NotADocument."""

    def __init__(self, file=None):
        self._parts = parts.new_parts() if file is None else parts.read_parts(file)
        self._trees = {name: parts.Tree(self._parts[name]) for name in self._parts if _WITH_TEXT.fullmatch(name)}
        if _MAIN not in self._trees:
            raise NotADocument("a .docx has a part word/document.xml, and here is none")
        self._body = self._trees[_MAIN].root.find(f"{W}body")
        if self._body is None:
            raise NotADocument("the document has no body")

    @property
    def paragraphs(self):
        """Those of the text itself, without those in tables."""
        return [Paragraph(one) for one in self._body.findall(PARAGRAPH)]

    @property
    def tables(self):
        return [Table(one) for one in self._body.findall(TABLE)]

    def iter_inner_content(self):
        """Paragraphs and tables, in order."""
        for one in self._body:
            if one.tag in (PARAGRAPH, TABLE):
                yield Paragraph(one) if one.tag == PARAGRAPH else Table(one)

    @property
    def text(self):
        """All of it: a line for each paragraph, and for each row of a table, with tabs between the cells."""
        lines = []
        for one in self.iter_inner_content():
            lines += [one.text] if isinstance(one, Paragraph) else ["\t".join(row.texts) for row in one.rows]
        return "\n".join(lines)

    def add_heading(self, text="", level=1):
        """`level` 0 is the title, 1 to 9 are headings. Raises ValueError."""
        if level not in range(10):
            raise ValueError("level must be in range 0-9")
        return self.add_paragraph(text, "Title" if level == 0 else f"Heading {level}")

    def add_paragraph(self, text="", style=None):
        """`style`: Normal, Title, Heading 1 to 9, List Bullet or List Number."""
        paragraph = Paragraph(self._add(ET.Element(PARAGRAPH)))
        if style is not None:
            paragraph.style = style
        if text:
            paragraph.add_run(text)
        return paragraph

    def add_page_break(self):
        paragraph = self.add_paragraph()
        paragraph.add_run().add_break(page=True)
        return paragraph

    def add_table(self, rows, cols=None, style="Table Grid"):
        """`rows`: how many there are, of `cols` cells each; or what is in them, a list of lists. Raises ValueError."""
        content = [[""] * (cols or 0) for _ in range(rows)] if isinstance(rows, int) else [list(row) for row in rows]
        width = cols or max((len(row) for row in content), default=0)
        if not width:
            raise ValueError("a table has at least one column")
        table = Table.begin(self._add(ET.Element(TABLE)), width, style)
        for row in content:
            table.add_row(row)
        return table

    def replace(self, texts):
        """Put texts in the places of others, also where Word has cut them into runs. Returns how often."""
        found = [one for tree in self._trees.values() for one in tree.root.iter(PARAGRAPH)]
        return sum(Paragraph(one).replace(texts) for one in found)

    def to_bytes(self):
        file = io.BytesIO()
        self.save(file)
        return file.getvalue()

    def save(self, file):
        """`file`: a file object open for writing bytes; a tool has no folder to write to."""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts.items():
                archive.writestr(name, self._trees[name].written() if name in self._trees else content)

    def _add(self, element):
        """Before the section's properties, which come last."""
        last = len(self._body) - (len(self._body) > 0 and self._body[-1].tag == f"{W}sectPr")
        self._body.insert(last, element)
        return element
