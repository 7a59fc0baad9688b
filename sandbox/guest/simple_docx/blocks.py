"""What a document's text is made of: paragraphs and their runs, tables with their rows and cells."""

import re
from xml.etree import ElementTree as ET

from simple_docx.parts import LISTS, STYLES, W, style_id

TABLE, PARAGRAPH, RUN, TEXT = f"{W}tbl", f"{W}p", f"{W}r", f"{W}t"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# No XML can hold them.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ALIGNMENTS = ("left", "center", "right", "both")
# The order that the standard (ISO 29500-1, 17.3) has for what is put here: Word takes no other for whole.
_ORDER = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs"
    " suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd"
    " snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle"
    " rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof vanish webHidden"
    " color w kern position sz szCs highlight u effect bdr fitText vertAlign rtl cs em lang eastAsianLayout specVanish"
    " oMath rPr sectPr pPrChange"
).split()  # fmt: skip


class Paragraph:
    def __init__(self, element):
        self._element = element

    @property
    def runs(self):
        return [Run(one) for one in self._element.iter(RUN)]

    @property
    def text(self):
        return "".join(run.text for run in self.runs)

    @text.setter
    def text(self, text):
        for one in [one for one in self._element if one.tag != f"{W}pPr"]:
            self._element.remove(one)
        if text:
            self.add_run(text)

    def add_run(self, text=""):
        run = Run(ET.SubElement(self._element, RUN))
        if text:
            run.text = text
        return run

    @property
    def style(self):
        """The style's name; Normal where nothing is said."""
        found = self._element.find(f"{W}pPr/{W}pStyle")
        said = "Normal" if found is None else found.get(f"{W}val", "")
        return next((name for name in STYLES if style_id(name) == said), said)

    @style.setter
    def style(self, name):
        """Raises ValueError for one that there is not."""
        if name not in STYLES:
            raise ValueError(f"there is no style {name!r}; there are {', '.join(STYLES)}")
        properties = _properties(self._element, "pPr")
        _put(properties, "pStyle", style_id(name))
        if name in LISTS:
            numbers = _child(properties, "numPr")
            _put(numbers, "ilvl", "0")
            _put(numbers, "numId", str(LISTS[name]))

    @property
    def alignment(self):
        """left, center, right, both, or None."""
        found = self._element.find(f"{W}pPr/{W}jc")
        return None if found is None else found.get(f"{W}val")

    @alignment.setter
    def alignment(self, name):
        """Raises ValueError for one that there is not."""
        if name not in _ALIGNMENTS:
            raise ValueError(f"an alignment is one of {', '.join(_ALIGNMENTS)}")
        _put(_properties(self._element, "pPr"), "jc", name)

    def replace(self, texts):
        """As `Document.replace`, here alone. What is put in is not looked through again. Raises ValueError."""
        if "" in texts:
            raise ValueError("a text that is to be replaced has at least one character")
        if not texts:
            return 0
        # The longest first: where one begins another the whole of it is meant.
        wanted = re.compile("|".join(re.escape(old) for old in sorted(texts, key=len, reverse=True)))
        found = list(wanted.finditer(self.text))
        for one in reversed(found):
            self._put_across(one.start(), one.end(), str(texts[one[0]]))
        return len(found)

    def _put_across(self, start, end, put):
        """What several runs hold together goes into the first of them, and looks like that one."""
        at = 0
        for run in self.runs:
            text = run.text
            first, last = max(start - at, 0), min(end - at, len(text))
            if first < last:
                run.text, put = text[:first] + put + text[last:], ""
            at += len(text)


class Run:
    def __init__(self, element):
        self._element = element

    @property
    def text(self):
        return "".join(one.text or "" if one.tag == TEXT else _BREAKS.get(one.tag, "") for one in self._element)

    @text.setter
    def text(self, text):
        for one in [one for one in self._element if one.tag == TEXT or one.tag in _BREAKS]:
            self._element.remove(one)
        for part in re.split(r"([\t\n])", _FORBIDDEN.sub("\ufffd", str(text).replace("\r\n", "\n"))):
            if part in ("\t", "\n"):
                ET.SubElement(self._element, f"{W}{'tab' if part == chr(9) else 'br'}")
            elif part:
                ET.SubElement(self._element, TEXT, {_XML_SPACE: "preserve"}).text = part

    def add_break(self, page=False):
        ET.SubElement(self._element, f"{W}br", {f"{W}type": "page"} if page else {})

    def _switch(name, on="1", off="0"):
        def get(self):
            found = self._element.find(f"{W}rPr/{W}{name}")
            return None if found is None else found.get(f"{W}val", "true") not in ("0", "false", "none", "off")

        def put(self, said):
            properties = _properties(self._element, "rPr")
            if said is None:
                for one in properties.findall(f"{W}{name}"):
                    properties.remove(one)
            else:
                _put(properties, name, on if said else off)

        return property(get, put)

    bold, italic, underline = _switch("b"), _switch("i"), _switch("u", "single", "none")
    del _switch


class Table:
    def __init__(self, element):
        self._element = element

    @classmethod
    def begin(cls, element, width, style):
        """One without rows in an empty element."""
        properties = ET.SubElement(element, f"{W}tblPr")
        if style is not None:
            ET.SubElement(properties, f"{W}tblStyle", {f"{W}val": style_id(style)})
        ET.SubElement(properties, f"{W}tblW", {f"{W}w": "0", f"{W}type": "auto"})
        grid = ET.SubElement(element, f"{W}tblGrid")
        for _ in range(width):
            ET.SubElement(grid, f"{W}gridCol", {f"{W}w": str(9000 // width)})
        return cls(element)

    @property
    def rows(self):
        return [Row(one) for one in self._element.findall(f"{W}tr")]

    def cell(self, row, column):
        return self.rows[row].cells[column]

    def add_row(self, texts=()):
        """Raises ValueError for more texts than the table has columns."""
        width = len(self._element.findall(f"{W}tblGrid/{W}gridCol"))
        if len(texts) > width:
            raise ValueError(f"a row of this table has {width} cells, not {len(texts)}")
        row = Row(ET.SubElement(self._element, f"{W}tr"))
        for at in range(width):
            cell = ET.SubElement(row._element, f"{W}tc")
            ET.SubElement(cell, PARAGRAPH)
            Cell(cell).text = texts[at] if at < len(texts) else ""
        return row


class Row:
    def __init__(self, element):
        self._element = element

    @property
    def cells(self):
        return [Cell(one) for one in self._element.findall(f"{W}tc")]

    @property
    def texts(self):
        return [cell.text for cell in self.cells]


class Cell:
    def __init__(self, element):
        self._element = element

    @property
    def paragraphs(self):
        return [Paragraph(one) for one in self._element.findall(PARAGRAPH)]

    @property
    def text(self):
        return "\n".join(one.text for one in self.paragraphs)

    @text.setter
    def text(self, text):
        """In the look of its first paragraph, which is the only one then."""
        first, *others = self.paragraphs
        for one in others:
            self._element.remove(one._element)
        first.text = "" if text is None else str(text)


def _properties(element, name):
    found = element.find(f"{W}{name}")
    if found is None:
        found = ET.Element(f"{W}{name}")
        element.insert(0, found)
    return found


def _child(parent, name):
    """The one of this name, made where it belongs if there is none."""
    found = parent.find(f"{W}{name}")
    if found is None:
        found = ET.Element(f"{W}{name}")
        later = set(_ORDER[_ORDER.index(name) + 1 :]) if name in _ORDER else ()
        places = [at for at, one in enumerate(parent) if one.tag.removeprefix(W) in later]
        parent.insert(places[0] if places else len(parent), found)
    return found


def _put(parent, name, value):
    _child(parent, name).set(f"{W}val", value)
